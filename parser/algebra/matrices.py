"""Products of matrices and vectors, and transposes, as expressions.

An operand may stand for an array that broadcasting makes of it: a sum takes the place of a product with what is the
same along the dimension that is summed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ...engine.program.program import Equation
from .arithmetic import multiply
from .elements import mapped
from .notation import LIST
from .reductions import total, with_last_dropped, with_last_kept, without_numbers
from .shapes import Shape, Shapes, size_of
from .terms import Call, Product, Sum, Term, is_call, number, ordered, raw_call

_PRODUCT, _TRANSPOSES = "@", ("T", "mT")


def matrix_product(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """x @ y, for vectors, matrices, or as many matrices in both. None: there are no elements to add."""
    (front_of_left, left), (front_of_right, right) = (without_numbers(term, shapes) for term in arguments[:2])
    sizes = size_of(equation.arguments[0]), size_of(equation.arguments[1])
    for one, rest in ((left, right), (right, left)):
        if is_call(one, "eye") and shapes.of(rest) != ():
            return multiply(front_of_left, front_of_right, rest)
    own, other = shapes.of(left), shapes.of(right)
    length, is_matrix = sizes[0][-1], len(sizes[1]) > 1
    if not own or own[-1] != length or length == 1:
        # Every element of a row is the same.
        column = total(right, sizes[1], (-2,) if is_matrix else (-1,), len(sizes[1]) > 2, shapes)
        row = left if is_matrix or not own else shapes.record(raw_call("squeeze", (left, number(-1))), own[:-1])
        return None if column is None else multiply(front_of_left, front_of_right, _multiplied(row, column, shapes))
    if (len(other) < 2 or other[-2] != length) if is_matrix else other != (length,):
        # Every element of a column is.
        row = total(left, sizes[0], (-1,), is_matrix, shapes)
        return None if row is None else multiply(front_of_left, front_of_right, _multiplied(row, right, shapes))
    if len(own) == 1 and len(other) > 2:
        left = shapes.fitted(left, sizes[0], True)
        own = sizes[0]
    left, right = shapes.fitted(left, own, True), shapes.fitted(right, other, True)
    return multiply(front_of_left, front_of_right, _product_of(left, right, own, other, shapes))


def matrix_product_of(left: Term, right: Term, shapes: Shapes) -> Term:
    """left @ right, of expressions that have the shapes of what they stand for."""
    (front_of_left, left), (front_of_right, right) = (without_numbers(term, shapes) for term in (left, right))
    made = _product_of(left, right, shapes.of(left), shapes.of(right), shapes)
    whole = multiply(front_of_left, front_of_right, made)
    return shapes.record(whole, shapes.of(made))


def _product_of(left: Term, right: Term, own: Shape, other: Shape, shapes: Shapes) -> Term:
    """left @ right: without a matrix beside its inverse, and A @ x for x @ A.T."""
    if len(own) == 1 and len(other) == 2 and is_call(right, "T"):
        return _product_of(_parts(right)[0], left, other[::-1], own, shapes)
    for whole, shape in ((left, other), (right, own)):
        if is_call(whole, "outer") and len(shape) == 2:
            column, row = _parts(whole)
            if whole is left:
                row = _product_of(row, right, shapes.of(row), other, shapes)
            else:
                column = _product_of(left, column, own, shapes.of(column), shapes)
            return shapes.record(raw_call("outer", (column, row)), _shape_of_product(own, other))
    factors = [*_chain(left, shapes), *_chain(right, shapes)]
    for i, (one, next_one) in enumerate(pairwise(factors)):
        if _are_inverse(one, next_one, shapes):
            rest = factors[:i] + factors[i + 2 :]
            if rest:
                found = rest[0]
                for factor in rest[1:]:
                    found = _product_of(found, factor, shapes.of(found), shapes.of(factor), shapes)
                return found
    return shapes.record(raw_call(_PRODUCT, (left, right)), _shape_of_product(own, other))


def _chain(term: Term, shapes: Shapes) -> list[Term]:
    """The factors of a product of matrices, those of an inverse of one inside out."""
    if is_call(term, _PRODUCT):
        return [factor for part in _parts(term) for factor in _chain(part, shapes)]
    if is_call(term, "T"):
        inner = _chain(_parts(term)[0], shapes)
        return [transposed(part, shapes) for part in reversed(inner)] if len(inner) > 1 else [term]
    if is_call(term, "inverse"):
        inner = _chain(_parts(term)[0], shapes)
        if len(inner) > 1 and all(_is_square(part, shapes) for part in inner):
            return [_inverse(part, shapes) for part in reversed(inner)]
    return [term]


def _is_square(term: Term, shapes: Shapes) -> bool:
    shape = shapes.of(term)
    return len(shape) == 2 and shape[0] == shape[1]


def _are_inverse(one: Term, other: Term, shapes: Shapes) -> bool:
    """Whether one matrix is the inverse of the other; of transposes too."""
    if not _is_square(one, shapes) or not _is_square(other, shapes):
        return False
    if is_call(one, "T") and is_call(other, "T"):
        one, other = _parts(one)[0], _parts(other)[0]
    return any(is_call(a, "inverse") and _parts(a)[0] is b for a, b in ((one, other), (other, one)))


def _shape_of_product(left: Shape, right: Shape) -> Shape:
    if len(right) == 1:
        return left[:-1]
    if len(left) == 1:
        return (*right[:-2], right[-1])
    batch = max(left[:-2], right[:-2], key=len)
    return (*batch, left[-2], right[-1])


def outer(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A product in which one vector stands for equal columns and the other for equal rows. None: it is another."""
    if len(equation.results[0].shape) != 2:
        return None
    (front_of_left, left), (front_of_right, right) = (without_numbers(term, shapes) for term in arguments)
    made = _multiplied(left, right, shapes)
    return multiply(front_of_left, front_of_right, made) if is_call(made, "outer") else None


def _multiplied(left: Term, right: Term, shapes: Shapes) -> Term:
    """The product, element by element, as that of a column and a row where it is one."""
    for column, row in ((left, right), (right, left)):
        if isinstance(column, Call) and column.name == "unsqueeze" and column.arguments[1:] == (number(-1),):
            (vector,) = column.arguments[:1]
            if len(shapes.of(vector)) == len(shapes.of(row)) == 1:
                shape = (*shapes.of(vector), *shapes.of(row))
                return shapes.record(raw_call("outer", (vector, row)), shape)
    return multiply(left, right)


def solved(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The solution for the identity, which is the inverse. None: for another right-hand side."""
    matrix, (front, right) = arguments[0], without_numbers(arguments[1], shapes)
    if not is_call(right, "eye") or shapes.of(matrix) != size_of(equation.arguments[0]):
        return None
    return (multiply(front, _inverse(matrix, shapes)),)


def _inverse(matrix: Term, shapes: Shapes) -> Term:
    """The inverse, that of a transpose as the transpose of one."""
    if is_call(matrix, "T"):
        return transposed(_inverse(_parts(matrix)[0], shapes), shapes)
    return shapes.record(raw_call("inverse", (matrix,)), shapes.of(matrix))


def diagonal_matrix(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A matrix with a vector or one number on its diagonal. None: it is another."""
    shape = equation.results[0].shape
    value, offset, *dims = arguments
    if len(shape) != 2 or offset or sorted(d % 2 for d in dims) != [0, 1]:
        return None
    if shapes.of(value):
        return shapes.record(raw_call("diag", (value,)), shape) if shapes.of(value) == shape[:1] else None
    return multiply(value, shapes.record(raw_call("eye", (number(shape[0]),)), shape))


def diagonal_among_zeros(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A square matrix of zeros but for its diagonal. None: another."""
    (rows, *columns), (term, _, offset, *_) = equation.results[0].shape, arguments
    if columns != [rows] or offset:
        return None
    name, operand = ("diag", term) if shapes.of(term) == (rows,) else ("eye", number(rows))
    made = shapes.record(raw_call(name, (operand,)), (rows, rows))
    return made if name == "diag" else multiply(term, made)


def diagonal(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The diagonal of an outer product, which is that of the elements. None: of another matrix."""
    term, offset, *_ = arguments
    front, term = without_numbers(term, shapes)
    if offset or not is_call(term, "outer") or shapes.of(term)[:1] != shapes.of(term)[1:]:
        return None
    return multiply(front, *_parts(term))


def cofactors(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """Jacobi's formula: det(A)*inverse(A).T. None: of several matrices, or of what stands for one by broadcasting."""
    (matrix,), shape = arguments, equation.results[0].shape
    if len(shape) != 2 or shapes.of(matrix) != shape:
        return None
    return multiply(shapes.record(raw_call("det", (matrix,)), ()), transposed(_inverse(matrix, shapes), shapes))


def transposed(term: Term, shapes: Shapes) -> Term:
    """The array, which stands for one of matrices, with its last two dimensions exchanged."""
    front, term = without_numbers(term, shapes)
    return multiply(front, _transposed(term, shapes))


def _transposed(term: Term, shapes: Shapes) -> Term:
    own = shapes.of(term)
    if not own:
        return term
    if len(own) == 1:
        kept = with_last_kept(term, shapes)
        return kept or shapes.record(raw_call("unsqueeze", (term, number(-1))), (*own, 1))
    if isinstance(term, Call) and term.name == "unsqueeze" and term.arguments[1:] == (number(-1),) and len(own) == 2:
        return term.arguments[0]
    row = with_last_dropped(term, shapes) if len(own) == 2 else None
    if row is not None:
        return row
    shape = (*own[:-2], own[-1], own[-2])
    forms: list[Term] = []
    if is_call(term, _PRODUCT) and all(len(shapes.of(part)) == 2 for part in _parts(term)):
        left, right = (transposed(part, shapes) for part in _parts(term))
        if len(shapes.of(left)) == len(shapes.of(right)) == 2:
            made = raw_call(_PRODUCT, (right, left))
            forms.append(shapes.record(made, _shape_of_product(shapes.of(right), shapes.of(left))))
    elif is_call(term, "eye") or (is_call(term, "diag") and len(shapes.of(_parts(term)[0])) == 1):
        return term
    elif is_call(term, *_TRANSPOSES):
        return _parts(term)[0]
    elif is_call(term, "outer"):
        return shapes.record(raw_call("outer", _parts(term)[::-1]), shape)
    elif is_call(term, LIST) and all(is_call(row, LIST) for row in _parts(term)):
        rows = zip(*(_parts(row) for row in _parts(term)), strict=True)
        return raw_call(LIST, tuple(raw_call(LIST, row) for row in rows))
    elif isinstance(term, (Sum, Product)):
        forms.append(mapped(term, shapes, lambda part: transposed(part, shapes)))
    forms.append(shapes.record(raw_call("T" if len(own) == 2 else "mT", (term,)), shape))
    if is_call(term, "inverse"):
        turned = raw_call("inverse", (transposed(_parts(term)[0], shapes),))
        forms.append(shapes.record(turned, shape))
    return min(forms, key=lambda form: len(ordered([form])))


def _parts(term: Term) -> tuple[Term, ...]:
    assert isinstance(term, Call)
    return term.arguments


def transpose(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A transpose of the last two dimensions; None: of others."""
    rank = len(equation.results[0].shape)
    if equation.primitive.name == "permute":
        (dims,) = arguments[1:]
        if tuple(dims) == tuple(range(rank)):
            return arguments[0]
        if tuple(dims) != (*range(rank - 2), rank - 1, rank - 2):
            return None
    elif equation.primitive.name == "transpose" and sorted(arguments[1:]) != [rank - 2, rank - 1]:
        return arguments[0] if not shapes.of(arguments[0]) else None
    return transposed(arguments[0], shapes) if rank > 1 else arguments[0]
