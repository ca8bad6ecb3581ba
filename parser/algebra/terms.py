"""The records that expressions are made of, hash-consed, and what makes and takes them apart without a rule.

There is one object for each expression, so that equal ones are identical. Nothing recurses: an expression is made from
finished ones, and is told apart from others by a digest of theirs.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from hashlib import blake2b
from typing import Any, TypeAlias, TypeGuard
from weakref import WeakKeyDictionary, WeakValueDictionary

MANY = 32  # factors, of which another is not worth a look at all the others
_LARGEST = 10**60  # of the parts of an exact number; beyond, it is rounded to a float


class Number:
    """An exact number."""

    __slots__ = ("__weakref__", "digest", "value")

    def __init__(self, digest: bytes, value: Fraction) -> None:
        self.digest = digest
        self.value = value


class Symbol:
    """A variable, or a constant with a name such as `pi`."""

    __slots__ = ("__weakref__", "digest", "name")

    def __init__(self, digest: bytes, name: str) -> None:
        self.digest = digest
        self.name = name


class Index(Symbol):
    """Which element along a dimension: of a level 0 for one of the whole result, counted from its last as 1."""

    __slots__ = ("level", "place", "size")

    def __init__(self, digest: bytes, level: int, place: int, size: int) -> None:
        super().__init__(digest, "")
        self.level = level
        self.place = place
        self.size = size


class Sum:
    """A number and at least one term, each with a coefficient that is not 0; two or more summands in all."""

    __slots__ = ("__weakref__", "constant", "digest", "terms")

    def __init__(self, digest: bytes, constant: Fraction, terms: tuple[tuple[Term, Fraction], ...]) -> None:
        self.digest = digest
        self.constant = constant
        self.terms = terms


class Product:
    """A coefficient, and factors with exponents that are not 0. An exponential is a power of e."""

    __slots__ = ("__weakref__", "coefficient", "digest", "factors", "mixed")

    def __init__(
        self, digest: bytes, coefficient: Fraction, factors: tuple[tuple[Term, Term], ...], mixed: int = 0
    ) -> None:
        self.digest = digest
        self.coefficient = coefficient
        self.factors = factors
        self.mixed = mixed


class Call:
    """A function, comparison (`<`), `and`, `or`, `not` or `where` of expressions."""

    __slots__ = ("__weakref__", "arguments", "digest", "name")

    def __init__(self, digest: bytes, name: str, arguments: tuple[Term, ...]) -> None:
        self.digest = digest
        self.name = name
        self.arguments = arguments


Term: TypeAlias = Number | Symbol | Sum | Product | Call

_known: WeakValueDictionary[bytes, Any] = WeakValueDictionary()


def _made(kind: Any, *parts: Any) -> Any:
    """The one expression of a kind with these parts."""
    return _kept(kind, f"{kind.__name__}{_flat(parts)}", *parts)


def _kept(kind: Any, text: str, *parts: Any) -> Any:
    digest = blake2b(text.encode(), digest_size=16).digest()
    found = _known.get(digest)
    if found is None:
        found = _known[digest] = kind(digest, *parts)
    return found


def _product(coefficient: Fraction, factors: tuple[tuple[Term, Term], ...], mixed: int = 0) -> Any:
    """The product as it is; `mixed`: what its factors have been mixed to already."""
    if len(factors) <= MANY:
        return _made(Product, coefficient, factors)
    # A sum over the factors, in any order: that of a chain of products costs no more for each than for what is new.
    mixed = mixed or _mixed(factors)
    return _kept(Product, f"{_flat(coefficient)}*{mixed % 2**128}", coefficient, factors, mixed)


def _mixed(factors: Iterable[tuple[Term, Term]]) -> int:
    whole = int.from_bytes
    return sum([whole(base.digest) * (3 * whole(exponent.digest) + 1) for base, exponent in factors])


def _flat(part: Any) -> str:
    kind = type(part)
    if kind is Fraction:
        return f"{part.numerator}/{part.denominator}"
    if kind is str or kind is int:
        return repr(part)
    if kind is not tuple:
        return part.digest.hex()
    if part and type(part[0]) is tuple:
        # The terms of a sum or the factors of a product, of which there may be thousands.
        return f"({','.join([f'({base.digest.hex()},{_flat(other)})' for base, other in part])})"
    return f"({','.join(map(_flat, part))})"


def children(term: Term) -> Iterator[Term]:
    """The expressions that an expression is made of."""
    if isinstance(term, Sum):
        yield from (part for part, _ in term.terms)
    elif isinstance(term, Product):
        for base, exponent in term.factors:
            yield base
            yield exponent
    elif isinstance(term, Call):
        yield from term.arguments


def ordered(roots: Iterable[Term], parts: Callable[[Term], Iterable[Term]] = children) -> list[Term]:
    """All parts of expressions once, each after those that it is made of."""
    done: dict[Term, None] = {}
    stack = list(roots)[::-1]
    while stack:
        term = stack[-1]
        if term in done:
            stack.pop()
            continue
        missing = [part for part in parts(term) if part not in done]
        if missing:
            stack.extend(reversed(missing))
        else:
            done[term] = None
            stack.pop()
    return list(done)


def anywhere(
    holds: Callable[[Term], bool], parts: Callable[[Term], Iterable[Term]] = children
) -> Callable[[Term], bool]:
    """Whether something holds of an expression or of a part of it. Each is asked once, as every level of a nest is."""
    known: WeakKeyDictionary[Term, bool] = WeakKeyDictionary()

    def found(term: Term) -> bool:
        if term not in known:
            for part in ordered([term], lambda part: () if part in known else parts(part)):
                if part not in known:
                    known[part] = holds(part) or any(known[inner] for inner in parts(part))
        return known[term]

    return found


def number(value: Fraction | int) -> Number:
    """A number, rounded to float64 where it has too many digits to be exact, but for one beyond all floats."""
    value = value if type(value) is Fraction else Fraction(value)
    if value.denominator > _LARGEST or abs(value.numerator) > _LARGEST:
        with suppress(OverflowError):
            value = Fraction(repr(float(value)))
    return _made(Number, value)


def symbol(name: str) -> Symbol:
    """A variable or constant."""
    return _made(Symbol, name)


def index(level: int, place: int, size: int) -> Index:
    """The index of that level and place, among that many elements."""
    return _made(Index, level, place, size)


ZERO = number(0)
ONE = number(1)
MINUS_ONE = number(-1)
HALF = number(Fraction(1, 2))
E = symbol("e")


def coefficient_of(term: Term) -> tuple[Fraction, Term]:
    """The number in front of an expression, and the rest."""
    if isinstance(term, Number):
        return term.value, ONE
    if isinstance(term, Product) and term.coefficient != 1:
        return term.coefficient, product(Fraction(1), dict(term.factors), term.mixed)
    return Fraction(1), term


def factors_of(term: Term) -> dict[Term, Term]:
    """The factors of an expression without its coefficient, with their exponents."""
    if isinstance(term, Number):
        return {}
    return dict(term.factors) if isinstance(term, Product) else {term: ONE}


def integer(term: Term) -> int | None:
    """The whole number that an expression is, or None."""
    if isinstance(term, Number) and term.value.denominator == 1:
        return term.value.numerator
    return None


def is_call(term: Term, *names: str) -> TypeGuard[Call]:
    """Whether an expression is a call of one of these functions."""
    return isinstance(term, Call) and term.name in names


def sum_of(constant: Fraction, terms: Mapping[Term, Fraction]) -> Term:
    """The sum of a number and of terms with coefficients."""
    kept = {term: coefficient for term, coefficient in terms.items() if coefficient}
    if not kept:
        return number(constant)
    if not constant and len(kept) == 1:
        ((term, coefficient),) = kept.items()
        return product(coefficient, factors_of(term))
    return _made(Sum, constant, tuple(sorted(kept.items(), key=_place)))


def scaled(term: Sum, factor: Fraction) -> Sum:
    """A sum with all its coefficients multiplied by a number that is not 0."""
    return _made(Sum, term.constant * factor, tuple((part, c * factor) for part, c in term.terms))


def product(coefficient: Fraction, factors: Mapping[Term, Term], mixed: int = 0) -> Term:
    """The product of a number and of powers, which have no factors in common; `mixed` is that of the same powers."""
    if not coefficient:
        return ZERO
    kept = {base: exponent for base, exponent in factors.items() if exponent is not ZERO}
    if not kept:
        return number(coefficient)
    if len(kept) == 1:
        ((base, exponent),) = kept.items()
        if exponent is ONE and coefficient == 1:
            return base
        if exponent is ONE and isinstance(base, Sum):
            return scaled(base, coefficient)
    return _product(coefficient, tuple(sorted(kept.items(), key=_place)), mixed)


def summands(term: Term) -> list[Term]:
    """The terms of a sum, or the expression itself."""
    if not isinstance(term, Sum):
        return [term]
    parts = [product(c, factors_of(part)) for part, c in term.terms]
    return [*parts, number(term.constant)] if term.constant else parts


def with_factors(whole: Product, coefficient: Fraction, more: Sequence[tuple[Term, Term]]) -> Term | None:
    """The product with a few factors more: a chain of them shares what it is made of. None: they have to be collected.

    That is where it has one of them already, and one of both exponents is no whole number, or they cancel.
    """
    factors, mixed = list(whole.factors), whole.mixed
    for base, exponent in more:
        place = bisect(factors, base.digest, key=_place)
        if place and factors[place - 1][0] is base:
            had, added = integer(factors[place - 1][1]), integer(exponent)
            if had is None or added is None or had == -added or len(factors) == 1:
                return None
            mixed -= _mixed(factors[place - 1 : place])
            factors[place - 1] = base, number(had + added)
        else:
            factors.insert(place, (base, exponent))
            place += 1
        mixed += _mixed(factors[place - 1 : place])
    mixed = mixed if whole.mixed else 0
    return _product(number(whole.coefficient * coefficient).value, tuple(factors), mixed)


def _place(pair: tuple[Term, Any]) -> bytes:
    return pair[0].digest


def raw_call(name: str, arguments: tuple[Term, ...]) -> Term:
    """The call as it is."""
    return _made(Call, name, arguments)
