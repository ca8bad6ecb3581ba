"""Parts of derivatives that get names: those that a language has no way to write inside of others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..algebra.derivative import Derivatives
from ..algebra.sharing import free_names
from ..semantics.names import CONSTANTS
from ..syntax.rebuilding import with_parts
from ..syntax.records import Assign, Name
from ..syntax.walk import children, walk


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
