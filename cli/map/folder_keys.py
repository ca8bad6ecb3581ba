"""Columns that folders such as `year=2024` say: one value for all rows of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...parser.frames.arrow_import import arrow
from ...parser.syntax.decimal_text import decimal

# The name that Hive, Spark and Arrow give to a folder of rows without a value.
_NULL = "__HIVE_DEFAULT_PARTITION__"
# Up to here a float holds every whole number.
_WHOLE = 1 << 53


class Key(NamedTuple):
    """What a folder says, None for no value, and what the column is in all tables: `int`, `float` or `str`."""

    text: str | None
    kind: type

    @property
    def value(self) -> Any:
        """The number or text, None for no value."""
        return None if self.text is None else self.kind(self.text)

    def number(self) -> float:
        """What it is as a variable: nan for no value. ValueError: it is no number."""
        return math.nan if self.text is None else decimal(self.text)

    def array(self, rows: int) -> Any:
        """The value in each row, in Arrow."""
        pa = arrow("writing this format")
        return pa.array([self.value] * rows, arrow_type(self.kind))


def arrow_type(kind: type) -> Any:
    """The type in Arrow of a column."""
    pa = arrow("writing this format")
    return {int: pa.int64(), float: pa.float64(), str: pa.string()}[kind]


def typed_keys(tables: Sequence[Mapping[str, str]]) -> list[dict[str, Key]]:
    """What the folders of each table say, with one type for each column."""
    texts = [{name: None if text == _NULL else text for name, text in keys.items()} for keys in tables]
    kinds = {name: _kind([t for keys in texts if (t := keys.get(name)) is not None]) for keys in texts for name in keys}
    return [{name: Key(text, kinds[name]) for name, text in keys.items()} for keys in texts]


def _kind(texts: Sequence[str]) -> type:
    """What all the texts are. Those that would lose leading zeros or digits stay text."""
    kinds = {_kind_of(text) for text in texts}
    return next((kind for kind in (str, float, int) if kind in kinds), str)


def _kind_of(text: str) -> type:
    try:
        number = decimal(text)
    except ValueError:
        return str
    digits = text.lstrip("+-")
    if digits.isdigit():
        return int if (digits == "0" or digits[0] != "0") and abs(number) <= _WHOLE else str
    return float if math.isfinite(number) else str
