"""A range of a file as a stream of its own, and the digest of what is in it."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from ..tables.record_ends import BLOCK


class FileRange:
    """The bytes of an open file from `start` to `stop`."""

    def __init__(self, file: Any, start: int = 0, stop: int = sys.maxsize) -> None:
        # A web server's is read from the start, once.
        if file.seekable():
            file.seek(start)
        self.file = file
        self.left = stop - start

    @property
    def ended(self) -> bool:
        """Whether all has been read."""
        return not self.left

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        piece = self.file.read(min(size, self.left))
        self.left = self.left - len(piece) if piece else 0
        return piece


def digest_of_range(file: Any, start: int = 0, stop: int = sys.maxsize) -> str:
    """The digest of the bytes of a file from `start` to `stop`."""
    digest = hashlib.sha256()
    part = FileRange(file, start, stop)
    while piece := part.read(BLOCK):
        digest.update(piece)
    return digest.hexdigest()
