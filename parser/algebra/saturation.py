"""Forms that stay finite where exponentials overflow: 1/((exp(-x) + 1)*(exp(x) + 1)) for exp(x)/(exp(x) + 1)**2."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .arithmetic import add, multiply, power
from .functions import rebuilt
from .terms import (
    MINUS_ONE,
    ONE,
    E,
    Product,
    Sum,
    Term,
    children,
    coefficient_of,
    factors_of,
    integer,
    ordered,
    product,
    summands,
)

_MOST_SUMMANDS = 4  # of a sum above the line that is multiplied out


def has_exponentials(terms: Sequence[Term]) -> bool:
    """Whether there is a part that overflows where its variables are large, and nothing else does."""
    return any(part is E for part in ordered(terms))


def saturated(terms: Sequence[Term]) -> list[Term]:
    """The terms with exponentials above a line brought below it, where sums of them are."""
    known: dict[Term, Term] = {}
    for part in ordered(terms):
        made = rebuilt(part, known)
        known[part] = _apart(made) if isinstance(made, Product) else made
    return [known[term] for term in terms]


def _apart(term: Product) -> Term:
    """The product, as a sum of products where a sum of exponentials stands above one."""
    has_below = any(_is_below(base, exponent) for base, exponent in term.factors)
    for base, exponent in term.factors:
        if (
            isinstance(base, Sum)
            and exponent is ONE
            and len(base.terms) + bool(base.constant) <= _MOST_SUMMANDS
            and (_has_exponential(base) if has_below else E in dict(term.factors) and _has_quotient(base))
        ):
            rest = product(term.coefficient, {b: e for b, e in term.factors if b is not base})
            return add(*(_below(multiply(part, rest)) for part in summands(base)))
    return _below(term) if has_below else term


def _below(term: Term) -> Term:
    """The product with its exponential divided into sums below the line that grow as fast."""
    factors = factors_of(term)
    for base in [base for base, exponent in factors.items() if _is_below(base, exponent)]:
        assert isinstance(base, Sum)
        for part, _ in base.terms:
            unit = factors_of(part).get(E)
            # How often the exponential can be divided into the sum: once for each time it is below the line.
            times = -(integer(factors.get(base, ONE)) or 0)
            while unit is not None and times > 0 and E in factors and _covers(factors[E], unit):
                inverse = power(E, multiply(MINUS_ONE, unit))
                divided = add(*(multiply(summand, inverse) for summand in summands(base)))
                rest = product(coefficient_of(term)[0], factors)
                term = multiply(rest, inverse, base, power(divided, MINUS_ONE))
                factors, times = factors_of(term), times - 1
    return term


def _covers(exponent: Term, unit: Term) -> bool:
    """Whether one exponent is a positive multiple of another that is at least as large."""
    ratio = multiply(exponent, power(unit, MINUS_ONE))
    value = getattr(ratio, "value", None)
    return isinstance(value, Fraction) and value >= 1


def _is_below(base: Term, exponent: Term) -> bool:
    return isinstance(base, Sum) and (integer(exponent) or 0) < 0 and _has_exponential(base)


def _has_quotient(term: Sum) -> bool:
    return any(_is_below(base, exponent) for part, _ in term.terms for base, exponent in factors_of(part).items())


def _has_exponential(term: Sum) -> bool:
    return any(base is E for part, _ in term.terms for base in children(part))
