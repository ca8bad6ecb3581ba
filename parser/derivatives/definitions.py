"""The names that a person gave to parts of an expression, which come back in a derivative where the parts do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..semantics.names import CONSTANTS, free_variables
from ..syntax.records import Assign, Conditional, Dots, Method, Name, Program, Text
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, walk

_MOST_EXPANDED = 600  # names and numbers of derivatives without names of parts, about
_UNWRITTEN = Conditional, Dots, Method, Text
_VALUE = ""  # the name of the last statement


def definitions(expression: Program) -> dict[str, Assign]:
    """The assignments before the last statement, by name.

    None where a name has two values, there are functions, or one is of what is not written as a formula.
    """
    *before, _ = expression.statements
    found = {statement.name: statement for statement in before if type(statement) is Assign}
    is_plain = len(found) == len(before) and not found.keys() & {*CONSTANTS, *free_variables(expression)}
    parts = (type(part) for statement in found.values() for part in walk(statement.value))
    return found if is_plain and not any(kind in _UNWRITTEN for kind in parts) else {}


def needed(given: Mapping[str, Assign], names: Collection[str]) -> tuple[Assign, ...]:
    """The assignments to these names, and to those in them, in order."""
    wanted, kept = {*names}, list[Assign]()
    for name in reversed(list(given)):
        if name in wanted:
            kept.append(given[name])
            wanted.update(names_in(given[name]))
    return tuple(kept[::-1])


def is_long(expression: Program, wanted: Sequence[Sequence[str]]) -> bool:
    """Whether it names its parts, and its derivatives would be long without these names."""
    if not (given := definitions(expression)):
        return False
    # The names and numbers in each value, and in its derivatives: each has that before it, and those of what is inside.
    sizes: dict[str, list[int]] = {}
    for statement in (*given.values(), Assign(_VALUE, body_of(expression.statements[-1]), 0, 0)):
        inside = [name for name in names_in(statement) if name in sizes]
        size = sum(type(part) in (Name, Literal) for part in walk(statement.value)) - len(inside)
        own = sizes[statement.name] = [size]
        for order in range(max(map(len, wanted)) + 1):
            own[order:] = [own[order - 1 if order else 0] + sum(sizes[name][order] for name in inside)]
    return sum(sizes[_VALUE][len(by)] for by in wanted) > _MOST_EXPANDED


def names_in(statement: Assign) -> Iterator[str]:
    """The names in what is assigned."""
    return (part.name for part in walk(statement.value) if type(part) is Name)
