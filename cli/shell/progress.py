"""How far a call has come: on the last line of a terminal, from a second on, until something else is written there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_FIRST = 1.0  # seconds before anything is shown
_NEXT = 0.1  # seconds from one text to the next
ERASE = "\r\x1b[K"


class Progress:
    """The line of the call that runs. A thread writes it, so that what computes need not know, but may `tell`."""

    def __init__(self) -> None:
        self._lock: Any = None
        self._is_there = self._may_be_there = False
        self._text = ""

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Shows how long the command of this name takes, if standard error is a terminal that can take a line back."""
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            yield
            return
        # Here, as no pipe needs it.
        import threading

        ended = threading.Event()
        self._lock = threading.Lock()
        self._may_be_there, self._text = True, name
        threading.Thread(target=self._write, args=(ended, time.monotonic()), daemon=True).start()
        try:
            yield
        finally:
            ended.set()
            self.end()

    def _write(self, ended: Any, start: float) -> None:
        stopped = ended.wait(_FIRST)
        if stopped:
            return
        # Here, as it brings modules for archives with it, which no short call needs.
        import shutil

        while not stopped:
            with self._lock:
                if self._may_be_there:
                    width = shutil.get_terminal_size().columns - 1
                    sys.stderr.write(ERASE + f"{self._text}, {time.monotonic() - start:.0f} s"[:width])
                    sys.stderr.flush()
                    self._is_there = True
            stopped = ended.wait(_NEXT)

    def tell(self, text: str) -> None:
        """Says in place of the command's name how far it has come."""
        self._text = text

    def make_way(self, text: str = "\n") -> None:
        """Takes the line away before a text is written; where that does not end its line, for good."""
        if self._lock is not None:
            with self._lock:
                if self._is_there:
                    sys.stderr.write(ERASE)
                    sys.stderr.flush()
                self._is_there = False
                self._may_be_there &= text.endswith("\n")

    def end(self) -> None:
        """Takes the line away for good: somebody else writes or reads there."""
        self.make_way("")


progress = Progress()
