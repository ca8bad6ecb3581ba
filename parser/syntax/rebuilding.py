"""A syntax record with other parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def with_parts(record: Any, parts: Sequence[Any]) -> Any:
    """The record with other parts, which are in the order of `children`; of a derivative, without conditionals."""
    kind = type(record)
    if kind is Binary:
        return record._replace(left=parts[0], right=parts[1])
    if kind is Unary:
        return record._replace(operand=parts[0])
    if kind is Attribute:
        return record._replace(object=parts[0])
    if kind is Compare:
        return record._replace(operands=tuple(parts))
    if kind is List:
        return record._replace(items=tuple(parts))
    if kind is Subscript:
        return record._replace(object=parts[0], index=tuple(parts[1:]))
    if kind is Call:
        first = len(record.args)
        named = zip((name for name, _ in record.kwargs), parts[first:], strict=True)
        return record._replace(args=tuple(parts[:first]), kwargs=tuple(named))
    if kind is Slice:
        remaining: Iterator[Any] = iter(parts)
        lower, upper, step = (
            None if bound is None else next(remaining) for bound in (record.lower, record.upper, record.step)
        )
        return Slice(lower, upper, step, record.start, record.end)
    return record


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
