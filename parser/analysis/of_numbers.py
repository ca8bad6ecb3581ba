"""Value and gradients of an expression of single numbers, as `differentiate` finds them, in a third of the time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from ...engine.autograd.tape import Tape
from ...engine.table.registry import FUNCTIONS
from ..semantics.application import on_tensors
from ..semantics.names import CONSTANTS
from ..semantics.operands import ARITHMETIC, UNARY, binary_operator
from ..syntax.records import Binary, Call, Name, Number, Unary
from ..syntax.walk import children
from .differentiate import Request, differentiate
from .problem import Problem
from .result import Report

_FLOAT64 = np.float64
_NUMBERS = {_FLOAT64}
_ZERO = np.float64(0.0)


def computed(problem: Problem, request: Request) -> Report:
    """What `differentiate` finds, by the shorter way where there is one. ExpressionError, UsageError: as there."""
    return (None if request.is_more() else of_numbers(problem)) or differentiate(problem, request)


def of_numbers(problem: Problem) -> Report | None:
    """The report of a problem of operators and functions of single numbers, whose value and gradients are finite.

    None: it is another problem, or something is to be said about it, which tensors know.
    """
    data = {name: tensor._data for name, tensor in problem.variables.items()}
    is_usual = len(problem.program.statements) == 1 and problem.limits.elements > 0
    if not is_usual or not problem.wrt or {*map(type, data.values())} != _NUMBERS:
        return None
    try:
        return _report(problem, data)
    except Exception:
        # Whatever it is, it comes again where its place is known.
        return None


def _report(problem: Problem, data: dict[str, Any]) -> Report | None:
    program, wrt = problem.program, problem.wrt
    tape = Tape(len(wrt))
    variables: dict[str, int] = {name: i for i, name in enumerate(wrt)}
    names = {**CONSTANTS, **data}
    # Of each part that is computed and not used yet: its number, and its place on the tape.
    values: list[Any] = []
    places: list[int | None] = []
    for expr in _parts_first(program.statements[0], problem.limits.nodes):
        kind = type(expr)
        if kind is Name:
            values.append(names[expr.name])
            places.append(variables.get(expr.name))
        elif kind is Number:
            values.append(expr.value)
            places.append(None)
        elif kind is Binary:
            right, place = values.pop(), places.pop()
            left = values[-1]
            if type(left) is _FLOAT64 or type(right) is _FLOAT64:
                values[-1], places[-1] = tape.apply(ARITHMETIC[expr.op], [left, right], [places[-1], place])
            else:
                values[-1] = binary_operator(expr.op, left, right)(left, right)
        else:
            count, function = (1, UNARY[expr.op]) if kind is Unary else _called(expr)
            operands, own = values[-count:], places[-count:]
            if {*map(type, operands)} != _NUMBERS:
                return None
            value, place = tape.apply(function, operands, own)
            values[-count:], places[-count:] = [value], [place]
    value, place = values[0], places[0]
    if place is None or not tape.rows:
        return None
    grad = {name: _ZERO if g is None else g for name, g in zip(wrt, tape.gradients(), strict=True)}
    if not all(map(math.isfinite, [value, *grad.values()])):
        return None
    node = tape.rows[-1][0].node
    return Report(program.source, data, "float64", value, node.full_name or node.__name__, grad, {}, [], [])


def _parts_first(root: Any, most: int) -> Iterator[Any]:
    """The records of an expression, each behind its parts. OverflowError: they are more than `most`."""
    records: list[Any] = []
    pending = [root]
    while pending:
        expr = pending.pop()
        records.append(expr)
        pending += children(expr)
    if len(records) > most:
        raise OverflowError
    return reversed(records)


def _called(expr: Call) -> tuple[int, Callable[..., Any]]:
    """How many numbers a call is of, and its function. TypeError: it is not of numbers alone."""
    count, function = _of_numbers(expr.function)
    if type(expr) is not Call or expr.kwargs or not count or count != len(expr.args):
        raise TypeError
    return count, function


@cache
def _of_numbers(name: str) -> tuple[int, Callable[..., Any]]:
    """A function of the table, and how many tensors it is of; 0: which operations it does depends on the numbers."""
    count, function = on_tensors(name)
    if FUNCTIONS[name].composed and count:
        # Here, as most functions are operations themselves.
        from ...engine.program import trace
        from ...engine.tensors.symbol import TraceError

        try:
            trace(function, {str(i): () for i in range(count)})
        except TraceError:
            count = 0
    return count, function
