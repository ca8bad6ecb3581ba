"""Columns of numbers that are gone through many times: in memory, and beyond some size in a file without a name."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# Bytes that are kept in memory.
_MOST = 1 << 25
# Rows of a block: what is computed of them stays in a core's cache.
_BLOCK = 1 << 15

Read = Callable[[], np.ndarray]


class Shelf:
    """Keeps arrays; `put` gives what reads one back, in any thread."""

    def __init__(self, most: int = _MOST) -> None:
        self.left = most
        self._file: Any = None
        self._reading = threading.Lock()

    def put(self, array: np.ndarray) -> Read:
        """Keeps an array of floats."""
        if array.nbytes <= self.left:
            self.left -= array.nbytes
            return lambda: array
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the shelf)
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(array).data)
        shape = array.shape

        def read() -> np.ndarray:
            found = np.empty(shape)
            with self._reading:
                self._file.seek(start)
                self._file.readinto(found.data)
            return found

        return read

    def close(self) -> None:
        """Forgets what it keeps in a file."""
        if self._file is not None:
            self._file.close()


class KeptColumns:
    """Rows of `width` numbers: `blocks` reads them in their order, some at a time, as arrays (width, n)."""

    def __init__(self, shelf: Shelf, width: int) -> None:
        self.shelf = shelf
        self.width = width
        self.rows = 0
        self._blocks: list[Read] = []
        self._waiting: list[np.ndarray] = []
        self._count = 0

    def add(self, columns: np.ndarray) -> None:
        """Adds n rows, (width, n)."""
        self.rows += columns.shape[1]
        for start in range(0, columns.shape[1], _BLOCK):
            piece = columns[:, start : start + _BLOCK]
            self._waiting.append(piece)
            self._count += piece.shape[1]
            if self._count >= _BLOCK:
                self._keep()

    def blocks(self) -> Sequence[Read]:
        """What reads the rows."""
        if self._count:
            self._keep()
        return self._blocks

    def _keep(self) -> None:
        self._blocks.append(self.shelf.put(np.concatenate(self._waiting, axis=1)))
        self._waiting, self._count = [], 0
