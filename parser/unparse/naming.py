"""Parts of derivatives that get names: those that a language has no way to write inside of others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..algebra.sharing import free_names
from ..derivatives.derivative import Derivatives
from ..semantics.names import CONSTANTS
from ..syntax.rebuilding import with_parts
from ..syntax.records import Assign, Binary, Call, Name
from ..syntax.walk import children, walk

# What compilers and interpreters take in one statement: records, and records inside each other.
_LONGEST, _DEEPEST = 2000, 60


def records_of(derivatives: Derivatives) -> list[Any]:
    """All records of the derivatives and of the parts that they share."""
    roots = [*(assign.value for assign in derivatives.shared), *derivatives.results.values()]
    return [record for root in roots for record in walk(root)]


def with_names(derivatives: Derivatives, parts: Collection[int]) -> Derivatives:
    """The derivatives with names for some of their parts, those of these identities."""
    taken = {*derivatives.variables, *CONSTANTS, *(assign.name for assign in derivatives.shared)}
    names = free_names(taken | {record.name for record in records_of(derivatives) if type(record) is Name})
    assigns: list[Assign] = []
    made: dict[int, Any] = {}

    def named(root: Any) -> Any:
        for record in reversed([*walk(root)]):
            if id(record) not in made:
                own = with_parts(record, [made[id(part)] for part in children(record)])
                if id(record) in parts:
                    assigns.append(Assign(next(names), own, 0, 0))
                    own = Name(assigns[-1].name, 0, 0)
                made[id(record)] = own
        return made[id(root)]

    for assign in derivatives.shared:
        value = named(assign.value)
        assigns.append(assign._replace(value=value))
    results = {by: named(result) for by, result in derivatives.results.items()}
    return derivatives._replace(shared=tuple(assigns), results=results)


def in_parts(derivatives: Derivatives) -> Derivatives:
    """The derivatives with names for parts of what would be longer, or nested more deeply, than compilers take."""
    sizes: dict[int, tuple[int, int]] = {}
    named: set[int] = set()
    for record in reversed(records_of(derivatives)):
        parts = children(record)
        # The terms of a sum stand side by side.
        levels = [
            not (i == 0 and getattr(record, "op", "") in ("+", "-") and len(parts) == 2) for i in range(len(parts))
        ]
        size = 1 + sum(sizes[id(part)][0] for part in parts)
        height = max((sizes[id(part)][1] + level for part, level in zip(parts, levels, strict=True)), default=0)
        if (size > _LONGEST or height > _DEEPEST) and type(record) in (Binary, Call):
            named.add(id(record))
            size, height = 1, 0
        sizes[id(record)] = size, height
    return with_names(derivatives, named) if named else derivatives
