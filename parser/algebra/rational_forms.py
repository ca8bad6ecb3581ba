"""Forms of a rational function as expressions: factored, multiplied out, collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from itertools import permutations
from itertools import product as combinations
from typing import Any

from .arithmetic import add, multiply, power
from .functions import call
from .identities import rewritten
from .rational import Ring, TooLargeError, Value
from .terms import MINUS_ONE, ONE, Number, Product, Sum, Term, children, coefficient_of, number, product, summands

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
    return rewritten(term, _root_apart, _inner)


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
    odd = {place: times - 2 * int(times / 2) for place, times in value.powers.items() if times % 2}
    squares: dict[int, dict[int, int]] = {}
    for place, times in value.powers.items():
        squares.setdefault(int(times / 2), {})[place] = 1
    parts: list[Term] = []
    for times, places in squares.items():
        factor = ring.term(ring.multiplied_out(Value(Fraction(1), places)))
        whole = int(2 * times * exponent.value)
        parts += [power(factor, number(whole)), *([call("sign", factor)] if whole % 2 else [])]
    if len(odd) == 2:
        # The root of x*(2 - x) for that of x times that of 2 - x, which both are positive wherever it is real.
        one, other = (ring.term(ring.polynomials[place]) for place in odd)
        for sign in (1, -1):
            turned = multiply(number(sign), one), multiply(number(sign if value.content > 0 else -sign), other)
            if _are_positive_together(*turned):
                roots = zip((number(abs(value.content)), *turned), (1, *odd.values()), strict=True)
                return [*parts, *(power(root, multiply(number(count), exponent)) for root, count in roots)]
    sides = ({place: abs(count) for place, count in odd.items() if count == side} for side in (1, -1))
    above, below = (ring.term(ring.multiplied_out(Value(Fraction(1), side))) for side in sides)
    return [*parts, power(multiply(number(value.content), above, power(below, MINUS_ONE)), exponent)]


def _are_positive_together(one: Term, other: Term) -> bool:
    """Whether two expressions are positive where their product is: x and 2 - x, which are 2 together."""
    first, second = (dict(coefficient_of(part)[::-1] for part in summands(term)) for term in (one, other))
    for part, coefficient in first.items():
        against = second.get(part, Fraction(0))
        if part is not ONE and coefficient * against < 0:
            total = add(multiply(number(abs(against)), one), multiply(number(abs(coefficient)), other))
            return isinstance(total, Number) and total.value > 0
    return False


def with_roots_joined(term: Term, tokens: Callable[[Term], int]) -> Term:
    """The expression with the root of x*(2 - x) for that of x times that of 2 - x."""
    return rewritten(term, partial(_joined, tokens), _inner)


def _joined(tokens: Callable[[Term], int], term: Term) -> Term:
    if not isinstance(term, Product):
        return term
    roots = [(b, e) for b, e in term.factors if isinstance(e, Number) and e.value.denominator == 2]
    for (one, exponent), (other, below) in permutations(roots, 2):
        if abs(exponent.value) == abs(below.value) and _are_positive_together(one, other):
            rest = product(term.coefficient, {b: e for b, e in term.factors if b not in (one, other)})
            inside = [multiply(one, power(other, number(below.value / exponent.value)))]
            if below is exponent:
                inside.append(add(*(multiply(a, b) for a in summands(one) for b in summands(other))))
            return multiply(rest, power(min(inside, key=tokens), exponent))
    return term


def _inner(part: Term) -> Iterable[Term]:
    return children(part) if isinstance(part, (Sum, Product)) else ()
