"""Where results go: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...parser.frames.arrow_import import arrow
from ..shell.files import replacing
from ..shell.progress import progress
from ..shell.streams import is_terminal

# What a pipe takes at once, by POSIX at least 512 bytes.
_ATOMIC = 4096 if sys.platform == "linux" else 512


@contextlib.contextmanager
def writing(path: str | None) -> Iterator[Any]:
    """A file to write bytes to, compressed as the ending of `path` says; None stands for standard output."""
    if path is None:
        sys.stdout.flush()
        if is_terminal(sys.stdout):
            progress.end()
        yield _Passing(sys.stdout)
        return
    with replacing(path) as file, _compressing(file, path) as compressed:
        yield compressed


class _Passing:
    """A stream that takes bytes, and passes them on at once: a reader may wait for each record."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.binary: Any = getattr(stream, "buffer", None)
        self.is_pipe = False
        # An OSError where the stream is no file, as in tests.
        with contextlib.suppress(OSError):
            self.is_pipe = self.binary is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)

    def write(self, data: Any) -> int:
        if self.binary is None:
            self.stream.write(bytes(data).decode("utf-8", "surrogateescape"))
        else:
            for piece in _pieces(memoryview(data)) if self.is_pipe else [data]:
                self.binary.write(piece)
                self.binary.flush()
        return len(data)

    def flush(self) -> None:
        self.stream.flush()


def _pieces(data: memoryview) -> Iterator[memoryview]:
    """The data in pieces that a pipe takes whole or not at all, and that end with a line where one does.

    So an interrupt leaves no part of a record behind, unless it is longer than a piece.
    """
    place = 0
    while place < len(data):
        piece = data[place : place + _ATOMIC]
        if place + len(piece) < len(data):
            piece = piece[: bytes(piece).rfind(b"\n") + 1] or piece
        yield piece
        place += len(piece)


@contextlib.contextmanager
def _compressing(file: BinaryIO, path: str) -> Iterator[Any]:
    """The file, compressing what is written to it as the ending of `path` says."""
    if path.endswith(".gz"):
        import gzip

        # No name and no time in it: the same input gives the same bytes.
        compressor: Any = gzip.GzipFile("", "wb", 6, file, mtime=0)
    elif path.endswith(".bz2"):
        import bz2

        compressor = bz2.BZ2File(file, "wb")
    elif path.endswith(".xz"):
        import lzma

        compressor = lzma.LZMAFile(file, "wb")  # noqa: SIM115
    elif path.endswith((".zst", ".zstd")):
        compressor = arrow("writing .zst").CompressedOutputStream(file, "zstd")
    else:
        yield file
        return
    with compressor:
        yield compressor
