"""One function of a value and its derivatives: what several of them compute is computed once, under a name."""

from __future__ import annotations

from typing import Any

from ..algebra.sharing import free_names
from ..derivatives.derivative import Derivatives
from ..semantics.names import CONSTANTS
from ..syntax.rebuilding import with_parts
from ..syntax.records import Assign, Attribute, Binary, Call, Name, Number, Slice
from ..syntax.walk import children

_COMMUTATIVE = ("+", "*")


def with_common_parts(found: Derivatives) -> Derivatives:
    """The same derivatives with names for all parts that they compute more than once; those they had are given anew."""
    graph = _Graph({assign.name: assign.value for assign in found.shared})
    roots = {by: graph.number_of(result) for by, result in found.results.items()}
    named = graph.repeated([*roots.values()])
    taken = {*found.variables, *CONSTANTS, *(record.name for record in graph.records if type(record) is Name)}
    names = dict(zip(named, free_names(taken), strict=False))
    shown = graph.shown(names)
    assigns = tuple(Assign(names[number], shown[number][0], 0, 0) for number in named)
    results = {by: shown[root][1] for by, root in roots.items()}
    return found._replace(shared=assigns, results=results)


class _Graph:
    """Records without repetition: each is a number, those that say the same have the same one."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.numbers: dict[Any, int] = {}
        self.records: list[Any] = []
        self.parts: list[tuple[int, ...]] = []
        self.known: dict[int, int] = {}

    def number_of(self, root: Any) -> int:
        stack = [root]
        while stack:
            record = stack[-1]
            if type(record) is Name and record.name in self.definitions:
                below: tuple[Any, ...] = (self.definitions[record.name],)
            else:
                below = children(record)
            missing = [part for part in below if id(part) not in self.known]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            parts = tuple(self.known[id(part)] for part in below)
            is_defined = type(record) is Name and record.name in self.definitions
            self.known[id(record)] = parts[0] if is_defined else self._entered(record, parts)
        return self.known[id(root)]

    def _entered(self, record: Any, parts: tuple[int, ...]) -> int:
        op = getattr(record, "op", None)
        same = tuple(sorted(parts)) if op in _COMMUTATIVE and len(parts) == 2 else parts
        key = (type(record), op, _own(record), same)
        if key not in self.numbers:
            self.numbers[key] = len(self.records)
            self.records.append(record)
            self.parts.append(parts)
        return self.numbers[key]

    def repeated(self, roots: list[int]) -> list[int]:
        """What is used more than once and worth a name, what others need first.

        A part that is computed under a condition alone is none: it may have no value where the condition fails.
        """
        uses = [0] * len(self.records)
        certain = [False] * len(self.records)
        fixed = [False] * len(self.records)
        for root in roots:
            uses[root] += 1
            certain[root] = True
        for number in range(len(self.records) - 1, -1, -1):
            if not uses[number]:
                continue
            record = self.records[number]
            for place, part in enumerate(self.parts[number]):
                uses[part] += 1
                certain[part] |= certain[number] and not (place and getattr(record, "function", "") == "where")
                # What has a place of its own in a language: an index, a result of several.
                fixed[part] |= type(record) in (Slice, Attribute)
        varies = [False] * len(self.records)
        for number, record in enumerate(self.records):
            varies[number] = type(record) is Name and record.name not in CONSTANTS
            varies[number] |= any(varies[part] for part in self.parts[number])
        return [
            number
            for number, record in enumerate(self.records)
            if uses[number] > 1
            and certain[number]
            and varies[number]
            and not fixed[number]
            and type(record) in (Binary, Call)
            and getattr(record, "op", "") not in ("and", "or")
        ]

    def shown(self, names: dict[int, str]) -> list[tuple[Any, Any]]:
        """Each record as it is and as it is used, by its name if it has one."""
        shown: list[tuple[Any, Any]] = []
        for number, record in enumerate(self.records):
            own = with_parts(record, [shown[part][1] for part in self.parts[number]])
            shown.append((own, Name(names[number], 0, 0) if number in names else own))
        return shown


def _own(record: Any) -> Any:
    """What tells a record from others of its kind beside its parts."""
    if type(record) is Number:
        return type(record.value), repr(record.value)
    if type(record) is Name:
        return record.name
    if type(record) is Call:
        return record.function, len(record.args), tuple(name for name, _ in record.kwargs)
    if type(record) is Attribute:
        return record.name
    if type(record) is Slice:
        return record.lower is None, record.upper is None, record.step is None
    return getattr(record, "ops", None)
