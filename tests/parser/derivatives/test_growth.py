"""How the work for a derivative grows with the expression: counted in expressions made, not in seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from autodiff.parser.algebra import terms
from autodiff.parser.algebra.arithmetic import add, multiply, negative, power
from autodiff.parser.algebra.canonical import divide
from autodiff.parser.algebra.presentation import Presentation
from autodiff.parser.algebra.terms import ONE, E, Term, anywhere, number, raw_call, symbol
from autodiff.parser.derivatives import derivative
from autodiff.parser.derivatives.derivative import derivatives, variables_of
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text

# What there are n of, the expression, and how much more work twice as many may be.
FAMILIES: list[tuple[str, Callable[[int], str], float]] = [
    ("reciprocals", lambda n: "+".join(f"1/(x + {i})" for i in range(1, n + 1)), 3),
    ("factors", lambda n: "*".join(f"(x + {i})" for i in range(1, n + 1)), 2.5),
    ("levels", lambda n: "sin(" * n + "x" + ")" * n, 2.5),
    ("sums with differences", lambda n: "+".join(f"cos({i}*x) - x**{i}" for i in range(1, n + 1)), 2.5),
    ("maxima", lambda n: "".join(f"maximum(x + {i}, {i}*" for i in range(1, n + 1)) + "x" + ")" * n, 4.5),
    ("variables of a power", lambda n: f"({'+'.join(f'x{i}' for i in range(n))})**5", 3),
    (
        "assignments",
        lambda n: "t0 = x; " + "".join(f"t{i} = sin(t{i - 1})*t{i - 1}; " for i in range(1, n)) + f"t{n - 1}",
        3,
    ),
    ("variables of a product", lambda n: "*".join(f"x{i}" for i in range(n)), 4.5),
]


@pytest.mark.parametrize(("family", "growth"), [f[1:] for f in FAMILIES], ids=[f[0] for f in FAMILIES])
def test_twice_the_expression_is_a_few_times_the_work(
    family: Callable[[int], str], growth: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, count = terms._made, [0]

    def counting(*parts: Any) -> Any:
        count[0] += 1
        return made(*parts)

    monkeypatch.setattr(terms, "_made", counting)
    work: list[int] = []
    for n in (20, 40):
        count[0] = 0
        expression = parse(family(n))
        derivatives(expression, [(name,) for name in variables_of(expression, {})])
        work.append(count[0])
    assert work[1] <= growth * work[0], work


@pytest.mark.parametrize("levels", ["(x + {})*sin({})", "x/({} + {})", "{}/exp(sin(x*{}))", "(x + {})**({})"])
def test_the_derivative_of_products_inside_each_other_is_as_long_as_they_are_deep(levels: str) -> None:
    lengths: list[int] = []
    for n in (20, 40):
        source = "x"
        for i in range(n, 0, -1):
            source = levels.format(i, source)
        expression = parse(source)
        lengths.append(len("".join(program_text(derivatives(expression, [("x",)]).program(("x",))))))
    assert lengths[1] <= 2.5 * lengths[0], lengths


@pytest.mark.parametrize(
    "source",
    [
        "(x + 195)**195 + (x + 200)**200",
        "".join(f"tanh({i}*" for i in range(1, 175)) + "x" + ")" * 174,
        "+".join(f"sin(x)**{i}*cos(x)**{100 - i}" for i in range(1, 100)),
    ],
    ids=["coefficients beyond floats", "numbers beyond floats", "digits that cancel"],
)
def test_what_is_large_has_a_derivative_too(source: str) -> None:
    assert program_text(derivatives(parse(source), [("x",)]).program(("x",)))


def test_signs_are_changed_in_sums_of_any_depth() -> None:
    term = x = symbol("x")
    for i in range(1, 200):
        term = add(number(i), divide(term, add(x, number(i))))
    assert Presentation().tokens(negative(multiply(x, term)))


def test_each_level_of_a_nest_is_asked_once_what_holds_of_its_parts() -> None:
    asked: list[Term] = []

    def is_e(part: Term) -> bool:
        asked.append(part)
        return part is E

    has_e, term = anywhere(is_e), symbol("x")
    for _ in range(100):
        term = add(ONE, raw_call("sin", (term,)))
        assert not has_e(term)
    assert len(asked) == len(set(asked))
    assert has_e(multiply(term, E))


def test_a_product_of_many_is_the_same_however_it_is_put_together() -> None:
    factors = [power(symbol(f"x{i % 60}"), number(i % 3 + 1)) for i in range(100)] + [number(3), E, number(5)]
    one, other = reduce(multiply, factors), reduce(multiply, factors[::-1])
    halves = multiply(reduce(multiply, factors[:50]), reduce(multiply, factors[50:]))
    assert one is other is halves is multiply(*factors)
    inverse = power(factors[7], number(-1))
    assert multiply(one, inverse) is reduce(multiply, [*factors[:7], *factors[8:]])


def test_sums_of_too_many_long_products_are_written_by_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivative, "_MOST_MULTIPLIED", 1000)
    source = "*".join(f"(x + {i})" for i in range(40))
    text = "".join(program_text(derivatives(parse(source), [("x",)]).program(("x",))))
    assert "/" not in text
    assert len(text) < 10 * len(source)
