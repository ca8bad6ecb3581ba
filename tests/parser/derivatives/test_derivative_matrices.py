"""Derivatives by matrices and vectors as text: what is printed, and that it is right for expressions made at random."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from effort import examples
from groups import grouped
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis.jacobian import jacobians
from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import Printer
from autodiff.parser.unparse import printed


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


# In a matrix A of 2 rows and 3 columns, and vectors x of 3 elements and b of 2.
OF_MATRICES = [
    ("(A @ x).sum()", "A", "x"),
    ("(A @ x).sum()", "x", "sum(A, 0)"),
    ("((A @ x - b)**2).sum()", "x", "2*(A.T @ (A @ x - b))"),
    ("((A @ x - b)**2).sum()", "A", "2*outer(A @ x - b, x)"),
    ("b @ A @ x", "A", "outer(b, x)"),
    ("norm(sum(x, 0, True))", "x", "sign(sum(x))"),
    ("b @ A @ x", "x", "b @ A"),
    ("x @ A.T @ A @ x", "x", "2*(A.T @ (A @ x))"),
    ("(A @ x - b) @ [[1, 2], [3, 4]] @ (A @ x - b)", "b", "([[1, 2], [3, 4]] + [[1, 3], [2, 4]]) @ (b - A @ x)"),
    ("(x - mean(x)) @ (x - mean(x))", "x", "2*(x - mean(x))"),
    ("((A - mean(A, 0))**2).sum()", "A", "2*(A - mean(A, 0))"),
    ("-sum(b*log(sigmoid(A @ x)) + (1 - b)*log(1 - sigmoid(A @ x)))", "x", "A.T @ (sigmoid(A @ x) - b)"),
    ("-sum(b*log(sigmoid(A @ x)) + (1 - b)*log(1 - sigmoid(A @ x)))", "A", "outer(sigmoid(A @ x) - b, x)"),
    ("logsumexp(A @ x, 0) - b @ A @ x", "A", "outer(softmax(A @ x, 0) - b, x)"),
    ("sum(flip(A, [0])*outer(b, x))", "A", "outer(flip(b), x)"),
    ("norm(A.T @ A - outer(x, x))**2", "A", "4*(A @ (A.T @ A - outer(x, x)))"),
    ("trace(A @ A.T)", "A", "2*A"),
    ("norm(A)", "A", "A/norm(A)"),
    ("(A**2).mean()", "A", "2*A/numel(A)"),
    ("(3*sin(A)).sum(1)", "A", "3*cos(A)"),
    ("cross_entropy(A, [2, 0])", "A", "[[0, 0, -1/2], [-1/2, 0, 0]] + softmax(A, 1)/2"),
    ("var(A, 1)", "A", "2*(A - mean(A, 1, keepdim=True))/(A.shape[1] - 1)"),
    ("A[:, 1]**2", "A", "[[0, 2*A[0, 1], 0], [0, 2*A[1, 1], 0]]"),
    ("logdet(A @ A.T)", "A", "2*(inverse(A @ A.T) @ A)"),
    ("b @ inverse(A @ A.T) @ b", "b", "2*(inverse(A @ A.T) @ b)"),
    ("sum(x)*sum(softmax(A, 1))", "x", "sum(softmax(A, 1))"),
    ("svdvals(A).sum()", "A", "linalg_svd(A, False).U @ linalg_svd(A, False).Vh"),
    (
        "max(A, dim=1).values",
        "A",
        "scatter(zeros_like(A), 1, unsqueeze(max(A, dim=1).indices, -1), broadcast_to(1.0, [2, 1]))",
    ),
]


@grouped("source, by, expected", OF_MATRICES)
def test_the_derivative_by_a_matrix_is_printed_as_a_person_would_write_it(source: str, by: str, expected: str) -> None:
    shapes = {"A": (2, 3), "x": (3,), "b": (2,)}
    expression = parse(source)
    used = {name: shape for name, shape in shapes.items() if re.search(rf"\b{name}\b", source)}
    found = derivatives(expression, [(by,)], used)
    assert Printer().text(found.program((by,)).statements[-1]) == expected
    assert found.points


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("((A @ x - b)**2).sum()", "2 \\left(A \\, x - b\\right) \\, x^{\\mathsf{T}}"),
        ("logdet(A @ A.T)", "2 \\left(A \\, A^{\\mathsf{T}}\\right)^{-1} \\, A"),
        ("sin(A)*A", "A \\odot \\cos\\left(A\\right) + \\sin\\left(A\\right)"),
        ("(A*[[1, 2, 3], [4, 5, 6]]).sum()", "\\begin{pmatrix} 1 & 2 & 3 \\\\ 4 & 5 & 6 \\end{pmatrix}"),
    ],
)
def test_latex_tells_the_product_of_matrices_from_that_of_their_elements(source: str, expected: str) -> None:
    shapes = {name: shape for name, shape in {"A": (2, 3), "x": (3,), "b": (2,)}.items() if name in source}
    assert printed("latex", derivatives(parse(source), [("A",)], shapes), source).strip() == expected


@pytest.mark.parametrize("source", ["x + [[], []]", "sum(x*[])", "[[], []] @ [[x]][:0]", "[x][:0] @ [x][:0]"])
def test_the_derivative_of_no_elements_is_zero(source: str) -> None:
    found = derivatives(parse(source), [("x",)])
    assert evaluate(found.program(("x",)), {"x": tensor(2.0)}).sum().item() == 0


@pytest.mark.parametrize(
    "source", ["cat([x, x])", "flip(x)*x", "x[1:]*x[:-1]", "A @ sin(x)", "where(x > 1, x, 0)*sum(x)", "x/norm(x)"]
)
def test_the_derivatives_of_each_element_agree_with_the_engine_in_every_form_that_they_have(source: str) -> None:
    shapes = {name: shape for name, shape in {"A": (2, 3), "x": (3,)}.items() if name in source}
    assert jacobians(parse(source), [("x",)], shapes, {}, simplify=True, limits=Limits()).points


@grouped(
    "source",
    [
        *(f"{name}(x, 0, {places}, b)*x" for name in ("index_add", "index_copy") for places in ("[1, 1]", "[2, 0]")),
        *(f"index_add(A*A, -1, {places}, outer(b, b))**2" for places in ("[1, 1]", "[2, 1]")),
        *(f"index_fill(A, {dim}, {places}, s)*A" for dim in (0, 1) for places in ("[1]", "[0, 0]", "[0, 1]")),
        *(f"sum({name}(A, {q}, 1)*b)" for name in ("quantile", "nanquantile") for q in (0, 0.5, 0.75)),
        "gather(A, 1, [[1], [1]])*A",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_places_stay_whole_numbers_in_derivatives_where_all_are_equal_or_met_again(source: str) -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if re.search(rf"\b{name}\b", source)}
    assert derivatives(parse(source), [(name,) for name in shapes], shapes).points


@grouped(
    "source", ["flip(diag(x), [0]) @ x", "flip(B, [0, 1]) @ x", "flip(diag(x) @ B, [1]) @ x", "trace(flip(B, [0]))"]
)
def test_a_flip_of_a_matrix_is_one_of_its_indices(source: str) -> None:
    shapes = {name: shape for name, shape in SHAPES.items() if re.search(rf"\b{name}\b", source)}
    assert derivatives(parse(source), [(name,) for name in shapes], shapes).points
    assert derivatives(parse(f"sum(({source})**2)"), [(name,) for name in shapes], shapes).points


SHAPES = {"A": (2, 3), "B": (3, 3), "x": (3,), "b": (2,), "s": ()}
LEAVES = st.sampled_from([*SHAPES, "A", "B", "x", "2", "1", "A.T"])
FUNCTIONS = ("sin", "exp", "tanh", "abs", "relu", "sum", "mean", "norm", "amax", "prod", "var", "trace", "det", "msort")
KEYS = ("0", "-1", ":1", "1:", ":, 0", ":, 1:", "[0, 1]", "::2")
OPTIONS = ("0", "1", "-1", "0, True", "1, True", "[0, 1]")


def _extended(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} @ {})".format, parts, parts),
        st.builds("({} {} {})".format, parts, st.sampled_from("+-*/"), parts),
        st.builds("{}({})".format, st.sampled_from(FUNCTIONS), parts),
        st.builds("sum({}, {})".format, parts, st.sampled_from(OPTIONS)),
        st.builds("({})[{}]".format, parts, st.sampled_from(KEYS)),
        st.builds("({}).T".format, parts),
        st.builds("where({} > {}, {}, {})".format, parts, parts, parts, parts),
        st.builds("outer({}, {})".format, parts, parts),
        st.builds("reshape({}, [-1])".format, parts),
        st.builds("unsqueeze({}, {})".format, parts, st.sampled_from(["0", "-1"])),
        st.builds("stack([{}, {}])".format, parts, parts),
        st.builds("cat([{}, {}])".format, parts, parts),
    )


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.recursive(LEAVES, _extended, max_leaves=6))
@pytest.mark.filterwarnings("ignore")
def test_no_expression_in_matrices_has_a_derivative_that_disagrees_with_the_engine(source: str) -> None:
    random = np.random.default_rng(1)
    values = {name: tensor(random.uniform(0.2, 1.2, shape).tolist()).requires_grad_() for name, shape in SHAPES.items()}
    try:
        value = evaluate(parse(source), values)
        assume(value.requires_grad and value.dtype.is_floating_point)
        value.sum().backward()
    except (ExpressionError, RuntimeError):
        assume(False)
    used = [name for name in SHAPES if values[name].grad is not None]
    assert derivatives(parse(source), [(name,) for name in used], SHAPES).results.keys() == {(name,) for name in used}
