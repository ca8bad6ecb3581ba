"""What a script may use, and the checks that keep one operation from taking more than that."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Any

from ....engine import Tensor
from ..reading.language import MOST_BITS

_DIGITS = 4  # of a width or precision in a format
# What holds values that are printed and compared with it, and what has a length that is limited.
CONTAINERS = (list, tuple, dict, set, deque, type({}.keys()), type({}.values()), type({}.items()), BaseException)
_NAMES = {list: "list", tuple: "list", str: "text", dict: "dictionary", set: "set", deque: "list"}
_SIZED = tuple(_NAMES)
# What most results are, found in a fraction of the time that it takes to look at all that has a size.
_UNSIZED = frozenset([float, int, bool, type(None)])
_WIDE = re.compile(r"[0-9]{%d}|\*" % (_DIGITS + 1))  # noqa: UP031


class LimitError(Exception):
    """A script takes more than it may; `help` says how to let it."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


def exceeded(option: str, limit: int, what: str) -> LimitError:
    """The error of a script that would take more than `limit` of something."""
    return LimitError(f"more than {limit:,} {what}", f"raise the limit with `--limit {option}=N`")


class Guard:
    """Keeps values within `elements`."""

    def __init__(self, elements: int) -> None:
        self.elements = elements

    def error(self, what: str) -> LimitError:
        return exceeded("elements", self.elements, f"elements in one {what}")

    def result(self, value: Any) -> Any:
        """The value. LimitError: a tensor, list or text that is too large."""
        if type(value) in _UNSIZED:
            return value
        if isinstance(value, Tensor):
            if value._data.size > self.elements:
                raise self.error("tensor")
        elif isinstance(value, _SIZED):
            self.length(len(value), value)
        return value

    def whole(self, value: Any) -> None:
        """LimitError: a list that has too many elements when those of the lists in it are counted, as printing does.

        A list may hold another one twice, so that few steps make one that is too large to print or compare. So may a
        dictionary.
        """
        if not isinstance(value, CONTAINERS):
            return
        count = 0
        pending: list[Any] = [value]
        while pending:
            items = _inside(pending.pop())
            count += len(items)
            if count > self.elements:
                raise self.error("list")
            pending.extend(item for item in items if isinstance(item, CONTAINERS))

    # Dictionaries and sets are filled one by one, so that what takes long is interrupted in between.

    def put(self, pairs: dict[Any, Any], key: Any, value: Any) -> None:
        """Sets the value of a key."""
        self.whole(key)
        pairs[key] = value
        self.result(pairs)

    def fill(self, pairs: Any, *more: Any) -> Any:
        """A dictionary with what is in others, or in pairs of keys and values, set in it too."""
        for others in more:
            for key, value in list(others.items()) if isinstance(others, dict) else others:
                self.put(pairs, key, value)
        return pairs

    def add(self, values: set[Any], value: Any) -> None:
        """Adds a value to a set."""
        self.whole(value)
        values.add(value)
        self.result(values)

    def set_of(self, values: Iterable[Any]) -> set[Any]:
        """The set of these values."""
        made: set[Any] = set()
        for value in values:
            self.add(made, value)
        return made

    def listed(self, values: Any) -> Any:
        """The values in a list, to be joined to another, which they may be read from."""
        return self.result(list(islice(values, self.elements + 1)))

    def beside_tensor(self, x: Any, y: Any) -> None:
        """LimitError: one is a tensor, and the other a list too large to make one of."""
        if isinstance(x, Tensor) or isinstance(y, Tensor):
            self.whole(x)
            self.whole(y)

    def operands(self, op: str, x: Any, y: Any) -> None:
        """LimitError: the result of a binary operator would be too large."""
        self.beside_tensor(x, y)
        check = _CHECKS.get(op)
        if check is not None:
            check(self, x, y)

    def _product(self, x: Any, y: Any) -> None:
        if isinstance(x, int) and isinstance(y, int):
            check_bits(x.bit_length() + y.bit_length())
            return
        for sequence, count in ((x, y), (y, x)):
            if isinstance(count, int) and isinstance(sequence, (list, tuple, str, deque)):
                self.length(len(sequence) * count, sequence)

    def length(self, length: int, sequence: Any) -> None:
        """LimitError: a sequence of such a kind would be too long."""
        if length > self.elements:
            kind = type(sequence) if isinstance(sequence, (str, dict, set)) else list
            raise self.error(_NAMES[kind])

    def _power(self, x: Any, y: Any) -> None:
        numbers = isinstance(x, (int, float)) and isinstance(y, float) and math.isfinite(x) and math.isfinite(y)
        if numbers and x < 0 and not y.is_integer():
            raise ValueError("a power of a negative number is complex, which is not offered; of a tensor it is nan")
        if isinstance(x, int) and isinstance(y, int) and y > 0:
            check_bits(x.bit_length() * y if abs(x) > 1 else 1)

    def _shift(self, x: Any, y: Any) -> None:
        if isinstance(x, int) and isinstance(y, int):
            check_bits(x.bit_length() + y)

    def _remainder(self, x: Any, y: Any) -> None:
        if isinstance(x, str):
            check_format(x)
            self.whole(y)

    def _contains(self, x: Any, y: Any) -> None:
        self.whole(x)
        # A key is looked up, not compared with all the others.
        if not isinstance(y, (dict, set)):
            self.whole(y)

    def _compare(self, x: Any, y: Any) -> None:
        self.whole(x)
        self.whole(y)


_TYPES = ("dict", "list", "range", "set", "str", "tuple", "type")  # of those, what are types in Python


class Builtin(partial[Any]):
    """A function that a script has of Python, with the guard as its first argument."""

    @property
    def is_type(self) -> bool:
        """Whether it is a type in Python."""
        return self.func.__qualname__ in _TYPES

    def __repr__(self) -> str:
        name = self.func.__qualname__
        return f"<class '{name}'>" if self.is_type else f"<built-in function {name}>"


def members(functions: Iterable[Callable[..., Any]], *given: Any, **named: str) -> dict[str, Builtin]:
    """Functions that a script has, by name, each with what it is given first; those of other names are `named` so."""
    for function in functions:
        # What Python says of wrong arguments begins with this.
        name = function.__name__[1:]
        function.__qualname__ = named.get(name, name)
    return {function.__qualname__: Builtin(function, *given) for function in functions}


# Where a method, a function or an object without a text of its own lies in memory.
_ADDRESS = re.compile(r" (?:object )?at 0x[0-9a-f]+")


def shown(value: Any, kind: Callable[[Any], str]) -> str:
    """A value as `str` or `repr` says it, without addresses, which no script is to know, and which differ each time."""
    text = kind(value)
    return _ADDRESS.sub("", text) if " at 0x" in text and _has_address(value) else text


def _has_address(value: Any) -> bool:
    """Whether anything in a value is shown with its address: all but texts, which say what they say."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, BaseException) or not isinstance(part, (str, *CONTAINERS)):
            return True
        pending.extend(() if isinstance(part, str) else _inside(part))
    return False


def _inside(value: Any) -> Any:
    """What a container shows, and compares with another."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value.args if isinstance(value, BaseException) else value


_CHECKS: dict[str, Callable[[Guard, Any, Any], None]] = {
    "*": Guard._product,
    "**": Guard._power,
    "<<": Guard._shift,
    "%": Guard._remainder,
    **dict.fromkeys(["==", "!=", "<", "<=", ">", ">="], Guard._compare),
    **dict.fromkeys(["in", "not in"], Guard._contains),
}


def check_format(spec: str) -> None:
    """LimitError: a format that asks for a width or precision of more than four digits."""
    if _WIDE.search(spec):
        raise LimitError(f"a width or precision of more than {_DIGITS} digits")


def check_bits(bits: int) -> None:
    """LimitError: a whole number would have too many bits."""
    if bits > MOST_BITS:
        raise LimitError(f"a whole number of more than {MOST_BITS:,} bits; write it as a float, such as `2.0`")
