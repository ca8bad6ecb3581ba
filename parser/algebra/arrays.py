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
from .indices import LONGEST_LIST, REVERSED, SAME, axes_of, powers_of
from .matrices import ALONG, Matrices
from .notation import ELEMENT, LIST, RESULT, SLICE
from .shapes import Shape, numbers, size_of
from .terms import ONE, ZERO, Call, Sum, Term, is_call, number, ordered, raw_call

# What `translate` does with operations on single numbers.
Spell = Callable[..., Term]


def spelled(equation: Equation, arguments: Sequence[Any], arrays: Matrices, spell: Spell | None) -> Any:
    """The result of an operation as an expression in elements; None: it has no spelling as one.

    `spell` writes an elementwise operation on single numbers.
    """
    rule = _RULES.get(equation.primitive.name, _moved if spell is None and equation.primitive.moves else None)
    found = None if rule is None else rule(equation, arguments, arrays)
    if found is not None:
        return found
    return called(CANONICAL, equation, arguments, arrays) if spell is None else spell(*arguments)


def _moved(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """Elements in other places, or added up there, as numbers are: by index, or those of a short vector in turn.

    None: neither can be done, or the places are known only when the program runs.
    """
    primitive, after = equation.primitive, equation.results[0].shape
    if primitive.moves == "order":
        return _reshaped(arguments[0], size_of(equation.arguments[0]), after, arrays)
    given = [0] if primitive.variadic else [i for i, a in enumerate(equation.arguments) if isinstance(a, Variable)]
    if len(given) != 1:
        return None
    (at,) = given
    terms, operands = arguments[at], equation.arguments[at]
    if not primitive.variadic:
        terms, operands = (terms,), (operands,)
    shapes = [*map(size_of, operands)]
    ends = np.cumsum([*map(prod, shapes)])

    def image(numbers: Any) -> list[Any]:
        parts = np.split(numbers, ends[:-1])
        tensors = tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        values = [*map(_value, equation.arguments)]
        values[at] = tensors if primitive.variadic else tensors[0]
        found = primitive.forward(*values)
        return [*found] if primitive.outputs else [found]

    def item(place: int) -> Term:
        which = int(np.searchsorted(ends, place, "right"))
        place -= int(ends[which]) - prod(shapes[which])
        return arrays.indices.with_keys(terms[which], shapes[which], [number(place)] if shapes[which] else [])

    def moved(places: Any) -> Term | None:
        # One element along a dimension is that for these sizes, but a part of a view.
        is_thin = (primitive.name == "slice" or not primitive.view) and 1 in (*shapes[0], *places.shape)
        found = None if len(terms) > 1 or is_thin else arrays.indices.by_index(terms[0], shapes[0], places)
        if found is not None or not is_flat:
            return found
        items = [item(n - 1) if n else ZERO for n in np.ravel(places).tolist()[: LONGEST_LIST + 1]]
        return arrays.indices.listed(items) if places.shape else items[0]

    is_flat = max(map(len, (*shapes, after))) < 2
    if primitive.moves:
        made = [*map(moved, image(np.arange(1, ends[-1] + 1)))]
        return None if None in made else tuple(made) if primitive.outputs else made[0]
    if not is_flat or ends[-1] > LONGEST_LIST or np.any(image(np.zeros(ends[-1]))):
        return None
    rows = zip(*(np.ravel(image(one)[0]).tolist() for one in np.eye(ends[-1])), strict=True)
    items = [*map(item, range(ends[-1]))]
    made = [add(*(multiply(number(Fraction(n)), i) for n, i in zip(row, items, strict=True))) for row in rows]
    return arrays.indices.listed(made) if after else made[0]


def _reshaped(term: Term, before: Shape, after: Shape, arrays: Matrices) -> Term:
    """Another shape for the same elements."""
    found = arrays.indices.by_index(term, before, np.arange(1, prod(before) + 1).reshape(after))
    if found is not None:
        return found
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
    primitive, term = equation.primitive, arguments[0]
    if primitive.name == "aminmax" and arguments[1] is None:
        made = tuple(_reduction(name, equation, arguments, arrays) for name in ("amin", "amax"))
        return None if None in made else made
    if primitive.outputs:
        # An element and its place.
        return None if arrays.indices.free(term) else (term, ZERO)
    return _reduction("norm" if primitive.function == "vector_norm" else primitive.name, equation, arguments, arrays)


def _reduction(name: str, equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Term | None:
    primitive, term, shape = equation.primitive, arguments[0], size_of(equation.arguments[0])
    options = dict(zip(primitive.arguments[1:], arguments[1:], strict=True))
    if options.get("ord", 2) != 2 or options.get("correction", 1) not in (1, None):
        return None
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


def _where(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    condition, then, otherwise = arguments
    # What the rule of a median does for one that is nan: there is no value then to differentiate.
    if is_call(condition, "isnan") and is_call(then, "isnan") and (otherwise is ONE or is_call(otherwise, "==")):
        return otherwise
    return None


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


def _accumulated(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """The sums or products of a vector's first elements; None: of a matrix."""
    name, term, shape = equation.primitive.name, arguments[0], equation.results[0].shape
    if len(shape) != 1:
        return None if shape else term
    whole = arrays.array(term, axes_of(shape))
    if arrays.shapes.of(whole) and not is_call(whole, LIST):
        return arrays.indices.element(raw_call(name, (whole,)), shape)
    items = (arrays.indices.with_keys(term, shape, [number(i)]) for i in range(*shape))
    return arrays.indices.listed([*accumulate(items, add if name == "cumsum" else multiply)])


def _scattered(equation: Equation, arguments: Sequence[Any], arrays: Matrices) -> Any:
    """One number, or what is the same everywhere in the places of sorted elements, each of which is met once."""
    _, _, index, source = arguments
    places = index.arguments[0] if is_call(index, ELEMENT) else index
    is_order = is_call(places, RESULT) and is_call(places.arguments[0], "sort")
    return source if not equation.results[0].shape or (is_order and not arrays.indices.free(source)) else None


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
    **dict.fromkeys(("index_backward", "index_add", "scatter_add", "as_strided_backward", "constant_pad_nd"), _moved),
    "scatter": _scattered,
    **dict.fromkeys(("cumsum", "cumprod"), _accumulated),
    **dict.fromkeys(("sum", "mean", "prod", "std", "var", "logsumexp", "linalg_vector_norm"), _reduced),
    **dict.fromkeys(("max", "min", "amax", "amin", "aminmax", "median", "nanmedian"), _reduced),
    "exp": _exp,
    "linalg_solve_ex": _solved,
    "cofactor": _cofactors,
    "where": _where,
    **dict.fromkeys(("mm", "mv", "bmm", "dot", "vdot"), _product),
}
