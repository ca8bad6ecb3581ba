"""Forms of a rational function as expressions: factored, multiplied out, collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from .arithmetic import add, multiply, power
from .functions import call
from .identities import rewritten
from .rational import Ring, TooLargeError, Value
from .terms import MINUS_ONE, Number, Product, Sum, Term, children, number, summands

_MOST_TERMS = 60  # of a polynomial that is written multiplied out
_MOST_COLLECTED = 4  # generators by whose powers a polynomial is collected
_DEEPEST = 2  # polynomials that are collected in each other


class Forms:
    """Forms of the values of a ring; `tokens` tells how long an expression is."""

    def __init__(self, ring: Ring, tokens: Callable[[Term], int]) -> None:
        self.ring = ring
        self.tokens = tokens
        self._shortest: dict[tuple[int, int], Term] = {}
        self._depth = 0  # of collected polynomials in each other
        self._generators = len(ring.generators)
        self._radicands = [(root, base) for root, base in ring.roots() if isinstance(base, (Sum, Product))]

    def of(self, value: Value) -> Iterator[Term]:
        """Expressions that are equal to a value."""
        if not value.content:
            yield number(0)
            return
        above = {i: e for i, e in value.powers.items() if e > 0}
        below = {i: e for i, e in value.powers.items() if e < 0}
        for top, bottom in combinations(list(self._sides(above)), list(self._sides(below))):
            yield self._written(value.content, {**dict(top), **dict(bottom)})
        yield from self._spread(value)
        yield from self._multiplied_out(value)

    def _sides(self, powers: Mapping[int, int]) -> Iterator[dict[int, int]]:
        """A numerator or a denominator as it is factored, and with sums multiplied by each other."""
        yield dict(powers)
        sums = {i: e for i, e in powers.items() if i >= self._generators}
        if not sums:
            return
        for exponent in set(sums.values()):
            group = [i for i, e in sums.items() if e == exponent]
            if len(group) > 1:
                made = self._product(Value(Fraction(1), dict.fromkeys(group, 1)))
                if made is not None:
                    yield {**{i: e for i, e in powers.items() if i not in group}, made: exponent}
        if len(set(sums.values())) > 1 or max(map(abs, sums.values())) > 1:
            made = self._product(Value(Fraction(1), {i: abs(e) for i, e in sums.items()}))
            if made is not None:
                yield {**{i: e for i, e in powers.items() if i not in sums}, made: 1 if max(sums.values()) > 0 else -1}

    def _product(self, value: Value) -> int | None:
        """The place of a product that is multiplied out; None: it is too long."""
        try:
            made = self.ring.multiplied_out(value)
        except TooLargeError:
            return None
        return self.ring.place(made) if len(made) <= _MOST_TERMS else None

    def _spread(self, value: Value) -> Iterator[Term]:
        """What is below the line in the terms of a sum above it: (log(x) + 1)**2 + 1/x."""
        below = {i: e for i, e in value.powers.items() if e < 0}
        sums = [i for i, e in value.powers.items() if e == 1 and i >= self._generators]
        if not below or not sums:
            return
        inverse = self._written(Fraction(1), below)
        for place in sums:
            rest = {i: e for i, e in value.powers.items() if i != place and i not in below}
            parts = [multiply(part, inverse) for part in summands(self.shortest(place))]
            yield multiply(self._written(value.content, rest), add(*parts))

    def _multiplied_out(self, value: Value) -> Iterator[Term]:
        """Numerators with the variables inside: as terms, each over what is below the line, or together."""
        above = {i: e for i, e in value.powers.items() if e > 0}
        below = {i: e for i, e in value.powers.items() if i not in above}
        if not any(i >= self._generators for i in above):
            return
        made = self._product(Value(Fraction(1), above))
        if made is None:
            return
        polynomial = self.ring.polynomials[made]
        if any(i >= self._generators for i in below):
            yield multiply(number(value.content), self.ring.term(polynomial), self._written(Fraction(1), below))
        else:
            yield multiply(number(value.content), self.ring.term(polynomial, below))

    def _written(self, content: Fraction, powers: Mapping[int, int]) -> Term:
        """A number times powers of polynomials."""
        left = dict(powers)
        parts = []
        for root, base in self._radicands:
            # (1 - x**2)**(-3/2) for its root and what the factors of 1 - x**2 below the line leave.
            value = self.ring.value(base)
            if root in left and value.powers:
                counts = [(left.get(i, 0) // e, e) for i, e in value.powers.items()]
                times = min(count for count, _ in counts)
                if times <= 0:
                    # None stays below the line where the root is 0 too.
                    times = min((count for count, e in counts if e > 0 and count < 0), default=0)
                if times:
                    content /= value.content**times
                    parts.append(power(base, number(times)))
                    for i, e in value.powers.items():
                        left[i] = left.get(i, 0) - times * e
        generators = {i: e for i, e in left.items() if i < self._generators}
        for i, exponent in left.items():
            if i >= self._generators and exponent:
                parts.append(power(self.shortest(i), number(exponent)))
        return multiply(self.ring.monomial(content, generators), *parts)

    def shortest(self, place: int) -> Term:
        """The polynomial as a sum, or collected by the powers of a generator, whichever is shorter."""
        known = place, self._depth
        if known not in self._shortest:
            polynomial = self.ring.polynomials[place]
            forms = [self.ring.term(polynomial)]
            if 3 <= len(polynomial) <= _MOST_TERMS and self._depth < _DEEPEST:
                self._depth += 1
                forms += self._collected(polynomial)
                self._depth -= 1
            self._shortest[known] = min(forms, key=self.tokens)
        return self._shortest[known]

    def _collected(self, polynomial: Any) -> Iterator[Term]:
        degrees = [int(degree) for degree in polynomial.degrees()]
        exponents = list(polynomial.to_dict())
        uses = {i: sum(1 for each in exponents if each[i]) for i, degree in enumerate(degrees) if degree}
        if len(uses) < 2 or max(uses.values()) == 1:
            return
        for place in sorted(uses, key=lambda i: -uses[i])[:_MOST_COLLECTED]:
            groups: dict[int, dict[Any, Any]] = {}
            for each, coefficient in polynomial.to_dict().items():
                rest = (*each[:place], 0, *each[place + 1 :])
                groups.setdefault(int(each[place]), {})[rest] = coefficient
            if len(groups) == len(polynomial):
                continue
            parts = []
            for exponent, group in groups.items():
                value = self.ring.factored(self.ring.polynomial(group), Fraction(1), {})
                inner = self._written(value.content, value.powers)
                parts.append(multiply(inner, self.ring.monomial(Fraction(1), {place: exponent})))
            yield add(*parts)


def with_roots_apart(term: Term) -> Term:
    """sqrt(x**2 - 1)/abs(x) for sqrt(1 - 1/x**2): roots of quotients without the squares in them."""
    return rewritten(term, _root_apart, lambda part: children(part) if isinstance(part, (Sum, Product)) else ())


def _root_apart(term: Term) -> Term:
    if not isinstance(term, Product):
        return term
    parts = (part for base, exponent in term.factors for part in _parts_of_root(base, exponent))
    return multiply(number(term.coefficient), *parts)


def _parts_of_root(base: Term, exponent: Term) -> list[Term]:
    as_it_is = [power(base, exponent)]
    if not isinstance(base, (Sum, Product)) or not isinstance(exponent, Number) or exponent.value.denominator != 2:
        return as_it_is
    try:
        ring = Ring(base)
        value = ring.value(base)
    except TooLargeError:
        return as_it_is
    if not any(abs(count) > 1 for count in value.powers.values()):
        return as_it_is
    odd: dict[bool, dict[int, int]] = {True: {}, False: {}}
    squares: dict[int, dict[int, int]] = {}
    for place, count in value.powers.items():
        odd[count > 0][place] = count % 2
        squares.setdefault(int(count / 2), {})[place] = 1
    above, below = (ring.term(ring.multiplied_out(Value(Fraction(1), odd[sign]))) for sign in (True, False))
    parts = [power(multiply(number(value.content), above, power(below, MINUS_ONE)), exponent)]
    for times, places in squares.items():
        factor = ring.term(ring.multiplied_out(Value(Fraction(1), places)))
        whole = int(2 * times * exponent.value)
        parts += [power(factor, number(whole)), *([call("sign", factor)] if whole % 2 else [])]
    return parts
