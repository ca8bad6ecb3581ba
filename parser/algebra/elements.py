"""Vectors element by element: what an operation does that puts elements in other places, as a list of expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Equation, Variable
from .arithmetic import add, multiply
from .functions import call, rebuilt
from .notation import ELEMENT, LIST, RESULT, SLICE, is_elementwise
from .shapes import Shapes, size_of
from .terms import ZERO, Call, Number, Symbol, Term, children, is_call, number, ordered, raw_call, symbol

LONGEST_LIST = 12
EVERYTHING = raw_call(SLICE, (symbol("None"),) * 3)


def elements(term: Term, size: int, shapes: Shapes) -> list[Term]:
    """The elements of a vector of this size, or of what stands for one by broadcasting."""

    def element(part: Any, index: int) -> Term:
        (own,) = shapes.of(part)
        return _element(part, index if own == size else 0, own)

    return [mapped(term, shapes, lambda part, i=i: element(part, i)) for i in range(size)]


def mapped(term: Term, shapes: Shapes, change: Callable[[Any], Term]) -> Term:
    """The expression with its arrays changed: the variables, lists and functions that are not elementwise."""
    made: dict[Term, Term] = {}
    for part in ordered([term], lambda t: children(t) if shapes.of(t) and not _is_array(t, shapes) else ()):
        if not shapes.of(part):
            made[part] = part
        else:
            made[part] = change(part) if _is_array(part, shapes) else rebuilt(part, made)
    return made[term]


def _is_array(term: Term, shapes: Shapes) -> bool:
    """Whether an expression is an array that is not computed element by element, but for those of one number."""
    is_whole = isinstance(term, Symbol) or (isinstance(term, Call) and not is_elementwise(term.name))
    return is_whole and shapes.of(term) != ()


def _element(part: Term, index: int, size: int) -> Term:
    if is_call(part, LIST):
        return part.arguments[index]
    if is_call(part, "flip"):
        part, index = part.arguments[0], size - 1 - index
    if is_call(part, ELEMENT):
        whole, *keys = part.arguments
        # Of A[0] or A[:, 1], A[0, 1].
        if all(isinstance(key, Number) or key is EVERYTHING for key in keys):
            places = [number(index) if key is EVERYTHING else key for key in keys]
            return raw_call(ELEMENT, (whole, *places, *([] if EVERYTHING in keys else [number(index)])))
    return raw_call(ELEMENT, (part, number(index)))


def listed(items: Sequence[Term]) -> Term | None:
    """The vector of these elements. None: there are too many to be written one by one."""
    return raw_call(LIST, tuple(items)) if len(items) <= LONGEST_LIST else None


def linear(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """An operation that puts or adds elements of vectors in places that are known, by what it does to each."""
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
    items = [item for term, size in zip(terms, sizes, strict=True) for item in elements(term, prod(size), shapes)]

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
    return listed(made) if shape else made[0]


def among_zeros(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A small matrix of zeros but for one row or column, as a list of rows; None: it is larger."""
    shape = equation.results[0].shape
    term, _, dim, place = arguments
    if len(shape) != 2 or prod(shape) > LONGEST_LIST:
        return None
    line = elements(term, shape[1 - dim], shapes)
    rows = [
        [line[(i, j)[1 - dim]] if (i, j)[dim] == place % shape[dim] else ZERO for j in range(shape[1])]
        for i in range(shape[0])
    ]
    return raw_call(LIST, tuple(raw_call(LIST, tuple(row)) for row in rows))


def same_everywhere(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """What moves the elements of an array that are all the same."""
    return None if shapes.of(arguments[0]) else arguments[0]


def _value(argument: Any) -> Any:
    """An argument of an equation as the operation takes it; a variable is replaced."""
    if isinstance(argument, Constant):
        return argument.array()
    return tuple(map(_value, argument)) if type(argument) is tuple else argument


def masked_fill(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A number in places that a mask says, as a choice."""
    term, mask, value = arguments
    if any(is_call(part, LIST) for part in (term, mask)):
        return None
    return call("where", mask, number(Fraction(value)) if isinstance(value, (int, float)) else value, term)


def flipped(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A vector from its end; None: a matrix."""
    if len(equation.results[0].shape) > 1:
        return None

    def turned(part: Any) -> Term:
        if is_call(part, LIST):
            return raw_call(LIST, part.arguments[::-1])
        return part.arguments[0] if is_call(part, "flip") else shapes.record(raw_call("flip", (part,)), shapes.of(part))

    return mapped(arguments[0], shapes, turned)


def accumulated(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The sums or products of a vector's first elements; None: of a matrix."""
    name, term, shape = equation.primitive.name, arguments[0], equation.results[0].shape
    if len(shape) != 1:
        return None if shape else term
    if shapes.of(term) and not is_call(term, LIST):
        return shapes.record(raw_call(name, (term,)), shape)
    return listed(list(accumulate(elements(term, shape[0], shapes), add if name == "cumsum" else multiply)))


def scattered(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """One number, or what is the same everywhere in the places of sorted elements, each of which is met once."""
    _, _, index, source = arguments
    is_order = is_call(index, RESULT) and is_call(index.arguments[0], "sort")
    return source if not equation.results[0].shape or (is_order and not shapes.of(source)) else None
