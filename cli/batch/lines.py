"""The lines of a file or a pipe, in chunks, as they arrive and in memory that does not grow with the input."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import sentence

_READ = 1 << 16


class Line(NamedTuple):
    """A line without its newline, and its number from 1."""

    number: int
    text: str


def chunks(stream: Any, longest: int) -> Iterator[list[Line]]:
    """The lines of a binary stream, each chunk as soon as it can be read: of a pipe, what has been written to it.

    UTF-8, or UTF-16 with a byte order mark; newlines in any system's form. What is not text becomes replacement
    characters, which no expression holds. Of a line longer than `longest` characters, the first `longest` + 1 remain.
    UsageError: the stream cannot be read.
    """
    decoder: Any = None
    number = 0
    # The pieces of a line that has not ended yet: to join them again at each block would take a square of its length.
    pieces: list[str] = []
    room = longest + 1
    for data in _blocks(stream):
        decoder = decoder or _decoder(data)
        *lines, last = decoder.decode(data).split("\n")
        if lines:
            lines[0] = "".join([*pieces, lines[0]])
            pieces, room = [], longest + 1
        pieces.append(last[:room])
        room -= len(pieces[-1])
        if lines:
            yield [Line(number + i, text[: longest + 1]) for i, text in enumerate(lines, 1)]
            number += len(lines)
    partial = "".join([*pieces, decoder.decode(b"", final=True) if decoder else ""])
    if partial:
        yield [
            Line(number + i, text[: longest + 1]) for i, text in enumerate(partial.removesuffix("\n").split("\n"), 1)
        ]


def _blocks(stream: Any) -> Iterator[bytes]:
    try:
        while data := stream.read1(_READ):
            yield data
    except OSError as error:
        raise UsageError(f"cannot read the expressions: {sentence(error.strerror or str(error))}") from None


def _decoder(data: bytes) -> Any:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")(errors="replace")
    return io.IncrementalNewlineDecoder(decoder, translate=True)
