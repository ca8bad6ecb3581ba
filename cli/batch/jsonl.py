"""Expressions as JSON Lines: `{"expr": "x**2", "vars": {"x": 3}}`, and `"wrt": ["x"]` if not by all variables."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ...parser.syntax.errors import did_you_mean
from ...parser.syntax.wording import quoted, sentence
from ..shell.options import split_names
from .lines import check_text
from .record import Json, Record, RecordError

GIVE = 'write `"vars": {{"{name}": 1}}` beside the expression, or `--{name} 1` for all records'

_MEANT = ("expr", "vars", "wrt")
_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_int=float)
# Numbers that JSON has not, if they stand in no text.
_CONSTANTS = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
_EXAMPLE = 'write `{"expr": "x**2", "vars": {"x": 3}}`'


def is_blank(text: str) -> bool:
    """Whether a line holds no record."""
    return not text.strip()


def read(line: int, text: str) -> Record:
    """The record in a line; keys other than `expr`, `vars` and `wrt` are kept. RecordError: there is none."""
    check_text(line, text)
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
    others = [name for name in fields if name not in _MEANT]
    kept = _spelled(text, others) if others else {}
    return Record(line, fields["expr"], values, wrt=_names(fields.get("wrt")), kept=kept)


def _spelled(text: str, names: Sequence[str]) -> dict[str, str]:
    """The members of these names of the object in a text: texts, and what else there is as it is spelled there."""
    found: dict[str, str] = {}
    place = text.index("{") + 1
    while (place := _after_blanks(text, place)) < len(text) and text[place] != "}":
        name, end = _DECODER.raw_decode(text, _after_blanks(text, place + (text[place] == ",")))
        start = _after_blanks(text, _after_blanks(text, end) + 1)
        value, place = _DECODER.raw_decode(text, start)
        if name in names:
            found[name] = value if isinstance(value, str) else Json(_CONSTANTS.sub(_as_text, text[start:place]))
    return found


def _as_text(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else f'"{match[0]}"'


def _after_blanks(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place


def _names(value: Any) -> list[str] | None:
    if value is None or isinstance(value, str):
        return split_names(value)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise RecordError("`wrt` is not a list of names", 'write `"wrt": ["x"]`')
