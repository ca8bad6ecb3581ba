"""Expressions as JSON Lines: `{"expr": "x**2", "vars": {"x": 3}}`, and `"wrt": ["x"]` if not by all variables."""

from __future__ import annotations

import json
from typing import Any

from ...parser.syntax.errors import did_you_mean
from ...parser.syntax.wording import quoted, sentence
from ..shell.options import split_names
from .record import Record, RecordError

GIVE = 'write `"vars": {{"{name}": 1}}` beside the expression, or `--{name} 1` for all records'

_EXAMPLE = 'write `{"expr": "x**2", "vars": {"x": 3}}`'


def is_blank(text: str) -> bool:
    """Whether a line holds no record."""
    return not text.strip()


def read(line: int, text: str) -> Record:
    """The record in a line; keys other than `expr`, `vars` and `wrt` mean nothing. RecordError: there is none."""
    try:
        # A whole number of any length is a float to the engine.
        fields = json.loads(text, parse_int=float)
    except (RecursionError, ValueError) as error:
        raise RecordError(f"this is not JSON: {sentence(str(error))}", _EXAMPLE) from None
    if not isinstance(fields, dict):
        raise RecordError("this is not an object", _EXAMPLE)
    if not isinstance(fields.get("expr"), str):
        close = None if "expr" in fields else did_you_mean("expr", fields)
        raise RecordError("`expr` is missing or no text", f"is it {quoted(close)}?" if close else _EXAMPLE)
    values = fields.get("vars", {})
    if not isinstance(values, dict):
        raise RecordError("`vars` is not an object", _EXAMPLE)
    return Record(line, fields["expr"], values, wrt=_names(fields.get("wrt")))


def _names(value: Any) -> list[str] | None:
    if value is None or isinstance(value, str):
        return split_names(value)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise RecordError("`wrt` is not a list of names", 'write `"wrt": ["x"]`')
