"""The names that a person gave to parts of an expression, which come back in a derivative where the parts do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ..semantics.names import CONSTANTS, free_variables
from ..syntax.records import Assign, Conditional, Dots, Method, Name, Program, Text
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk

_MOST_EXPANDED = 600  # names and numbers of derivatives without names of parts, about
_UNWRITTEN = Conditional, Dots, Method, Text
VALUE = ""  # the name of the last statement


def definitions(expression: Program) -> dict[str, Assign]:
    """The assignments before the last statement, by name.

    None where a name has two values, there are functions, or one is of what is not written as a formula.
    """
    *before, _ = expression.statements
    found = {statement.name: statement for statement in before if type(statement) is Assign}
    is_plain = len(found) == len(before) and not found.keys() & {*CONSTANTS, *free_variables(expression)}
    parts = (type(part) for statement in found.values() for part in walk(statement.value))
    return found if is_plain and not any(kind in _UNWRITTEN for kind in parts) else {}


def statements_of(expression: Program) -> dict[str, Assign]:
    """The definitions of an expression, and its last statement as one more."""
    return {**definitions(expression), VALUE: Assign(VALUE, body_of(expression.statements[-1]), 0, 0)}


def needed(given: Mapping[str, Assign], names: Collection[str]) -> tuple[Assign, ...]:
    """The assignments to these names, and to those in them, in order."""
    wanted, kept = {*names}, list[Assign]()
    for name in reversed(list(given)):
        if name in wanted:
            kept.append(given[name])
            wanted.update(names_in(given[name].value))
    return tuple(kept[::-1])


def is_long(expression: Program, wanted: Sequence[Sequence[str]]) -> bool:
    """Whether it names its parts, and its derivatives would be long without these names."""
    if not definitions(expression):
        return False
    # The names and numbers in each value, and in its derivatives: each has that before it, and those of what is inside.
    sizes: dict[str, list[int]] = {}
    for name, statement in statements_of(expression).items():
        inside = [part for part in names_in(statement.value) if part in sizes]
        size, own = sum(type(part) in (Name, Literal) for part in walk(statement.value)) - len(inside), list[int]()
        for order in range(max(map(len, wanted)) + 1):
            size += sum(sizes[part][order] for part in inside)
            own.append(size)
        sizes[name] = own
    return sum(sizes[VALUE][len(by)] for by in wanted) > _MOST_EXPANDED


def names_in(record: Any) -> Iterator[str]:
    """The names in an expression."""
    return (part.name for part in walk(record) if type(part) is Name)
