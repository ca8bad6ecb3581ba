"""Whole Arrow columns as cells of text, for tables that change from one format into another."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .arrow_import import arrow
from .chunk import no_rows
from .spelling import JSON, Spelling, Texts, texts

_CONTROL = r'["\\\x00-\x1f]'


def delimited_cells(array: Any, delimiter: str, spelling: Spelling) -> Texts:
    """The cells of a column in delimited text; texts in quotes where they need it."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    found = _numbers(array, spelling)
    if found is not None:
        return found
    if pa.types.is_nested(array.type):
        found = pa.array([None if v is None else json.dumps(v, default=str) for v in array.to_pylist()], pa.string())
    else:
        found = array.cast(pa.string())
    needs = pc.fill_null(pc.match_substring_regex(found, f'[\n\r"{delimiter}]'), False)
    if pc.any(needs).as_py():
        inner = pc.replace_substring(found, '"', '""')
        found = pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), found)
    return pc.fill_null(found, spelling.blank)


def json_cells(array: Any) -> Texts:
    """The values of a column in JSON."""
    pa, pc = arrow("writing text"), arrow("writing text", "compute")
    found = _numbers(array, JSON)
    if found is not None:
        return found
    if pa.types.is_nested(array.type):
        return pa.array([json.dumps(value, default=str) for value in array.to_pylist()], pa.string())
    found = array.cast(pa.string())
    inner = found
    escaped = pc.fill_null(pc.match_substring_regex(found, _CONTROL), False)
    if pc.any(escaped).as_py():
        changed = [json.dumps(text)[1:-1] for text in found.filter(escaped).to_pylist()]
        inner = pc.replace_with_mask(found, escaped, pa.array(changed, pa.string()))
    return pc.fill_null(pc.binary_join_element_wise('"', inner, '"', ""), JSON.blank)


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
