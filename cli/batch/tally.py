"""How far a batch has come, on a terminal, and how it ended."""

from __future__ import annotations

import sys
import time
from collections import Counter

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
        self.counts: Counter[str] = Counter()
        self.used: set[str] = set()

    def add(self, done: Done) -> None:
        """Counts a chunk."""
        self.counts.update(done.counts)
        self.used |= done.used
        now = time.monotonic()
        if self.is_due() and now >= self.next:
            self.next = now + _NEXT
            self.on_screen = True
            records = self.counts["records"]
            rate = records / self.seconds()
            sys.stderr.write(f"{_ERASE}{records:,} expressions, {rate:,.0f} a second")
            sys.stderr.flush()

    def erase(self) -> None:
        """Takes the count away, before other lines are written."""
        if self.on_screen:
            self.on_screen = False
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def summarise(self) -> None:
        """Says what became of the records, as `600 expressions: 599 ok, 1 failed, 1.2 s`."""
        records, failed, nonfinite = (self.counts[key] for key in ("records", "failed", "nonfinite"))
        parts = [f"{records - failed} ok", f"{failed} failed", *([f"{nonfinite} not finite"] if nonfinite else [])]
        self.say_end(f"{records} {'expression' if records == 1 else 'expressions'}", parts)
