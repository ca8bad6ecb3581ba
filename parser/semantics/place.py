"""Where in an expression the operation stands that an error of the engine is about."""

from __future__ import annotations

from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..syntax.records import Binary, Call, Method, Program, Unary
from ..syntax.walk import body_of, walk


def place_of(program: Program, error: BaseException) -> Any:
    """The syntax record of the last use of the `operation` that an error bears, else the last statement."""
    place: Any = program.statements[-1]
    operation: str | None = getattr(error, "operation", None)
    if operation is None:
        return place
    symbol = FUNCTIONS[operation].symbol if operation in FUNCTIONS else None
    for statement in program.statements:
        for record in walk(body_of(statement)):
            if type(record) is not Unary and operation_name(record) in (operation, symbol or operation):
                place = record
    return place


def operation_name(expr: Any) -> str | None:
    """How an operation is written: the name of its function, or its sign; None for what is none, such as a list."""
    if isinstance(expr, Call):
        return expr.function
    if isinstance(expr, Method):
        return expr.name
    return expr.op if isinstance(expr, (Binary, Unary)) else None
