"""Derivatives of programs that name their parts: right, in these names, and as long as there are statements."""

from __future__ import annotations

import re

import pytest

from autodiff.parser.derivatives import derivative
from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text
from autodiff.parser.syntax.records import Name, Program
from autodiff.parser.syntax.walk import body_of, walk

CHAINS = [
    ("x", "sin({0})*{0}"),
    ("y", "({0} + x/{0})/2"),
    ("1", "{0} - ({0}**2 - x)/(2*{0})"),
    ("x", "exp(-{0}**2) + {0}*x"),
    ("x", "log(1 + exp({0}))/x"),
]


def chain(start: str, step: str, count: int) -> str:
    return "\n".join(
        [f"t0 = {start}", *(f"t{i} = {step.format(f't{i - 1}')}" for i in range(1, count)), f"t{count - 1}"]
    )


@pytest.mark.parametrize(
    ("start", "step", "order"),
    [*((*each, 1) for each in CHAINS), *((*CHAINS[i], 2) for i in (0, 3))],
)
def test_a_derivative_of_any_order_is_as_long_as_there_are_statements(start: str, step: str, order: int) -> None:
    by = ("x",) * order
    lengths: list[int] = []
    for n in (10, 20):
        text = " ".join(program_text(derivatives(parse(chain(start, step, n)), [by]).program(by)))
        lengths.append(len(re.findall(r"\w+|\S", text)))
    assert lengths[1] <= 2.6 * lengths[0], lengths


@pytest.mark.parametrize(
    ("source", "by", "lines"),
    [
        ("a = x*y; b = sin(a); exp(b)", "y", ["a = x*y", "b = sin(a)", "x*exp(b)*cos(a)"]),
        ("a = x*y; b = sin(a); exp(b)", "yy", ["x**2*exp(sin(x*y))*(cos(x*y)**2 - sin(x*y))"]),
        ("z = w*x + b; y = sigmoid(z); -log(1 - y)", "ww", ["z = w*x + b", "y = sigmoid(z)", "x**2*y*(1 - y)"]),
        ("u = x**2 - 1; u/(x + 1)", "xx", ["0"]),
        ("a = x**2; b = a if x > 1 else x; a*b", "x", ["where(x > 1, 4*x**3, 3*x**2)"]),
        ("a = (x*y).exp(); a**2", "x", ["2*y*exp(2*x*y)"]),
        ("v = [x, 2*x]; s = sum(v*v); exp(s)", "x", ["v = [x, 2*x]", "s = sum(v*v)", "10*x*exp(s)"]),
    ],
)
def test_names_come_back_where_that_is_shorter(source: str, by: str, lines: list[str]) -> None:
    assert program_text(derivatives(parse(source), [tuple(by)]).program(tuple(by))) == lines


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("count", [4, 9])
def test_what_has_a_name_is_written_before_it_is_used(order: int, count: int) -> None:
    by = ("x",) * order
    assert_defined(derivatives(parse(chain("x", "exp({0}/2)", count)), [by]).program(by), {"x"})


def test_a_sum_of_which_a_multiple_is_written_has_its_name_before_it() -> None:
    shapes = {"x": (3,), "y": (3,), "z": (3,)}
    program = derivatives(parse("triplet_margin_loss(x, y, z)"), [("x", "x"), ("z", "z")], shapes).program(("z", "z"))
    assert_defined(program, {*shapes})
    assert "unsqueeze" not in " ".join(program_text(program))  # as the rules would be, were names lacking


def test_names_that_a_derivative_gives_to_its_parts_are_no_names_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(derivative, "_in_given_names", refuse)
    assert derivatives(parse("x**x"), [("x",) * 10]).points > 0


def assert_defined(program: Program, known: set[str]) -> None:
    for statement in program.statements:
        assert {part.name for part in walk(body_of(statement)) if type(part) is Name} <= known
        known.add(getattr(statement, "name", ""))
