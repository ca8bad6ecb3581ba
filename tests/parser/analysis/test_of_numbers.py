"""Single numbers alone, compared with tensors to the last bit: operators, and every function of the table."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.engine import FUNCTIONS, tensor
from autodiff.parser.analysis.differentiate import differentiate
from autodiff.parser.analysis.of_numbers import of_numbers
from autodiff.parser.analysis.problem import Problem
from autodiff.parser.analysis.result import Report
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

_LIMITS = Limits()


def problem(text: str, limits: Limits = _LIMITS, const: str = "", **numbers: float) -> Problem:
    program = parse(text)
    values = {name: tensor(numbers[name]) for name in free_variables(program) if name in numbers}
    return Problem(program, values, [name for name in values if name not in const], limits)


def both(text: str, const: str = "", **numbers: float) -> tuple[Report | None, Report | None]:
    """The report of numbers alone, None where there is none, and for one that there is, that of tensors."""
    with computing("float64"), suppress(ExpressionError):
        asked = problem(text, const=const, **numbers)
        found = of_numbers(asked)
        return found, found and differentiate(asked)
    return None, None


def test_every_function_of_the_table_has_the_bits_of_tensors_or_is_left_to_them() -> None:
    """At points inside and outside of domains, with numbers for arguments too."""
    alone: set[str] = set()
    for name, record in FUNCTIONS.items():
        for x, y, z in ((0.7, 0.3, 0.9), (-1.5, 2.0, 0.5), (3.0, 3.0, 1.0)):
            count = max(record.tensors, 1)
            variants = [f"{name}({', '.join('xyz'[:count])})*x + {name}({', '.join('yzx'[:count])})", f"{name}(x, 2)"]
            for text in variants:
                found, expected = both(text, x=x, y=y, z=z)
                if found is not None:
                    assert repr(found) == repr(expected), text
                    alone.add(name)
    assert len(alone) > 100
    assert {"sin", "log", "sqrt", "maximum", "sigmoid", "atan2"} <= alone


_LEAVES = st.sampled_from(["x", "y", "c", "pi", "2", "3", "0.5", "1e3", "1", "0"])
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "/", "**", "%", "//"]), part).map(" ".join).map("({})".format),
        st.tuples(st.sampled_from(["-", "+", "sin", "exp", "abs", "log"]), part).map("{0[0]}({0[1]})".format),
    ),
    max_leaves=12,
)
_NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-300, 1e300, -3.25])


@given(_EXPRESSIONS, _NUMBERS, _NUMBERS, _NUMBERS)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_operators_have_the_bits_of_tensors(text: str, x: float, y: float, c: float) -> None:
    found, expected = both(text, const="c", x=x, y=y, c=c)
    if found is not None:
        assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    "text",
    ["x*y + sin(x)", "2 - x", "2/x", "x**2", "2**x", "x**y", "-x*pi", "x % 2", "y + 2*3*x", "log(x)", "relu(x - y)"],
)
def test_numbers_alone_are_enough_for(text: str) -> None:
    found, expected = both(text, x=0.75, y=1.5)
    assert found is not None
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    "text",
    ["x", "3", "z = x; z*2", "x if x > 0 else y", "[x, y]", "sum(x)", "x // 2", "log(x - 2)", "x@y", "f(t) = t; f(x)"],
)
def test_all_else_is_left_to_tensors(text: str) -> None:
    assert both(text, x=0.75, y=1.5)[0] is None


def test_limits_are_left_to_tensors() -> None:
    assert of_numbers(problem("x + x + x", Limits(nodes=2), x=1.0)) is None
    assert of_numbers(problem("x + x + x", Limits(elements=0), x=1.0)) is None
