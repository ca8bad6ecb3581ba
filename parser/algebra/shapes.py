"""The shapes of expressions: what broadcasting makes of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Variable
from .arithmetic import multiply
from .notation import CONDITIONS, ELEMENT, FLOAT, KEYWORD, LIST, is_elementwise
from .terms import ONE, ZERO, Call, Number, Product, Sum, Term, children, is_call, number, ordered, raw_call, symbol

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
            for part in ordered([term], lambda t: [c for c in children(t) if c not in self.known]):
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
        item = raw_call(FLOAT, (value,)) if floating else value
        return self.record(raw_call("broadcast_to", (item, numbers(shape))), shape) if shape else item

    def _derived(self, term: Term) -> Shape:
        if is_call(term, LIST):
            items = list(children(term))
            return (len(items), *(self.known[items[0]] if items else ()))
        if isinstance(term, Call) and not is_elementwise(term.name):
            return ()
        shapes = [self.known[child] for child in children(term)]
        return np.broadcast_shapes(*shapes) if any(shapes) else ()


def size_of(argument: Any) -> Shape:
    """The shape of an argument of an equation."""
    return argument.shape if isinstance(argument, (Variable, Constant)) else ()


def is_floating(argument: Any) -> bool:
    """Whether the elements of an argument of an equation are floats."""
    return isinstance(argument, (Variable, Constant)) and argument.dtype.startswith("float")


def numbers(values: Any) -> Term:
    """Whole numbers, in tuples inside each other, as lists."""
    if isinstance(values, (tuple, list)):
        return raw_call(LIST, tuple(map(numbers, values)))
    return number(int(values))


def named(name: str, value: Term) -> Term:
    """An argument with its name."""
    return raw_call(KEYWORD, (symbol(name), value))


def _as_float(term: Term) -> Term:
    """An array of whole numbers with one of them written as a float, so that all are; any other array as it is."""
    if isinstance(term, Number):
        return raw_call(FLOAT, (term,))
    if not _is_whole(term):
        return term
    if isinstance(term, Call) and term.name == LIST and term.arguments:
        first, *others = term.arguments
        if isinstance(first, Number) or is_call(first, LIST):
            return raw_call(LIST, (_as_float(first), *others))
    return multiply(raw_call(FLOAT, (ONE,)), term)


# What gives the elements of its first argument other places, or adds them.
_MOVING = ("unsqueeze", "squeeze", "reshape", "T", "mT", "broadcast_to", "flip", "roll", "sum", "cumsum", "transpose")


def _is_whole(term: Term) -> bool:
    """Whether the elements are whole numbers or truth values, of a dtype that says so."""
    whole: dict[Term, bool] = {}
    for part in ordered([term], _valued):
        parts = [whole[child] for child in _valued(part)]
        if isinstance(part, Number):
            whole[part] = part.value.denominator == 1
        elif isinstance(part, Sum):
            numbers_of = [part.constant, *(coefficient for _, coefficient in part.terms)]
            whole[part] = all(parts) and all(n.denominator == 1 for n in numbers_of)
        elif isinstance(part, Product):
            powers = [isinstance(e, Number) and e.value.denominator == 1 and e.value > 0 for _, e in part.factors]
            whole[part] = all(parts) and all(powers) and part.coefficient.denominator == 1
        elif isinstance(part, Call):
            is_known = part.name in (*_MOVING, *CONDITIONS, LIST, ELEMENT, "where", "@", "outer")
            whole[part] = is_known and (part.name in CONDITIONS or all(parts))
        else:
            whole[part] = part.name in ("True", "False")
    return whole[term]


def _valued(term: Term) -> list[Term]:
    """The parts whose elements make the dtype."""
    if not isinstance(term, Call):
        return [base for base, _ in term.factors] if isinstance(term, Product) else list(children(term))
    if term.name in CONDITIONS:
        return []
    if term.name in (*_MOVING, ELEMENT):
        return [term.arguments[0]]
    return list(term.arguments[1:] if term.name == "where" else term.arguments)
