"""Arrays by their elements: `A[i, j]*x[j]` summed over j for A @ x, with an index for each dimension.

The elements of an array are those of a number, a variable, a call that is not elementwise, or an expression in them. An
index of the result has its place counted from the last dimension, so that broadcasting is no operation: what is the
same along a dimension lacks its index. Transposed, repeated, with dimensions more or fewer, an expression has other
indices, and that is all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from math import prod
from typing import Any

import numpy as np

from .arithmetic import add, multiply, power, primitive_part
from .functions import REWRITES, call, rebuilt
from .notation import ELEMENT, LIST
from .shapes import Shape, Shapes
from .terms import (
    ONE,
    ZERO,
    Call,
    Index,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    children,
    coefficient_of,
    index,
    integer,
    is_call,
    number,
    ordered,
    raw_call,
    summands,
)

LONGEST_LIST = 12  # elements that are written one by one

# Calls of indices: 1 where two are equal and else 0; one from the end, and how many there are.
SAME, REVERSED = "same", "reversed"


def _same(one: Term, other: Term) -> Term | None:
    if one is other or (isinstance(one, Number) and isinstance(other, Number)):
        return number(one is other)
    if is_call(other, REVERSED) and (isinstance(one, Number) or is_call(one, REVERSED)):
        return call(SAME, other.arguments[0], call(REVERSED, one, other.arguments[1]))
    return call(SAME, other, one) if one.digest > other.digest else None


def _reversed(place: Term, size: Term) -> Term | None:
    if is_call(place, REVERSED):
        return place.arguments[0]
    return add(size, number(-1), multiply(number(-1), place)) if isinstance(place, Number) else None


def _element(whole: Term, *keys: Term) -> Term | None:
    """The item of a list; those of a symmetric matrix have one order of indices."""
    if is_symmetric(whole) and keys[0].digest > keys[1].digest:
        return call(ELEMENT, whole, *keys[::-1])
    place = integer(keys[0])
    if place is None or not is_call(whole, LIST):
        return None
    item = whole.arguments[place]
    if isinstance(item, Symbol) and item.name in ("True", "False"):
        item = number(item.name == "True")
    return call(ELEMENT, item, *keys[1:]) if len(keys) > 1 else item


def is_symmetric(whole: Term) -> bool:
    """Whether an array is the identity, or the inverse of a matrix times its transpose."""
    if is_call(whole, "eye"):
        return True
    product = whole.arguments[0] if is_call(whole, "inverse") else ZERO
    left, right = product.arguments if is_call(product, "@") else (ZERO, ONE)
    return any(is_call(one, "T") and one.arguments[0] is other for one, other in ((left, right), (right, left)))


REWRITES.update({SAME: _same, REVERSED: _reversed, ELEMENT: _element})


def axes_of(shape: Shape) -> list[Any]:
    """The indices of the result's dimensions; None: there is one element."""
    return [index(0, len(shape) - i, size) if size != 1 else None for i, size in enumerate(shape)]


def sized(indices: Iterable[Index | None]) -> Shape:
    """The sizes of dimensions with these indices."""
    return tuple(1 if i is None else i.size for i in indices)


def is_reduction(term: Term) -> bool:
    """Whether an expression is the sum, or another reduction, of one over indices."""
    is_over = isinstance(term, Call) and any(isinstance(i, Index) for i in term.arguments[-1:])
    return is_over and not is_call(term, ELEMENT, SAME)


def powers_of(term: Term) -> list[Term]:
    """The factors of an expression, first its number."""
    if not isinstance(term, Product):
        return [ONE, term]
    return [number(term.coefficient), *(power(base, exponent) for base, exponent in term.factors)]


def _places(numbers: Any, shape: Shape) -> list[Any]:
    """The indices along each dimension of elements that are counted in order."""
    return [*np.unravel_index(numbers, (1, *shape))[1:]]


class Indices:
    """The indices that expressions depend on, and the shapes of the arrays whose elements they have."""

    def __init__(self, variables: Mapping[str, Shape]) -> None:
        self.shapes = Shapes(variables)
        self._free: dict[Term, frozenset[Index]] = {}
        self._depths: dict[Term, int] = {}
        self._new = count(1)

    def fresh(self, size: int) -> Index:
        """An index to sum over."""
        return index(-1, next(self._new), size)

    def free(self, term: Term) -> frozenset[Index]:
        """The indices that an expression depends on."""
        self._look(term)
        return self._free[term]

    def depth(self, term: Term) -> int:
        """How many reductions there are inside each other."""
        self._look(term)
        return self._depths[term]

    def _look(self, term: Term) -> None:
        if term in self._free:
            return
        for part in ordered([term], lambda t: [c for c in children(t) if c not in self._free]):
            inside = [*children(part)]
            found = frozenset((part,)) if isinstance(part, Index) else frozenset()
            found = found.union(*map(self._free.__getitem__, inside))
            self._free[part] = found - {*inside} if is_reduction(part) else found
            self._depths[part] = max(map(self._depths.__getitem__, inside), default=0) + is_reduction(part)

    def varies(self, term: Term) -> bool:
        """Whether an expression has indices, or sums over some."""
        return bool(self.free(term) or self.depth(term))

    def element(self, whole: Term, shape: Shape) -> Term:
        """The elements of an array of this shape."""
        while prod(shape) == 1 and is_call(whole, LIST):
            whole, shape = whole.arguments[0], shape[1:]
        self.shapes.record(whole, shape)
        return whole if prod(shape) == 1 else call(ELEMENT, whole, *(i or ZERO for i in axes_of(shape)))

    def mapped(self, term: Term, change: Callable[[Term], Term | None]) -> Term:
        """The expression with those of its parts changed for which there is a change."""
        made: dict[Term, Term] = {}
        for part in ordered([term], lambda t: children(t) if self.varies(t) else ()):
            changed = change(part)
            if changed is not None or not self.varies(part):
                made[part] = part if changed is None else changed
            elif is_reduction(part) and isinstance(part, Call):
                body, *over = part.arguments
                made[part] = self.reduced(part.name, made[body], over)
            else:
                made[part] = rebuilt(part, made)
        return made[term]

    def replaced(self, term: Term, others: Mapping[Any, Term]) -> Term:
        """The expression with other indices."""
        return self.mapped(term, lambda part: others.get(part, None if self.free(part) & others.keys() else part))

    def with_keys(self, term: Term, shape: Shape, keys: Sequence[Term | None]) -> Term:
        """The expression with other indices for the dimensions of its shape."""
        pairs = zip(axes_of(shape), keys, strict=True)
        return self.replaced(term, {own: key or ZERO for own, key in pairs if own is not None})

    def listed(self, items: Sequence[Term]) -> Term | None:
        """The vector of these elements. None: there are too many to be written one by one."""
        return self.element(raw_call(LIST, tuple(items)), (len(items),)) if len(items) <= LONGEST_LIST else None

    def by_index(self, term: Term, shape: Shape, places: Any) -> Term | None:
        """The elements of a term of a shape in places of another array, which holds how many each is, from 1, or 0.

        None: where they stand is no matter of equal indices and numbers.
        """
        count = np.flatnonzero(places)
        own = [(i, at) for i, at in zip(axes_of(places.shape), _places(count, places.shape), strict=True) if i]
        sources = _places(np.ravel(places)[count] - 1, shape)
        if not count.size:
            return None

        def index_of(at: Any, size: int, others: Sequence[tuple[Index, Any]]) -> Term | None:
            first = int(at[0])
            if np.all(at == first):
                # Near the end of a long array, a place is counted from there.
                return number(first - size if 2 * first > size > first > LONGEST_LIST else first)
            for i, other in others[::-1] if size > 1 else ():
                if i.size == size and np.array_equal(at, other):
                    return i
                if i.size == size and np.array_equal(at, size - 1 - other):
                    return call(REVERSED, i, number(size))
            return None

        keys = [index_of(at, size, own) for at, size in zip(sources, shape, strict=True)]
        met = [(i, index_of(at, i.size, own[:n])) for n, (i, at) in enumerate(own)]
        same = [(i, other) for i, other in met if other is not None]
        if None in keys or len(same) > 1 or count.size * prod(i.size for i, _ in same) != places.size:
            return None
        return multiply(self.with_keys(term, shape, keys), *(call(SAME, *pair) for pair in same))

    def reduced(self, name: str, body: Term, over: Sequence[Any]) -> Term:
        """A reduction over indices."""
        free = self.free(body)
        present = [i for i in over if i in free]
        if name not in ("sum", "mean"):
            return self._named(name, body, present)
        times = number(prod(i.size for i in over if i not in free) if name == "sum" else 1)
        if not present:
            return multiply(times, body)
        if isinstance(body, Sum):
            if name == "sum" and self._is_centred(body, present):
                return ZERO
            content = number(abs(primitive_part(body)[0]))
            front, inside = [content], [multiply(power(content, number(-1)), body)]
        else:
            powers = powers_of(body)
            inside = [factor for factor in powers if self.free(factor).intersection(present)]
            front = [factor for factor in powers if factor not in inside]
        whole = multiply(*inside)
        outside = multiply(times, *front)
        if outside is not ONE:
            return multiply(outside, self.reduced(name, whole, present))
        if is_call(whole, "where") and not self.free(whole.arguments[0]).intersection(present):
            condition, *branches = whole.arguments
            return call("where", condition, *(self.reduced(name, branch, present) for branch in branches))
        simpler = self._simpler_sum(whole, inside, present) if name == "sum" else None
        if simpler is not None:
            return simpler
        if is_reduction(whole) and isinstance(whole, Call) and whole.name == name:
            inner, own = self._opened(whole)
            return self.reduced(name, inner, [*present, *own])
        return self._named(name, whole, present)

    def _is_centred(self, body: Sum, over: Sequence[Any]) -> bool:
        """Whether terms are what others have on average: x - mean(x)."""

        def as_sum(part: Term) -> Term | None:
            if not is_call(part, "mean"):
                return None
            count = prod(i.size for i in part.arguments if isinstance(i, Index))
            return multiply(number(Fraction(1, count)), raw_call("sum", part.arguments))

        sums = self.mapped(body, as_sum)
        return sums is not body and add(*(self.reduced("sum", part, over) for part in summands(sums))) is ZERO

    def _named(self, name: str, body: Term, over: Sequence[Any]) -> Term:
        """The reduction with the names of indices that all have of its kind."""
        own = {i: index(1 + self.depth(body), place, i.size) for place, i in enumerate(over)}
        # Under other names, sums in a product may have another sign.
        front, body = (
            coefficient_of(self.replaced(body, own)) if name in ("sum", "mean") else (1, self.replaced(body, own))
        )
        return multiply(number(front), raw_call(name, (body, *own.values())))

    def _opened(self, term: Call) -> tuple[Term, list[Any]]:
        """What is reduced, over indices of its own, and these."""
        body, *over = term.arguments
        own = {i: self.fresh(i.size) for i in over if isinstance(i, Index)}
        return self.replaced(body, own), [*own.values()]

    def _simpler_sum(self, whole: Term, factors: Sequence[Term], over: Sequence[Any]) -> Term | None:
        """The sum of a product over fewer indices. None: there is none."""
        if (met := self._meeting(whole, over)) is not None:
            own, other, rest = met
            return self.reduced("sum", self.replaced(rest, {own: other}), [i for i in over if i is not own])
        if is_call(whole, ELEMENT) and is_call(whole.arguments[0], "softmax") and len(whole.arguments) == 2:
            return ONE
        for i in over if len(over) > 1 else ():
            # y @ sum(z, 1) for the sum of y @ z along its rows.
            rest = multiply(*(factor for factor in factors if i not in self.free(factor)))
            if rest is not ONE:
                inner = self.reduced("sum", multiply(*(f for f in factors if i in self.free(f))), [i])
                return self.reduced("sum", multiply(inner, rest), [other for other in over if other is not i])
        return self._without_inverse(factors, over)

    def _without_inverse(self, factors: Sequence[Term], over: Sequence[Any]) -> Term | None:
        """The sum of a product without a matrix beside its inverse. None: there is none."""
        flat, every = list[Term](), [*over]
        for factor in factors:
            inner, own = self._opened(factor) if is_reduction(factor) and is_call(factor, "sum") else (factor, [])
            flat += powers_of(inner)
            every += own
        elements = [factor for factor in flat if is_call(factor, ELEMENT)]
        for one in [factor for factor in elements if is_call(factor.arguments[0], "inverse")]:
            for other in [factor for factor in elements if factor.arguments[0] in children(one.arguments[0])]:
                (first, last), (row, column) = one.arguments[1:], other.arguments[1:]
                for mine, theirs, kept, rest in ((last, row, first, column), (first, column, last, row)):
                    if mine is theirs and mine in every and sum(mine in self.free(f) for f in flat) == 2:
                        left = [factor for factor in flat if factor is not one and factor is not other]
                        whole = multiply(call(SAME, kept, rest), *left)
                        return self.reduced("sum", whole, [i for i in every if i is not mine])
        return None

    def _meeting(self, term: Term, over: Sequence[Any]) -> tuple[Index, Term, Term] | None:
        """An index that is to be equal to another, that, and what is left of the product. None: none is."""
        for i, factor in enumerate(powers := powers_of(term)):
            rest = multiply(*powers[:i], *powers[i + 1 :])
            if is_call(factor, SAME):
                for one, other in (factor.arguments, factor.arguments[::-1]):
                    if is_call(one, REVERSED):
                        one, other = one.arguments[0], call(REVERSED, other, one.arguments[1])
                    if isinstance(one, Index) and one in over:
                        return one, other, rest
        return None
