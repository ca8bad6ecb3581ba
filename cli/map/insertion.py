"""Puts new text into old: pieces of the input, unchanged, each followed by new cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..tables.arrow_import import arrow, has_arrow
from .spelling import Texts, as_list

_LARGEST = 2**31 - 1


def splice(
    data: bytes, bounds: np.ndarray, leads: Sequence[str], columns: Sequence[Texts], keep: np.ndarray | None = None
) -> Any:
    """The pieces `data[bounds[i]:bounds[i + 1]]`, each followed by the texts of row i, each of these after its lead.

    `leads` has one text for each of the columns. Of the rows that `keep` does not mark nothing is written. Returns
    bytes or another buffer of them.
    """
    if columns and has_arrow() and len(data) < _LARGEST:
        return _arrow(data, bounds, leads, columns, keep)
    places = bounds.tolist()
    if not columns and keep is None:
        return data[places[0] : places[-1]]
    cells = [[lead + text for text in as_list(column)] for lead, column in zip(leads, columns, strict=True)]
    new = list(map("".join, zip(*cells, strict=True))) if cells else [""] * (len(places) - 1)
    rows = range(len(new)) if keep is None else np.flatnonzero(keep).tolist()
    return b"".join([data[places[i] : places[i + 1]] + new[i].encode() for i in rows])


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
    length = len(strings)
    _, offsets, text = strings.buffers()
    if not length or text is None:
        return b""
    places = np.frombuffer(offsets, np.int32, length + 1 + strings.offset)[strings.offset :]
    return pa.py_buffer(text).slice(int(places[0]), int(places[-1] - places[0]))
