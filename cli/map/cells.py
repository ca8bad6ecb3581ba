"""Whole Arrow columns as cells of text, for tables that change from one format into another."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from ...parser.frames.arrow_arrays import is_numeric
from ...parser.frames.arrow_import import arrow
from ...parser.rows.answers import no_rows
from ...parser.syntax.decimal_text import decimal
from ...parser.syntax.errors import UsageError
from .spelling import JSON, Spelling, Texts, texts

_JSON_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_HELD = "\0"
_CONTROL = r'["\\\x00-\x1f]'


def delimited_cells(array: Any, name: str, delimiter: str, spelling: Spelling) -> Texts:
    """The cells of a column in delimited text; texts in quotes where they need it. UsageError: bytes that are none."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    found = _numbers(array, spelling)
    if found is not None:
        return found
    if pa.types.is_nested(array.type):
        found = pa.array([None if v is None else json.dumps(v, default=str) for v in array.to_pylist()], pa.string())
    else:
        found = _text(array, name)
    needs = pc.fill_null(pc.match_substring_regex(found, rf'[\n\r"\x{ord(delimiter):02x}]'), False)
    if pc.any(needs).as_py():
        inner = pc.replace_substring(found, '"', '""')
        found = pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), found)
    return pc.fill_null(found, spelling.blank)


def json_cells(array: Any, name: str) -> Texts:
    """The values of a column in JSON. UsageError: it holds bytes that are no text."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    found = _numbers(array, JSON)
    if found is not None:
        return found
    if pa.types.is_nested(array.type):
        return pa.array([json.dumps(value, default=str) for value in array.to_pylist()], pa.string())
    found = _text(array, name)
    inner = found
    escaped = pc.fill_null(pc.match_substring_regex(found, _CONTROL), False)
    if pc.any(escaped).as_py():
        changed = [json.dumps(text)[1:-1] for text in found.filter(escaped).to_pylist()]
        inner = pc.replace_with_mask(found, escaped, pa.array(changed, pa.string()))
    return pc.fill_null(pc.binary_join_element_wise('"', inner, '"', ""), JSON.blank)


def nonfinite_cells(array: Any) -> list[tuple[int, str]]:
    """The rows of a column of numbers that are not finite, and what they are there."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    if not pa.types.is_floating(array.type):
        return []
    rows = pc.indices_nonzero(pc.fill_null(pc.invert(pc.is_finite(array)), False))
    return [(row, repr(float(array[row].as_py()))) for row in rows.to_pylist()]


def _text(array: Any, name: str) -> Any:
    """A column as text. UsageError: it holds bytes that are none."""
    pa = arrow("writing text")
    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:
        raise UsageError(
            f"the column `{name}` of type {array.type} holds bytes that are no text",
            "write `--format parquet` or arrow, or `--only-new`",
        ) from None


def json_cells_of_text(array: Any, name: str, kind: Any, mark: str) -> Texts:
    """The cells of a column of text in JSON: numbers and truth values in columns of these, with all their digits.

    `mark` is the decimal mark of the numbers.
    """
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    cells = json_cells(array, name)
    if pa.types.is_boolean(kind):
        lower = pc.utf8_lower(pc.utf8_trim(array, " \t"))
        is_plain = pc.is_in(lower, pa.array(["true", "false"]))
        return pc.if_else(pc.fill_null(is_plain, False), lower, cells)
    if not is_numeric(kind):
        return cells
    if mark != ".":
        # A point becomes what no number has.
        for old, new in ((".", _HELD), (mark, "."), (_HELD, mark)):
            array = pc.replace_substring(array, old, new)
    is_plain = pc.fill_null(pc.match_substring_regex(array, _JSON_NUMBER), True)
    cells = pc.if_else(is_plain, pc.fill_null(array, JSON.blank), cells)
    if pc.all(is_plain).as_py():
        return cells
    others = [_json_number(text, mark) for text in array.filter(pc.invert(is_plain)).to_pylist()]
    return pc.replace_with_mask(cells, pc.invert(is_plain), pa.array(others, pa.string()))


def _json_number(text: str, mark: str) -> str:
    """A cell in JSON: a number such as ` .5` as JSON spells it, what is none or has leading zeros as text.

    A number has a point in it, and what is none a point where `mark` was and `mark` where a point was.
    """
    text = text.strip(" \t")
    as_text = json.dumps(text.translate(str.maketrans(f".{mark}", f"{mark}.")))
    try:
        number = decimal(text)
    except ValueError:
        return as_text
    digits = text.lstrip("+-")
    if not math.isfinite(number) or (digits.startswith("0") and digits[1:2].isdigit()):
        # JSON has no such number: the text says which it is.
        return as_text
    return text.lstrip("+") if digits.isdigit() else repr(number)


def _numbers(array: Any, spelling: Spelling) -> Texts | None:
    """The cells of a column of numbers, None for one of other things."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    kind = array.type
    if pa.types.is_integer(kind):
        return pc.fill_null(array.cast(pa.string()), spelling.blank)
    if not (pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        return None
    empty = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else no_rows(len(array))
    if pa.types.is_boolean(kind):
        return texts(pc.fill_null(array, False).to_numpy(zero_copy_only=False), empty, spelling)
    numbers = pc.fill_null(array, 0.0).to_numpy(zero_copy_only=False)
    if numbers.dtype != np.float64:
        # The shortest digits for the narrower type, which are not those of the same number in the wider one.
        numbers = np.array([float(str(number)) for number in numbers])
    return texts(numbers, empty, spelling)
