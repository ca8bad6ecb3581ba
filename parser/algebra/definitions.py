"""The names that a person gave to parts of an expression, which come back in a derivative where the parts do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..semantics.names import CONSTANTS, free_variables
from ..syntax.records import Assign, Name, Program
from ..syntax.walk import walk


def definitions(expression: Program) -> dict[str, Assign]:
    """The assignments before the last statement, by name; none where a name has two values, or there are functions."""
    *before, _ = expression.statements
    found = {statement.name: statement for statement in before if type(statement) is Assign}
    is_plain = len(found) == len(before) and not found.keys() & {*CONSTANTS, *free_variables(expression)}
    return found if is_plain else {}


def needed(given: Mapping[str, Assign], names: Collection[str]) -> tuple[Assign, ...]:
    """The assignments to these names, and to those in them, in order."""
    wanted, kept = {*names}, list[Assign]()
    for name in reversed(list(given)):
        if name in wanted:
            kept.append(given[name])
            wanted.update(part.name for part in walk(given[name].value) if type(part) is Name)
    return tuple(kept[::-1])
