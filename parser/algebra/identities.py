"""What generators have to do with each other: sin and cos, tan, abs and sign."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .arithmetic import add, multiply, power
from .canonical import CANONICAL
from .formulas import formula
from .functions import rebuilt
from .notation import function
from .terms import (
    HALF,
    MINUS_ONE,
    ONE,
    Call,
    Product,
    Sum,
    Term,
    children,
    factors_of,
    integer,
    number,
    ordered,
    product,
    raw_call,
)


def square(base: Term) -> Sum | None:
    """The square of a function by that of another: a number and one term. None: nothing is known."""
    record = function(base.name) if isinstance(base, Call) else None
    if record is None or record.square is None or not isinstance(base, Call):
        return None
    found = formula(record.square)(CANONICAL, {"x": base.arguments[0]})
    return found if isinstance(found, Sum) and len(found.terms) == 1 else None


def partner(base: Term) -> Call:
    """The function by whose square the `square` of another is written."""
    found = square(base)
    assert found is not None
    ((squared, _),) = found.terms
    (call,) = factors_of(squared)
    assert isinstance(call, Call)
    return call


def of_inverse(call: Call) -> Term | None:
    """x for sin(asin(x)), sqrt(1 - x**2) for cos(asin(x)), which is not negative; None: it is no such call."""
    inner = call.arguments[0] if len(call.arguments) == 1 else None
    record = function(inner.name) if isinstance(inner, Call) else None
    if record is None or not record.inverse or not isinstance(inner, Call):
        return None
    (argument,) = inner.arguments
    if record.inverse == call.name:
        return argument
    found = square(call)
    if found is None or partner(call).name != record.inverse:
        return None
    ((_, turned),) = found.terms
    return power(add(number(found.constant), multiply(number(turned), power(argument, number(2)))), HALF)


def is_even(base: Term) -> bool:
    """Whether a function of one argument is even."""
    record = function(base.name) if isinstance(base, Call) else None
    return record is not None and record.parity == "even"


def quotients(term: Term) -> list[Call]:
    """The calls in an expression that are a quotient of two others, such as tan(x)."""
    return [part for part in ordered([term]) if isinstance(part, Call) and _ratio(part) is not None]


def _ratio(call: Call) -> Term | None:
    record = function(call.name)
    return formula(record.ratio)(CANONICAL, {"x": call.arguments[0]}) if record is not None and record.ratio else None


def without_quotients(term: Term) -> Term:
    """The expression with sin(x)/cos(x) for tan(x), and u*sign(u) for abs(u)."""
    known: dict[Term, Term] = {}
    for part in ordered([term]):
        made = rebuilt(part, known)
        if isinstance(made, Call):
            made = _ratio(made) or (_signed(made) if made.name == "abs" else made)
        known[part] = made
    return known[term]


def _signed(call: Call) -> Term:
    return multiply(call.arguments[0], raw_call("sign", call.arguments))


def with_quotients(term: Term) -> Term:
    """The expression with tan(x) for sin(x)/cos(x), and abs(x) for x*sign(x)."""
    known: dict[Term, Term] = {}
    for part in ordered([term]):
        made = rebuilt(part, known)
        known[part] = _joined(made) if isinstance(made, Product) else made
    return known[term]


def _joined(term: Product) -> Term:
    factors = dict(term.factors)
    for base in [base for base, _ in term.factors if isinstance(base, Call)]:
        assert isinstance(base, Call)
        for whole in (*_with_ratio(base), *([raw_call("abs", base.arguments)] if base.name == "sign" else [])):
            assert isinstance(whole, Call)
            inside = _ratio(whole) or _signed(whole)
            parts = factors_of(inside)
            counts = [_count(factors.get(b), e) for b, e in parts.items()]
            times = min(counts) if min(counts) > 0 else max(counts) if max(counts) < 0 else 0
            if times:
                rest = product(term.coefficient, factors)
                made = multiply(rest, power(inside, number(-times)), power(whole, number(times)))
                return _joined(made) if isinstance(made, Product) else made
    return term


def _with_ratio(base: Call) -> Iterator[Term]:
    """The call of the same argument that is this one divided by its partner: tan(x) for sin(x)."""
    record = function(base.name)
    if record is not None and record.quotient:
        yield raw_call(record.quotient, base.arguments)


def _count(present: Term | None, wanted: Term) -> int:
    have, each = integer(present) if present is not None else 0, integer(wanted)
    return int(Fraction(have or 0, each or 1))


def doubled(term: Term) -> Term:
    """The expression with cos(2*x) and sin(2*x) for squares and products of cos(x) and sin(x), hyperbolic ones too."""
    known: dict[Term, Term] = {}
    for part in ordered([term], lambda part: children(part) if isinstance(part, (Sum, Product)) else ()):
        made = rebuilt(part, known) if isinstance(part, (Sum, Product)) else part
        if isinstance(part, Product) and any(known[b] is not b for b, e in part.factors if (integer(e) or 0) < 0):
            # Below the line, sin(x) - cos(x) is exact where its square, 1 - sin(2*x), is lost in rounding.
            made = part
        if isinstance(made, Product):
            made = _doubled(made.coefficient, made)
        elif isinstance(made, Sum):
            made = add(number(made.constant), *(_doubled(c, part) for part, c in made.terms))
        known[part] = made
    return known[term]


def _doubled(coefficient: Fraction, term: Term) -> Term:
    factors = factors_of(term)
    for base in factors:
        if square(base) is None or not is_even(base):
            continue
        other = partner(base)
        assert isinstance(base, Call)
        twice = multiply(number(2), base.arguments[0])
        for pair, made in (
            ({base: 1, other: 1}, multiply(HALF, raw_call(other.name, (twice,)))),
            ({base: 2}, multiply(HALF, add(ONE, raw_call(base.name, (twice,))))),
        ):
            if all(integer(factors.get(b, MINUS_ONE)) == e for b, e in pair.items()):
                rest = {b: e for b, e in factors.items() if b not in pair}
                return multiply(product(coefficient, rest), made)
    for base, exponent in factors.items():
        if square(base) is not None and not is_even(base) and integer(exponent) == 2:
            rest = {b: e for b, e in factors.items() if b is not base}
            found = square(base)
            assert found is not None
            return multiply(product(coefficient, rest), doubled(found))
    return product(coefficient, factors)
