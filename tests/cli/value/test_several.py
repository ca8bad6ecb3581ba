"""What `diff` writes into a pipe, evaluated: several derivatives by name, and variables that they lack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
AT = ("--x", "1", "--y", "2")


@pytest.mark.parametrize(
    ("source", "options", "values"),
    [
        ("x**2*y", (), {"d_x": 4.0, "d_y": 1.0}),
        ("x**2*y", ("--order", "2"), {"d2_x": 4.0, "d2_y": 0.0}),
        ("max(x, y)", (), {"d_x": 0.0, "d_y": 1.0}),
        ("x % y", (), {"d_x": 1.0, "d_y": 0.0}),
        ("exp(sin(x)*y) + sin(x)*y", (), None),
        ("x*y*e + pi", (), None),
    ],
)
def test_several_derivatives_are_evaluated_by_name(
    autodiff: Run, source: str, options: tuple[str, ...], values: dict[str, float] | None
) -> None:
    text = autodiff("diff", source, *options).out
    if values is None:
        gradient = json.loads(autodiff("eval", source, *AT, "--json").out)["grad"]
        values = {f"d_{name}": value for name, value in gradient.items()}
    found = json.loads(autodiff("eval", *AT, "--json", stdin=text).out)["value"]
    assert found == pytest.approx(values, rel=1e-12)
    plain = autodiff("eval", *AT, stdin=text)
    assert plain.code == 0
    assert [line.split("\t")[0] for line in plain.out.splitlines()] == list(values)


def test_a_derivative_from_a_pipe_has_all_its_names(autodiff: Run) -> None:
    for key in ("d_x", "grad.x", "d/dx"):
        assert autodiff("eval", *AT, "--get", key, stdin="d_x\t2*x*y\nd_y\tx**2\n").out == "4.0\n"
    for output, text in [("torch", "d_x = tensor(4.)\nd_y = tensor(1.)\n"), ("csv", "d_x,d_y\n4.0,1.0\n")]:
        assert autodiff("eval", *AT, "--format", output, stdin="d_x\t2*x*y\nd_y\tx**2\n").out == text


@pytest.mark.parametrize("source", ["3*x", "3*x + y", "x*y"])
@pytest.mark.parametrize("by", [(), ("--wrt", "x"), ("--const", "y")])
def test_a_variable_that_a_derivative_lacks_is_a_note(autodiff: Run, source: str, by: tuple[str, ...]) -> None:
    text = autodiff("diff", source, "--wrt", "x").out
    result = autodiff("eval", *AT, *by, stdin=text)
    assert (result.code, result.out.splitlines()[0]) == (0, "value\t2.0" if source == "x*y" else "value\t3.0")
    assert "not occur in the expression" in result.err


def test_a_mistyped_variable_is_an_error_from_a_pipe_too(autodiff: Run) -> None:
    result = autodiff("eval", "--alpa", "2", stdin="alpha**2")
    assert (result.code, "did you mean the variable `alpha`" in result.err) == (2, True)
    assert autodiff("eval", "3", "--x", "2").code == 2


@pytest.mark.parametrize("command", ["diff", "trace", "graph", "check"])
def test_where_one_expression_has_to_be_several_are_named(autodiff: Run, command: str) -> None:
    result = autodiff(command, stdin="d_x\t2*x*y\nd_y\tx**2\n")
    assert (result.code, "2 expressions, `d_x` to `d_y`" in result.err) == (3, True)
    assert "autodiff eval" in result.err


def test_of_several_there_are_the_values_alone(autodiff: Run) -> None:
    assert autodiff("eval", *AT, "--hessian", stdin="d_x\t2*x*y\nd_y\tx**2\n").code == 2
