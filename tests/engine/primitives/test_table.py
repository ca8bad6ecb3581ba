"""Every operation of the table: its values, its derivatives, its record, its names.

A function that takes only tensors is called with samples from the `domain` of its record; one that takes more (a
dimension, a shape, a list) needs an `Example` in tests/table. Whatever is added to the table goes through the same
checks, and a test fails if there is no reference to compare it with, no example of it, or a rule that no example makes
use of.
"""

import inspect
import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest
from effort import THOROUGH
from examples.cases import (
    CALLS,
    CASES,
    CLOSELY,
    IDS,
    OVERLOADS,
    RECORDS,
    REFUSED,
    Case,
    floating,
    is_sampled,
    leaves,
    sample,
)
from examples.example import INF, NAN
from examples.other_examples import OTHERS
from examples.references import REFERENCES, each, reference_of
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import grad
from autodiff.engine.program import run, trace
from autodiff.engine.program.rows import kernel
from autodiff.engine.table.family import Family
from autodiff.engine.table.record import POSITIVE, EdgeCase, Operation
from autodiff.engine.table.registry import FUNCTIONS, all_primitives
from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text

every_case = grouped("case", CASES, ids=IDS)
LOOKED_AT = {*CLOSELY}
some_cases = grouped("case", [CASES[i] for i in CLOSELY], ids=[IDS[i] for i in CLOSELY])

# Functions without a slope, and those with one whose results PyTorch leaves outside the graph all the same.
WITHOUT_GRADIENT = {
    *("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "logical_not"),
    *("isnan", "isinf", "isfinite", "isclose", "allclose", "equal", "argmax", "argmin", "nonzero", "argwhere"),
    *("zeros_like", "ones_like", "full_like", "detach", "signbit", "all", "any", "count_nonzero", "argsort"),
    *("bucketize", "searchsorted", "matrix_rank"),
}


# Checks


def weights(results: Sequence[Tensor]) -> list[Any]:
    """Arrays to weigh the elements of results with, so that no two elements count the same."""
    random = np.random.default_rng(0)
    return [random.uniform(0.5, 1.5, r.shape) for r in results]


def check_value(call: Callable[..., Any], reference: Callable[..., Any], data: Sequence[Any]) -> None:
    """AssertionError unless the call gives what the reference does; several results are compared one by one."""
    value, expected = call(*leaves(data)), reference(*data)
    several = isinstance(value, tuple)
    for found, wanted in zip(value if several else [value], expected if several else [expected], strict=True):
        assert found.shape == np.shape(wanted)
        np.testing.assert_allclose(found.detach().numpy(), wanted, rtol=1e-12, atol=1e-13)


def gradients(call: Callable[..., Any], data: Sequence[Any], by: Sequence[Any], create_graph: bool) -> list[Tensor]:
    """The gradients of the weighted sum of the call's results; zeros where no result is part of the graph."""
    tensors = leaves(data)
    results = floating(call(*tensors))
    pairs = [(r, torch.tensor(w)) for r, w in zip(results, by, strict=True) if r.requires_grad]
    if not pairs:
        return [torch.zeros_like(t) for t in tensors]
    roots, cotangents = zip(*pairs, strict=True)
    return list(grad(roots, tensors, cotangents, create_graph=create_graph, materialize_grads=True))


def directions(shape: tuple[int, ...]) -> Iterator[Any]:
    """Ways to move an argument: two in which all elements move, none as any other; with `make thorough` one by one."""
    if THOROUGH or math.prod(shape) <= 2:
        for at in np.ndindex(shape):
            one = np.zeros(shape)
            one[at] = 1
            yield one
        return
    random = np.random.default_rng(2)
    for _ in range(2):
        yield random.uniform(0.3, 1, shape) * random.choice([-1, 1], shape)


def differences(
    call: Callable[..., Any], data: Sequence[Any], by: Sequence[Any], step: float = 1e-4
) -> list[list[tuple[Any, float]]]:
    """For each argument, directions and the slopes there: by five points, so that the error is of order step**4."""

    def weighted_sum(moved: Sequence[Any]) -> float:
        results = floating(call(*leaves(moved)))
        return math.fsum(float((r.detach().numpy() * w).sum()) for r, w in zip(results, by, strict=True))

    slopes: list[list[tuple[Any, float]]] = []
    for k, original in enumerate(data):
        slopes.append([])
        for way in directions(np.shape(original)):
            ends = {n: weighted_sum([*data[:k], original + n * step * way, *data[k + 1 :]]) for n in (-2, -1, 1, 2)}
            slopes[k].append((way, (8 * (ends[1] - ends[-1]) - (ends[2] - ends[-2])) / (12 * step)))
    return slopes


def gradient_function(call: Callable[..., Any], count: int, create_graph: bool = True) -> Callable[..., Any]:
    """The function that gives the gradients of a call, of its `count` arguments and of its results' cotangents."""

    def first(*values: Tensor) -> tuple[Tensor, ...]:
        tensors, cotangents = values[:count], values[count:]
        pairs = [p for p in zip(floating(call(*tensors)), cotangents, strict=True) if p[0].requires_grad]
        if not pairs:
            return tuple(torch.zeros_like(t) for t in tensors)
        roots, by = zip(*pairs, strict=True)
        return grad(roots, tensors, by, create_graph=create_graph, materialize_grads=True)

    return first


def check_gradients(
    call: Callable[..., Any], data: Sequence[Any], order: int = 2, numbers: Callable[..., Any] | None = None
) -> None:
    """AssertionError unless the rules agree with differences, on NumPy values and on Tensors alike.

    From the second order on, the function that is differentiated is the gradient itself; `numbers` is the same without
    a graph, of which the differences are.
    """
    by = weights(floating(call(*leaves(data))))
    plain = gradients(call, data, by, create_graph=False)
    recorded = gradients(call, data, by, create_graph=True)
    for tensor, g, h, slopes in zip(leaves(data), plain, recorded, differences(numbers or call, data, by), strict=True):
        assert g.shape == h.shape == tensor.shape
        assert g.dtype is h.dtype is tensor.dtype
        np.testing.assert_allclose(g.numpy(), h.detach().numpy(), rtol=1e-13, atol=1e-13)
        for way, slope in slopes:
            np.testing.assert_allclose((g.numpy() * way).sum(), slope, rtol=1e-6, atol=1e-7)
    if order > 1:
        first, plain_first = (gradient_function(call, len(data), create_graph) for create_graph in (True, False))
        check_gradients(first, [*data, *by], order - 1, plain_first)


def check_arguments_are_left_alone(call: Callable[..., Any], data: Sequence[Any]) -> None:
    """ValueError if the call or its rules write to an argument; AssertionError if two calls differ."""

    def locked(values: Sequence[Any]) -> list[Tensor]:
        tensors = []
        for value in values:
            array = np.array(value)
            array.flags.writeable = False
            tensors.append(torch.from_numpy(array) if array.ndim else torch.tensor(array))
        return tensors

    outcomes = []
    for create_graph in (False, False, True):
        tensors = [t.requires_grad_() for t in locked(data)]
        results = [r for r in floating(call(*tensors)) if r.requires_grad]
        by = locked(weights(results))
        slopes = grad(results, tensors, by, create_graph=create_graph, materialize_grads=True) if results else ()
        outcomes.append([t.detach().numpy() for t in (*floating(call(*tensors)), *slopes)])
        for tensor, original in zip(tensors, data, strict=True):
            np.testing.assert_array_equal(tensor.detach().numpy(), original)
    for first, second in zip(outcomes[0], outcomes[1], strict=True):
        np.testing.assert_array_equal(first, second)


@every_case
def test_the_value_is_that_of_an_independent_reference(case: Case) -> None:
    check_value(case.example.call, case.example.reference, case.data)


@grouped("record", [r for r in RECORDS.values() if is_sampled(r)], ids=lambda record: record.name)
def test_the_reference_is_met_all_over_the_domain(record: Operation) -> None:
    random = np.random.default_rng(1)
    data = [np.concatenate([[d.low, d.high], sample(d, (30,), random)])[random.permutation(32)] for d in record.domain]
    check_value(record.call, reference_of(record), data)


def order_of(i: int) -> int:
    """How many times the case that stands there is differentiated: a second time where it is looked at closely."""
    case = CASES[i]
    return 0 if case.name in REFUSED else case.example.order if i in LOOKED_AT else min(case.example.order, 1)


@grouped("i", [i for i in range(len(CASES)) if order_of(i)], ids=IDS.__getitem__, size=20)
def test_the_gradients_are_those_of_differences(i: int) -> None:
    check_gradients(CASES[i].example.call, CASES[i].data, order_of(i))


@some_cases
def test_arguments_are_left_alone_and_two_calls_agree(case: Case) -> None:
    if case.name not in REFUSED:
        check_arguments_are_left_alone(case.example.call, case.data)


@every_case
def test_float32_stays_float32_in_value_and_gradient(case: Case) -> None:
    if case.name in RECORDS and RECORDS[case.name].family == "creation":
        return  # what is made is of the default dtype, whatever it is multiplied by
    single = leaves(case.data, np.float32)
    results = floating(case.example.call(*single))
    for result, double in zip(results, floating(case.example.call(*leaves(case.data))), strict=True):
        wide = case.name in ("float_power", "conversion")
        assert result.dtype is (torch.float64 if wide else torch.float32)
        np.testing.assert_allclose(result.detach().numpy(), double.detach().numpy(), rtol=1e-4, atol=1e-5)
        if result.requires_grad and case.name not in REFUSED:
            for slope in grad(result.sum(), single, retain_graph=True, materialize_grads=True):
                assert slope.dtype is torch.float32


def test_each_argument_of_two_dtypes_gets_a_gradient_of_its_own_dtype() -> None:
    for record in RECORDS.values():
        if record.tensors == 2 and is_sampled(record) and record.name not in REFUSED | WITHOUT_GRADIENT | {"heaviside"}:
            x = torch.tensor(np.array([0.5, 0.7], np.float32), requires_grad=True)
            y = torch.tensor(np.array([0.6, 0.8]), requires_grad=True)
            out = record.call(x, y)
            assert out.dtype is torch.float64, record.name
            assert [g.dtype for g in grad(out.sum(), (x, y))] == [torch.float32, torch.float64], record.name


SPECIAL = [0.0, 1.0, -1.0, INF, -INF, NAN, 1e300, -1e300, 1e-310, -0.0, 0.5, 30.0, 800.0]


@some_cases
def test_no_warning_of_numpy_gets_out(case: Case) -> None:
    # As in a program: pytest turns warnings into errors ahead of the engine's own filter.
    record = RECORDS.get(case.name)
    picky = case.name in ("binary_cross_entropy", "gaussian_nll_loss") or (record and record.family == "linear algebra")
    refused = suppress(RuntimeError, ValueError) if picky else nullcontext()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"autodiff\.engine")
        for start in range(len(SPECIAL)):
            numbers = islice(cycle(SPECIAL), start, None)
            data = [np.array([next(numbers) for _ in range(np.size(d))]).reshape(np.shape(d)) for d in case.data]
            tensors = leaves(data)
            with refused:
                results = [r for r in floating(case.example.call(*tensors)) if r.requires_grad]
                if results and case.name not in REFUSED:
                    grad(results, tensors, leaves(weights(results)), create_graph=True, materialize_grads=True)
    assert [str(w.message) for w in caught] == []


def test_only_these_results_are_outside_the_graph() -> None:
    outside = {c.name for c in CASES if not any(r.requires_grad for r in floating(c.example.call(*leaves(c.data))))}
    assert outside == WITHOUT_GRADIENT


@pytest.mark.parametrize(
    ("call", "data"),
    [
        *(pytest.param(c.example.call, c.data, id=c.name) for c in reversed(CASES) if c.name in REFUSED),
        pytest.param(lambda x: x // 2, [3.0], id="x // 2"),
        pytest.param(lambda x: 2 // x, [3.0], id="2 // x"),
        pytest.param(lambda x: torch.igamma(x, x), [3.0], id="igamma by its order"),
        pytest.param(lambda x: torch.zeta(x, x), [3.0], id="zeta by its order"),
    ],
)
def test_what_pytorch_cannot_differentiate_says_so_in_the_backward_pass(call: Any, data: Any) -> None:
    result, *_ = floating(call(*leaves(data)))
    with pytest.raises((RuntimeError, NotImplementedError), match=r"^(the )?derivative for .* is not implemented\.?$"):
        result.sum().backward()


# Edges

EDGES = [(r, edge) for r in RECORDS.values() for edge in r.edges]


def check_edge(record: Operation, edge: EdgeCase) -> None:
    """AssertionError unless the function has the value and gradients that its record states."""
    elements = len(edge.arguments) != record.tensors  # of one tensor, rather than arguments
    tensors = leaves([edge.arguments] if elements else edge.arguments)
    result = record.call(*tensors)
    np.testing.assert_allclose(result.detach().numpy(), edge.value, rtol=1e-14)
    for create_graph in (False, True):
        slopes = grad(result, tensors, create_graph=create_graph, retain_graph=True)
        found = slopes[0].tolist() if elements else [g.item() for g in slopes]
        np.testing.assert_allclose(found, edge.gradients, rtol=1e-14)


@grouped("record, edge", EDGES, ids=[f"{r.name}{e.arguments}" for r, e in EDGES])
def test_value_and_gradients_at_an_edge_are_the_recorded_ones(record: Operation, edge: EdgeCase) -> None:
    check_edge(record, edge)


# What PyTorch 2.13 does where an operation has a kink, or where a nan, an infinity or nothing at all comes in:
# the call, its argument, the value, the gradient, and the gradient of that.
SPECIAL_POINTS: list[tuple[str, list[Any], Any, list[Any], list[Any]]] = [
    ("relu(x)", [-1.0, 0.0, NAN], [0, 0, NAN], [0, 0, 1], [0, 0, 0]),
    ("abs(x)", [-0.0, NAN], [0, NAN], [0, 0], [0, 0]),
    ("clamp(x, -1, 1)", [-1.0, 1.0, NAN], [-1, 1, NAN], [1, 1, 0], [0, 0, 0]),
    ("clamp_min(x, 0)", [0.0, -1.0], [0, 0], [1, 0], [0, 0]),
    ("maximum(x, 0)", [0.0, NAN], [0, NAN], [0.5, 1], [0, 0]),
    ("hardtanh(x)", [-1.0, 1.0, NAN], [-1, 1, NAN], [0, 0, 1], [0, 0, 0]),
    ("relu6(x)", [0.0, 6.0, 3.0], [0, 6, 3], [0, 0, 1], [0, 0, 0]),
    ("hardswish(x)", [-3.0, 3.0, 0.0], [0, 3, 0], [0, 1, 0.5], [0, 0, 1 / 3]),
    ("leaky_relu(x)", [0.0, -1.0], [0, -0.01], [0.01, 0.01], [0, 0]),
    ("sinc(x)", [0.0], [1], [0], [-(math.pi**2) / 3]),
    ("lgamma(x)", [0.0, INF], [INF, INF], [-INF, INF], [INF, 0]),
    ("atan2(x, 0)", [0.0, INF], [0, math.pi / 2], [0, 0], [NAN, NAN]),
    ("x**2", [0.0, -2.0], [0, 4], [0, -4], [2, 2]),
    ("x**0.5", [0.0], [0], [INF], [-INF]),
    ("0**x", [0.0, 1.0], [1, 0], [0, 0], [NAN, NAN]),
    ("xlogy(x, 0)", [0.0, 1.0], [0, -INF], [0, -INF], [0, 0]),
    ("xlogy(x, -1)", [0.0, 1.0], [0, NAN], [0, NAN], [0, 0]),
    ("nan_to_num(x)", [NAN, -INF], [0, -np.finfo(float).max], [0, 0], [0, 0]),
    ("amax(x)", [NAN, 1.0, 2.0], NAN, [NAN, NAN, NAN], [0, 0, 0]),
    ("max(x)", [NAN, 1.0, 2.0], NAN, [1, 0, 0], [0, 0, 0]),
    ("max(x)", [2.0, 1.0, 2.0], 2, [0.5, 0, 0.5], [0, 0, 0]),
    ("max(x, dim=0)", [2.0, 1.0, 2.0], 2, [1, 0, 0], [0, 0, 0]),
    ("median(x)", [1.0, 3.0, 2.0, 2.0], 2, [0, 0, 0.5, 0.5], [0, 0, 0, 0]),
    ("prod(x)", [0.0, 2.0, 0.0], 0, [0, 0, 0], [2, 0, 2]),
    ("norm(x)", [0.0, 0.0], 0, [0, 0], [NAN, NAN]),
    ("norm(x, 3)", [0.0, 0.0], 0, [0, 0], [0, 0]),
    ("std(x)", [2.0, 2.0], 0, [0, 0], [0, 0]),
    ("var(x)", [1.0], NAN, [NAN], [0]),
    ("var(x, correction=3)", [1.0, 2.0, 3.0], INF, [INF, NAN, INF], [0, 0, 0]),
    ("softmax(x, 0)", [INF, 1.0], [NAN, NAN], [NAN, NAN], [NAN, NAN]),
    ("softmax(x, 0)", [], [], [], []),
    ("logsumexp(x, 0)", [-INF, -INF], -INF, [NAN, NAN], [NAN, NAN]),
    ("median(x)", [], NAN, [], []),
]


@pytest.mark.filterwarnings("ignore:var().*degrees of freedom is <= 0")
@grouped("text, at, value, slope, slope_of_slope", SPECIAL_POINTS)
def test_a_special_point_has_the_value_and_gradients_of_pytorch(
    text: str, at: list[Any], value: Any, slope: list[Any], slope_of_slope: list[Any]
) -> None:
    (x,) = leaves([at])
    result = evaluate(parse(text), {"x": x})
    np.testing.assert_allclose(result.tolist(), value, rtol=1e-12)
    (first,) = grad(result.sum(), x, create_graph=True)
    np.testing.assert_allclose(first.tolist(), slope, rtol=1e-12)
    second = grad(first.sum(), x, materialize_grads=True)[0].tolist() if first.requires_grad else [0.0] * len(at)
    np.testing.assert_allclose(second, slope_of_slope, rtol=1e-12)


def test_the_number_of_nonzero_elements_has_no_gradient_at_all() -> None:
    x = torch.tensor([1.0, 0.0, 2.0], requires_grad=True)
    torch.vector_norm(x, 0).backward()
    assert x.grad is None


@pytest.mark.parametrize(
    ("left", "right"), [((2, 0), (0, 3)), ((2, 3, 0), (0, 4)), ((2, 0, 3), (2, 3, 0)), ((0, 2, 3), (3,)), ((0,), (0,))]
)
def test_a_product_of_empty_matrices_is_empty_or_zero(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = leaves([np.zeros(left), np.zeros(right)])
    product_of_both = torch.matmul(x, y)
    np.testing.assert_array_equal(product_of_both.detach().numpy(), np.zeros(left) @ np.zeros(right))
    product_of_both.sum().backward()
    assert (x.grad.shape, y.grad.shape) == (left, right)


@pytest.mark.parametrize("mode", ["floor", "trunc"])
def test_rounded_division_of_integers_stays_integer_and_is_exact(mode: str) -> None:
    x, y = torch.tensor([7, -7, 7, -7, 2**62 + 1]), torch.tensor([2, 2, -2, -2, 1])
    quotient = torch.div(x, y, rounding_mode=mode)
    assert quotient.dtype is torch.int64
    assert quotient.tolist() == ([3, -4, -4, 3, 2**62 + 1] if mode == "floor" else [3, -3, -3, 3, 2**62 + 1])


# Records and names


@grouped("record", [*RECORDS.values()], ids=[*RECORDS])
def test_a_record_is_documented_in_one_line_without_a_full_stop(record: Operation) -> None:
    assert record.doc == record.doc.strip() != ""
    assert "\n" not in record.doc
    assert not record.doc.endswith(".")
    assert record.call.__doc__.strip() == record.doc


@grouped("record", [*RECORDS.values()], ids=[*RECORDS])
def test_a_function_is_in_the_module_and_on_tensors_under_all_its_names(record: Operation) -> None:
    for name in (record.name, *record.aliases):
        assert FUNCTIONS[name] is record
        assert inspect.unwrap(getattr(torch, name)) is record.call
        assert hasattr(Tensor, name) is record.method or not record.method


# PyTorch's name for the node of the first example, where it is not the function's own name in title case.
NODES = {
    **dict.fromkeys(("len", "numel"), "DivBackward0"),
    "adjoint": "TransposeBackward0",
    "atleast_1d": "ViewBackward0",
    "atleast_2d": "UnsqueezeBackward0",
    "atleast_3d": "UnsqueezeBackward0",
    "broadcast_tensors": "ExpandBackward0",
    "broadcast_to": "ExpandBackward0",
    "cartesian_prod": "StackBackward0",
    "chain_matmul": "ViewBackward0",
    "cholesky_ex": "LinalgCholeskyExBackward0",
    "chunk": "SplitBackward0",
    "unsafe_chunk": "UnsafeSplitBackward0",
    "clamp": "ClampBackward1",
    "column_stack": "CatBackward0",
    "combinations": "StackBackward0",
    "cond": "SqueezeBackward1",
    "contiguous": "CloneBackward0",
    "corrcoef": "ClampBackward1",
    "cosine_embedding_loss": "MeanBackward0",
    "cosine_similarity": "SumBackward1",
    "cov": "SqueezeBackward0",
    "cross": "LinalgCrossBackward0",
    "cross_entropy": "NllLossBackward0",
    "cumulative_trapezoid": "CumsumBackward0",
    "det": "LinalgDetBackward0",
    "diag": "DiagEmbedBackward0",
    "diagflat": "DiagEmbedBackward0",
    "diff": "SubBackward0",
    "dsplit": "SliceBackward0",
    "dstack": "CatBackward0",
    "eigh": "LinalgEighBackward0",
    "eigvalsh": "LinalgEighBackward0",
    "einsum": "ViewBackward0",
    "entr": "SpecialEntrBackward0",
    "erfcx": "SpecialErfcxBackward0",
    "expand_as": "ExpandBackward0",
    "flatten": "ViewBackward0",
    "fliplr": "FlipBackward0",
    "flipud": "FlipBackward0",
    "float_power": "PowBackward1",
    "floor_divide": "torch::autograd::NotImplemented",
    "fmod": "FmodBackward1",
    "gaussian_nll_loss": "MeanBackward0",
    "gradient": "CatBackward0",
    "hinge_embedding_loss": "MeanBackward0",
    "householder_product": "LinalgHouseholderProductBackward0",
    "hsplit": "SliceBackward0",
    "hstack": "CatBackward0",
    "i0e": "SpecialI0EBackward0",
    "i1": "SpecialI1Backward0",
    "i1e": "SpecialI1EBackward0",
    "inner": "ViewBackward0",
    "inv_ex": "LinalgInvExBackward0",
    "inverse": "LinalgInvExBackward0",
    "kl_div": "MeanBackward0",
    "kron": "UnsafeViewBackward0",
    "l1_loss": "MeanBackward0",
    "lerp": "LerpBackward1",
    "linalg_cholesky": "LinalgCholeskyExBackward0",
    "linalg_diagonal": "DiagonalBackward0",
    "linalg_norm": "LinalgVectorNormBackward0",
    "linalg_qr": "MulBackward0",
    "linalg_vander": "CatBackward0",
    "linear": "AddmmBackward0",
    "log_ndtr": "SpecialLogNdtrBackward0",
    "logdet": "WhereBackward0",
    "logsigmoid": "LogSigmoidBackward0",
    "lstsq": "LinalgLstsqBackward0",
    "margin_ranking_loss": "MeanBackward0",
    "matmul": "DotBackward0",
    "matrix_exp": "LinalgMatrixExpBackward0",
    "matrix_norm": "LinalgVectorNormBackward0",
    "matrix_power": "MmBackward0",
    "max": "MaxBackward1",
    "meshgrid": "ExpandBackward0",
    "min": "MinBackward1",
    "movedim": "PermuteBackward0",
    "msort": "SortBackward0",
    "multi_dot": "ViewBackward0",
    "nanmean": "DivBackward0",
    "nanquantile": "SqueezeBackward4",
    "narrow": "SliceBackward0",
    "ndtr": "MulBackward1",
    "ndtri": "SpecialNdtriBackward0",
    "norm": "LinalgVectorNormBackward0",
    "normalize": "DivBackward0",
    "outer": "MulBackward0",
    "pad": "ConstantPadNdBackward0",
    "pinv": "LinalgPinvBackward0",
    "pairwise_distance": "LinalgVectorNormBackward0",
    "pinverse": "LinalgPinvBackward0",
    "poisson_nll_loss": "MeanBackward0",
    "pow": "PowBackward1",
    "prelu": "PreluKernelBackward0",
    "qr": "MulBackward0",
    "quantile": "SqueezeBackward4",
    "ravel": "ViewBackward0",
    "relu6": "HardtanhBackward0",
    "remainder": "RemainderBackward1",
    "repeat_interleave": "ViewBackward0",
    "reshape": "ViewBackward0",
    "reshape_as": "ViewBackward0",
    "rrelu": "RreluWithNoiseBackward0",
    "selu": "EluBackward0",
    "slogdet": "LinalgSlogdetBackward0",
    "softmin": "SoftmaxBackward0",
    "softsign": "DivBackward0",
    "solve": "LinalgSolveExBackward0",
    "solve_ex": "LinalgSolveExBackward0",
    "solve_triangular": "LinalgSolveTriangularBackward0",
    "square": "PowBackward0",
    "sum_to_size": "SumBackward1",
    "svd": "MmBackward0",
    "svdvals": "LinalgSvdBackward0",
    "take_along_dim": "GatherBackward0",
    "tanhshrink": "SubBackward0",
    "tensor_split": "SliceBackward0",
    "tensordot": "ViewBackward0",
    "tile": "RepeatBackward0",
    "trapezoid": "MulBackward1",
    "triplet_margin_loss": "MeanBackward0",
    "unflatten": "ViewBackward0",
    "unique": "Unique2Backward0",
    "vander": "FlipBackward0",
    "vecdot": "SumBackward1",
    "vector_norm": "LinalgVectorNormBackward0",
    "view_as": "ViewBackward0",
    "vsplit": "SliceBackward0",
    "vstack": "CatBackward0",
    "xlog1py": "SpecialXlog1PyBackward0",
    "zeta": "SpecialZetaBackward0",
    "adaptive_avg_pool1d": "SqueezeBackward1",
    "adaptive_max_pool1d": "SqueezeBackward1",
    "avg_pool1d": "SqueezeBackward1",
    "batch_norm": "NativeBatchNormBackward0",
    "group_norm": "NativeGroupNormBackward0",
    "instance_norm": "ViewBackward0",
    "layer_norm": "NativeLayerNormBackward0",
    "rms_norm": "MulBackward0",
    "scaled_dot_product_attention": "ScaledDotProductFlashAttentionForCpuBackward0",
    "conv1d": "ConvolutionBackward0",
    "conv2d": "ConvolutionBackward0",
    "conv3d": "ConvolutionBackward0",
    "conv_transpose1d": "ConvolutionBackward0",
    "conv_transpose2d": "ConvolutionBackward0",
    "conv_transpose3d": "ConvolutionBackward0",
    "max_pool1d": "SqueezeBackward1",
    "interpolate": "UpsampleNearest2DBackward0",
    "max_pool2d": "MaxPool2DWithIndicesBackward0",
    "max_pool3d": "MaxPool3DWithIndicesBackward0",
    "factorial": "GammaBackward0",
    "zeros": "AddBackward0",
    "ones": "MulBackward0",
    "eye": "MulBackward0",
    "full": "ExpandBackward0",
    "arange": "MulBackward0",
    "linspace": "AddBackward0",
    "root": "PowBackward1",
    "Heaviside": "HeavisideBackward0",
    "li": "ExpiBackward0",
    "trigamma": "PolygammaBackward0",
}
FIRST = {c.name: c for c in reversed(CASES) if c.name in RECORDS}


def title_case(name: str) -> str:
    """Each run of letters capitalised, and no underscores: log1p is Log1P."""
    return re.sub("[a-z]+", lambda letters: letters[0].capitalize(), name).replace("_", "")


@grouped("name", sorted(FIRST.keys() - WITHOUT_GRADIENT - {"positive", "real"}))
def test_a_result_has_the_grad_fn_name_of_pytorch(name: str) -> None:
    example = FIRST[name]
    result, *_ = floating(example.example.call(*leaves(example.data)))
    assert result.grad_fn.name() == NODES.get(name, f"{title_case(name)}Backward0")


def test_plus_x_is_x_itself() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    assert torch.positive(x) is x
    assert +x is x


# What test_layers.py goes through: recurrences, which are loaded with the layers that are made of them.
RECURRENCES = {"elman", "gated", "gated_step", "mkldnn_rnn_layer", "stacked"}
OF_THE_TABLE = [primitive for primitive in all_primitives() if primitive.name not in RECURRENCES]


@grouped("primitive", OF_THE_TABLE, ids=lambda primitive: primitive.node.__name__)
def test_a_node_class_is_named_as_pytorch_names_nodes(primitive: Any) -> None:
    assert re.fullmatch(r"([A-Z][a-z]*[0-9]*)+Backward([0-5](_copy)?|s)", primitive.node.__name__)
    assert primitive.node.__name__.lower().startswith((primitive.name.replace("_", ""), "special"))


# In expressions


def value_of(text: str, data: Sequence[Any]) -> Tensor:
    return evaluate(parse(text), dict(zip("xyz", leaves(data), strict=False)))


@grouped(
    "case", [c for c in CASES if c.example.text], ids=[i for i, c in zip(IDS, CASES, strict=True) if c.example.text]
)
def test_an_expression_calls_it_by_its_name_and_each_alias(case: Case) -> None:
    expected = case.example.call(*leaves(case.data))
    expected = torch.stack(expected) if isinstance(expected, tuple) else expected
    record = RECORDS.get(case.name)
    for name in (record.name, *record.aliases) if record else ("",):
        value = value_of(case.example.text.format(name), case.data)
        assert value.dtype is expected.dtype
        np.testing.assert_array_equal(value.detach().numpy(), expected.detach().numpy())
        if expected.grad_fn is not None:
            assert value.grad_fn.name() == expected.grad_fn.name()


def test_every_function_is_called_in_an_expression() -> None:
    """Each needs an example with a text; but the language has no strings, so no equations of einsum."""
    assert {c.name for c in CASES} - OTHERS.keys() - {c.name for c in CASES if "{" in c.example.text} == {"einsum"}


@grouped("record", [r for r in RECORDS.values() if r.symbol], ids=lambda record: record.symbol)
def test_an_expression_calls_it_by_its_symbol(record: Operation) -> None:
    data = FIRST[record.name].data
    text = f"x {record.symbol} y" if record.tensors == 2 else f"{record.symbol} x"
    value, expected = value_of(text, data), record.call(*leaves(data))
    np.testing.assert_array_equal(value.detach().numpy(), expected.detach().numpy())
    assert (value.grad_fn and value.grad_fn.name()) == (expected.grad_fn and expected.grad_fn.name())


def test_every_operator_of_the_language_is_the_symbol_of_a_function() -> None:
    operators = {"+", "-", "*", "/", "//", "%", "**", "@", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not"}
    assert {r.symbol for r in RECORDS.values()} - {None} == operators


# Completeness


def test_every_function_has_a_case() -> None:
    """A function of numbers needs a line in REFERENCES, any other an example in CALLS."""
    assert RECORDS.keys() - {c.name for c in CASES} == set()


def test_every_example_is_of_a_function_in_the_table() -> None:
    assert CALLS.keys() | OVERLOADS.keys() | REFERENCES.keys() <= RECORDS.keys()
    assert not CALLS.keys() & (OVERLOADS.keys() | REFERENCES.keys())


def nodes_below(tensors: Sequence[Tensor]) -> Iterator[Any]:
    stack = [t.grad_fn for t in tensors if t.grad_fn is not None]
    seen = set(stack)
    while stack:
        node = stack.pop()
        yield node
        for child, _ in node.next_functions:
            if child is not None and child not in seen:
                seen.add(child)
                stack.append(child)


def test_every_rule_of_every_operation_is_checked_by_some_case() -> None:
    checked = set()
    for i, (_, example, data) in enumerate(CASES):
        call, values = example.call, list(data)
        for _ in range(order_of(i)):
            results = floating(call(*leaves(values)))
            for node in nodes_below(results):
                wanted = [i for i, (child, _) in enumerate(node.next_functions) if child is not None]
                checked.update(
                    (type(node), 0 if node.primitive.variadic else i) for i in wanted if hasattr(node, "primitive")
                )
            call, values = gradient_function(call, len(values)), [*values, *weights(results)]
    # Rules that say that there is no derivative: PyTorch has the node, but not what it would do.
    refusing = {"IgammaBackward0", "IgammacBackward0", "Unique2Backward0", "UniqueDimBackward0"}
    refusing |= {"UniqueConsecutiveBackward0", "SpecialZetaBackward0", "SpecialZetaBackward2"}
    unchecked = []
    for primitive in all_primitives():
        if primitive.family == "chance" or primitive.name in RECURRENCES:
            continue  # test_recorded_random_numbers.py goes through them
        slots = sum(rule is not None for rule in primitive.rules)
        unchecked += [(primitive.node.__name__, i) for i in range(slots) if (primitive.node, i) not in checked]
    assert [(name, i) for name, i in unchecked if i or name not in refusing] == []


# The checks themselves


@pytest.fixture
def scratch() -> Iterator[Family]:
    """A family to add operations to; the table is as it was afterwards."""
    primitives = all_primitives()
    functions, count = dict(FUNCTIONS.loaded), len(primitives)
    yield Family("scratch")
    FUNCTIONS.loaded = functions
    del primitives[count:]


POINTS = [np.array([[0.3, -0.7, 1.1], [0.2, 2.0, -1.5]])]


def test_a_right_rule_passes_the_checks(scratch: Family) -> None:
    call = scratch.primitive("right", np.sin, lambda g, x: g * torch.cos(x))
    check_value(call, each(math.sin), POINTS)
    check_gradients(call, POINTS, order=3)
    check_arguments_are_left_alone(call, POINTS)


def slope_outside_the_graph(g: Any, x: Any) -> Any:
    return g * (torch.cos(x.detach()) if isinstance(x, Tensor) else np.cos(x))


def other_slope_on_tensors(g: Any, x: Any) -> Any:
    return g * torch.cos(x) * (1.001 if isinstance(x, Tensor) else 1)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(lambda g, x: g * torch.cos(x) * 1.001, id="a factor"),
        pytest.param(lambda g, x: -g * torch.cos(x), id="a sign"),
        pytest.param(lambda g, x: torch.cos(x), id="the incoming gradient forgotten"),
        pytest.param(lambda g, x: g * x, id="another function"),
        pytest.param(lambda g, x: torch.sum(g) * torch.cos(x), id="elements mixed"),
        pytest.param(slope_outside_the_graph, id="second order lost"),
        pytest.param(other_slope_on_tensors, id="other numbers on tensors"),
        pytest.param(None, id="no rule"),
    ],
)
def test_a_wrong_rule_fails_the_check_of_gradients(scratch: Family, rule: Any) -> None:
    call = scratch.primitive("wrong", np.sin, rule, tensors=1)
    with pytest.raises(AssertionError):
        check_gradients(call, POINTS)


def test_sin_with_the_rule_of_another_function_fails_the_check_of_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    (sin,) = [p for p in all_primitives() if p.name == "sin"]
    (sinh,) = [p for p in all_primitives() if p.name == "sinh"]
    check_gradients(torch.sin, POINTS)
    monkeypatch.setattr(sin, "vjps", sinh.vjps)
    with pytest.raises(AssertionError):
        check_gradients(torch.sin, POINTS)


def test_a_wrong_value_fails_the_check_of_values() -> None:
    with pytest.raises(AssertionError):
        check_value(torch.sin, each(lambda x: math.sin(x) * (1 + 1e-11)), POINTS)


def test_a_forward_function_that_writes_to_its_argument_fails_the_check_of_arguments(scratch: Family) -> None:
    call = scratch.primitive("writes", lambda x: np.sin(x, out=x), lambda g, x: g * torch.cos(x))
    with pytest.raises(TypeError, match="invalid combination") as caught:
        check_arguments_are_left_alone(call, POINTS)
    assert "read-only" in str(caught.value.__context__)


def test_a_rule_that_writes_to_the_incoming_gradient_fails_the_check_of_arguments(scratch: Family) -> None:
    def rule(g: Any) -> Any:
        data = g._data if isinstance(g, Tensor) else g
        data *= 2
        return g

    call = scratch.primitive("writes", lambda x: 2 * x, rule)
    with pytest.raises(ValueError, match="read-only"):
        check_arguments_are_left_alone(call, POINTS)


def test_a_wrong_edge_fails_the_check_of_edges() -> None:
    with pytest.raises(AssertionError):
        check_edge(RECORDS["sqrt"], EdgeCase((0.0,), 0.0, (0.0,)))


def test_a_function_without_an_example_is_found_out(scratch: Family) -> None:
    scratch.primitive("unheard_of", np.sin, lambda g, x: g * torch.cos(x))
    assert reference_of(FUNCTIONS["unheard_of"]) is None
    assert not is_sampled(FUNCTIONS["unheard_of"])


# Adding to the table


@pytest.mark.parametrize(
    ("forward", "rule", "asked"),
    [
        (np.sin, lambda g, z: g * z, "z"),
        (lambda x, scale: x * scale, lambda g, skale: g * skale, "skale"),
        (np.sin, lambda g, y_shape: g, "y_shape"),
        (np.sin, lambda g, values: g, "values"),
    ],
)
def test_a_rule_can_only_ask_for_what_its_operation_has(scratch: Family, forward: Any, rule: Any, asked: str) -> None:
    before = len(all_primitives()), len(FUNCTIONS)
    with pytest.raises(TypeError, match=f"a rule of nonsense asks for '{asked}', which is neither an argument nor"):
        scratch.primitive("nonsense", forward, rule)
    assert (len(all_primitives()), len(FUNCTIONS)) == before


def test_a_name_is_taken_once(scratch: Family) -> None:
    with pytest.raises(TypeError, match=r"^sin is in the table twice$"):
        scratch.primitive("sin", np.sin, lambda g: g)
    with pytest.raises(TypeError, match=r"^ln is in the table twice$"):
        scratch.primitive("logarithm", np.log, lambda g, x: g / x, aliases=("ln",))


def test_a_new_record_gets_its_node_its_name_and_its_signature(scratch: Family) -> None:
    call = scratch.primitive(
        "scaled_log1p",
        lambda x, scale=2.0: scale * np.log1p(x),
        lambda g, x, scale: g * scale / (x + 1),
        domain=POSITIVE,
        doc="scale * log1p(x)",
    )
    record = FUNCTIONS["scaled_log1p"]
    assert record.signature() == "scaled_log1p(x, scale=2.0)"
    assert (record.family, record.doc, record.required) == ("scratch", "scale * log1p(x)", 1)
    x = torch.tensor(1.0, requires_grad=True)
    assert call(x).grad_fn.name() == "ScaledLog1PBackward0"
    check_gradients(lambda x: call(x, scale=3.0), [np.array([0.5, 1.5])])


def test_a_record_is_all_that_a_function_needs(scratch: Family) -> None:
    call = scratch.primitive(
        "cube_root",
        np.cbrt,
        lambda g, out: g / (3 * out**2),
        elementwise=True,
        floating=True,
        parity="odd",
        doc="cube root",
    )
    assert value_of("cube_root(x)", [np.float64(-8.0)]).item() == -2
    derivative = derivatives(parse("cube_root(-x)"), [("x",)], {"x": ()}).program(("x",))
    assert program_text(derivative) == ["-1/(3*cube_root(x)**2)"]
    program = trace(call, {"x": ()})
    np.testing.assert_array_equal(run(program, {"x": np.array([1.0, 8.0, 27.0])})["value"], [1, 2, 3])
    assert kernel(program.equations[0], lambda variable: True).fills
