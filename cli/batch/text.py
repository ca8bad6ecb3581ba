"""Expressions as lines of text, each with the values of its variables: `sin(x**2)*y where x = 3, y = [1, 2]`."""

from __future__ import annotations

import re

from .lines import check_text
from .record import Record, RecordError

GIVE = "write `where {name} = 1` after the expression, or `--{name} 1` for all lines"

# `where(c, x, y)` is a function: the word alone, before an assignment, begins the values.
_WHERE = re.compile(r"(?<![\w.])where(?=\s+[^\W\d]\w*\s*=(?!=))")
_BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def is_blank(text: str) -> bool:
    """Whether a line holds no record: nothing, or only a comment."""
    return not text.partition("#")[0].strip()


def read(line: int, text: str) -> Record:
    """The record in a line, without its comment. RecordError: the values are not `name = value, ...`."""
    text = text.partition("#")[0]
    check_text(line, text)
    start = text.find("where")
    match = _WHERE.search(text, start) if start >= 0 else None
    # Indentation stays, so that columns in the expression are columns of the line.
    if match is None:
        return Record(line, text.rstrip(), {})
    return Record(line, text[: match.start()].rstrip(), _assigned(text[match.end() :]))


def _assigned(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for part in _parts(text):
        name, separator, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not (name.isidentifier() and separator and value):
            raise RecordError(f"`{part.strip()}` is not of the form NAME = VALUE", "write `where x = 3, y = [1, 2]`")
        if name in values:
            raise RecordError(f"`{name}` is given twice")
        values[name] = value
    return values


def _parts(text: str) -> list[str]:
    """The text cut at the commas outside brackets."""
    if "[" not in text and "(" not in text:
        return text.split(",")
    depth = 0
    start = 0
    parts = []
    for match in re.finditer(r"[\[\](),]", text):
        depth += _BRACKETS.get(match[0], 0)
        if match[0] == "," and depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]
