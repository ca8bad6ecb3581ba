"""Operations on arrays as expressions in their elements: the algebra's grammar, an entry a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Equation, Variable
from .arithmetic import add, multiply, power
from .calls import called
from .canonical import CANONICAL
from .functions import call
from .indices import REVERSED, SAME, axes_of, powers_of
from .matrices import ALONG, LONGEST_LIST, Matrices
from .notation import ELEMENT, LIST, RESULT, SLICE
from .shapes import Shape, numbers, size_of
from .terms import ONE, ZERO, Call, Sum, Term, is_call, number, ordered, raw_call

# What `translate` does with operations on single numbers.
Spell = Callable[..., Term]


def spelled(equation: Equation, arguments: Sequence[Any], arrays: Matrices, spell: Spell | None) -> Any:
    """The result of an operation as an expression in elements; None: it has no spelling as one.

    `spell` writes an elementwise operation on single numbers.
    """
    by_move = (_moved, _placed) if spell is None and equation.primitive.moves else ()
    for rule in (_RULES.get(equation.primitive.name, lambda *_: None), *by_move):
        found = rule(equation, arguments, arrays)
        if found is not None:
            return found
    return called(CANONICAL, equation, arguments, arrays) if spell is None else spell(*arguments)


def _moved(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """Elements in other places, where each index of the argument is one of the result, or a number."""
    primitive, before = equation.primitive, size_of(equation.arguments[0])
    if primitive.moves == "order":
        return _reshaped(arguments[0], before, equation.results[0].shape, arrays)
    is_thin = primitive.name == "slice" and equation.results[0].shape[arguments[1]] == 1 < before[arguments[1]]
    if is_thin or (primitive.moves != "repeated" and not primitive.view):
        return None
    # The strides of a view tell which dimension each of its own is.
    x = np.empty(before, np.int8)
    views = primitive.forward(x, *equation.arguments[1:])
    found = [_keys(view, x) for view in (views if primitive.outputs else (views,))]
    if None in found:
        return None
    made = tuple(arrays.indices.with_keys(arguments[0], before, keys or ()) for keys in found)
    return made if primitive.outputs else made[0]


def _keys(view: Any, x: Any) -> list[Term] | None:
    """The index along each dimension of an array in terms of those of a view. None: it is another function of them."""
    if not x.size:
        return None
    start = view.__array_interface__["data"][0] - x.__array_interface__["data"][0]
    places = zip(np.unravel_index(start, x.shape), x.shape, strict=True)
    # Near the end of a long array, a place is counted from there.
    keys: list[Term] = [number(int(i) - size if i > LONGEST_LIST and 2 * i > size else int(i)) for i, size in places]
    for left, own in zip(view.strides, axes_of(view.shape), strict=True):
        for dim, (step, size) in enumerate(zip(x.strides, x.shape, strict=True)):
            if own is not None and size == own.size and left >= step and keys[dim] is ZERO:
                keys[dim], left = own, left - step
        if left and own is not None:
            return None
    return keys


def _reshaped(term: Term, before: Shape, after: Shape, arrays: Matrices) -> Term:
    """Another shape for the same elements."""
    kept = [own for own in axes_of(after) if own is not None]
    if [own.size for own in kept] == [size for size in before if size != 1]:
        rest = iter(kept)
        return arrays.indices.with_keys(term, before, [None if size == 1 else next(rest) for size in before])
    places = range(min(len(before), len(after)))
    common = next((i for i in places if before[~i] != after[~i]), len(places))
    if all(own.place <= common for own in arrays.indices.free(term)):
        return term
    whole = arrays.fitted(term, before, True)
    while is_call(whole, "reshape"):
        # Of several shapes, the last is the one.
        whole = whole.arguments[0]
    if arrays.shapes.of(whole) != after:
        whole = raw_call("reshape", (whole, numbers(after)))
    return arrays.indices.element(whole, after)


def _elements(term: Term, shape: Shape, arrays: Matrices) -> list[Term]:
    """The elements of a vector or of a number."""
    return [arrays.indices.with_keys(term, shape, [number(i)] if shape else []) for i in range(prod(shape))]


def _listed(items: Sequence[Term], arrays: Matrices) -> Term | None:
    """The vector of these elements. None: there are too many to be written one by one."""
    whole = raw_call(LIST, tuple(items))
    return arrays.indices.element(whole, (len(items),)) if len(items) <= LONGEST_LIST else None


def _placed(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """What puts or adds elements of vectors in places that are known, by what it does to each."""
    primitive, shape = equation.primitive, equation.results[0].shape
    places = [0] if primitive.variadic else [i for i, a in enumerate(equation.arguments) if isinstance(a, Variable)]
    if len(places) != 1 or len(shape) > 1 or primitive.outputs:
        return None
    (place,) = places
    given, terms = equation.arguments[place], arguments[place]
    if not primitive.variadic:
        given, terms = (given,), (terms,)
    sizes = [size_of(operand) for operand in given]
    # A view of a few elements of a long vector is written as those.
    if max(map(len, sizes)) > 1 or (not primitive.view and max(map(sum, sizes)) > LONGEST_LIST):
        return None
    items = [item for term, size in zip(terms, sizes, strict=True) for item in _elements(term, size, arrays)]

    def image(numbers: Any) -> list[float]:
        parts = np.split(numbers, np.cumsum([prod(size) for size in sizes])[:-1])
        vectors = tuple(part.reshape(size) for part, size in zip(parts, sizes, strict=True))
        values = list(map(_value, equation.arguments))
        values[place] = vectors if primitive.variadic else vectors[0]
        return np.ravel(primitive.forward(*values)).tolist()

    if primitive.moves:
        made = [items[int(n) - 1] if n else ZERO for n in image(np.arange(1.0, len(items) + 1))]
    elif any(image(np.zeros(len(items)))):
        return None
    else:
        rows = zip(*map(image, np.eye(len(items))), strict=True)
        made = [add(*(multiply(number(Fraction(n)), i) for n, i in zip(row, items, strict=True))) for row in rows]
    return _listed(made, arrays) if shape else made[0]


def _value(argument: Any) -> Any:
    """An argument of an equation as the operation takes it; a variable is replaced."""
    if isinstance(argument, Constant):
        return argument.array()
    return tuple(map(_value, argument)) if type(argument) is tuple else argument


def _product(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """x @ y, for vectors, matrices, or as many matrices in both."""
    one, other = map(size_of, equation.arguments[:2])
    return _product_of(arguments[0], arguments[1], one, other, equation.results[0].shape, arrays)


def _product_of(left: Term, right: Term, one: Shape, other: Shape, shape: Shape, arrays: Matrices) -> Term:
    """The product of arrays of one shape and another, which has the third."""
    inner = arrays.indices.fresh(one[-1])
    result = axes_of(shape)
    before = [*result[: len(one) - 1], inner]
    after = [*result[: len(other) - 2], inner, result[-1]] if len(other) > 1 else [inner]
    factors = arrays.indices.with_keys(left, one, before), arrays.indices.with_keys(right, other, after)
    return arrays.indices.reduced("sum", multiply(*factors), [inner])


def _reduced(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """A reduction, by its name in the language. None: it is one of those that are no formula."""
    primitive, term, shape = equation.primitive, arguments[0], size_of(equation.arguments[0])
    if primitive.outputs:
        # An element and its place.
        return None if arrays.indices.free(term) else (term, ZERO)
    name = "norm" if primitive.function == "vector_norm" else primitive.name
    options = dict(zip(primitive.arguments[1:], arguments[1:], strict=True))
    if options.get("ord", 2) != 2 or options.get("correction", 1) not in (1, None):
        return None
    if not shape and is_condition(equation.arguments[0]):
        return call("where", term, ONE, ZERO)
    dim = options.get("dim")
    dims = range(len(shape)) if dim is None or dim == () else [dim] if isinstance(dim, int) else dim
    over = {d % len(shape) for d in dims if shape}
    kept = axes_of(equation.results[0].shape)
    rest = iter([own for i, own in enumerate(kept) if i not in over] if options.get("keepdim") else kept)
    keys = [arrays.indices.fresh(size) if i in over else next(rest) for i, size in enumerate(shape)]
    inner = [key for i, key in enumerate(keys) if i in over and shape[i] != 1]
    body = arrays.indices.with_keys(term, shape, keys)
    if name not in ("sum", "mean"):
        is_missing = not arrays.indices.free(body).issuperset(inner)
        if not inner:
            return None if name in ("std", "var") else call("abs", body) if name == "norm" else body
        if name == "prod" and is_missing and len(inner) == 1:
            return power(body, number(*{key.size for key in inner if key is not None}))
        if is_missing or (len(over) < len(shape) and name not in ALONG):
            return None
    return arrays.indices.reduced(name, body, inner)


def is_condition(argument: Any) -> bool:
    """Whether an argument of an equation is true or false."""
    return isinstance(argument, Variable) and argument.dtype == "bool"


def _extremes(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """The least and the greatest element; None: along a dimension, or what stands for an array by broadcasting."""
    term, dim = arguments[:2]
    shape = size_of(equation.arguments[0])
    whole = arrays.array(term, axes_of(shape))
    return None if dim is not None or arrays.shapes.of(whole) != shape else (call("amin", whole), call("amax", whole))


def _where(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    condition, then, otherwise = arguments
    if condition is then and otherwise is ONE:
        return ONE
    # What the rule of a median does for one that is nan: there is no value then to differentiate.
    if isinstance(condition, Call) and isinstance(otherwise, Call) and is_call(then, "isnan"):
        is_of_median = condition.name == "isnan" and otherwise.name == "=="
        if is_of_median and {condition.arguments[0], then.arguments[0]} == set(otherwise.arguments):
            return ONE if condition is then else otherwise
    return None


def _softmax(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """Of a vector, for which the dimension is the first; None: of another array."""
    shape = size_of(equation.arguments[0])
    if len(shape) != 1:
        return None
    whole = call(equation.primitive.name, arrays.fitted(arguments[0], shape, True), ZERO)
    return arrays.indices.element(whole, shape)


def _exp(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """softmax(x) for exp(log_softmax(x)), and for exp(x - logsumexp(x))."""
    term, shape = arguments[0], equation.results[0].shape
    whole, *keys = term.arguments if is_call(term, ELEMENT) else (term,)
    if is_call(whole, "log_softmax"):
        made = raw_call("softmax", whole.arguments)
        made = arrays.shapes.record(made, arrays.shapes.of(whole))
        return raw_call(ELEMENT, (made, *keys)) if keys else made
    if isinstance(term, Sum) and len(shape) == 1:
        for part in [part for part, coefficient in term.terms if coefficient == -1]:
            body, *over = part.arguments if isinstance(part, Call) and part.name == "logsumexp" else (part,)
            if over and arrays.indices.replaced(body, dict(zip(over, axes_of(shape), strict=True))) is add(term, part):
                return arrays.indices.element(
                    raw_call("softmax", (arrays.array(add(term, part), axes_of(shape)), ZERO)), shape
                )
    return None


def _flipped(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """A vector from its end; None: a matrix."""
    shape = equation.results[0].shape
    keys = [own and call(REVERSED, own, number(own.size)) for own in axes_of(shape)]
    return arrays.indices.with_keys(arguments[0], shape, keys) if len(shape) < 2 else None


def _accumulated(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """The sums or products of a vector's first elements; None: of a matrix."""
    name, term, shape = equation.primitive.name, arguments[0], equation.results[0].shape
    if len(shape) != 1:
        return None if shape else term
    whole = arrays.array(term, axes_of(shape))
    if arrays.shapes.of(whole) and not is_call(whole, LIST):
        return arrays.indices.element(raw_call(name, (whole,)), shape)
    return _listed([*accumulate(_elements(term, shape, arrays), add if name == "cumsum" else multiply)], arrays)


def _masked_fill(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """A number in places that a mask says, as a choice."""
    term, mask, value = arguments
    return call("where", mask, number(Fraction(value)) if isinstance(value, (int, float)) else value, term)


def _scattered(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """One number, or what is the same everywhere in the places of sorted elements, each of which is met once."""
    _, _, index, source = arguments
    places = index.arguments[0] if is_call(index, ELEMENT) else index
    is_order = is_call(places, RESULT) and is_call(places.arguments[0], "sort")
    return source if not equation.results[0].shape or (is_order and not arrays.indices.free(source)) else None


def _row_among_zeros(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """Zeros but at one place along a dimension."""
    term, shape, dim, place = arguments
    keys = axes_of(shape)
    own = keys.pop(dim)
    moved = arrays.indices.with_keys(term, size_of(equation.arguments[0]), keys)
    return moved if own is None else multiply(call(SAME, own, number(place % own.size)), moved)


def _diagonal_matrix(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """A matrix with a vector or one number on its diagonal. None: it is another."""
    shape = equation.results[0].shape
    offset = arguments[2 if equation.primitive.name == "diagonal_backward" else 1]
    return None if offset or len(set(shape)) > 1 or len(shape) != 2 else multiply(identity(shape), arguments[0])


def identity(shape: Shape) -> Term:
    """The elements of the identity of this shape."""
    row, column = axes_of(shape)
    return ONE if row is None or column is None else call(SAME, row, column)


def _solved(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """The solution for the identity, which is the inverse. None: for another right-hand side."""
    shape = equation.results[0].shape
    factors = powers_of(arguments[1])
    unit = identity(shape) if len(shape) == 2 else ONE
    if unit is ONE or unit not in factors:
        return None
    factors.remove(unit)
    return (multiply(_inverse(arguments[0], shape, arrays), *factors),)


def _inverse(term: Term, shape: Shape, arrays: Matrices) -> Term:
    """The elements of the inverse of a matrix."""
    whole = arrays.fitted(term, shape, True)
    if is_call(whole, "@") and all(arrays.shapes.of(part) == shape for part in whole.arguments):
        left, right = (_inverse(arrays.indices.element(part, shape), shape, arrays) for part in whole.arguments)
        return _product_of(right, left, shape, shape, shape, arrays)
    if is_call(whole, "T"):
        inner = arrays.indices.element(whole.arguments[0], shape)
        return _transposed(_inverse(inner, shape, arrays), shape, arrays)
    return arrays.indices.element(raw_call("inverse", (whole,)), shape)


def _transposed(term: Term, shape: Shape, arrays: Matrices) -> Term:
    *batch, row, column = axes_of(shape)
    return arrays.indices.with_keys(term, shape, [*batch, column, row])


def _cofactors(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """Jacobi's formula: det(A)*inverse(A).T."""
    (term,), shape = arguments, equation.results[0].shape
    det = arrays.indices.element(raw_call("det", (arrays.fitted(term, shape, True),)), shape[:-2])
    det = arrays.indices.with_keys(det, shape[:-2], axes_of(shape)[:-2])
    return multiply(det, _transposed(_inverse(term, shape, arrays), shape, arrays))


def matrix(term: Term, weight: Term, shape: Shape, arrays: Matrices) -> Term | None:
    """The matrix M of `term` = `weight` @ M, for a term of this shape that is linear in a vector.

    None: the term is 0, or has an operation of which nothing is known here.
    """
    rows, *columns = axes_of((*arrays.shapes.of(weight), *shape))

    def row(part: Term) -> Term | None:
        if part is weight and rows is None:
            return ONE
        whole, *keys = part.arguments if is_call(part, ELEMENT) else (part,)
        is_element = whole is weight and keys and not is_call(keys[0], SLICE)
        return call(SAME, *keys, rows) if is_element else None

    found = arrays.indices.mapped(term, row)
    parts = ordered([found])
    is_placed = any(is_call(part, LIST) and arrays.indices.free(part) for part in parts)
    if found is ZERO or weight in parts or is_placed or any(is_call(part, REVERSED) for part in parts):
        return None
    missing = [dim for dim in (rows, *columns) if dim is not None and dim not in arrays.indices.free(found)]
    ones = [arrays.indices.element(raw_call("ones", (number(dim.size),)), (dim.size,)) for dim in missing]
    placed = [arrays.indices.with_keys(one, (dim.size,), [dim]) for one, dim in zip(ones, missing, strict=True)]
    return arrays.array(multiply(found, *placed), [rows, *columns])


# How to spell an operation.
_RULES: dict[str, Any] = {
    **dict.fromkeys(("index_backward", "index_add", "scatter_add", "as_strided_backward", "constant_pad_nd"), _placed),
    "select_backward": _row_among_zeros,
    "flip": _flipped,
    "scatter": _scattered,
    **dict.fromkeys(("cumsum", "cumprod"), _accumulated),
    "masked_fill": _masked_fill,
    **dict.fromkeys(("sum", "mean", "prod", "std", "var", "logsumexp", "linalg_vector_norm"), _reduced),
    **dict.fromkeys(("max", "min", "amax", "amin", "median", "nanmedian"), _reduced),
    "aminmax": _extremes,
    **dict.fromkeys(("softmax", "log_softmax"), _softmax),
    "exp": _exp,
    "linalg_solve_ex": _solved,
    "cofactor": _cofactors,
    **dict.fromkeys(("diag_embed", "diagonal_backward"), _diagonal_matrix),
    "where": _where,
    **dict.fromkeys(("mm", "mv", "bmm", "dot", "vdot"), _product),
}
