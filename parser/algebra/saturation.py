"""Forms that stay finite where exponentials overflow: 1/((exp(-x) + 1)*(exp(x) + 1)) for exp(x)/(exp(x) + 1)**2."""

from __future__ import annotations

from collections.abc import Sequence

from .arithmetic import add, multiply, power
from .functions import rebuilt
from .terms import MINUS_ONE, ONE, E, Number, Product, Sum, Term, factors_of, integer, ordered, summands


def has_exponentials(terms: Sequence[Term]) -> bool:
    """Whether there is a part that overflows where its variables are large, and nothing else does."""
    return any(part is E for part in ordered(terms))


def saturated(terms: Sequence[Term]) -> list[Term]:
    """The terms with exponentials above a line brought below it, where sums of them are."""
    known: dict[Term, Term] = {}
    for part in ordered(terms):
        made = rebuilt(part, known)
        known[part] = _below(made) if isinstance(made, Product) else made
    return [known[term] for term in terms]


def _below(term: Product) -> Term:
    """The product with its exponential divided into sums below the line that grow as fast."""
    whole: Term = term
    for base, exponent in term.factors:
        # How often the exponential can be divided into the sum: once for each time it is below the line.
        for _ in range(-(integer(exponent) or 0) if isinstance(base, Sum) else 0):
            above = factors_of(whole).get(E)
            units = [factors_of(part).get(E) for part in summands(base)]
            unit = next((unit for unit in units if unit and above and _covers(above, unit)), None)
            if unit is None:
                break
            inverse = power(E, multiply(MINUS_ONE, unit))
            divided = add(*(multiply(part, inverse) for part in summands(base)))
            whole = multiply(whole, inverse, base, power(divided, MINUS_ONE))
    return whole


def _covers(exponent: Term, unit: Term) -> bool:
    """Whether one exponent is a multiple of another that is at least as large."""
    ratio = multiply(exponent, power(unit, MINUS_ONE))
    return isinstance(ratio, Number) and ratio.value >= ONE.value
