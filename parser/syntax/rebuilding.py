"""A syntax record with other parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from .printer import UnprintableError
from .records import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Define,
    Dots,
    List,
    Method,
    Slice,
    Subscript,
    Text,
    Unary,
)
from .walk import children, walk

# The fields of records that have parts: one, several, or those of keyword arguments, with their names.
_FIELDS: dict[type, tuple[str, ...]] = {
    Attribute: ("object",),
    Binary: ("left", "right"),
    Call: ("args", "kwargs"),
    Compare: ("operands",),
    List: ("items",),
    Slice: ("lower", "upper", "step"),
    Subscript: ("object", "index"),
    Unary: ("operand",),
}


def with_parts(record: Any, parts: Sequence[Any]) -> Any:
    """The record with other parts, which are in the order of `children`; of a derivative, without conditionals."""
    rest, made = iter(parts), {}
    for field in _FIELDS.get(type(record), ()):
        old = getattr(record, field)
        if field == "kwargs":
            made[field] = tuple((name, next(rest)) for name, _ in old)
        elif type(old) is tuple:
            made[field] = tuple(islice(rest, len(old)))
        elif old is not None:
            made[field] = next(rest)
    return record._replace(**made) if made else record


def with_calls(statement: Any) -> Any:
    """An expression, or an assignment of one, with calls in place of methods and conditionals, as printers have them.

    UnprintableError: it has what no printer has.
    """
    if type(statement) is Assign:
        return statement._replace(value=with_calls(statement.value))
    made: dict[int, Any] = {}
    for record in reversed([*walk(statement)]):
        parts = tuple(made[id(part)] for part in children(record))
        kind = type(record)
        if kind is Conditional:
            made[id(record)] = Call("where", parts, (), 0, 0, record.start, record.end)
        elif kind is Method and not record.kwargs:
            made[id(record)] = Call(record.name, parts, (), 0, 0, record.start, record.end)
        elif kind in (Method, Define, Text, Dots) or getattr(record, "kwargs", ()):
            raise UnprintableError(f"there is no other form for a {kind.__name__}")
        else:
            made[id(record)] = with_parts(record, parts)
    return made[id(statement)]
