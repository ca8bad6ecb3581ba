"""The parts of syntax records, and walking over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .records import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Define,
    List,
    Method,
    Name,
    Number,
    Program,
    Slice,
    Subscript,
    Unary,
)

# What the names of fields end with that say where in the text something is.
_PLACES = ("start", "end")


def children(expr: Any) -> tuple[Any, ...]:
    """The parts of a syntax record, in the order they are evaluated."""
    kind = type(expr)
    if kind is Name or kind is Number:
        return ()
    if kind is Binary:
        return (expr.left, expr.right)
    if kind is Unary:
        return (expr.operand,)
    if kind is Call:
        return expr.args if not expr.kwargs else (*expr.args, *[value for _, value in expr.kwargs])
    if kind is Method:
        return (expr.object, *expr.args, *[value for _, value in expr.kwargs])
    if kind is Compare:
        return expr.operands
    if kind is List:
        return expr.items
    if kind is Subscript:
        return (expr.object, *expr.index)
    if kind is Slice:
        return tuple(part for part in (expr.lower, expr.upper, expr.step) if part is not None)
    if kind is Attribute:
        return (expr.object,)
    if kind is Conditional:
        return (expr.condition, expr.then, expr.otherwise)
    return ()


def body_of(statement: Any) -> Any:
    """The expression in a statement: what is assigned, what a function computes, or the statement itself."""
    if type(statement) is Assign:
        return statement.value
    return statement.body if type(statement) is Define else statement


def walk(expr: Any) -> Iterator[Any]:
    """The record and all its parts, in the order of the source, without recursion."""
    stack = [expr]
    while stack:
        current = stack.pop()
        yield current
        stack += children(current)[::-1]


def structure(program: Program) -> tuple[str, ...]:
    """What a program says, whatever the places, spaces and brackets: the kinds and contents of its records in order."""
    found: list[str] = []
    stack: list[Any] = [program.statements]
    while stack:
        part = stack.pop()
        fields = getattr(part, "_fields", None)
        if not isinstance(part, tuple):
            found.append(repr(part))
            continue
        found.append(f"{type(part).__name__} {len(part)}")
        stack.extend(
            part if fields is None else [v for f, v in zip(fields, part, strict=True) if not f.endswith(_PLACES)]
        )
    return tuple(found)
