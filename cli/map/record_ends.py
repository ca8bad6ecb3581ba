"""Text in blocks of whole records, cut at the newlines that do not stand in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from ...parser.syntax.errors import UsageError

BLOCK = 1 << 21
_LONGEST_RECORD = 1 << 26
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'


class Readable(Protocol):
    """What bytes are read from; `ended` says whether all have been."""

    @property
    def ended(self) -> bool: ...

    def read(self, size: int, /) -> bytes: ...


def newlines(data: bytes) -> np.ndarray:
    """The places of all newlines."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)


def record_ends(data: bytes, delimiter: bytes) -> np.ndarray:
    """The places of the newlines that end a record of delimited text, which begins outside quotes.

    A quote opens at the start of a cell only; inside, two quotes stand for one.
    """
    found = newlines(data)
    if b'"' not in data:
        return found
    codes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if not _alternate(codes, quotes, ord(delimiter)):
        quotes = _walked(data, quotes, ord(delimiter))
    return found[np.searchsorted(quotes, found) % 2 == 0]


def _alternate(codes: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether the quotes open and close cells by turns, an escaped pair being a close and an open."""
    opening, closing = quotes[::2], quotes[1::2]
    before = codes[np.maximum(opening - 1, 0)]
    opens = (before == delimiter) | (before == _NEWLINE) | (before == _RETURN) | (before == _QUOTE) | (opening == 0)
    # A pair in the open, as in `5""`, would look like an escaped one.
    reopens = np.isin(opening - 1, closing, assume_unique=True)
    opens &= (before != _QUOTE) | reopens
    after = codes[np.minimum(closing + 1, len(codes) - 1)]
    closes = (after == delimiter) | (after == _NEWLINE) | (after == _RETURN) | (after == _QUOTE)
    return bool(opens.all() and (closes | (closing + 1 == len(codes))).all())


def _walked(data: bytes, quotes: np.ndarray, delimiter: int) -> np.ndarray:
    """The quotes that open and close by turns, found one by one: others stand for themselves."""
    turns: list[int] = []
    inside = False
    places = iter(quotes.tolist())
    for place in places:
        if not inside:
            inside = place == 0 or data[place - 1] in (delimiter, _NEWLINE, _RETURN)
            if inside:
                turns.append(place)
        elif data[place + 1 : place + 2] == b'"':
            next(places)
        else:
            inside = False
            turns.append(place)
    return np.array(turns, dtype=np.int64)


def text_ends(data: bytes, ends: np.ndarray) -> np.ndarray:
    """Where the line ends begin whose newlines are at `ends`: a carriage return belongs to them."""
    codes = np.frombuffer(data, np.uint8)
    returns = codes[np.maximum(ends - 1, 0)] == _RETURN
    return ends - (returns & (ends > 0))


def blocks(file: Readable, delimiter: bytes | None) -> Iterator[bytes]:
    """The file in blocks of whole records with their line ends, of which only the last record may lack one.

    `delimiter` None means that newlines are never quoted. UsageError: a record too long to be one.
    """
    pending = b""
    while piece := file.read(BLOCK):
        pending = pending + piece if pending else piece
        cut = len(pending) if file.ended else _end_of_records(pending, delimiter)
        if cut:
            yield pending[:cut]
            pending = pending[cut:]
        elif len(pending) > _LONGEST_RECORD:
            raise UsageError(
                f"a record of the table is longer than {_LONGEST_RECORD >> 20} MB",
                "is there a quote that is never closed?",
            )
    if pending:
        yield pending


def _end_of_records(data: bytes, delimiter: bytes | None) -> int:
    """Where the last whole record ends, its line end included; 0 if there is none."""
    if delimiter is None or b'"' not in data:
        return data.rfind(b"\n") + 1
    ends = record_ends(data, delimiter)
    return int(ends[-1]) + 1 if len(ends) else 0


def record_bounds(data: bytes, ends: np.ndarray) -> np.ndarray:
    """The bounds of pieces that each hold a record and the line ends before it, (n + 1,), for n records.

    `ends` are the places of the newlines that end records; a line end right after another is no record.
    """
    found = text_ends(data, ends)
    starts = np.append(0, ends + 1)[: len(ends)]
    found = found[found > starts]
    bounds = np.append(0, found)
    return bounds if data.endswith(b"\n") or not data else np.append(bounds, len(data))
