"""Loops of machine code as parts of a program: rows of any number and kind, what NumPy does between, what is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd.jacobians import derivatives
from autodiff.engine.program import Program, columns, run, trace
from autodiff.engine.program.fusing import Fused
from autodiff.engine.program.native import bodies, code, machine, processor, vector_math

pytestmark = pytest.mark.skipif(not code.available(), reason="no machine code can be made here")


def bump(x: Tensor, y: Tensor) -> dict[str, Tensor]:
    value = torch.sin(x**2) * torch.exp(-y) + torch.log(x * y)
    return {"value": value, **derivatives(value, {"x": x, "y": y})}


def gamma(x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """With what has no native form, twice in turn."""
    value = torch.lgamma(torch.exp(x) * y + torch.digamma(x * x + 1)) * y
    return {"value": value, "positive": y > 0, **derivatives(value, {"x": x, "y": y})}


BUMP = trace(bump, {"x": (), "y": ()})
GAMMA = trace(gamma, {"x": (), "y": ()})
RANDOM = np.random.default_rng(0)
ROWS = {name: RANDOM.uniform(0.5, 2, 1000) for name in "xy"}


def steps(program: Program, exact: bool = False) -> list[str]:
    """What is computed in turn: `loop`, or an operation of NumPy's."""
    plan = columns._plan(program, frozenset(program.inputs), exact, True)
    return ["loop" if isinstance(step.part, Fused) else step.part.primitive.name for step in plan.steps]


def test_a_program_of_numbers_is_one_loop_and_what_has_no_native_form_stands_between_loops() -> None:
    assert steps(BUMP) == ["loop"]
    assert steps(GAMMA) == ["loop", "digamma", "polygamma", "loop", "lgamma", "digamma", "loop"]


def mixed(x: Tensor, a: Tensor, s: Tensor) -> dict[str, Tensor]:
    """Numbers, vectors and matrices, and what moves, adds up and multiplies their elements."""
    product = a @ x * torch.tensor([1.0, 2.0]) + torch.stack([s, x[1]])
    value = torch.cat([product, x.flip(0)]).sum() + a.T.mean() * s
    return {"value": value, "product": product, **derivatives(value * value, {"x": x, "a": a, "s": s}, hessian=True)}


def test_small_vectors_and_matrices_are_unrolled() -> None:
    program = trace(mixed, {"x": (2,), "a": (2, 2), "s": ()})
    assert steps(program) == ["loop"]
    given = {"x": RANDOM.normal(size=(100, 2)), "a": RANDOM.normal(size=(100, 2, 2)), "s": RANDOM.normal(size=100)}
    for fixed in ((), ("x",), ("a", "s")):
        some = {name: values[0] if name in fixed else values for name, values in given.items()}
        found = run(program, some, native=True, threads=1, block=30)
        for name, expected in run(program, some, native=False).items():
            np.testing.assert_allclose(found[name], expected, rtol=1e-12, atol=1e-12, err_msg=name)


def test_what_looks_at_the_elements_of_a_vector_is_left_to_numpy() -> None:
    program = trace(lambda x: {"value": torch.sort(x)[0][0] + x.max() * torch.any(x > 0), "sum": x.sum()}, {"x": (3,)})
    assert {"sort", "max", "any"} <= set(steps(program))
    columns = {"x": RANDOM.normal(size=(50, 3))}
    np.testing.assert_allclose(run(program, columns, native=True)["value"], run(program, columns)["value"], rtol=1e-14)


def test_exact_loops_leave_functions_to_numpy() -> None:
    assert steps(BUMP, exact=True) == ["loop", "sin", "exp", "log", "cos", "loop"]


@pytest.mark.parametrize("program", [BUMP, GAMMA])
@pytest.mark.parametrize("rows", [0, 1, 3, 8, 15, 16, 17, 1000])
@pytest.mark.parametrize("threads", [1, 2])
def test_any_number_of_rows_gives_what_numpy_gives(program: Program, rows: int, threads: int) -> None:
    some = {name: column[:rows] for name, column in ROWS.items()}
    found = run(program, some, native=True, threads=threads, block=16 if threads > 1 else None)
    for name, expected in run(program, some, native=False).items():
        assert found[name].dtype == expected.dtype
        np.testing.assert_allclose(found[name], expected, rtol=1e-12, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("program", [BUMP, GAMMA])
def test_exact_loops_have_the_bits_of_a_run_of_each_row(program: Program) -> None:
    found = run(program, ROWS, native=True, exact=True)
    for name, expected in run(program, ROWS, native=False, exact=True).items():
        np.testing.assert_array_equal(found[name], expected)


@pytest.mark.parametrize("width", [16, 32])
def test_processors_with_narrower_registers_compute_fewer_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    if width > processor.vector_bytes():
        pytest.skip("this processor has no registers so wide")
    for module in (bodies, vector_math):
        monkeypatch.setattr(module, "vector_bytes", lambda: width)
    program = trace(bump, {"x": (), "y": ()})
    found = run(program, ROWS, native=True)
    for name, expected in run(program, ROWS, native=False).items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-12, atol=1e-14, err_msg=name)


def test_without_vector_functions_numpy_computes_functions_between_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_math, "symbol", lambda *wanted: None)
    program = trace(bump, {"x": (), "y": ()})
    assert steps(program) == ["loop", "sin", "exp", "log", "cos", "loop"]
    found = run(program, ROWS, native=True)
    for name, expected in run(program, ROWS, native=False).items():
        np.testing.assert_array_equal(found[name], expected, err_msg=name)


def test_where_a_row_stands_changes_nothing() -> None:
    hostile = np.array([np.nan, np.inf, 1e300, 5e-324, -0.0, 1e22, -3.0])
    given = {name: np.concatenate([column, RANDOM.permutation(hostile)]) for name, column in ROWS.items()}
    found = run(BUMP, given, native=True)
    order = RANDOM.permutation(len(given["x"]))
    moved = run(BUMP, {name: column[order] for name, column in given.items()}, native=True, block=24)
    for name, column in found.items():
        np.testing.assert_array_equal(moved[name], column[order])


def test_a_number_may_be_the_same_in_all_rows_and_columns_may_have_gaps() -> None:
    wide = np.stack([ROWS["x"], ROWS["y"]], 1)
    expected = run(BUMP, {"x": ROWS["x"], "y": 0.7}, native=False)
    for name, column in run(BUMP, {"x": wide[:, 0], "y": 0.7}, native=True).items():
        np.testing.assert_allclose(column, expected[name], rtol=1e-13)
    backwards = run(BUMP, {"x": ROWS["x"][::-1], "y": 0.7}, native=True)
    np.testing.assert_allclose(backwards["value"][::-1], expected["value"], rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (lambda n, x: {"value": n * 3 + n % 2, "product": n * x, "less": n < x}, {"n": torch.tensor(3), "x": ()}),
        (
            lambda t, x: {"value": torch.where(t, x, -x), "not": torch.logical_not(t)},
            {"t": torch.tensor(True), "x": ()},
        ),
        (
            lambda f, x: {"value": torch.sin(f) * x, "half": f / 2},
            {"f": torch.tensor(1.5, dtype=torch.float32), "x": ()},
        ),
        (lambda f: {"value": torch.sin(f) * 2, "down": torch.floor(f)}, {"f": torch.tensor(1.5, dtype=torch.float32)}),
    ],
)
def test_whole_numbers_truths_and_float32_keep_their_dtypes(function: Callable[..., Any], inputs: Any) -> None:
    program = trace(function, inputs)
    given = {
        "n": np.arange(-50, 50),
        "t": np.arange(100) % 3 == 0,
        "f": np.linspace(-9, 9, 100).astype(np.float32),
        "x": np.linspace(-60, 60, 100),
    }
    given = {name: given[name] for name in inputs}
    found = run(program, given, native=True)
    for name, expected in run(program, given, native=False).items():
        assert found[name].dtype == expected.dtype
        np.testing.assert_allclose(found[name], expected, rtol=1e-6 if "f" in inputs else 1e-13)


numbers = st.sampled_from([0.0, -0.0, 1.0, -2.5, 1e300, -1e-310, np.inf, -np.inf, np.nan])
EXACT: list[Callable[..., Any]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x / y - y,
    lambda x, y: torch.where(x < y, x, y),
    lambda x, y: torch.maximum(x, y) * 0.5,
    lambda x, y: torch.sqrt(torch.abs(x)) - y,
    lambda x, y: torch.floor(x) + torch.clamp(y, -1.0, 2.0),
    lambda x, y: torch.where((x == y) | torch.isnan(x), 1.0, x) * y**2,
]


@settings(max_examples=examples(25), deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(EXACT), min_size=1, max_size=6), st.lists(st.tuples(numbers, numbers), min_size=1))
def test_arithmetic_comparisons_and_choices_have_numpys_bits(steps: list[Callable[..., Any]], rows: Any) -> None:
    def function(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        value = x
        for step in steps:
            value = step(value, y)
        return {"value": value, **derivatives(value, {"x": x, "y": y})}

    program = trace(function, {"x": (), "y": ()})
    given = dict(zip("xy", np.array(rows).T.copy(), strict=True))
    found = run(program, given, native=True)
    for name, expected in run(program, given, native=False).items():
        np.testing.assert_array_equal(found[name], expected, err_msg=name)


def test_machine_code_is_made_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns.pays(BUMP, 10_000_000)
    assert not columns.pays(BUMP, 100_000)
    monkeypatch.setattr(code, "llvm_version", lambda: "")
    assert not columns.pays(BUMP, 10_000_000)


@pytest.mark.parametrize(
    ("name", "error"), [("Code", OSError), ("compiled", ImportError), ("compiled", RuntimeError), ("available", None)]
)
def test_where_no_code_can_be_made_numpy_computes(monkeypatch: pytest.MonkeyPatch, name: str, error: Any) -> None:
    def refuse(*given: Any) -> bool:
        if error is not None:
            raise error
        return False

    monkeypatch.setattr(code, name, refuse)
    monkeypatch.setattr(code.kept, "load", lambda key: None if name != "Code" else bytes(9))
    program = trace(bump, {"x": (), "y": ()})
    found = run(program, ROWS, native=True)
    np.testing.assert_array_equal(found["value"], run(BUMP, ROWS, native=False)["value"])
    assert "loop" not in steps(program)


def test_a_loop_that_is_kept_needs_no_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    run(trace(bump, {"x": (), "y": ()}), ROWS, native=True)
    monkeypatch.setattr(machine, "_llvm", lambda: pytest.fail("LLVM was asked"))
    run(trace(bump, {"x": (), "y": ()}), ROWS, native=True)
