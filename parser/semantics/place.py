"""Where in an expression the operation stands that a message of the engine is about."""

from __future__ import annotations

from typing import Any

from ..syntax.records import Assign, Binary, Call, Define, Method, Program
from ..syntax.walk import walk

_OPERATORS = {"//": "floor_divide", "%": "remainder", "@": "matmul"}


def operation_named(program: Program, message: str) -> Any:
    """The syntax record of the last operation that the message names (`aten::floor_divide`), else the last statement.

    A name in backquotes is that of an operation too.
    """
    place: Any = program.statements[-1]
    for statement in program.statements:
        body: Any = statement.value if type(statement) is Assign else statement
        for record in walk(body.body if type(body) is Define else body):
            name = _name(record)
            if name is not None and (f"`{name}`" in message or f"aten::{name} " in message):
                place = record
    return place


def _name(record: Any) -> str | None:
    if type(record) is Call:
        return record.function
    if type(record) is Method:
        return record.name
    return _OPERATORS.get(record.op) if type(record) is Binary else None
