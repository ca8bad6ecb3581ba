"""How far a batch has come, on a terminal, and how it ended."""

from __future__ import annotations

import sys
import time

from ..shell.progress import Progress
from .computing import Done

_NEXT = 0.1
_ERASE = "\r\x1b[K"


class Tally(Progress):
    """Counts records, and shows the count while it grows."""

    def __init__(self) -> None:
        super().__init__()
        self.next = self.start
        self.on_screen = False
        self.records = self.failed = self.nonfinite = self.bugs = 0
        self.used: set[str] = set()

    def add(self, done: Done) -> None:
        """Counts a chunk."""
        self.records += done.records
        self.failed += done.failed
        self.nonfinite += done.nonfinite
        self.bugs += done.bugs
        self.used |= done.used
        now = time.monotonic()
        if self.is_due() and now >= self.next:
            self.next = now + _NEXT
            self.on_screen = True
            rate = self.records / self.seconds()
            sys.stderr.write(f"{_ERASE}{self.records:,} expressions, {rate:,.0f} a second")
            sys.stderr.flush()

    def erase(self) -> None:
        """Takes the count away, before other lines are written."""
        if self.on_screen:
            self.on_screen = False
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def summarise(self) -> None:
        """Says what became of the records, as `600 expressions: 599 ok, 1 failed, 1.2 s`."""
        parts = [f"{self.records - self.failed} ok", f"{self.failed} failed"]
        if self.nonfinite:
            parts.append(f"{self.nonfinite} not finite")
        noun = "expression" if self.records == 1 else "expressions"
        self.say_end(f"{self.records} {noun}", parts)
