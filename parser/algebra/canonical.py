"""What expressions are made with: the same functions for those in canonical form, here, and for syntax as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...engine.tensors.aliases import Call
from .arithmetic import add, multiply, negative, power, subtract
from .constants import read
from .functions import call
from .matrices import Matrices
from .terms import MINUS_ONE, Term, raw_call, symbol


class Algebra(NamedTuple):
    """Makes expressions of one kind.

    `operators`: of two expressions each. `call`: of a name of a function or from `notation`, and expressions;
    `raw_call`: of a name and a tuple of them, as it is. `symbol`: of a name. `read`: of a number of a program.
    `fitted`: of `Matrices`, an expression, a shape and whether elements are floating: the array with just that
    shape. `recorded`: of `Matrices`, an array and its shape: the expression that stands for it.
    """

    operators: Mapping[str, Callable[[Any, Any], Any]]
    negative: Callable[[Any], Any]
    call: Call
    raw_call: Callable[[str, tuple[Any, ...]], Any]
    symbol: Callable[[str], Any]
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
    raw_call=raw_call,
    symbol=symbol,
    read=read,
    fitted=Matrices.fitted,
    recorded=lambda matrices, term, shape: matrices.indices.element(term, shape),
)
