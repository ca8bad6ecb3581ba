"""Programs over columns: shapes, threads and blocks, rows that fail, and what stays the same in all rows."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from effort import examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from processes import TIMEOUT

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd.jacobians import derivatives
from autodiff.engine.program import Program, TraceError, columns, run, trace
from autodiff.engine.program.rows import kernel
from autodiff.engine.table.registry import all_primitives


def bump(x: Tensor, y: Tensor) -> dict[str, Tensor]:
    value = torch.sin(x**2) * torch.exp(-y) + torch.log(x * y)
    return {"value": value, **derivatives(value, {"x": x, "y": y}, hessian=True, order=3)}


def mixed(x: Tensor, a: Tensor, s: Tensor) -> dict[str, Tensor]:
    """Scalars, vectors and matrices in a row, through products, reductions, sorting, joining and selecting."""
    product = a @ x
    best, where = torch.max(a * s, 1)
    chosen = torch.stack([product.sum(), best[0], torch.softmax(x, 0)[1], torch.sort(x)[0][-1]])
    value = (chosen * torch.cat([product, best])).sum() + torch.prod(x, 0) + torch.mean(a, (0, 1)) * torch.linalg.det(a)
    return {"value": value, "where": where, **derivatives(value, {"x": x, "a": a, "s": s}, hessian=True)}


BUMP = trace(bump, {"x": (), "y": ()})
MIXED = trace(mixed, {"x": (2,), "a": (2, 2), "s": ()})


def assert_rows_are_those_of_one_run_each(program: Program, given: dict[str, Any], **options: Any) -> None:
    found = run(program, given, **options)
    shapes = {variable.name: variable.shape for variable in program.inputs}
    varying = {name for name, values in given.items() if np.shape(values) != shapes[name]}
    for i in range(len(next(iter(found.values())))):
        row = program.run({name: values[i] if name in varying else values for name, values in given.items()})
        for name, value in row.items():
            np.testing.assert_allclose(found[name][i], value, rtol=1e-9, atol=1e-12, err_msg=f"{name} in row {i}")


@pytest.mark.parametrize("block", [1, 3, 7, 100])
@pytest.mark.parametrize("fixed", [(), ("x",), ("a",), ("x", "s"), ("a", "s")])
def test_rows_of_numbers_vectors_and_matrices_are_computed_one_like_the_other(
    fixed: tuple[str, ...], block: int
) -> None:
    random = np.random.default_rng(1)
    given = {"x": random.normal(size=(7, 2)), "a": random.normal(size=(7, 2, 2)), "s": random.normal(size=7)}
    for name in fixed:
        given[name] = given[name][0]
    assert_rows_are_those_of_one_run_each(MIXED, given, block=block, threads=1)


numbers = arrays(np.float64, st.shared(st.integers(1, 30), key="rows"), elements=st.floats(allow_subnormal=False))


@settings(max_examples=examples(100), deadline=None)
@given(numbers, numbers, st.integers(1, 9), st.integers(1, 3))
def test_no_number_in_a_row_touches_another_row(x: Any, y: Any, block: int, threads: int) -> None:
    # Huge powers of huge numbers overflow sooner in one order than in another: only that is a matter of rounding.
    with np.errstate(all="ignore"):
        assert_rows_are_those_of_one_run_each(BUMP, {"x": x % 1e100, "y": y % 1e100}, block=block, threads=threads)


def test_a_row_that_fails_is_nan_and_the_others_are_as_they_are_alone() -> None:
    program = trace(lambda a: derivatives(torch.linalg.inv(a).sum(), {"a": a}), {"a": torch.eye(2)})
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    regular = np.array([[2.0, 1.0], [0.0, 3.0]])
    found = run(program, {"a": np.stack([regular, singular, regular])}, block=2)["grad.a"]
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_allclose(found[0], program(regular)[0])


def test_an_operation_that_raises_for_one_number_is_done_row_by_row() -> None:
    program = trace(lambda n: (n ** (n - 3)).double(), {"n": torch.tensor(4)})
    found = run(program, {"n": np.array([4, 2, 5])})
    assert found["value"].tolist() == pytest.approx([4, math.nan, 25], nan_ok=True) or found["value"][1] == 0
    assert found["value"][[0, 2]].tolist() == [4, 25]


@grouped("exponent", [-1, 2, 3, 4, 0.5, -0.5, 1.5, 5])
def test_powers_of_special_numbers_are_those_of_each_by_itself(exponent: float) -> None:
    xs = np.array([0.0, -0.0, 1.0, -1.0, 3.0, math.inf, -math.inf, math.nan, 1e-320, -1e200])
    program = trace(lambda x: derivatives(x**exponent, {"x": x}), {"x": ()})
    found = run(program, {"x": xs})
    for i, x in enumerate(xs.tolist()):
        for name, value in program.run({"x": x}).items():
            np.testing.assert_allclose(found[name][i], value, rtol=1e-14, err_msg=f"{name} at {x}")
            np.testing.assert_equal(np.signbit(found[name][i]), np.signbit(value), err_msg=f"{name} at {x}")


def test_what_is_the_same_in_all_rows_is_computed_once() -> None:
    calls: list[int] = []
    record = next(p for p in all_primitives() if p.name == "lgamma")

    def counted(x: Any) -> Any:
        calls.append(1)
        return original(x)

    original = record.forward
    program = trace(lambda x, y: torch.lgamma(x) * y, {"x": (), "y": ()})
    try:
        record.forward = counted
        found = run(program, {"x": 4.5, "y": np.arange(10.0)}, block=2)
    finally:
        record.forward = original
    assert len(calls) == 1
    np.testing.assert_allclose(found["value"], math.lgamma(4.5) * np.arange(10.0))


def test_without_columns_there_is_one_row() -> None:
    assert run(BUMP, {"x": 0.7, "y": 1.3})["value"].tolist() == [BUMP(0.7, 1.3)[0]]


def test_no_rows_give_empty_columns() -> None:
    found = run(MIXED, {"x": np.zeros((0, 2)), "a": np.zeros((0, 2, 2)), "s": 1.0})
    assert found["hessian.a.x"].shape == (0, 2, 2, 2)
    assert found["where"].dtype == np.int64


def test_outputs_that_are_inputs_constants_or_each_other_are_columns_of_their_own() -> None:
    def function(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        double = x * 2
        return {"x": x, "y": y, "one": torch.tensor(1.5), "double": double, "again": double, "other": y * 3}

    xs = np.arange(5.0)
    found = run(trace(function, {"x": (), "y": ()}), {"x": xs, "y": 2.0}, block=2)
    assert {name: column.tolist() for name, column in found.items()} == {
        "x": xs.tolist(),
        "y": [2] * 5,
        "one": [1.5] * 5,
        "double": [0, 2, 4, 6, 8],
        "again": [0, 2, 4, 6, 8],
        "other": [6] * 5,
    }
    found["x"][0] = found["double"][0] = -1
    assert xs[0] == 0
    assert found["again"][0] == 0


def test_columns_may_be_of_other_dtypes_and_strides() -> None:
    table = np.arange(12, dtype=np.int32).reshape(4, 3) + 1
    found = run(BUMP, {"x": table[:, 1], "y": table[::-1, 2].astype(np.float32)})
    np.testing.assert_allclose(found["value"][0], BUMP(2.0, 12.0)[0])


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"x": np.zeros(3), "y": np.zeros(4)}, ValueError, "y has 4 rows, and another column 3"),
        ({"x": np.zeros((3, 2)), "y": 1.0}, ValueError, r"x has the shape \[3, 2\], and a column of it \[n\]"),
        ({"x": np.zeros(3)}, KeyError, "y"),
    ],
)
def test_columns_have_to_fit(given: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(BUMP, given)


def test_threads_share_the_work() -> None:
    seen: set[int] = set()
    barrier, lock = threading.Barrier(2, timeout=TIMEOUT), threading.Lock()

    def wait(x: Any) -> Any:
        with lock:
            is_first = threading.get_ident() not in seen
            seen.add(threading.get_ident())
        if is_first:
            barrier.wait()
        return original(x)

    record = next(p for p in all_primitives() if p.name == "sigmoid")
    original = record.forward
    program = trace(torch.sigmoid, {"x": ()})
    try:
        record.forward = wait
        run(program, {"x": np.zeros(100)}, threads=2, block=10)
    finally:
        record.forward = original
    assert len(seen) == 2


def test_an_error_in_a_thread_comes_out() -> None:
    def fail(x: Any) -> Any:
        raise KeyboardInterrupt

    record = next(p for p in all_primitives() if p.name == "sigmoid")
    original = record.forward
    program = trace(torch.sigmoid, {"x": ()})
    try:
        record.forward = fail
        with pytest.raises(KeyboardInterrupt):
            run(program, {"x": np.zeros(100)}, threads=2, block=10)
    finally:
        record.forward = original


@grouped(
    "function, shape",
    [
        (lambda x: x.sum(), (3,)),
        (lambda x: x.sum(1).prod(0), (2, 3)),
        (lambda x: x.reshape(3, 2).T[0], (2, 3)),
        (lambda x: torch.stack([x[0], x[1]], 1).flip(0), (2, 3)),
        (lambda x: torch.cat([x, x.expand(2, 3)]).unsqueeze(0), (1, 3)),
        (lambda x: x @ x, (3,)),
        (lambda x: (x @ x)[0].max(), (3, 3)),
        (lambda x: torch.cumsum(x, 0).std(), (3,)),
        (lambda x: torch.logsumexp(x, 0) + torch.norm(x) + x.amax(), (3,)),
        (lambda x: torch.max(x, 1)[0] + torch.sort(x, 0)[0][0, 0], (2, 3)),
        (lambda x: x[[2, 0, 0]], (3,)),
    ],
)
def test_no_row_is_computed_by_itself_where_there_is_a_way_for_many(function: Callable[..., Any], shape: Any) -> None:
    program = trace(lambda x: derivatives(function(x), {"x": x}), {"x": shape})
    alone = [
        equation.primitive.name
        for equation in program.equations
        if kernel(equation, lambda variable: True).function.__qualname__.startswith("row_by_row")
    ]
    assert set(alone) <= {"index_backward"}


@pytest.mark.parametrize("shape", [(), (2,), (9,)])
@pytest.mark.parametrize("exponent", [2, 3, -1, -2, 0.5, 1.5, "x"])
def test_exact_columns_have_the_very_bits_of_a_run_for_each_row(shape: tuple[int, ...], exponent: Any) -> None:
    def function(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        z = torch.exp(y) * x ** (x if exponent == "x" else exponent)
        value = torch.sin(z).sum() / torch.linalg.vector_norm(z) + torch.dot(z.reshape(-1), y.reshape(-1))
        return {"value": value, **derivatives(value, {"x": x, "y": y})}

    program = trace(function, {"x": shape, "y": shape})
    random = np.random.default_rng(0)
    given = {"x": random.uniform(0.1, 9, (200, *shape)), "y": random.normal(size=(200, *shape))}
    found = run(program, given, exact=True, threads=1, block=64)
    for i in range(200):
        row = program.run({name: values[i].copy() for name, values in given.items()})
        for name, value in row.items():
            np.testing.assert_array_equal(found[name][i], value)


def test_what_runs_element_by_element_is_not_a_reduction_or_a_change_of_shape() -> None:
    names = {p.name for p in all_primitives() if p.elementwise}
    assert {"add", "sin", "where", "sigmoid", "lgamma", "to_copy", "clamp", "round", "remainder"} <= names
    assert not names & {"sum", "max", "median", "view", "mm", "dot", "cat", "glu", "prelu", "softmax", "sort", "select"}


def test_a_block_fills_the_cache_but_is_never_too_short_to_be_worth_it() -> None:
    def rows(program: Program) -> int:
        return columns._plan(program, frozenset(program.inputs)).block_size()

    wide = trace(lambda x: torch.sin(x).sum(), {"x": (100, 100)})
    many = trace(lambda x: torch.stack([torch.sin(x * i) for i in range(300)]).prod(0), {"x": ()})
    assert rows(many) == 4096
    assert rows(wide) < rows(MIXED) < rows(BUMP)


def test_a_traced_value_has_no_columns() -> None:
    with pytest.raises(TraceError):
        trace(lambda x: Tensor(run(BUMP, {"x": x._data, "y": 1.0})["value"]), {"x": (3,)})
