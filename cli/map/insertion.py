"""Puts new text into old: pieces of the input, unchanged, each followed by new cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...parser.frames.arrow_import import arrow, has_arrow
from .spelling import Texts, Unspelled, as_list, spelled

_LARGEST = 2**31 - 1


def splice(
    data: bytes, bounds: np.ndarray, leads: Sequence[str], columns: Sequence[Texts], keep: np.ndarray | None = None
) -> Any:
    """The pieces `data[bounds[i]:bounds[i + 1]]`, each followed by the texts of row i, each of these after its lead.

    `leads` has one text for each of the columns. Of the rows that `keep` does not mark nothing is written. Returns
    bytes or another buffer of them.
    """
    if columns and has_arrow() and len(data) < _LARGEST:
        found = _by_machine_code(data, bounds, leads, columns, keep)
        return _arrow(data, bounds, leads, [*map(spelled, columns)], keep) if found is None else found
    places = bounds.tolist()
    if not columns and keep is None:
        return data[places[0] : places[-1]]
    cells = [[lead + text for text in as_list(column)] for lead, column in zip(leads, columns, strict=True)]
    new = list(map("".join, zip(*cells, strict=True))) if cells else [""] * (len(places) - 1)
    rows = range(len(new)) if keep is None else np.flatnonzero(keep).tolist()
    return b"".join([data[places[i] : places[i + 1]] + new[i].encode() for i in rows])


def _by_machine_code(
    data: bytes, bounds: np.ndarray, leads: Sequence[str], columns: Sequence[Texts], keep: np.ndarray | None
) -> Any:
    """The same, None where no machine code is to be had."""
    numbers = sum(len(column.values) for column in columns if isinstance(column, Unspelled))
    if not numbers:
        return None
    # Here, as few rows need none.
    from ...parser.rows.splicing import CODE, Cells, Digits, spliced

    code = CODE.get(numbers)
    if code is None:
        return None
    found: list[Digits | Cells] = []
    for lead, column in zip(map(str.encode, leads), columns, strict=True):
        if isinstance(column, Unspelled):
            found.append(Digits(lead, column.values, _blanks(column), column.spelling.blank.encode()))
        else:
            found.append(Cells(lead, *_parts(column)))
    return spliced(code, data, bounds, found, keep)


def _blanks(column: Unspelled) -> np.ndarray:
    """The rows without a number to write."""
    values, blank, spelling = column
    blanks = np.zeros(len(values), bool) if blank is None else blank
    return blanks if spelling.nonfinite is None else blanks | ~np.isfinite(values)


def _arrow(
    data: bytes, bounds: np.ndarray, leads: Sequence[str], columns: Sequence[Texts], keep: np.ndarray | None
) -> Any:
    pa, pc = arrow("fast text"), arrow("fast text", "compute")
    offsets = pa.py_buffer(bounds.astype(np.int32))
    pieces = pa.Array.from_buffers(pa.string(), len(bounds) - 1, [None, offsets, pa.py_buffer(data)])
    if len(set(leads)) == 1:
        joined = pc.binary_join_element_wise(pieces, *columns, leads[0])
    else:
        parts = [part for pair in zip(leads, columns, strict=True) for part in pair]
        joined = pc.binary_join_element_wise(pieces, *parts, "")
    if keep is not None:
        joined = joined.filter(pa.array(keep))
    return text_of(joined)


def text_of(strings: Any) -> Any:
    """The bytes of an Arrow array of strings one after the other."""
    pa = arrow("fast text")
    _, _, text = strings.buffers()
    if not len(strings) or text is None:
        return b""
    places, _ = _parts(strings)
    return pa.py_buffer(text).slice(int(places[0]), int(places[-1] - places[0]))


def _parts(strings: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where each text of an Arrow array of strings begins and the last ends, and the bytes these are places in."""
    _, offsets, text = strings.buffers()
    length = len(strings)
    if not length or text is None:
        return np.zeros(length + 1, np.int32), np.zeros(1, np.uint8)
    return np.frombuffer(offsets, np.int32, length + 1 + strings.offset)[strings.offset :], np.frombuffer(
        text, np.uint8
    )
