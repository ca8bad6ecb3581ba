"""Makes syntax with one operator for each step, which stays as it is."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from ..syntax.printer import LEVELS
from ..syntax.records import Attribute, Binary, Call, Compare, List, Name, Number, Slice, Subscript, Unary
from .canonical import CANONICAL, Algebra
from .notation import COMPARISONS, ELEMENT, FLOAT, KEYWORD, LIST, RESULT, SLICE
from .shapes import Shape, Shapes


def read(value: float | bool) -> Any:
    """A number of a program."""
    if value != value:
        return symbol("nan")
    if value < 0:
        return negative(read(-value))
    if value in (float("inf"),):
        return symbol("inf")
    return Number(int(value) if value == int(value) and value < 1e15 else value, 0, 0)


def symbol(name: str) -> Any:
    """A variable or constant."""
    return Name(name, 0, 0)


def negative(operand: Any) -> Any:
    """-operand."""
    return Unary("-", operand, 0, 0)


def call(name: str, *arguments: Any) -> Any:
    """A function, comparison or operator, a list, an index, or whatever `notation` has a name for."""
    if name in COMPARISONS:
        return Compare((name,), arguments, 0, 0)
    if name in LEVELS:
        left, right = arguments
        return Binary(name, left, right, 0, 0, 0, 0)
    if name in _SPECIAL:
        return _SPECIAL[name](*arguments)
    named = tuple(a for a in arguments if type(a) is Named)
    return Call(name, tuple(a for a in arguments if type(a) is not Named), named, 0, 0, 0, 0)


def _call(name: str, *arguments: Any) -> Any:
    """The call, in which a choice of two whole numbers, which would be one, is of floats as in the program."""
    if name == "where" and all(type(a) is Number and type(a.value) is int for a in arguments[1:]):
        condition, then, otherwise = arguments
        return call(name, condition, _float(then), otherwise)
    return call(name, *arguments)


def fitted(shapes: Shapes, term: Any, shape: Shape, floating: bool) -> Any:
    """An operand as it is, which has its shape, but for one number that stands for an array."""
    if type(term) not in (Number, Unary) or (type(term) is Unary and type(term.operand) is not Number):
        return term
    return call("broadcast_to", call(FLOAT, term) if floating else term, List(tuple(map(read, shape)), 0, 0))


class Named(NamedTuple):
    """An argument with its name, in a call that is not written yet."""

    name: str
    value: Any


def _float(term: Any) -> Any:
    if type(term) is Unary:
        return term._replace(operand=_float(term.operand))
    return term._replace(value=float(term.value or 0)) if type(term) is Number else term


def _slice(*bounds: Any) -> Any:
    lower, upper, step = (None if type(bound) is Name else bound for bound in bounds)
    return Slice(lower, upper, step, 0, 0)


def _result(several: Any, which: Any) -> Any:
    if type(which) is Name:
        return Attribute(several, which.name, 0, 0, 0, 0)
    return Subscript(several, (which,), 0, 0)


_SPECIAL: dict[str, Any] = {
    LIST: lambda *items: List(items, 0, 0),
    ELEMENT: lambda whole, *keys: Subscript(whole, keys, 0, 0),
    SLICE: _slice,
    FLOAT: _float,
    KEYWORD: lambda name, value: Named(name.name, value),
    RESULT: _result,
    "T": lambda part: Attribute(part, "T", 0, 0, 0, 0),
    "mT": lambda part: Attribute(part, "mT", 0, 0, 0, 0),
    "not": lambda part: Unary("not", part, 0, 0),
}


VERBATIM = Algebra(
    operators={op: partial(call, op) for op in CANONICAL.operators},
    negative=negative,
    call=_call,
    # Nothing is ever simplified here, and everything has the shape that it has in the program.
    raw_call=lambda name, arguments: _call(name, *arguments),
    symbol=symbol,
    read=read,
    fitted=fitted,
    recorded=lambda shapes, term, shape: term,
)
