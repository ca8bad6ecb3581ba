"""Where in an expression the operation stands that an error of the engine is about."""

from __future__ import annotations

from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..syntax.records import Assign, Binary, Call, Define, Method, Program
from ..syntax.walk import walk


def place_of(program: Program, error: BaseException) -> Any:
    """The syntax record of the last use of the `operation` that an error bears, else the last statement."""
    place: Any = program.statements[-1]
    operation: str | None = getattr(error, "operation", None)
    if operation is None:
        return place
    symbol = FUNCTIONS[operation].symbol if operation in FUNCTIONS else None
    for statement in program.statements:
        body: Any = statement.value if type(statement) is Assign else statement
        for record in walk(body.body if type(body) is Define else body):
            if _name(record) in (operation, symbol or operation):
                place = record
    return place


def _name(record: Any) -> str | None:
    if type(record) is Call:
        return record.function
    if type(record) is Method:
        return record.name
    return record.op if type(record) is Binary else None
