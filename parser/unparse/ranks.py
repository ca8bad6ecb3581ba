"""How many dimensions the parts of an expression have, as far as the variables tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..syntax.records import Attribute, Binary, Call, List, Name, Slice, Subscript
from ..syntax.walk import children, walk

# What makes one number of all elements, or of those along a dimension that is named.
_REDUCED = "all amax amin any argmax argmin count_nonzero logsumexp max mean min norm prod std sum var vector_norm"
_REDUCTIONS = frozenset(_REDUCED.split())
_NUMBERS = ("det", "dot", "len", "logdet", "numel", "trace", "vdot")
_OF_RANK = {"eye": 2, "inverse": 2, "ones": 1, "outer": 2, "arange": 1}
# What has the dimensions of its first argument.
_LIKE = (
    "broadcast_to cumprod cumsum flip log_softmax ones_like pad roll select_scatter slice_scatter softmax sort tril "
    "triu zeros_like"
)
_LIKE_FIRST = frozenset(_LIKE.split())


def ranks(root: Any, variables: Mapping[str, int]) -> dict[int, int | None]:
    """The number of dimensions of each part, by the identity of its record; None: it is unknown.

    `variables` has those of variables; what it lacks is a number.
    """
    found: dict[int, int | None] = {}
    for record in reversed([*walk(root)]):
        if id(record) not in found:
            found[id(record)] = _rank(record, [found.get(id(part)) for part in children(record)], variables)
    return found


def _rank(record: Any, parts: list[int | None], variables: Mapping[str, int]) -> int | None:
    kind = type(record)
    if kind is Name:
        return variables.get(record.name, 0)
    if kind is Attribute:
        return 1 if record.name == "shape" else parts[0]
    if kind is List:
        return None if None in parts else 1 + max((rank for rank in parts if rank is not None), default=0)
    if kind is Subscript:
        picked = sum(type(key) is not Slice for key in record.index)
        return None if parts[0] is None else parts[0] - picked
    if kind is Call and not _is_elementwise(record.function):
        return _of_call(record, parts)
    if None in parts:
        return None
    known = [rank for rank in parts if rank is not None]
    if kind is Binary and record.op == "@":
        left, right = known
        return max(left, right) if left > 2 or right > 2 else left + right - 2
    return max(known, default=0)


def _is_elementwise(name: str) -> bool:
    return name in FUNCTIONS and FUNCTIONS[name].elementwise


def _of_call(call: Call, parts: list[int | None]) -> int | None:
    name, first = call.function, parts[0] if parts else 0
    if name in _REDUCTIONS:
        if len(parts) == 1:
            return 0
        keeps = any(key == "keepdim" for key, _ in call.kwargs)
        return None if first is None else first - (not keeps)
    if name in _NUMBERS:
        return 0
    if name == "solve":
        return parts[1]
    if name in _OF_RANK:
        return _OF_RANK[name]
    if first is None:
        return None
    if name in _LIKE_FIRST:
        return first
    moved = {"unsqueeze": 1, "squeeze": -1, "diag": 1 if first == 1 else -1, "diagonal": -1}
    return first + moved[name] if name in moved else None
