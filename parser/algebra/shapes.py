"""The shapes of expressions: what broadcasting makes of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Variable
from .notation import FLOAT, KEYWORD, LIST, is_elementwise
from .terms import (
    ONE,
    ZERO,
    Call,
    Number,
    Term,
    children,
    is_call,
    number,
    ordered,
    raw_call,
    symbol,
)

Shape = tuple[int, ...]


class Shapes:
    """The shapes of expressions' values, for variables of given shapes.

    An expression in operators and elementwise functions has the shape that broadcasting gives it; any other call has
    the one it was recorded with, or none, if it is a number.
    """

    def __init__(self, variables: Mapping[str, Shape]) -> None:
        self.variables = {symbol(name): tuple(shape) for name, shape in variables.items()}
        self.known: dict[Term, Shape] = {**self.variables}

    def of(self, term: Term) -> Shape:
        """The shape of an expression's value."""
        if term not in self.known:
            for part in ordered([term], lambda t: [c for c in _beside(t) if c not in self.known]):
                self.known[part] = self._derived(part)
        return self.known[term]

    def record(self, term: Term, shape: Shape) -> Term:
        """Notes the shape of a call that is not elementwise, and returns it."""
        self.known[term] = shape
        return term

    def fitted(self, term: Term, shape: Shape, floating: bool) -> Term:
        """The expression with exactly this shape, and with floating elements if it is one of numbers."""
        own = self.of(term)
        if isinstance(term, Number):
            return self._filled(term, shape, floating)
        term = self.record(_as_float(term) if floating else term, own)
        if own == shape:
            return term
        return self.record(raw_call("broadcast_to", (term, numbers(shape))), shape)

    def _filled(self, value: Number, shape: Shape, floating: bool) -> Term:
        """An array of one number: like a variable where one has this shape."""
        like = next((variable for variable, own in self.variables.items() if own == shape), None)
        if like is not None and floating and value in (ZERO, ONE):
            return self.record(raw_call("zeros_like" if value is ZERO else "ones_like", (like,)), shape)
        if not floating and shape:
            return self.record(repeated(value, shape), shape)
        item = raw_call(FLOAT, (value,)) if floating else value
        return self.record(raw_call("broadcast_to", (item, numbers(shape))), shape) if shape else item

    def _derived(self, term: Term) -> Shape:
        shapes = [self.known[part] for part in _beside(term)]
        if is_call(term, LIST):
            return (len(shapes), *(shapes[0] if shapes else ()))
        return np.broadcast_shapes(*shapes)


def _beside(term: Term) -> list[Term]:
    """The parts of which the shape of an expression is made."""
    is_whole = isinstance(term, Call) and term.name != LIST and not is_elementwise(term.name)
    return [] if is_whole else list(children(term))


def size_of(argument: Any) -> Shape:
    """The shape of an argument of an equation."""
    return argument.shape if isinstance(argument, (Variable, Constant)) else ()


def of_identity(constant: Constant) -> float:
    """How many times the identity of at least two rows a constant is; 0: it is another matrix."""
    rows, *columns = constant.shape or (0,)
    if rows < 2 or columns != [rows] or not isinstance(constant.value, tuple):
        return 0
    values = constant.array()
    return float(values[0, 0]) if np.array_equal(values, values[0, 0] * np.eye(rows)) else 0


def is_floating(argument: Any) -> bool:
    """Whether the elements of an argument of an equation are floats."""
    return isinstance(argument, (Variable, Constant)) and argument.dtype.startswith("float")


def numbers(values: Any) -> Term:
    """Whole numbers, in tuples inside each other, as lists."""
    if isinstance(values, (tuple, list)):
        return raw_call(LIST, tuple(map(numbers, values)))
    return number(int(values))


def repeated(value: Term, shape: Shape) -> Term:
    """One whole number in lists of this shape, as an index has to be: what is computed of numbers is floating."""
    for size in reversed(shape):
        value = raw_call(LIST, (value,) * size)
    return value


def named(name: str, value: Term) -> Term:
    """An argument with its name."""
    return raw_call(KEYWORD, (symbol(name), value))


def _as_float(term: Term) -> Term:
    """An array of numbers with one of them written as a float, so that all are; any other array as it is."""
    if isinstance(term, Number):
        return raw_call(FLOAT, (term,))
    if is_call(term, "where"):
        condition, then, otherwise = term.arguments
        return raw_call("where", (condition, _as_float(then), otherwise))
    if is_call(term, LIST) and term.arguments:
        first, *others = term.arguments
        return raw_call(LIST, (_as_float(first), *others))
    return term
