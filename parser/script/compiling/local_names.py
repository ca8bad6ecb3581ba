"""The names that statements give values to, which in a function are its own."""

from __future__ import annotations

from collections.abc import Iterable

from ...syntax.records import List, Name, Syntax
from ..reading.tree import Assign, Augment, Def, For, If, Import, Statement, Tuple, While, With


def assigned_in(statements: Iterable[Statement]) -> set[str]:
    """The names that a block gives values to, without those of the functions in it."""
    names: set[str] = set()
    for statement in statements:
        match statement:
            case Assign():
                names.update(name for target in statement.targets for name in names_in(target))
            case Augment() | For():
                names.update(names_in(statement.target))
            case Def() | Import():
                names.add(statement.name)
            case With():
                names.update(manager.name for manager in statement.managers if manager.name is not None)
            case If():
                for branch in statement.branches:
                    names |= assigned_in(branch.body)
            case _:
                pass
        if isinstance(statement, (For, While, With)):
            names |= assigned_in(statement.body)
    return names


def names_in(target: Syntax) -> list[str]:
    """The names among the targets of an assignment."""
    names: list[str] = []
    pending = [target]
    while pending:
        record = pending.pop()
        if isinstance(record, Name):
            names.append(record.name)
        elif isinstance(record, (Tuple, List)):
            pending.extend(record.items)
    return names
