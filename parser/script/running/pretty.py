"""The text of a value as a notebook shows it: what holds others over several lines where one is too short.

The layout is that of IPython's printer: the items of a collection stand on a line each as soon as they, and what
follows on their line, do not fit into one, or one of them has several lines.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from inspect import signature
from itertools import islice
from types import FunctionType
from typing import Any, NamedTuple

from .... import engine

_WIDTH = 79
_LONGEST = 1000  # items of a collection that are shown
_CLASS = re.compile(r"<class '([^']+)'>")


class _Group(NamedTuple):
    """Items between brackets; an item is several parts one after the other."""

    opening: str
    items: list[list[Any]]
    closing: str


def pretty(value: Any) -> str:
    """The text of a value. RecursionError: it holds others too deep."""
    return _laid_out(_part(value, frozenset()), 0, 0, 0)


def _part(value: Any, around: frozenset[int]) -> str | _Group:
    """A value as text or as a group; `around` are the collections that it is in."""
    for kind in type(value).__mro__:
        if kind in _PRINTERS:
            if id(value) in around:
                return "{...}" if issubclass(kind, dict) else f"{kind.__name__}(...)" if kind is not list else "[...]"
            return _PRINTERS[kind](value, around | {id(value)})
        if "__repr__" in vars(kind):
            break
    if isinstance(value, FunctionType):
        return f"<function {value.__module__}.{value.__qualname__}{signature(value)}>"
    text = repr(value)
    named = _CLASS.fullmatch(text)
    return _torchs_name(named[1]) if named else text


def _torchs_name(name: str) -> str:
    """The name of a class of the engine as PyTorch's is called."""
    return f"torch.{name.rpartition('.')[2]}" if name.startswith(f"{engine.__name__}.") else name


def _items(values: Iterable[Any], around: frozenset[int]) -> list[list[Any]]:
    items = [[_part(value, around)] for value in islice(values, _LONGEST + 1)]
    return [*items[:_LONGEST], ["..."]] if len(items) > _LONGEST else items


def _of_brackets(opening: str, closing: str) -> Callable[[Any, frozenset[int]], _Group]:
    return lambda values, around: _Group(opening, _items(values, around), closing)


def _tuple(values: Any, around: frozenset[int]) -> _Group:
    return _Group("(", _items(values, around), ",)" if len(values) == 1 else ")")


def _dict(values: Any, around: frozenset[int]) -> _Group:
    items = [[_part(key, around), ": ", _part(value, around)] for key, value in islice(values.items(), _LONGEST + 1)]
    return _Group("{", [*items[:_LONGEST], ["..."]] if len(items) > _LONGEST else items, "}")


def _set(values: Any, around: frozenset[int]) -> str | _Group:
    if not values:
        return repr(values)
    try:
        values = sorted(values)
    except Exception:
        values = list(values)
    return _Group("{", _items(values, around), "}")


def _called(name: str, inner: Callable[[Any], list[Any]]) -> Callable[[Any, frozenset[int]], _Group]:
    """A collection shown as a call with what it is made of."""
    return lambda value, around: _Group(f"{name}(", [[_part(part, around)] for part in inner(value)], ")")


_PRINTERS: dict[type, Callable[[Any, frozenset[int]], Any]] = {
    list: _of_brackets("[", "]"),
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: lambda values, around: _Group("frozenset(", [[_set(values, around)]] if values else [], ")"),
    defaultdict: _called("defaultdict", lambda value: [value.default_factory, dict(value)]),
    OrderedDict: _called("OrderedDict", lambda value: [list(value.items())] if value else []),
    Counter: _called("Counter", lambda value: [dict(value.most_common())] if value else []),
    deque: _called("deque", lambda value: [list(value)]),
}


def _laid_out(part: str | _Group, indent: int, column: int, behind: int) -> str:
    """The text of a part that begins at a column; `behind` is how much follows on the line that it ends on."""
    if isinstance(part, str):
        return part.replace("\n", "\n" + " " * indent)
    flat = _flat(part, _WIDTH - column - behind)
    if flat is not None:
        return flat
    indent += len(part.opening)
    pieces, column = [part.opening], column + len(part.opening)
    for number, item in enumerate(part.items):
        if number:
            pieces.append(",\n" + " " * indent)
            column = indent
        is_last = number == len(part.items) - 1
        for at, inner in enumerate(item):
            after = sum(len(other) if isinstance(other, str) else len(other.opening) for other in item[at + 1 : at + 2])
            after = after or (len(part.closing) + behind if is_last else 1)
            text = _laid_out(inner, indent, column, after)
            pieces.append(text)
            column = len(text) - text.rindex("\n") - 1 if "\n" in text else column + len(text)
    return "".join([*pieces, part.closing])


def _flat(part: str | _Group, room: int) -> str | None:
    """The text on one line; None: it has several, or is longer than there is room for."""
    if isinstance(part, str):
        return None if "\n" in part or len(part) > room else part
    pieces = [part.opening]
    room -= len(part.opening) + len(part.closing)
    for number, item in enumerate(part.items):
        for inner in [", ", *item] if number else item:
            text = _flat(inner, room)
            if text is None:
                return None
            room -= len(text)
            pieces.append(text)
    return "".join([*pieces, part.closing])
