"""Takes cells out of records of delimited text, leaving the others as they are."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import accumulate, pairwise

import numpy as np


def without_cells(data: bytes, bounds: np.ndarray, places: Collection[int], delimiter: str) -> tuple[bytes, np.ndarray]:
    """The pieces `data[bounds[i]:bounds[i + 1]]` without the cells at some places, in the same form.

    A piece may begin with line ends, which stay, as does what stands after the last.
    """
    separator = delimiter.encode()
    # What stands after the beginning or a delimiter, up to the next delimiter outside quotes.
    cell = re.compile(rb'(?:^|%b)((?:"(?:[^"]|"")*"?)?[^%b]*)' % (re.escape(separator), re.escape(separator)))
    edges = bounds.tolist()
    pieces: list[bytes] = []
    for start, end in pairwise(edges):
        piece = data[start:end]
        record = piece.lstrip(b"\r\n")
        cells = cell.findall(record) if b'"' in record else record.split(separator)
        rest = separator.join([text for place, text in enumerate(cells) if place not in places])
        pieces.append(piece[: len(piece) - len(record)] + rest)
    bounds = np.array([0, *accumulate(map(len, pieces))], dtype=np.int64)
    return b"".join([*pieces, data[edges[-1] :]]), bounds
