"""Sums and their like as expressions: of all elements, or along dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from ...engine.program.program import Equation, Variable
from .arithmetic import add, multiply, power, primitive_part
from .functions import call
from .notation import LIST
from .shapes import Shape, Shapes, named, numbers, size_of
from .terms import HALF, ONE, ZERO, Call, Product, Sum, Term, coefficient_of, is_call, number, raw_call, symbol


def total(term: Term, shape: Shape, dims: Sequence[int], keepdim: bool, shapes: Shapes) -> Term | None:
    """The sum along dimensions of what stands for an array of this shape."""
    return _along("sum", term, shape, dims, keepdim, shapes)


def _along(name: str, term: Term, shape: Shape, dims: Sequence[int], keepdim: bool, shapes: Shapes) -> Term | None:
    """A reduction along dimensions; None: it takes the array that the expression stands for, and not the expression."""
    own = shapes.of(term)
    rank, missing = len(shape), len(shape) - len(own)
    axes = sorted({dim % rank for dim in dims})
    present = [axis - missing for axis in axes if axis >= missing]
    repeated = prod(shape[axis] for axis in axes) // (prod(own[axis] for axis in present) or 1)
    if repeated != 1 and name not in ("sum", "mean"):
        return None
    front: list[Term] = [number(repeated)] if name == "sum" else []
    if name in ("sum", "mean") and present:
        single, term = without_numbers(term, shapes)
        front.append(single)
    if not present:
        return multiply(*front, term) if name in ("sum", "mean") else _of_one(name, term)
    if len(present) == len(own):
        return multiply(*front, _of_list(name, term) if is_call(term, LIST) else call(name, term))
    kept = keepdim and present != list(range(len(present)))
    if isinstance(term, Call) and term.name == "unsqueeze" and len(own) == 2 and present == [0] and not kept:
        return multiply(*front, call(name, term.arguments[0]))
    left = tuple(1 if i in present else size for i, size in enumerate(own) if kept or i not in present)
    if isinstance(term, Call) and term.name == "T" and not kept:
        (term,), present = term.arguments, [1 - present[0]]
    where = number(present[0]) if len(present) == 1 else numbers(present)
    options = (where, _KEEPDIM) if kept else (where,)
    return multiply(*front, shapes.record(raw_call(name, (term, *options)), left))


_KEEPDIM = named("keepdim", symbol("True"))


def with_last_kept(term: Term, shapes: Shapes) -> Term | None:
    """A reduction along the last dimension, with size 1 for it. None: the expression is no such reduction."""
    if not isinstance(term, Call) or not shapes.of(term) or not _is_along_last(term, shapes):
        return None
    return shapes.record(raw_call(term.name, (*term.arguments, _KEEPDIM)), (*shapes.of(term), 1))


def with_last_dropped(term: Term, shapes: Shapes) -> Term | None:
    """The reduction whose result has a last dimension of size 1, without that. None: it is none."""
    if not isinstance(term, Call) or term.arguments[-1:] != (_KEEPDIM,):
        return None
    dropped = raw_call(term.name, term.arguments[:-1])
    if not is_call(dropped, term.name) or not _is_along_last(dropped, shapes):
        return None
    whole = term.arguments[0]
    if isinstance(whole, Call) and whole.name == "T" and term.name in _LIKE_SUM:
        dropped = raw_call(term.name, (whole.arguments[0], ZERO))
    return shapes.record(dropped, shapes.of(term)[:-1])


def _is_along_last(term: Call, shapes: Shapes) -> bool:
    """Whether a call is a reduction along the last dimension, which is not kept."""
    if term.name not in (*_LIKE_SUM, "vector_norm") or len(term.arguments) < 2:
        return False
    whole, *options = term.arguments
    last = number(len(shapes.of(whole)) - 1)
    if term.name == "vector_norm":
        return options[-1] is named("dim", last) or (len(options) == 2 and options[1] is last)
    return options == [last]


def without_numbers(term: Term, shapes: Shapes) -> tuple[Term, Term]:
    """The factors of an expression that are single numbers, and what is left."""
    if not shapes.of(term):
        return term, ONE
    if isinstance(term, Sum):
        content = abs(primitive_part(term)[0])
        return number(content), multiply(number(1 / content), term)
    if not isinstance(term, Product):
        return ONE, term
    powers = [power(base, exponent) for base, exponent in term.factors]
    single = [factor for factor in powers if not shapes.of(factor)]
    return multiply(number(term.coefficient), *single), multiply(*(f for f in powers if shapes.of(f)))


def reduced(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A reduction, by its name in the language. None: it is one of those that are no formula."""
    primitive = equation.primitive
    if primitive.outputs:
        # An element and its place.
        return None if shapes.of(arguments[0]) else (arguments[0], ZERO)
    name = "norm" if primitive.function == "vector_norm" else primitive.name
    term = arguments[0]
    shape = size_of(equation.arguments[0])
    options = dict(zip(primitive.arguments[1:], arguments[1:], strict=True))
    if options.get("ord", 2) != 2 or options.get("correction", 1) not in (1, None):
        return None
    if not shape:
        if is_condition(equation.arguments[0]):
            return call("where", term, ONE, ZERO)
        return _of_one(name, term)
    dim = options.get("dim")
    dims = list(range(len(shape)) if dim is None or dim == () else [dim] if isinstance(dim, int) else dim)
    if name == "prod" and not shapes.of(term) and len(dims) == len(shape):
        return power(term, number(prod(shape)))
    if name not in _LIKE_SUM and len(dims) < len(shape):
        return None
    coefficient, rest = coefficient_of(term)
    if name == "sum" and len(shape) == 1 and is_call(rest, "softmax"):
        return number(coefficient)
    return _along(name, term, shape, dims, bool(options.get("keepdim")), shapes)


# Along dimensions too, with the arguments of a sum: a formula may drop a dimension of theirs, or keep it.
_LIKE_SUM = ("sum", "mean", "amax", "amin", "logsumexp")


def _of_one(name: str, term: Term) -> Term | None:
    """The reduction of one element. None: it is none of that element's."""
    if name in ("std", "var"):
        return None
    return call("abs", term) if name == "norm" else term


def is_condition(argument: Any) -> bool:
    """Whether an argument of an equation is true or false."""
    return isinstance(argument, Variable) and argument.dtype == "bool"


def _of_list(name: str, vector: Any) -> Term:
    items = vector.arguments
    if not any(is_call(item, LIST) for item in items):
        if name == "sum":
            return add(*items)
        if name == "prod":
            return multiply(*items)
        if name == "norm":
            return power(add(*(power(item, number(2)) for item in items)), HALF)
    return call(name, vector)


def extremes(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The least and the greatest element; None: along a dimension, or what stands for an array by broadcasting."""
    term, dim = arguments[:2]
    if dim is not None or shapes.of(term) != size_of(equation.arguments[0]):
        return None
    return call("amin", term), call("amax", term)
