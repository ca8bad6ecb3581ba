"""Derivatives have values where the expression has: where exponentials overflow, and squares are 0 or overflow."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from groups import grouped

from autodiff import engine
from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.derivatives.written import Fault
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text

# An expression, and its derivative far to the left and far to the right.
SATURATED = [
    ("1/(1 + exp(-x))", 0.0, 0.0),
    ("1/(1 + exp(x))", 0.0, 0.0),
    ("exp(-x)/(1 + exp(x))", None, 0.0),
    ("1/(1 + exp(-x/2))", 0.0, 0.0),
    ("1/(1 + exp(3*(x - 1)))", 0.0, 0.0),
    ("1/(1 + exp(-x))**2", 0.0, 0.0),
    ("2/(1 + exp(-2*x)) - 1", 0.0, 0.0),
    ("x/(1 + exp(-x))", 0.0, 1.0),
    ("log(1 + exp(x))", 0.0, None),
    ("1/(exp(x) + exp(-x))", 0.0, 0.0),
    ("1/(1 + exp(-x**2))", 0.0, 0.0),
]


@pytest.mark.parametrize(("source", "left", "right"), SATURATED, ids=[source for source, *_ in SATURATED])
def test_a_derivative_is_finite_where_the_expression_is(source: str, left: float | None, right: float | None) -> None:
    program = derivatives(parse(source), [("x",)]).program(("x",))
    for expected, points in ((left, (-1e4, -800.0, -400.0)), (right, (400.0, 800.0, 1e4))):
        for point in points if expected is not None else ():
            with np.errstate(all="ignore"):
                value = evaluate(program, {"x": engine.tensor(point)}, Limits()).item()
            assert value == pytest.approx(expected, abs=1e-80), (point, program)


@pytest.mark.parametrize(("source", "expected"), [("exp(x)**2", "2*exp(2*x)"), ("exp(-x)*x**2", "x*exp(-x)*(2 - x)")])
def test_what_overflows_no_sooner_than_the_expression_keeps_its_form(source: str, expected: str) -> None:
    assert program_text(derivatives(parse(source), [("x",)]).program(("x",))) == [expected]


ODD = ("sin", "tan", "tanh", "asin", "atan", "sinh", "asinh", "erf", "expm1", "log1p")
# An expression, and points where the engine's derivative has a value that a form of the same length may lose.
KEPT = [
    *((f"{function}(x)/x", (1e-300, -1e-300)) for function in ODD),
    ("(1 - cos(x))/x", (1e-300,)),
    ("sin(x)**2/x", (1e-300,)),
    ("exp(x)/x", (-1e300, -inf)),
    ("exp(x)/x**2", (-1e100,)),
    ("exp(-x)/x", (1e300, inf)),
    ("erf(x)*exp(-x)", (inf,)),
    ("tanh(x)/x", (1e300, inf)),
    ("atan(x)/x", (1e300, inf)),
    ("x/(1 + x)", (1e300,)),
    ("1/(x**2 + 1)", (1e200,)),
]


@grouped("source, points", KEPT)
def test_a_derivative_has_the_engines_value_near_0_and_far_out(source: str, points: tuple[float, ...]) -> None:
    program = derivatives(parse(source), [("x",)]).program(("x",))
    for point in points:
        x = engine.tensor(point, requires_grad=True)
        with np.errstate(all="ignore"):
            evaluate(parse(source), {"x": x}, Limits()).backward()
            value = evaluate(program, {"x": engine.tensor(point)}, Limits()).item()
        assert x.grad is not None
        assert value == pytest.approx(x.grad.item(), rel=1e-9), (point, program_text(program))


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("x/(x**2 + 1)", [1e200, -1e200, 1e300, -1e300]),
        ("x*exp(-x**2)", [1e200, -1e200, 1e300, -1e300]),
        ("x**x**2", [0.0, -0.0]),
        ("atan(x)", []),
        # A pole of the derivative is none of the form alone.
        ("x**x", []),
        ("sqrt(x)", []),
    ],
)
def test_where_only_a_longer_form_has_a_value_is_known(source: str, points: list[float]) -> None:
    found = derivatives(parse(source), [("x",)])
    assert [*found.faults.get(("x",), {}).get(Fault.LACKING, [])] == points
