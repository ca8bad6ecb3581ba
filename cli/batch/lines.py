"""The lines of a file or a pipe, in chunks, as they arrive and in memory that does not grow with the input."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import NamedTuple

from ..tables.encoding import ENCODING_HELP, not_utf8
from ..tables.opening import Headed
from .record import RecordError

_READ = 1 << 16


class Line(NamedTuple):
    """A line without its newline, and its number from 1."""

    number: int
    text: str


def chunks(stream: Headed, longest: int) -> Iterator[list[Line]]:
    """The lines of a stream of UTF-8, each chunk as soon as it can be read: of a pipe, what has been written to it.

    Newlines may have any system's form. Bytes that are not UTF-8 become half characters, which `check_text` finds. Of a
    line longer than `longest` characters, the first `longest` + 1 remain. UsageError: the stream cannot be read.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")("surrogateescape"), translate=True)
    number = 0
    # The pieces of a line that has not ended yet: to join them again at each block would take a square of its length.
    pieces: list[str] = []
    room = longest + 1
    while data := stream.read1(_READ):
        *lines, last = decoder.decode(data).split("\n")
        if lines:
            lines[0] = "".join([*pieces, lines[0]])
            pieces, room = [], longest + 1
        pieces.append(last[:room])
        room -= len(pieces[-1])
        if lines:
            yield [Line(number + i, text[: longest + 1]) for i, text in enumerate(lines, 1)]
            number += len(lines)
    partial = "".join([*pieces, decoder.decode(b"", final=True)])
    if partial:
        yield [
            Line(number + i, text[: longest + 1]) for i, text in enumerate(partial.removesuffix("\n").split("\n"), 1)
        ]


def check_text(line: int, text: str) -> None:
    """RecordError: the text, which begins in this line, was not UTF-8."""
    found = None if text.isascii() else not_utf8(text.encode("utf-8", "surrogateescape"), line)
    if found is not None:
        raise RecordError(f"this is not UTF-8: {found}", ENCODING_HELP)
