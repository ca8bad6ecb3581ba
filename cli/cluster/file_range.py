"""A range of a file as a stream of its own."""

from __future__ import annotations

from typing import Any


class FileRange:
    """The bytes of an open file from `start` to `stop`."""

    def __init__(self, file: Any, start: int, stop: int) -> None:
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
