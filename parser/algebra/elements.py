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
from .notation import ELEMENT, LIST, SLICE, is_elementwise
from .shapes import Shapes, size_of
from .terms import ONE, ZERO, Call, Number, Symbol, Term, children, is_call, number, ordered, raw_call, symbol

LONGEST_LIST = 12
EVERYTHING = raw_call(SLICE, (symbol("None"),) * 3)
# What has two results, and no value of its own that could be given a name.
OF_TWO_RESULTS = ("mode", "kthvalue", "median", "nanmedian")


def elements(term: Term, size: int, shapes: Shapes) -> list[Term] | None:
    """The elements of a vector of this size, or of a number that stands for one. None: the vector has another size."""
    if shapes.of(term) not in ((), (size,)):
        return None

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


def _element(part: Symbol | Call, index: int, size: int) -> Term:
    if isinstance(part, Call) and part.name == LIST:
        return part.arguments[index]
    if isinstance(part, Call) and part.name == "flip":
        return raw_call(ELEMENT, (part.arguments[0], number(size - 1 - index)))
    if isinstance(part, Call) and part.name == "sort":
        # sort(x)[0] is the first of its two results.
        place = index if len(part.arguments) == 1 else size - 1 - index
        return raw_call(ELEMENT, (raw_call("msort", part.arguments[:1]), number(place)))
    if isinstance(part, Call) and part.name == ELEMENT:
        whole, *keys = part.arguments
        if all(isinstance(key, Number) for key in keys):
            return raw_call(ELEMENT, (*part.arguments, number(index)))
        # Of A[:, 1], A[0, 1].
        if all(isinstance(key, Number) or key is EVERYTHING for key in keys):
            return raw_call(ELEMENT, (whole, *(number(index) if key is EVERYTHING else key for key in keys)))
    return raw_call(ELEMENT, (part, number(index)))


def listed(items: Sequence[Term]) -> Term | None:
    """The vector of these elements. None: there are too many to be written one by one."""
    return raw_call(LIST, tuple(items)) if len(items) <= LONGEST_LIST else None


def _flip(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    if len(equation.results[0].shape) > 1:
        return None

    def flipped(part: Symbol | Call) -> Term:
        if isinstance(part, Call) and part.name == LIST:
            return raw_call(LIST, part.arguments[::-1])
        if isinstance(part, Call) and part.name == "flip":
            return part.arguments[0]
        return shapes.record(raw_call("flip", (part,)), shapes.of(part))

    return mapped(arguments[0], shapes, flipped)


def _accumulated(name: str, join: Callable[[Term, Term], Term]) -> Any:
    def spell(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
        term, shape = arguments[0], equation.results[0].shape
        if len(shape) != 1:
            return None if shape else term
        if shapes.of(term) and not is_call(term, LIST):
            return shapes.record(raw_call(name, (term,)), shape)
        items = elements(term, shape[0], shapes)
        return None if items is None else listed(list(accumulate(items, join)))

    return spell


def _sort(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The elements in order and their places."""
    term, _, descending, _ = arguments
    shape = equation.results[0].shape
    if len(shape) > 1 or (shape and not shapes.of(term)):
        return None
    if not shape:
        return term, ZERO
    options = (number(-1), symbol("True")) if descending else ()
    return tuple(shapes.record(raw_call(name, (term, *options)), shape) for name in ("sort", "argsort"))


def of_two_results(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """An element and its place."""
    term, size = arguments[0], size_of(equation.arguments[0])
    if not size or not shapes.of(term):
        return term, ZERO
    if len(size) > 1:
        return None
    name = equation.primitive.name
    if name in ("max", "min"):
        return call(f"a{name}", term), raw_call(f"arg{name}", (term,))
    # The place of the one, or the dimension.
    options = () if name == "mode" else (number(arguments[1]),)
    found = raw_call(name, (term, *options))
    return raw_call(ELEMENT, (found, ZERO)), raw_call(ELEMENT, (found, ONE))


def _aminmax(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    term, size = arguments[0], size_of(equation.arguments[0])
    if not size or not shapes.of(term):
        return term, term
    return (call("amin", term), call("amax", term)) if arguments[1] is None or len(size) == 1 else None


def _scatter(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    term, _, index, source = arguments
    shape = equation.results[0].shape
    if not shape:
        return source
    places = size_of(equation.arguments[2])
    whole = elements(term, shape[0], shapes) if len(shape) == 1 else None
    items = elements(source, places[0], shapes) if len(places) == 1 else None
    if whole is None or items is None:
        return None
    if len(items) == 1:
        (one,) = items
        (place,) = elements(index, 1, shapes) or [index]
        return listed([call("where", call("==", place, number(i)), one, item) for i, item in enumerate(whole)])
    if is_call(index, "argsort") and not shapes.of(source):
        # Each place is met once.
        return source
    zeros, vector = listed(whole), source if shapes.of(source) else listed(items)
    if zeros is None or vector is None:
        return None
    return shapes.record(raw_call("scatter", (zeros, ZERO, index, vector)), shape)


def _gather(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    term, _, index = arguments
    shape = equation.results[0].shape
    if not shapes.of(term):
        return term
    if isinstance(index, Term) and len(shape) == 1 and is_call(index, "argsort"):
        return shapes.record(raw_call("gather", (term, ZERO, index)), shape)
    return linear(equation, arguments, shapes)


def same_everywhere(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A part of an array whose elements are all the same."""
    return None if shapes.of(arguments[0]) else arguments[0]


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
    items: list[Term] = []
    for term, size in zip(terms, sizes, strict=True):
        own = elements(term, prod(size), shapes)
        if own is None:
            return None
        items += own

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


def _among_zeros(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A small matrix of zeros but for one row or column."""
    shape = equation.results[0].shape
    term, _, dim, place = arguments
    if len(shape) != 2 or prod(shape) > LONGEST_LIST:
        return None
    line = elements(term, shape[1 - dim], shapes)
    if line is None:
        return None
    rows = [
        [line[(i, j)[1 - dim]] if (i, j)[dim] == place % shape[dim] else ZERO for j in range(shape[1])]
        for i in range(shape[0])
    ]
    return raw_call(LIST, tuple(raw_call(LIST, tuple(row)) for row in rows))


def _value(argument: Any) -> Any:
    """An argument of an equation as the operation takes it; a variable is replaced."""
    if isinstance(argument, Constant):
        return argument.array()
    return tuple(map(_value, argument)) if type(argument) is tuple else argument


def _masked_fill(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    term, mask, value = arguments
    if any(is_call(part, LIST) for part in (term, mask)):
        return None
    return call("where", mask, number(Fraction(value)) if isinstance(value, (int, float)) else value, term)


# The rules for operations on a vector of few elements.
RULES: dict[str, Sequence[Callable[..., Any]]] = {
    "flip": (_flip,),
    "slice": (same_everywhere, linear),
    "cumsum": (_accumulated("cumsum", add),),
    "cumprod": (_accumulated("cumprod", multiply),),
    "sort": (_sort,),
    "mode": (of_two_results,),
    "kthvalue": (of_two_results,),
    "aminmax": (_aminmax,),
    "scatter": (_scatter,),
    "gather": (_gather,),
    "masked_fill": (_masked_fill,),
    "select_backward": (linear, _among_zeros),
    **dict.fromkeys(
        ("index_backward", "index_add", "scatter_add", "as_strided_backward", "constant_pad_nd"), (linear,)
    ),
}
