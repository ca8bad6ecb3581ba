"""Long sums of long products as sums inside each other: a*(b + c*(d + e)) for a*b + a*c*d + a*c*e."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from .arithmetic import add, multiply, power
from .terms import E, Sum, Term, factors_of, number, summands

# Powers, of which exp(x + y) is two, and a coefficient.
_Terms = list[tuple[dict[Term, None], Fraction]]


def nested(term: Sum) -> Term:
    """The sum with what several terms have in common taken out of these, the most frequent power first.

    The rules of a chain of functions make sums of which each term has the factors of those before it. Where each has
    nearly all factors, as in the derivative of a product, the terms are halved: each half lacks only its own.
    """
    made_power = cache(power)

    def powers(factors: Mapping[Term, Term]) -> dict[Term, None]:
        pairs = ((b, e) for base, exponent in factors.items() for b, e in _apart(base, exponent))
        return {made_power(base, exponent): None for base, exponent in pairs}

    terms = [(powers(factors_of(part)), c) for part, c in term.terms]
    if term.constant:
        terms.append(({}, term.constant))
    pending: list[tuple[_Terms, Counter[Term]] | Term] = [(terms, _counted(terms))]
    made: list[Term] = []
    while pending:
        part = pending.pop()
        if not isinstance(part, tuple):
            made.append(multiply(part, add(made.pop(), made.pop())))
            continue
        terms, counts = part
        common = [each for each, n in counts.items() if n == len(terms)]
        for each in common:
            del counts[each]
            for factors, _ in terms:
                del factors[each]
        outside = multiply(*common)
        if max(counts.values(), default=1) == 1:
            made.append(multiply(outside, add(*(multiply(number(c), *factors) for factors, c in terms))))
        else:
            pending += [outside, *_split(terms, counts)]
    return made[0]


def _apart(base: Term, exponent: Term) -> list[tuple[Term, Term]]:
    """A power as one, or an exponential of a sum as several."""
    return [(base, part) for part in summands(exponent)] if base is E else [(base, exponent)]


def _counted(terms: _Terms) -> Counter[Term]:
    """In how many terms each power is."""
    return Counter(each for factors, _ in terms for each in factors)


def _split(terms: _Terms, counts: Counter[Term]) -> list[tuple[_Terms, Counter[Term]]]:
    """The terms that have the most frequent power, and the others; or halves. Only the smaller part is counted."""
    most = max(counts, key=counts.__getitem__)
    parts: tuple[_Terms, _Terms] = [], []
    for item in terms:
        parts[most in item[0]].append(item)
    fewer, more = sorted(parts, key=len)
    few = _counted(fewer)
    if fewer is parts[0] and 2 * few.total() * len(terms) > counts.total() * len(fewer):
        # Those that lack it are as long as the others.
        half = len(terms) // 2
        fewer, more = terms[:half], terms[half:]
        few = _counted(fewer)
    many = Counter({each: left for each, n in counts.items() if (left := n - few[each])})
    return [(fewer, few), (more, many)]
