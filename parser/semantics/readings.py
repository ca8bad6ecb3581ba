"""Calls that could mean two things in an expression: numbers to take together, or the dimension to go along."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...engine import Tensor
from ...engine.table.record import Operation
from ...engine.table.registry import FUNCTIONS
from ..syntax.errors import ExpressionError
from ..syntax.records import Call, Method
from ..syntax.what_is_meant import meant_by_text
from ..syntax.wording import quoted, shortened
from .values import Value, tensor_of

# What the result of going along a dimension has, and numbers have not.
_PARTS = re.compile(r"\s*\.\s*(values|indices)\b")


def numbers_together(function: Operation, expr: Call | Method, values: list[Value], source: str) -> list[Tensor] | None:
    """The arguments of `max(a, b, ...)`, of which it is the largest; None: the call is as PyTorch reads it.

    `values` are the positional arguments, that of a method included. ExpressionError: a bare whole number is as likely
    a dimension as a number to compare with, or a dimension is given for a single number, or by a variable.
    """
    if not (function.along and function.dimensions):
        return None
    names = function.arguments
    optional = (i >= function.required or names[i] in function.dimensions for i in range(len(names)))
    places = [i for i, may_be in enumerate(optional) if may_be and function.tensors <= i < len(values)]
    if not places:
        return None
    dims = tensor_of(values[0]).ndim
    if function.of_two is not None and type(expr) is Call and not expr.kwargs:
        if dims and type(values[1]) is int and -dims <= values[1] < dims:
            if _PARTS.match(source, expr.end):
                return None
            raise _either(function, function.of_two, expr, source)
        if not any(type(value) in (bool, str, type(None)) for value in values):
            return [tensor_of(value) for value in values]
    given = [isinstance(values[i], Tensor) for i in places]
    if function.of_two is not None and given == [True]:
        return None
    if not dims or any(given):
        raise _alone(function, expr, names[places[0]], not dims, source)
    return None


def _arguments(expr: Call | Method, source: str) -> list[str]:
    """The positional arguments as they were written, that of a method before them."""
    records = (expr.object, *expr.args) if isinstance(expr, Method) else expr.args
    return [shortened(source[record.start : record.end]) for record in records]


def _either(function: Operation, of_two: str, expr: Call | Method, source: str) -> ExpressionError:
    first, second, *more = _arguments(expr, source)
    message = f"`{second}` could be a dimension of {quoted(first)} here, or a number to compare its elements with"
    further = ", keepdim=" + more[0] if more else ""
    help = f"write `{function.name}({first}, dim={second}{further})` or `{of_two}({first}, {second})`"
    return ExpressionError("arity", message, source, expr.start, expr.end, help)


def _alone(function: Operation, expr: Call | Method, parameter: str, single: bool, source: str) -> ExpressionError:
    first, *more = _arguments(expr, source)
    second = more[function.tensors - 1]
    message = f"{quoted(second)} would be the `{parameter}` of `{function.name}` here"
    help = f"write `{function.name}({first}, {parameter}={second})` if it is meant"
    if single:
        message += f", and {quoted(first)} is a single number"
        help = f"write `{together(function, (first, *more))}` for all of them together, else `{parameter}={second}`"
        if function.of_two and second in ("True", "False"):
            help = f"write `{int(second == 'True')}` for `{second}` if it is to be compared with {quoted(first)}"
        help = meant_by_text(source, expr.start, expr.end, FUNCTIONS) or help
    return ExpressionError("arity", message, source, expr.start, expr.end, help)


def together(function: Operation, arguments: Iterable[str]) -> str:
    """How to call a function that is `along` a dimension for several numbers."""
    listed = shortened(", ".join(arguments))
    return f"{function.name}({listed})" if function.of_two else f"{function.name}([{listed}])"
