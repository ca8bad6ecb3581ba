"""The matrix of a linear map: what an expression that is linear in the elements of a vector multiplies them with."""

from __future__ import annotations

from typing import NamedTuple

from .arithmetic import add, multiply, power
from .functions import call
from .matrices import matrix_product_of, transposed
from .reductions import without_numbers
from .shapes import Shape, Shapes
from .terms import ONE, ZERO, Call, Product, Sum, Term, is_call, number, ordered, raw_call


class _Map(NamedTuple):
    """The sum of a diagonal matrix and another, or of a number times the identity and that; None: it is 0.

    Of an expression that is a single number, `diagonal` is None and `rest` a vector.
    """

    diagonal: Term | None
    rest: Term | None


def matrix(term: Term, vector: Term, shapes: Shapes, shape: Shape) -> Term | None:
    """The matrix M with `term` = `vector` @ M, for a term that stands for a vector or a number of this shape.

    None: the term is not linear in the vector, or has an operation of which nothing is known here.
    """
    if term is ZERO:
        return None
    reader = _Reader(vector, shapes)
    found = reader.map(term)
    if found is None:
        return None
    if not shape:
        return found.rest
    if not shapes.of(term):
        found = reader.repeated(found, shapes.record(call_of_ones(shape), shape))
    (size,) = shapes.of(vector)
    parts: list[Term] = []
    if found.diagonal is not None:
        if shapes.of(found.diagonal):
            parts.append(raw_call("diag", (found.diagonal,)))
        else:
            parts.append(multiply(found.diagonal, raw_call("eye", (number(size),))))
    if found.rest is not None:
        # Beside a whole matrix, equal rows are one row, and equal columns one column.
        parts.append(_broadcast(found.rest, shapes) if parts else found.rest)
    return add(*parts)


def _broadcast(term: Term, shapes: Shapes) -> Term:
    """The matrix with what broadcasting makes equal rows or columns of in place of products with ones."""
    if isinstance(term, Sum):
        return add(*(multiply(number(c), _broadcast(part, shapes)) for part, c in term.terms))
    if isinstance(term, Product):
        powers = [power(_broadcast(base, shapes), exponent) for base, exponent in term.factors]
        return multiply(number(term.coefficient), *powers)
    if not is_call(term, "outer"):
        return term
    column, row = term.arguments
    if is_call(column, "ones"):
        return ONE if is_call(row, "ones") else row
    if not is_call(row, "ones"):
        return term
    size = shapes.of(column)
    return shapes.record(raw_call("unsqueeze", (column, number(-1))), (*size, 1))


def call_of_ones(shape: Shape) -> Term:
    """A vector of ones."""
    return raw_call("ones", (number(shape[0]),))


class _Reader:
    """Reads maps off expressions."""

    def __init__(self, vector: Term, shapes: Shapes) -> None:
        self.vector = vector
        self.shapes = shapes

    def has_vector(self, term: Term) -> bool:
        """Whether the vector is anywhere in an expression."""
        return self.vector in ordered([term])

    def map(self, term: Term, factor: Term = ONE) -> _Map | None:
        """The map of an expression times a factor, a number or a vector like it."""
        if term is self.vector:
            return _Map(factor, None)
        if isinstance(term, Sum):
            return None if term.constant else self._sum(term, factor)
        if isinstance(term, Product):
            inside = [base for base, exponent in term.factors if self.has_vector(base) and exponent is ONE]
            others = [power(base, exponent) for base, exponent in term.factors if base not in inside]
            if len(inside) != 1 or any(map(self.has_vector, others)):
                return None
            return self.map(inside[0], multiply(number(term.coefficient), *others, factor))
        if not isinstance(term, Call) or not self.has_vector(term):
            return None
        if is_call(term, "where") and not self.has_vector(term.arguments[0]):
            return self._choice(term, factor)
        made = self._call(term)
        return None if made is None else self._scaled(made, factor, bool(self.shapes.of(term)))

    def _sum(self, term: Sum, factor: Term) -> _Map | None:
        shape = self.shapes.of(term) or self.shapes.of(factor)
        total: _Map | None = _Map(None, None)
        for part, coefficient in term.terms:
            found = self.map(part, multiply(number(coefficient), factor))
            if found is not None and shape and not (self.shapes.of(part) or self.shapes.of(factor)):
                found = self.repeated(found, self.shapes.record(call_of_ones(shape), shape))
            total = _together(total, found, self.shapes)
        return total

    def _choice(self, term: Call, factor: Term) -> _Map | None:
        condition, *branches = term.arguments
        total: _Map | None = _Map(None, None)
        for branch, chosen in zip(branches, ((ONE, ZERO), (ZERO, ONE)), strict=True):
            if branch is not ZERO:
                weight = call("where", condition, *chosen)
                found = self.map(branch, multiply(weight, factor)) if self.has_vector(branch) else None
                total = _together(total, found, self.shapes)
        return total

    def _call(self, term: Call) -> _Map | None:
        """The map of a product with a matrix or a vector, or of a sum."""
        if term.name == "sum" and len(term.arguments) == 1:
            inner = self.map(term.arguments[0])
            size = self.shapes.of(term.arguments[0])
            if inner is None or not size:
                return None
            ones = self.shapes.record(call_of_ones(size), size)
            row = None if inner.diagonal is None else inner.diagonal
            if row is not None and not self.shapes.of(row):
                row = self.shapes.record(multiply(row, ones), size)
            total = None
            if inner.rest is not None:
                total = self.shapes.record(raw_call("sum", (inner.rest, ONE)), self.shapes.of(inner.rest)[:1])
            return _Map(None, _added(row, total, self.shapes))
        if term.name != "@":
            return None
        left, right = term.arguments
        if self.has_vector(left) and self.has_vector(right):
            return None
        inside, other = (left, right) if self.has_vector(left) else (right, left)
        inner = self.map(inside)
        if inner is None or len(self.shapes.of(inside)) != 1:
            return None
        if inside is right and len(self.shapes.of(other)) == 2:
            other = transposed(other, self.shapes)
        shape = self.shapes.of(other)
        made: Term | None = None
        if inner.diagonal is not None:
            column = inner.diagonal
            if len(shape) == 2 and self.shapes.of(column):
                column = self.shapes.record(raw_call("unsqueeze", (column, number(-1))), (*self.shapes.of(column), 1))
            made = self.shapes.record(multiply(column, other), shape)
        if inner.rest is not None:
            product = matrix_product_of(inner.rest, other, self.shapes)
            made = product if made is None else _added(made, product, self.shapes)
        return _Map(None, made)

    def _scaled(self, found: _Map, factor: Term, is_vector: bool) -> _Map:
        """The map with each column multiplied by a factor: where it is of a number, and that a vector, it is outer."""
        if self.shapes.of(factor) and not is_vector:
            return self.repeated(found, factor)
        diagonal = None if found.diagonal is None else multiply(found.diagonal, factor)
        rest = found.rest
        if rest is not None and factor is not ONE:
            rest = self.shapes.record(multiply(rest, factor), self.shapes.of(rest))
        return _Map(diagonal, rest)

    def repeated(self, found: _Map, factor: Term) -> _Map:
        """The map to a vector of as many numbers as the factor has, from that to one number."""
        assert found.rest is not None
        (above, column), (beside, row) = (without_numbers(term, self.shapes) for term in (found.rest, factor))
        shape = (*self.shapes.of(column), *self.shapes.of(row))
        made = self.shapes.record(raw_call("outer", (column, row)), shape)
        return _Map(None, self.shapes.record(multiply(above, beside, made), shape))


def _added(left: Term | None, right: Term | None, shapes: Shapes) -> Term | None:
    if left is None or right is None:
        return left or right
    return shapes.record(add(left, right), shapes.of(left) or shapes.of(right))


def _together(left: _Map | None, right: _Map | None, shapes: Shapes) -> _Map | None:
    """The sum of two maps. None: one of them is unknown."""
    if left is None or right is None:
        return None
    return _Map(_added(left.diagonal, right.diagonal, shapes), _added(left.rest, right.rest, shapes))
