"""Expressions in elements as arrays: products of matrices and vectors, transposes, reductions along dimensions.

An array may have fewer dimensions than it stands for, where broadcasting makes those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations
from math import prod
from typing import Any

from .arithmetic import add, multiply, power
from .functions import call, rebuilt
from .indices import LONGEST_LIST, REVERSED, SAME, Indices, axes_of, is_reduction, is_symmetric, powers_of, sized
from .notation import ELEMENT, LIST, SLICE
from .shapes import Shape, named, numbers
from .terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    E,
    Index,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    children,
    is_call,
    number,
    ordered,
    raw_call,
    summands,
    symbol,
)

_EVERYTHING = raw_call(SLICE, (symbol("None"),) * 3)
_KEEPDIM = named("keepdim", symbol("True"))
# Reductions along dimensions too, with the arguments of a sum.
ALONG = ("sum", "mean", "amax", "amin", "logsumexp")
_MOST_JOINED = 20  # terms of a sum, of which some are made one
_MOST_ORDERS = 3  # dimensions that are tried in every order

# Indices; None: of a dimension with one element.
Axes = Sequence[Any]


class Matrices:
    """Writes expressions in elements as arrays; `tokens` tells how long one is."""

    def __init__(self, indices: Indices, tokens: Callable[[Term], int]) -> None:
        self.indices = indices
        self.shapes = indices.shapes
        self.tokens = tokens
        self._known: dict[Any, Term] = {}

    def fitted(self, term: Term, shape: Shape, floating: bool) -> Term:
        """The array of exactly this shape, with floating elements if it is one of numbers."""
        return self.shapes.fitted(self.array(term, axes_of(shape)), shape, floating)

    def array(self, term: Term, axes: Axes) -> Term:
        """The array that has an expression's elements, with dimensions for these indices."""
        known = term, *axes
        if known not in self._known:
            made = self._listed(term, axes) or self._written(term, axes)
            whole, joined = term, self._joined(term, axes)
            while joined is not whole:
                whole, joined = joined, self._joined(joined, axes)
            if whole is not term:
                made = min(made, self._written(whole, axes), key=self.tokens)
            self._known[known] = made if len(self.shapes.of(made)) <= len(axes) else call("sum", made)
        return self._known[known]

    def _joined(self, term: Term, axes: Axes) -> Term:
        """A sum with products in one that have factors in common: (W + W.T) @ x for W @ x + W.T @ x, and outer ones."""
        members: dict[tuple[Term, ...], list[tuple[Term, Term]]] = {}
        for part, scale in term.terms if isinstance(term, Sum) and len(term.terms) <= _MOST_JOINED else ():
            body, *over = part.arguments if is_reduction(part) and is_call(part, "sum") else (part,)
            for factor in powers_of(body)[1:]:
                rest = multiply(number(scale), body, power(factor, MINUS_ONE))
                if over or len(axes) > 1:
                    members.setdefault((factor, *over), []).append((part, rest))
        group = max(members, key=lambda group: len(members[group]), default=())
        if not group or len(members[group]) < 2 or not isinstance(term, Sum):
            return term
        factor, *over = group
        parts = [part for part, _ in members[group]]
        others = (multiply(number(scale), part) for part, scale in term.terms if part not in parts)
        common = multiply(*(f for (f, *o), found in members.items() if o == over and [p for p, _ in found] == parts))
        body = multiply(common, add(*(multiply(rest, factor, power(common, MINUS_ONE)) for _, rest in members[group])))
        return add(number(term.constant), *others, self.indices.reduced("sum", body, over))

    def _written(self, term: Term, axes: Axes) -> Term:
        made: dict[Term, Term] = {}

        def parts(part: Term) -> Iterable[Term]:
            whole = made[part] if part in made else self._whole(part, axes)
            if whole is None:
                return children(part)
            made[part] = whole
            return ()

        for part in ordered([term], parts):
            if part not in made:
                made[part] = rebuilt(part, made)
        return made[term]

    def _whole(self, term: Term, axes: Axes) -> Term | None:
        """What is not computed element by element from its parts; None: it is."""
        if not self.indices.varies(term):
            return term
        if is_call(term, ELEMENT):
            return self._element(term, axes)
        if is_reduction(term) and isinstance(term, Call):
            return self._reduction(term, axes)
        if any(is_call(factor, SAME) for factor in powers_of(term)):
            return self._among_zeros(term, axes)
        outer = self._outer(term, axes)
        if outer is None:
            return None
        known = {part: part if isinstance(part, Number) else self.array(part, axes) for part in children(term)}
        return min(outer, rebuilt(term, known), key=self.tokens)

    def _made(self, name: str, axes: Axes, *parts: Term) -> Term:
        return self.shapes.record(raw_call(name, parts), sized(axes))

    # A few elements one by one.

    def _has_places(self, term: Term, axes: Axes) -> bool:
        """Whether there are zeros in some places or, of a vector, items of a list."""
        for part in ordered([term], lambda t: () if is_reduction(t) or is_call(t, ELEMENT) else children(t)):
            if is_call(part, SAME) and any(isinstance(i, Number) for i in part.arguments):
                return True
            if is_call(part, ELEMENT) and len(axes) == 1 and is_call(part.arguments[0], LIST):
                return axes[0] in self.indices.free(part)
        return False

    def _listed(self, term: Term, axes: Axes) -> Term | None:
        """The elements one by one, if they have places. None: they have none, or there are too many."""
        if not 0 < len(axes) < 3 or prod(sized(axes)) > LONGEST_LIST or not self._has_places(term, axes):
            return None
        return self._items(term, axes)

    def _items(self, term: Term, axes: Axes) -> Term:
        if not axes:
            return self.array(term, ())
        items = (self.indices.replaced(term, {axes[0]: number(i)}) for i in range(*sized(axes[:1])))
        return raw_call(LIST, tuple(self._items(item, axes[1:]) for item in items))

    # Products with a factor for each dimension, or with zeros.

    def _outer(self, term: Term, axes: Axes) -> Term | None:
        """An outer product of the last two dimensions. None: it is none."""
        if len(axes) < 2 or not self.indices.free(term).issuperset(axes[-2:]):
            return None
        sides: dict[frozenset[Any], list[Term]] = {frozenset(): []}
        for factor in self._separated(powers_of(term)):
            sides.setdefault(self.indices.free(factor), []).append(factor)
        row, column = ({dim} for dim in axes[-2:])
        if sides.keys() != {frozenset(), frozenset(row), frozenset(column)}:
            return None
        front, left, right = (multiply(*sides[frozenset(side)]) for side in ((), row, column))
        parts = self.array(left, axes[-2:-1]), self.array(right, axes[-1:])
        return multiply(self.array(front, ()), self._made("outer", axes[-2:], *parts))

    def _among_zeros(self, term: Term, axes: Axes) -> Term:
        """A product with elements that are zeros but where two indices are equal."""
        factors = powers_of(term)
        met = next(factor for factor in factors if is_call(factor, SAME))
        one, other = sorted(met.arguments, key=lambda i: axes.index(i) if i in axes else len(axes))
        rest = self.indices.replaced(multiply(*(factor for factor in factors if factor is not met)), {one: other})
        if isinstance(other, Number):
            others = [i for i in axes if i is not one]
            zeros = self.shapes.fitted(ZERO, sized(axes), True)
            inside = self.shapes.fitted(self.array(rest, others), sized(others), True)
            return self._made("select_scatter", axes, zeros, inside, number(axes.index(one)), other)
        if other in self.indices.free(rest) and list(axes) == [one, other]:
            return self._made("diag", axes, self.array(rest, [other]))
        assert isinstance(one, Index)
        identity = self._made("eye", [one, one], number(one.size))
        return multiply(self.array(rest, axes), self.array(raw_call(ELEMENT, (identity, *met.arguments)), axes))

    # Elements of arrays.

    def _element(self, term: Call, axes: Axes) -> Term:
        """The array whose elements are taken, or the part of it that has these dimensions."""
        whole, *keys = term.arguments
        if not self.indices.free(term):
            return term
        if is_call(whole, LIST) and self.indices.varies(whole):
            items = raw_call(LIST, tuple(self.array(item, ()) for item in whole.arguments))
            whole = self.shapes.record(items, self.shapes.of(whole))
        turned = [number(i) for i, key in enumerate(keys) if is_call(key, REVERSED)]
        if turned:
            options = () if len(keys) == 1 else (raw_call(LIST, tuple(turned)),)
            whole = self.shapes.record(raw_call("flip", (whole, *options)), self.shapes.of(whole))
        dims = [next(iter(self.indices.free(key)), None) for key in keys]
        picked = [
            _EVERYTHING if dim or size == 1 else key
            for dim, key, size in zip(dims, keys, self.shapes.of(whole), strict=True)
        ]
        if any(key is not _EVERYTHING for key in picked):
            dims = [dim for dim, key in zip(dims, picked, strict=True) if key is _EVERYTHING]
            while picked[-1] is _EVERYTHING:
                picked.pop()
            whole = self._made(ELEMENT, dims, whole, *picked)
        for dim in [dim for dim in dict.fromkeys(dims) if dim is not None and dims.count(dim) == 2]:
            places = [number(i) for i, own in enumerate(dims) if own is dim]
            dims = [*(own for own in dims if own is not dim), dim]
            whole = self._made("diagonal", dims, whole, *([ZERO, *places] if len(dims) > 1 else []))
        return self._placed(whole, dims, axes)

    def _placed(self, whole: Term, dims: Axes, axes: Axes) -> Term:
        """An array with dimensions in other places."""
        own = [dim for dim in dims if dim is not None]
        wanted = [dim for dim in axes if dim in own]
        if own != wanted:
            if not is_symmetric(whole):
                whole = self._turned(self._with_sizes(whole, list(dims), own), own, wanted)
            dims = wanted
        start = axes.index(wanted[0])
        return self._with_sizes(whole, list(dims), [dim if dim in own else None for dim in axes[start:]], start)

    def _turned(self, whole: Term, own: Axes, wanted: Axes) -> Term:
        """An array with its dimensions in another order."""
        if own[:-2] != wanted[:-2]:
            return self._made("permute", wanted, whole, numbers([own.index(dim) for dim in wanted]))
        if is_call(whole, LIST) and len(own) == 2:
            rows = zip(*(children(row) for row in whole.arguments), strict=True)
            return raw_call(LIST, tuple(raw_call(LIST, row) for row in rows))
        return self._made("T" if len(own) == 2 else "mT", wanted, whole)

    def _with_sizes(self, whole: Term, dims: list[Any], pattern: list[Any], before: int = 0) -> Term:
        """An array with other dimensions of size 1; so many `before` the others may stay."""
        start = next(i for i, dim in enumerate(dims) if dim is not None)
        if start <= before and dims[start:] == pattern:
            return whole
        if isinstance(whole, Call) and pattern == [*dims, None] and self._is_along_last(whole):
            return self._made(whole.name, pattern, *whole.arguments, _KEEPDIM)
        for name, longer, shorter in (("squeeze", dims, pattern), ("unsqueeze", pattern, dims)):
            for i in [i for i, dim in enumerate(longer) if dim is None]:
                if longer[:i] + longer[i + 1 :] == shorter:
                    return self._made(name, pattern, whole, number(i if i + 1 < len(longer) else -1))
        return self._made("reshape", pattern, whole, numbers(sized(pattern)))

    def _is_along_last(self, term: Call) -> bool:
        """Whether a call is a reduction along the last dimension, which is not kept."""
        if term.name not in (*ALONG, "vector_norm"):
            return False
        whole, *options = term.arguments
        last = number(len(self.shapes.of(whole)) - 1)
        return options == [last] if term.name in ALONG else named("dim", last) in options or options[1:] == [last]

    # Reductions.

    def _reduction(self, term: Call, axes: Axes) -> Term:
        name, (body, *over) = term.name, term.arguments
        own = [dim for dim in axes if dim in self.indices.free(term)]
        if not own and len(over) == 1 and self._has_places(body, over):
            listed = self._items(body, over)
            return add(*children(listed)) if name == "sum" else call(name, listed)
        dims = [*own, *over]
        orders: list[Axes] = [*permutations(dims)] if len(dims) <= _MOST_ORDERS else [dims, [*over, *own]]
        if not own and any(is_call(part, ELEMENT) and part.arguments[-1] is ZERO for part in ordered([body])):
            orders.append([*dims, None])
        forms = [*self._products(body, over[0], own, axes)] if name == "sum" and len(over) == 1 else []
        return min([*forms, *(self._along(name, body, order, over, axes) for order in orders)], key=self.tokens)

    def _along(self, name: str, body: Term, order: Axes, over: Axes, axes: Axes) -> Term:
        """A reduction of an array whose dimensions are in this order."""
        whole = self.array(body, order)
        kept = [dim for dim in order if dim is not None and dim not in over]
        if not kept:
            return call(name, whole)
        places = [i for i, dim in enumerate(order) if dim in over]
        where = number(places[0]) if len(places) == 1 else numbers(places)
        return self._placed(self._made(name, kept, whole, where), kept, axes)

    def _products(self, body: Term, index: Any, own: Axes, axes: Axes) -> Iterator[Term]:
        """Products of matrices and vectors."""
        batch, rows, columns = own[:-2], own[-2:-1], own[-1:]
        factors = powers_of(body)[1:]
        if columns:
            factors = self._separated(factors)
            right = [factor for factor in factors if columns[0] in self.indices.free(factor)]
        else:
            factors.sort(key=_place)
            right = factors[1:] if len(factors) == 2 else []
        sides = multiply(*(factor for factor in factors if factor not in right)), multiply(*right)
        inside = [[dim in self.indices.free(side) for dim in (index, *rows)] for side in sides]
        if inside != [[True, *[True for _ in rows]], [True, *[False for _ in rows]]]:
            return
        left, right_side = sides
        beside = self.array(left, [*batch, *rows, index])
        if columns:
            turned = [*batch, *columns, *rows]
            before = self.array(right_side, [*batch, *columns, index])
            after = self._product(before, self.array(left, [*batch, index, *rows]), turned)
            yield self._placed(after, turned, axes)
        # A.T @ (A @ x), as in a book, rather than A @ x @ A.
        if rows or not columns or not (isinstance(beside, (Sum, Product)) or is_call(beside, "@")):
            whole = self._product(beside, self.array(right_side, [*batch, index, *columns]), own)
            yield self._placed(whole, own, axes) if own else whole

    def _separated(self, factors: Sequence[Term]) -> list[Term]:
        """The factors of what chooses between a product and 0, and of the exponential of a sum."""
        found: list[Term] = []
        for factor in factors:
            if is_call(factor, "where") and ZERO in factor.arguments[1:]:
                condition, then, otherwise = factor.arguments
                chosen = (ZERO if branch is ZERO else ONE for branch in (then, otherwise))
                found += [call("where", condition, *chosen), *powers_of(otherwise if then is ZERO else then)]
            elif isinstance(factor, Product) and factor.factors[0][0] is E:
                groups: dict[Any, list[Term]] = {}
                for part in summands(factor.factors[0][1]):
                    groups.setdefault(self.indices.free(part), []).append(part)
                found += [power(E, add(*group)) for group in groups.values()]
            else:
                found.append(factor)
        return [factor for factor in found if factor is not ONE]

    def _product(self, left: Term, right: Term, axes: Axes) -> Term:
        if is_call(left, "inverse") and is_call(right, "inverse") and len(axes) == 2:
            return self._made("inverse", axes, self._product(right.arguments[0], left.arguments[0], axes))
        return self._made("@", axes, *(self.shapes.fitted(part, self.shapes.of(part), True) for part in (left, right)))


def _place(factor: Term) -> tuple[bool, str]:
    """Where a vector stands in a product of two: sums last, and by their variables."""
    names = (part.name for part in ordered([factor]) if isinstance(part, Symbol) and part.name)
    return isinstance(factor, Sum), min(names, default="")
