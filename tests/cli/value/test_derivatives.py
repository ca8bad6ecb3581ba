"""The derivatives that `eval` offers beside the gradient."""

from __future__ import annotations

import json

import numpy as np
import pytest
from groups import grouped


def results(evaluate, *args: str) -> dict:
    """The result as JSON holds it."""
    result = evaluate(*args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_a_gradient_is_zero_where_the_value_does_not_depend_on_the_variable(evaluate) -> None:
    found = results(evaluate, "x + 0*sum(y) if x > 0 else y", "x=1", "y=[1, 2]", "--wrt", "x,y", "--hessian")
    assert found["grad"] == {"x": 1.0, "y": [0.0, 0.0]}
    assert found["hessian"]["y"] == {"x": [0.0, 0.0], "y": [[0.0, 0.0], [0.0, 0.0]]}
    found = results(evaluate, "x if x > 0 else y", "x=1", "y=[1, 2]", "--jacobian", "--vjp", "3", "--jvp", "y=[1, 1]")
    assert found["grad"] == {"x": 1.0, "y": [0.0, 0.0]}
    assert found["jacobian"] == {"x": 1.0, "y": [0.0, 0.0]}
    assert found["vjp"] == {"x": 3.0, "y": [0.0, 0.0]}
    assert found["jvp"] == {"value": 0.0}


@pytest.mark.parametrize(
    "args", [["--hessian"], ["--jacobian"], ["--order", "3"], ["--vjp", "2"], ["--jvp", "x=2"], []]
)
def test_a_value_that_is_constant_has_zeros_for_derivatives(evaluate, args: list[str]) -> None:
    found = results(evaluate, "2*ones_like(x)", "x=3", *args)
    assert found["grad"] == {"x": 0.0}
    assert set(evaluate("2*ones_like(x)", "x=3", *args).facts.values()) == {"2.0", "0.0"}


def test_the_hessian_of_a_scalar_in_vectors_has_both_their_shapes(evaluate) -> None:
    found = results(evaluate, "sum(x)**2 * prod(y)", "x=[1, 2, 3]", "y=[2, 5]", "--hessian")
    hessian = found["hessian"]
    assert np.allclose(hessian["x"]["x"], np.full((3, 3), 20.0))
    assert np.allclose(hessian["x"]["y"], np.outer([12.0] * 3, [5.0, 2.0]))
    assert np.allclose(hessian["y"]["x"], np.transpose(hessian["x"]["y"]))
    assert np.allclose(hessian["y"]["y"], [[0.0, 36.0], [36.0, 0.0]])


def test_the_jacobian_has_the_shape_of_the_value_and_of_the_variable(evaluate) -> None:
    found = results(evaluate, "A @ x", "A=[[1, 2], [3, 4], [5, 6]]", "x=[1, -1]", "--jacobian")
    assert found["jacobian"]["x"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert np.shape(found["jacobian"]["A"]) == (3, 3, 2)
    assert np.allclose(found["jacobian"]["A"], np.einsum("ij,k->ijk", np.eye(3), [1.0, -1.0]))


def test_vector_products_agree_with_the_jacobian(evaluate) -> None:
    args = ["[x[0]*x[1], exp(x[0]), x[1]**3]", "x=[0.5, 2]"]
    weights, direction = [1.0, -2.0, 0.5], [3.0, 0.25]
    found = results(evaluate, *args, "--jacobian", "--vjp", str(weights), "--jvp", f"x={direction}")
    jacobian = np.array(found["jacobian"]["x"])
    assert np.allclose(found["vjp"]["x"], weights @ jacobian)
    assert np.allclose(found["jvp"]["value"], jacobian @ direction)


def test_directions_of_several_variables_add_up(evaluate) -> None:
    assert results(evaluate, "x*y", "x=3", "y=2", "--jvp", "x=1", "--jvp", "y=0.5")["jvp"] == {"value": 3.5}


def test_orders_agree_with_calculus(evaluate) -> None:
    facts = evaluate("x**5 + y**2", "x=2", "y=3", "--order", "5").facts
    assert [facts[f"d{n}.x"] for n in range(2, 6)] == ["160.0", "240.0", "240.0", "120.0"]
    assert [facts[f"d{n}.y"] for n in range(2, 6)] == ["2.0", "0.0", "0.0", "0.0"]


def test_the_derivatives_of_a_vector_are_those_of_its_sum(evaluate) -> None:
    found = results(evaluate, "x**3 * [1, 10]", "x=2", "--order", "2", "--hessian")
    assert (found["value"], found["grad"]["x"], found["d2"]["x"], found["hessian"]["x"]["x"]) == (
        [8.0, 80.0],
        132.0,
        132.0,
        132.0,
    )


def test_only_the_chosen_variables_are_differentiated_by(evaluate) -> None:
    found = results(evaluate, "x*y*z", "x=2", "y=3", "z=4", "--wrt", "y", "--hessian", "--jacobian", "--order", "2")
    assert (found["grad"], found["jacobian"], found["d2"]) == ({"y": 8.0}, {"y": 8.0}, {"y": 0.0})
    assert found["hessian"] == {"y": {"y": 0.0}}


def test_a_value_with_no_elements_has_derivatives_with_none(evaluate) -> None:
    found = results(evaluate, "x*2", "x=[]", "--jacobian", "--hessian", "--vjp", "[]", "--jvp", "x=[]")
    assert found["grad"] == {"x": []}


def test_float32_derivatives_are_float32(evaluate) -> None:
    facts = evaluate(
        "x**3/3", "x=0.1", "--dtype", "float32", "--hessian", "--jacobian", "--vjp", "1", "--order", "2"
    ).facts
    for key in ("grad.x", "hessian.x.x", "jacobian.x", "vjp.x", "d2.x"):
        assert facts[key] == repr(float(str(np.float32(facts[key])))), key


@grouped(
    "args, message",
    [
        (["--order", "2"], "--order takes variables that are single numbers, and `x` has 2 elements"),
        (["--vjp", "1"], "--vjp takes weights of the shape of the value, [2], not of []"),
        (["--vjp", "abc"], "the value of `--vjp` cannot be `abc`"),
        (["--jvp", "x=1"], "--jvp takes a direction of the shape of `x`, [2], not of []"),
        (["--jvp", "y=1"], "--jvp has a direction for `y`, which is not differentiated by"),
        (["--jvp", "x"], "--jvp takes NAME=VALUE, not `x`"),
        (["--jvp", "x=[1, 1]", "--jvp", "x=[1, 1]"], "--jvp gives `x` twice"),
        (["--jvp", "x=[1, 1]", "--const", "x"], "--jvp has a direction for `x`, which is not differentiated by"),
    ],
)
def test_a_derivative_that_does_not_fit_is_a_usage_error(evaluate, args: list[str], message: str) -> None:
    result = evaluate("x**2", "x=[1, 2]", *args)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
