"""Text with fields: `str.format`, whose fields are arguments alone, with no attributes or items of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from .guard import Guard, check_format, shown

_PARSED = Formatter()
_CONVERSIONS = {"s": str, "r": repr, "a": ascii}
_DEEPEST = 2  # fields inside each other, as in Python


def formatted(guard: Guard, text: str, *args: Any, **kwargs: Any) -> str:
    """`text.format(...)`. ValueError, KeyError, IndexError: a field that there is no argument for, or no field."""
    guard.whole((*args, *kwargs.values()))
    return "".join(_Fields(guard, args, kwargs).pieces(text, _DEEPEST))


def formatted_value(guard: Guard, value: Any, conversion: str, spec: str) -> str:
    """A value as a field shows it. LimitError: a format that asks for too much."""
    check_format(spec)
    guard.whole(value)
    if conversion:
        value = shown(value, _CONVERSIONS[conversion])
    return shown(value, lambda value: format(value, spec))


class _Fields:
    """The values for the fields of a text."""

    def __init__(self, guard: Guard, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.guard = guard
        self.args = args
        self.kwargs = kwargs
        self.next = 0
        self.counted: bool | None = None
        self.length = 0

    def pieces(self, text: str, depth: int) -> list[str]:
        """The text between the fields, and the fields."""
        if depth == 0:
            raise ValueError("Max string recursion exceeded")
        pieces: list[str] = []
        for plain, name, spec, conversion in _PARSED.parse(text):
            pieces.append(plain)
            if name is not None:
                value = self.value(name)
                spec = "".join(self.pieces(spec, depth - 1)) if spec and "{" in spec else spec or ""
                pieces.append(formatted_value(self.guard, value, conversion or "", spec))
            self.length += sum(map(len, pieces[-2:]))
            if self.length > self.guard.elements:
                raise self.guard.error("text")
        return pieces

    def value(self, name: str) -> Any:
        """The argument for a field."""
        if not name or name.isdecimal():
            if self.counted not in (None, not name):
                ways = ("manual field specification", "automatic field numbering")
                raise ValueError(f"cannot switch from {ways[bool(self.counted)]} to {ways[not name]}")
            self.counted = not name
        if not name:
            name, self.next = str(self.next), self.next + 1
        if name.isdecimal():
            if int(name) >= len(self.args):
                raise IndexError(f"Replacement index {name} out of range for positional args tuple")
            return self.args[int(name)]
        if not name.isidentifier():
            raise ValueError(f"a field holds the name or the number of an argument alone, not '{name}'")
        return self.kwargs[name]
