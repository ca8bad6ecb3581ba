"""Rational functions on FLINT: the numbers, sums, products and quotients of an expression, in generators.

A generator is what is no polynomial, or is taken as a whole: a variable, a call, a root, a power with an exponent that
varies. A value is kept as its irreducible factors, so that numerator and denominator never have one in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from types import MappingProxyType
from typing import Any, NamedTuple

from flint import Ordering, fmpz_mpoly_ctx

from .arithmetic import COMPANY, add, multiply, power
from .identities import is_even, partner, square
from .terms import ONE, Call, E, Number, Product, Sum, Symbol, Term, coefficient_of, is_call, number, ordered, product

_MOST_WORK = 1_000_000  # coefficients that are multiplied to make the sum of some products
_MOST_GENERATORS = 60
_MOST_FACTORED = 200  # terms
_HIGHEST = 100_000  # degree of a polynomial that is factored: of more, FLINT takes all memory
_MOST_TERMS = 5000  # of a polynomial whose factors are looked for at all
_LARGEST = 10**300  # coefficient that is written, as floats end


class TooLargeError(Exception):
    """Multiplied out, an expression would take too long."""


class Value(NamedTuple):
    """A number times powers of irreducible polynomials, each by its place in the ring; 0 has the number 0."""

    content: Fraction
    powers: Mapping[int, int]


class Generator(NamedTuple):
    """base ** unit, of which there are whole powers."""

    base: Term
    unit: Term


def split(exponent: Term) -> tuple[int, list[tuple[Term, Fraction]]]:
    """An exponent as a whole number and terms with coefficients, that of ONE between 0 and 1."""
    if isinstance(exponent, Number):
        constant, terms = exponent.value, []
    elif isinstance(exponent, Sum):
        constant, terms = exponent.constant, list(exponent.terms)
    else:
        coefficient, rest = coefficient_of(exponent)
        constant, terms = Fraction(0), [(rest, coefficient)]
    whole = constant.numerator // constant.denominator
    if constant != whole:
        terms.append((ONE, constant - whole))
    return whole, terms


def _counts(exponent: Term) -> bool:
    """Whether a power with this exponent has a power of the base itself, or a root of it, as a factor."""
    count, rest = split(exponent)
    return bool(count) or any(unit is ONE for unit, _ in rest)


class Ring:
    """The rational functions in the generators of an expression.

    `whole`: a sum with an exponent is a generator, and not multiplied out. `parity`: squares of "even" functions such
    as cos, or of "odd" ones such as sin, are written by the other. TooLargeError: it has too many generators.
    """

    def __init__(self, root: Term, whole: bool = False, parity: str = "") -> None:
        self.whole = whole
        self.root = root
        atoms: dict[Term, None] = {}
        sizes: dict[tuple[Term, Term], Fraction] = {}
        for term in ordered([root], self._parts):
            if self._is_atom(term):
                atoms[term] = None
            if not isinstance(term, Product):
                continue
            for base, exponent in term.factors:
                rest = split(exponent)[1]
                if _counts(exponent) and self._is_atom(base):
                    atoms[base] = None
                for unit, coefficient in rest:
                    place = base, unit
                    sizes[place] = _common(sizes.get(place, Fraction(0)), coefficient)
        squared = [
            atom for atom in atoms if parity and square(atom) is not None and is_even(atom) is (parity == "even")
        ]
        atoms = {**dict.fromkeys(squared), **atoms, **dict.fromkeys(map(partner, squared))}
        # Of what is a generator, a root is the generator in its place, and it a power of that. What relations replace
        # comes before what it is replaced with, as FLINT divides by their first terms.
        places = (*reversed(sizes), *((atom, ONE) for atom in atoms))
        sizes = {place: sizes.get(place, Fraction(1)) for place in places}
        if len(sizes) > _MOST_GENERATORS:
            raise TooLargeError
        self.generators = [Generator(base, multiply(number(size), unit)) for (base, unit), size in sizes.items()]
        self._sizes = sizes
        self._places = {place: i for i, place in enumerate(sizes)}
        self._atoms = {atom: self._places[atom, ONE] for atom in atoms}
        self._context = fmpz_mpoly_ctx.get([f"x{i}" for i in range(len(sizes))], Ordering.lex)
        # What can be multiplied without looking at what it becomes.
        self._is_plain = [unit is ONE and _is_plain(base) for base, unit in self.generators]
        self.polynomials: list[Any] = []
        self._known: dict[Any, int] = {}
        self._values: dict[Term, Value] = {}
        for generator in self._context.gens():
            self.place(generator)
        self._signs = {i: self._atoms.get(a.arguments[0]) for a, i in self._atoms.items() if is_call(a, "sign")}
        gens = self._context.gens()
        # Polynomials that are 0. A sign cubed is itself, and squared 1, but for 0.
        self.relations = [self._of_square(atom) for atom in squared]
        self.relations += self._of_roots()
        for place, argument in self._signs.items():
            self.relations += [gens[place] ** 3 - gens[place]]
            self.relations += [] if argument is None else [gens[argument] * (gens[place] ** 2 - 1)]

    def _is_atom(self, term: Term) -> bool:
        if isinstance(term, Sum):
            return self.whole and term is not self.root
        return not isinstance(term, (Number, Product))

    def _parts(self, term: Term) -> Iterator[Term]:
        """What the value of an expression is made of."""
        if isinstance(term, Sum) and not self._is_atom(term):
            yield from (part for part, _ in term.terms)
        elif isinstance(term, Product):
            for base, exponent in term.factors:
                if _counts(exponent) and not self._is_atom(base):
                    yield base

    def _of_square(self, atom: Term) -> Any:
        found = square(atom)
        assert found is not None
        ((_, turned),) = found.terms
        one, other = (
            self._context.gens()[self._atoms[each]] ** (2 * self._sizes[each, ONE].denominator)
            for each in (atom, partner(atom))
        )
        return one - int(turned) * other - int(found.constant)

    def roots(self) -> Iterator[tuple[int, Term]]:
        """The generators that are roots, each with what it is the root of."""
        for (base, unit), place in self._places.items():
            if unit is ONE and base not in self._atoms:
                yield place, base

    def polynomial(self, terms: Mapping[Any, Any]) -> Any:
        """The polynomial with coefficients by exponents."""
        return self._context.from_dict(dict(terms))

    def _of_roots(self) -> Iterator[Any]:
        for place, base in self.roots():
            value = self.value(base)
            if value.content.denominator == 1 and all(exponent > 0 for exponent in value.powers.values()):
                yield self._context.gens()[place] ** self._sizes[base, ONE].denominator - self._multiplied(value)

    def value(self, term: Term) -> Value:
        """The value of an expression of which the root is made. TooLargeError: it has too many parts."""
        for part in ordered([term], self._parts):
            if part not in self._values:
                self._values[part] = self._value(part)
        return self._values[term]

    def _value(self, term: Term) -> Value:
        if isinstance(term, Number):
            return Value(term.value, {})
        if self._is_atom(term):
            return Value(Fraction(1), {self._atoms[term]: self._sizes[term, ONE].denominator})
        if isinstance(term, Sum):
            parts = [(self._values[part], coefficient) for part, coefficient in term.terms]
            return self.added([*parts, (Value(Fraction(1), {}), term.constant)] if term.constant else parts)
        assert isinstance(term, Product)
        content, powers = term.coefficient, dict[int, int]()
        for base, exponent in term.factors:
            count, rest = split(exponent)
            if count:
                value = self._values[base] if base in self._values else self._value(base)
                content *= value.content**count
                _merge(powers, value.powers, count)
            for unit, coefficient in rest:
                _merge(powers, {self._places[base, unit]: int(coefficient / self._sizes[base, unit])}, 1)
        return Value(content, powers)

    def added(self, parts: Sequence[tuple[Value, Fraction]]) -> Value:
        """The sum of values with coefficients."""
        common = _least([value.powers for value, _ in parts])
        rests = [
            ({i: e - common.get(i, 0) for i, e in {**dict.fromkeys(common, 0), **value.powers}.items()})
            for value, _ in parts
        ]
        self._weigh(rests)
        contents = [value.content * coefficient for value, coefficient in parts]
        denominator = lcm(*(content.denominator for content in contents))
        total = self._context.constant(0)
        for content, rest in zip(contents, rests, strict=True):
            total += self._multiplied(Value(content * denominator, rest))
        return self.factored(self.reduced(total), Fraction(1, denominator), common)

    def factored(self, polynomial: Any, content: Fraction, powers: Mapping[int, int]) -> Value:
        """The polynomial as its factors, times a number and powers."""
        if not polynomial:
            return Value(Fraction(0), {})
        if len(polynomial) > _MOST_TERMS or max(map(int, polynomial.degrees()), default=0) > _HIGHEST:
            raise TooLargeError
        try:
            # Of a long one, irreducible factors are hardly ever shorter, and take the longer to find.
            unit, factors = (polynomial.factor if len(polynomial) <= _MOST_FACTORED else polynomial.factor_squarefree)()
        except OverflowError:
            # FLINT puts factors with coefficients beyond 64 bits in no order; those of another kind it leaves alone.
            unit, factors = polynomial.factor_squarefree()
        found = dict(powers)
        _merge(found, {self.place(factor): exponent for factor, exponent in factors}, 1)
        return Value(content * int(unit), found)

    def reduced(self, polynomial: Any) -> Any:
        """The polynomial with the relations applied as often as they can be."""
        for relation in self.relations:
            polynomial %= relation
        return polynomial

    def _weigh(self, products: Sequence[Mapping[int, int]]) -> None:
        """TooLargeError: multiplied out, products would take too long."""
        work = 0
        for powers in products:
            size, degrees = 1, [0] * len(self.generators)
            for i, exponent in powers.items():
                polynomial = self.polynomials[i]
                size *= len(polynomial) ** min(exponent, 64)
                degrees = [d + exponent * int(more) for d, more in zip(degrees, polynomial.degrees(), strict=True)]
                size = min(size, prod(d + 1 for d in degrees))
                work += size
            if work > _MOST_WORK:
                raise TooLargeError

    def _multiplied(self, value: Value) -> Any:
        result = self._context.constant(int(value.content))
        for i, exponent in value.powers.items():
            if exponent:
                result *= self.polynomials[i] ** exponent
        return result

    def multiplied_out(self, value: Value) -> Any:
        """A value whose powers are positive, without its number, as one polynomial. TooLargeError: that is too long."""
        self._weigh([value.powers])
        return self.reduced(self._multiplied(Value(Fraction(1), value.powers)))

    def place(self, polynomial: Any) -> int:
        """The place of a polynomial, which it is given if it has none."""
        key = frozenset(polynomial.to_dict().items())
        if key not in self._known:
            self._known[key] = len(self.polynomials)
            self.polynomials.append(polynomial)
        return self._known[key]

    def term(self, polynomial: Any, below: Mapping[int, int] = MappingProxyType({})) -> Term:
        """A polynomial as an expression, its terms times powers of generators. TooLargeError: it is beyond floats."""
        parts = []
        for exponents, coefficient in polynomial.to_dict().items():
            if abs(coefficient) > _LARGEST:
                raise TooLargeError
            powers = {i: e + below.get(i, 0) for i, e in enumerate(exponents)}
            parts.append(self.monomial(Fraction(int(coefficient)), powers))
        return add(*parts)

    def least_length(self, value: Value) -> int:
        """As many tokens as a value that is factored has at least: one for each generator in each term."""
        monomials = (exponents for i in value.powers for exponents in self.polynomials[i].to_dict())
        return sum(sum(map(bool, exponents)) for exponents in monomials)

    def factors_as_sums(self, value: Value) -> Term:
        """A value as it is factored."""
        factors = [power(self.term(self.polynomials[i]), number(e)) for i, e in value.powers.items()]
        return multiply(number(value.content), *factors)

    def monomial(self, content: Fraction, exponents: Mapping[int, int]) -> Term:
        """A number times powers of generators as an expression."""
        if all(self._is_plain[i] for i, exponent in exponents.items() if exponent):
            return product(content, {self.generators[i].base: number(int(e)) for i, e in exponents.items() if e})
        powers = []
        for i, exponent in exponents.items():
            if i in self._signs and exponent:
                # Below the line, or beside something else that is 0 with it, a sign is 1 or -1.
                argument = self._signs[i]
                is_one = exponent < 0 or (argument is not None and exponents.get(argument))
                exponent = exponent % 2 if exponent % 2 or is_one else 2
            if exponent:
                base, unit = self.generators[i]
                powers.append(power(base, multiply(number(int(exponent)), unit)))
        return multiply(number(content), *powers)


def _is_plain(base: Term) -> bool:
    if isinstance(base, Call):
        return base.name not in COMPANY and base.name not in ("exp", "sign")
    return isinstance(base, Symbol) and base is not E


def _merge(powers: dict[int, int], more: Mapping[int, int], times: int) -> None:
    for i, exponent in more.items():
        found = powers.get(i, 0) + exponent * times
        if found:
            powers[i] = found
        else:
            powers.pop(i, None)


def _least(powers: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """The least exponent of each base, that of one which is missing being 0."""
    found = dict.fromkeys((i for each in powers for i in each), 0)
    return {i: least for i in found if (least := min(each.get(i, 0) for each in powers))}


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The greatest number of which both are multiples."""
    denominator = lcm(one.denominator, other.denominator)
    return Fraction(gcd(int(one * denominator), int(other * denominator)), denominator)
