"""Text in blocks of whole records, cut at the newlines that do not stand in quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

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


class Quotes(NamedTuple):
    """The places of the quotes that open and close cells by turns.

    `strays` are those of them with text behind a closing one. `unclosed` opens a cell that only the quote of another
    would close, lines below, with text behind it; nothing was looked for from there on.
    """

    turns: np.ndarray
    strays: Sequence[int] = ()
    unclosed: int | None = None

    def opened(self) -> int | None:
        """The quote that opens a cell which has no end."""
        return int(self.turns[-1]) if len(self.turns) % 2 else None


def quotes_of(data: bytes, delimiter: bytes) -> Quotes:
    """The quotes of delimited text, which begins outside quotes.

    A quote opens at the start of a cell only; inside, two quotes stand for one.
    """
    if b'"' not in data:
        return Quotes(np.array([], dtype=np.int64))
    codes = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(codes == _QUOTE)
    return Quotes(places) if _alternate(codes, places, ord(delimiter)) else _walked(data, places, ord(delimiter))


def record_ends(data: bytes, delimiter: bytes, quotes: Quotes | None = None) -> np.ndarray:
    """The places of the newlines that end a record of delimited text, whose quotes may be known."""
    found = newlines(data)
    if b'"' not in data:
        return found
    return found[np.searchsorted((quotes or quotes_of(data, delimiter)).turns, found) % 2 == 0]


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


def _walked(data: bytes, quotes: np.ndarray, delimiter: int) -> Quotes:
    """The quotes that open and close by turns, found one by one: others stand for themselves."""
    turns: list[int] = []
    strays: list[int] = []
    follows = {b"", b"\n", b"\r", bytes([delimiter])}
    inside = False
    places = iter(quotes.tolist())
    for place in places:
        after = data[place + 1 : place + 2]
        if not inside:
            inside = place == 0 or data[place - 1] in (delimiter, _NEWLINE, _RETURN)
            if inside:
                turns.append(place)
        elif after == b'"':
            next(places)
        else:
            if after not in follows:
                if b"\n" in data[turns[-1] : place]:
                    return Quotes(np.array(turns, dtype=np.int64), strays, turns[-1])
                strays.append(place)
            inside = False
            turns.append(place)
    return Quotes(np.array(turns, dtype=np.int64), strays)


def text_ends(data: bytes, ends: np.ndarray) -> np.ndarray:
    """Where the line ends begin whose newlines are at `ends`: a carriage return belongs to them."""
    codes = np.frombuffer(data, np.uint8)
    returns = codes[np.maximum(ends - 1, 0)] == _RETURN
    return ends - (returns & (ends > 0))


class Block(NamedTuple):
    """Some whole records with their line ends, and the number of their first line, from 1."""

    data: bytes
    line: int

    @property
    def row_bytes(self) -> float:
        """About how many bytes a record takes."""
        return len(self.data) / (self.data.count(b"\n") or 1)


def blocks(file: Readable, delimiter: bytes | None, title: str) -> Iterator[Block]:
    """The file in blocks of whole records with their line ends, of which only the last record may lack one.

    `delimiter` None means that newlines are never quoted; `title` is what errors call the table. UsageError: a quote
    is never closed, or a record is too long to be one.
    """
    pending = b""
    line = 1
    while True:
        piece = file.read(BLOCK)
        pending = pending + piece if pending else piece
        quotes = quotes_of(pending, delimiter) if delimiter else Quotes(np.array([]))
        is_last = not piece or file.ended
        is_too_long = len(pending) > _LONGEST_RECORD
        opened = quotes.opened() if is_last or is_too_long else quotes.unclosed
        if opened is not None:
            line += pending.count(b"\n", 0, opened)
            raise UsageError(
                f"the quote that opens in line {line:,} of {title} is never closed",
                'put the whole cell in double quotes, and write a quote in it twice: `""`',
            )
        cut = len(pending) if is_last else _end_of_records(pending, delimiter, quotes)
        if cut:
            yield Block(pending[:cut], line)
            line += pending.count(b"\n", 0, cut)
            pending = pending[cut:]
        elif is_too_long:
            raise UsageError(f"a record of {title} is longer than {_LONGEST_RECORD >> 20} MB")
        if is_last:
            return


def line_of(data: bytes, place: int, first_line: int) -> str:
    """The line of a record in words. The line ends before the record may stand at its place; `data` begins a line."""
    while data[place : place + 1] in (b"\n", b"\r"):
        place += 1
    count = data.count(b"\n", 0, place)
    return f"line {first_line + count:,}"


def _end_of_records(data: bytes, delimiter: bytes | None, quotes: Quotes) -> int:
    """Where the last whole record ends, its line end included; 0 if there is none."""
    if delimiter is None or not len(quotes.turns):
        return data.rfind(b"\n") + 1
    ends = record_ends(data, delimiter, quotes)
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
