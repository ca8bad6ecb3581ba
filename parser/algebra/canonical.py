"""What expressions are made with: the same functions for those in canonical form, and for operators as they stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from ...engine.tensors.aliases import Call
from . import constants
from .arithmetic import add, multiply, negative, power, subtract
from .functions import call
from .matrices import Matrices
from .notation import FLOAT
from .shapes import Shape, numbers, repeated
from .terms import MINUS_ONE, Number, Term, is_call, number, raw_call


class Algebra(NamedTuple):
    """Makes expressions of one kind.

    `operators`: of two expressions each. `call`: of a name of a function or from `notation`, and expressions.
    `read`: of a number of a program. `fitted`: of `Matrices`, an expression, a shape and whether elements are floating:
    the array with just that shape. `recorded`: of `Matrices`, an array and its shape: the expression that stands for
    it.
    """

    operators: Mapping[str, Callable[[Any, Any], Any]]
    negative: Callable[[Any], Any]
    call: Call
    read: Callable[[Any], Any]
    fitted: Call
    recorded: Call


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return multiply(left, power(right, MINUS_ONE))


CANONICAL = Algebra(
    operators={"+": add, "-": subtract, "*": multiply, "/": divide, "**": power},
    negative=negative,
    call=call,
    read=constants.read,
    fitted=Matrices.fitted,
    recorded=lambda matrices, term, shape: matrices.indices.element(term, shape),
)


def _read(value: float | bool) -> Term:
    """A number of a program, with the digits that it has."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 10**15
    if is_whole or not math.isfinite(value):
        return constants.read(int(value) if is_whole else value)
    return raw_call(FLOAT, (number(Fraction(repr(value))),))


def _as_called(name: str, *arguments: Term) -> Term:
    """The call; a choice of two whole numbers, which would be one, is of floats as in the program."""
    if name == "where" and all(isinstance(branch, Number) for branch in arguments[1:]):
        condition, then, otherwise = arguments
        arguments = condition, raw_call(FLOAT, (then,)), otherwise
    return raw_call(name, arguments)


def _filled(matrices: Matrices, term: Term, shape: Shape, floating: bool) -> Term:
    """An operand as it is, which has its shape, but for one number that stands for an array."""
    if not isinstance(term, Number) and not is_call(term, FLOAT):
        return term
    if isinstance(term, Number) and not floating:
        return repeated(term, shape)
    item = raw_call(FLOAT, (term,)) if isinstance(term, Number) else term
    return raw_call("broadcast_to", (item, numbers(shape)))


# Nothing is ever simplified here, and everything has the shape that it has in the program.
VERBATIM = Algebra(
    operators={operator: partial(_as_called, operator) for operator in CANONICAL.operators},
    negative=lambda term: number(-term.value) if isinstance(term, Number) else raw_call("-", (term,)),
    call=_as_called,
    read=_read,
    fitted=_filled,
    recorded=lambda matrices, term, shape: term,
)
