"""Text in any encoding, with the line ends of any system, as UTF-8 with newlines; what is not has its place named."""

from __future__ import annotations

import codecs
import re
from typing import Any

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .opening import Headed

BYTE_ORDER_MARK = codecs.BOM_UTF8
# The longer first: the mark of UTF-16 begins that of UTF-32.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ENCODING_HELP = "say which encoding it is in, such as `--encoding latin-1` or `--encoding cp1252`"
# What is before the first line end; with quotes, a cell may have some within.
_PLAIN_LINE = re.compile(rb"[^\r\n]*")
_QUOTED_LINE = re.compile(rb'(?:"(?:[^"]|"")*"|[^"\r\n])*')
_MOST_SHOWN = 20


def as_utf8(stream: Headed, encoding: str | None) -> Headed:
    """The text of a stream in UTF-8, read as `encoding`; None: as its byte order mark says, else the bytes as they are.

    UsageError, also of reading: it is not in this encoding.
    """
    encoding = encoding or next((name for mark, name in _MARKS.items() if stream.head.startswith(mark)), None)
    return stream if encoding is None else Headed(_Decoded(stream, encoding), stream.title, [stream], stream.number)


def with_newlines(stream: Headed, has_quotes: bool) -> Headed:
    """The text of a stream, with newlines where its first line ends with a carriage return alone, as of old.

    `has_quotes`: what stands in double quotes is no line end.
    """
    first = (_QUOTED_LINE if has_quotes else _PLAIN_LINE).match(stream.head)
    end = stream.head[first.end() if first else 0 :][:2]
    is_old = end.startswith(b"\r") and end != b"\r\n" and (len(end) > 1 or stream.is_drained)
    return Headed(_WithNewlines(stream), stream.title, [stream], stream.number) if is_old else stream


def check_utf8(data: bytes, title: str, line: int) -> None:
    """UsageError: bytes of a table, the first of them in `line`, are no UTF-8."""
    found = not_utf8(data, line)
    if found is not None:
        raise UsageError(f"{title} is not in UTF-8: {found}", ENCODING_HELP)


def decoded(data: bytes) -> str:
    """Text whose bytes, UTF-8 or not, can be had again from it."""
    return data.decode("utf-8", "surrogateescape")


def not_utf8(data: bytes, line: int) -> str | None:
    """Which byte is none of UTF-8, in words; None if there is none. The first byte is in `line`."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode(errors="replace").strip()
        behind = f" behind {quoted(before[-_MOST_SHOWN:])}" if before else ""
        count = data.count(b"\n", 0, error.start)
        return f"line {line + count:,} has the byte 0x{data[error.start]:02x}{behind}"
    return None


class _Changed:
    """What a stream holds, changed."""

    def __init__(self, stream: Headed) -> None:
        self.stream = stream

    def read(self, size: int, /) -> bytes:
        """Some bytes, none at the end."""
        while True:
            piece = self.stream.read1(size)
            changed = self.changed(piece)
            if changed or not piece:
                return changed

    def changed(self, piece: bytes) -> bytes:
        """The next piece, changed; an empty one is the last."""
        raise NotImplementedError


class _Decoded(_Changed):
    def __init__(self, stream: Headed, encoding: str) -> None:
        super().__init__(stream)
        self.encoding = encoding
        self.decoder: Any = codecs.getincrementaldecoder(encoding)()
        self.line = 1

    def changed(self, piece: bytes) -> bytes:
        try:
            text = self.decoder.decode(piece, not piece)
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start]).decode(self.encoding, "replace")
            line = self.line + before.count("\n")
            byte = f"line {line:,} has the byte 0x{error.object[error.start]:02x}"
            raise UsageError(
                f"{self.stream.title} is not in {self.encoding}: {byte}",
                "choose another `--encoding`, or leave the option out for UTF-8",
            ) from None
        self.line += text.count("\n")
        # Half a character, which some encodings can spell, is no text.
        return text.encode("utf-8", "replace")


class _WithNewlines(_Changed):
    held = b""

    def changed(self, piece: bytes) -> bytes:
        data = self.held + piece
        # Whether a newline follows is seen in the next piece.
        self.held = b"\r" if piece and data.endswith(b"\r") else b""
        return data.removesuffix(self.held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
