"""Expressions as programs: the recorded expressions, conditionals, kept names, and what has no program."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from effort import examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch.recorded import entries
from well_formed import check

import autodiff.engine as torch
from autodiff.engine.autograd import grad
from autodiff.engine.program import TraceError, run
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.program import trace_expression
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

RECORDED = entries("expressions.jsonl")


def by_eager(text: str, values: dict[str, Any], hessian: bool = False) -> dict[str, Any]:
    """What `eval` computes: the value, the gradients, and second derivatives by numbers."""
    variables = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True) for name, v in values.items()}
    value = evaluate(parse(text), variables)
    found: dict[str, Any] = {"value": value}
    if value.requires_grad:
        first = grad(value.sum(), list(variables.values()), create_graph=hessian, materialize_grads=True)
        found.update({f"grad.{name}": g for name, g in zip(variables, first, strict=True)})
        for name, g in zip(variables, first, strict=True) if hessian else ():
            if g.requires_grad:
                second = grad(g, list(variables.values()), retain_graph=True, materialize_grads=True)
                found.update({f"hessian.{name}.{other}": h for other, h in zip(variables, second, strict=True)})
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def assert_close(actual: Any, expected: Any, rtol: float = 1e-12, atol: float = 0.0) -> None:
    np.testing.assert_allclose(np.asarray(actual), np.asarray(expected), rtol=rtol, atol=atol)


@grouped("entry", RECORDED, ids=lambda entry: f"{entry['id']}: {entry['expr'][:60]}")
def test_a_recorded_expression_gives_as_a_program_and_over_columns_what_eval_gives(entry: dict[str, Any]) -> None:
    values = {name: np.array(v, np.float64) for name, v in entry["vars"].items()}
    program = trace_expression(parse(entry["expr"]), {name: v.shape for name, v in values.items()})
    check(program)
    expected = by_eager(entry["expr"], values)
    found = program.run(values)
    rows = run(program, {name: np.stack([v, v * math.nan, v]) for name, v in values.items()}, block=2)
    for name, one in expected.items():
        # Where large terms cancel, their order shows.
        assert_close(found[name], one, 1e-9, 1e-12)
        assert_close(rows[name][[0, 2]], np.stack([one, one]), 1e-9, 1e-12)


CONDITIONALS = [
    "sqrt(x) if x > 0 else 0",
    "0 if x <= 0 else log(x) * y",
    "x**y if x > 0 else -((-x)**y)",
    "1/x if x else y",
    "sin(x)/x if x != 0 else 1",
    "(log(x) if x > 1 else sqrt(x)) if x > 0 else x*y",
    "z = sqrt(x - y) if x > y else exp(y); z*z + x",
    "f(t) = log(t) if t > 0 else t*x; f(x) * f(y)",
    "sqrt(x) if x > 0 and y > 0 else (1/y if not y == 0 else x)",
    "(sqrt(x) if x > 0 else x) * (log(y) if y > 0 else 1)",
    "2 if x < 0 else 3",
    "x if y else 7",
]
ROWS = [-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0]


@grouped("text", CONDITIONALS)
def test_in_each_row_a_conditional_is_the_branch_that_eval_takes(text: str) -> None:
    # 1/x, log(x) and sqrt(x) have infinite slopes at 0 and nan beyond it, none of which may leave their branch.
    grid = [(x, y) for x in ROWS for y in ROWS]
    program = trace_expression(parse(text), hessian=True)
    names = [variable.name for variable in program.inputs]
    columns = {"x": np.array([x for x, _ in grid]), "y": np.array([y for _, y in grid])}
    found = run(program, {name: columns[name] for name in names}, block=8)
    for i, (x, y) in enumerate(grid):
        expected = by_eager(text, {"x": x, "y": y}, hessian=True)
        for name in found:
            wanted = expected.get(name, 0.0)
            np.testing.assert_allclose(found[name][i], wanted, rtol=1e-12, err_msg=f"{name} at x={x}, y={y}")


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=40), st.floats(), st.integers(1, 9), st.sampled_from(CONDITIONALS))
def test_any_numbers_give_row_by_row_what_eval_gives(xs: list[float], y: float, block: int, text: str) -> None:
    program = trace_expression(parse(text))
    values = {"x": np.array(xs), "y": y}
    found = run(program, {v.name: values[v.name] for v in program.inputs}, block=block)
    for i, x in enumerate(xs):
        expected = by_eager(text, {"x": x, "y": y})
        for name in found:
            np.testing.assert_allclose(found[name][i], expected.get(name, 0.0), rtol=1e-12, err_msg=name)


def test_a_vector_as_a_condition_chooses_element_by_element() -> None:
    program = trace_expression(parse("sum(x*x if x > 0 else -x)"), {"x": (3,)})
    found = run(program, {"x": np.array([[1.0, -2.0, 3.0], [-1.0, -1.0, 2.0]])})
    assert found["value"].tolist() == [12, 6]
    assert found["grad.x"].tolist() == [[2, -1, 6], [-1, -1, 4]]


def test_a_list_of_values_outside_the_graph_is_traced() -> None:
    program = trace_expression(parse("[x, y] * [x > 1, y > 1]"))
    assert run(program, {"x": np.array([2.0, 0.0]), "y": 3.0})["value"].tolist() == [[2, 3], [0, 3]]


def test_named_results_are_kept() -> None:
    program = trace_expression(parse("u = x/y; v = u**2; sin(v)"), wrt=["x"], keep=["v", "u"])
    assert list(program.outputs) == ["value", "v", "u", "grad.x"]
    found = program.run({"x": 1.0, "y": 2.0})
    assert found == {"value": math.sin(0.25), "v": 0.25, "u": 0.5, "grad.x": pytest.approx(0.5 * math.cos(0.25))}


def test_inputs_are_the_variables_in_the_order_of_their_first_use_and_constants_are_none() -> None:
    assert [v.name for v in trace_expression(parse("b*a + e*pi")).inputs] == ["b", "a"]
    assert [v.name for v in trace_expression(parse("b*a + e"), {"e": ()}).inputs] == ["b", "a", "e"]


def test_the_kinds_of_outputs_are_those_asked_for() -> None:
    def outputs(text: str, **kinds: Any) -> list[str]:
        return list(trace_expression(parse(text), **kinds).outputs)

    assert outputs("x*y", wrt=[]) == ["value"]
    assert outputs("x*y", wrt=["y"], hessian=True) == ["value", "grad.y", "hessian.y.y"]
    assert outputs("x**5", order=3) == ["value", "grad.x", "d2.x", "d3.x"]
    assert outputs("x > 1") == ["value"]


@pytest.mark.parametrize("text", ["x[y]", "f(t) = 1 if t < 1 else t*f(t - 1); f(x)", "x if x > 0 else [x, x]"])
def test_what_needs_the_numbers_has_no_program(text: str) -> None:
    shapes = {"x": (3,)} if "[y]" in text else {}
    with pytest.raises(TraceError):
        trace_expression(parse(text), shapes, wrt=["x"], limits=Limits(nodes=1000, calls=50))


def test_an_error_in_a_branch_that_is_never_taken_is_not_an_error_of_the_expression() -> None:
    with pytest.raises(TraceError):
        trace_expression(parse("x if x > 0 else [1, 2] + [1, 2, 3]"))


def test_an_operation_that_fails_for_some_numbers_is_traced_and_nan_in_the_rows_where_it_fails() -> None:
    program = trace_expression(parse("sum(cholesky(a))"), {"a": (2, 2)})
    found = run(program, {"a": np.array([[[4.0, 2.0], [2.0, 5.0]], [[1.0, 2.0], [2.0, 1.0]]])})
    assert_close(found["value"], [5.0, math.nan])
    assert np.isnan(found["grad.a"][1]).all()
    program = trace_expression(parse("sum(inv([[x, y], [y, x]]))"))
    assert_close(run(program, {"x": np.array([1.0, 2.0, 3.0]), "y": 2.0})["value"], [2 / 3, math.nan, 2 / 5])
    program = trace_expression(parse("binary_cross_entropy(3 * x, 1)"))
    assert_close(run(program, {"x": np.array([0.1, 0.5])})["value"], [-math.log(0.3), math.nan])


def test_an_error_of_shapes_points_at_the_place() -> None:
    with pytest.raises(ExpressionError, match="must match the size") as caught:
        trace_expression(parse("1 + x * y"), {"x": (2,), "y": (3,)})
    assert (caught.value.start, caught.value.end) == (4, 9)


def test_an_error_of_types_is_the_one_that_eval_gives() -> None:
    source = parse("where([x, y], x, 0)")
    with pytest.raises(ExpressionError) as evaluated:
        evaluate(source, {"x": torch.tensor(1.0), "y": torch.tensor(2.0)})
    with pytest.raises(ExpressionError, match="where expected condition to be a boolean tensor") as traced:
        trace_expression(source)
    assert traced.value.message == evaluated.value.message


def test_a_function_that_calls_itself_as_often_as_the_numbers_say_is_not_traced() -> None:
    recursive = "f(n) = n if n < 2 else f(n - 1) + f(n - 2); f(x)"
    with pytest.raises(TraceError, match="how often `f` calls itself depends on the numbers"):
        trace_expression(parse(recursive))
    counted = "f(n, x) = x if n < 1 else x*f(n - 1, x); f(5, x)"
    assert trace_expression(parse(counted)).run({"x": 2.0})["grad.x"] == 6 * 2.0**5
    twice = "f(x) = x if x < 2 else x**2; f(f(x)) if x > 0 else f(x) + f(-x)"
    assert trace_expression(parse(twice)).run({"x": 3.0})["value"] == 81
