"""How far a batch has come, on a terminal, and how it ended."""

from __future__ import annotations

import sys
import time

from ..shell.streams import is_terminal, say
from .computing import Done

_FIRST = 0.5  # seconds before anything is shown
_NEXT = 0.1
_ERASE = "\r\x1b[K"


class Progress:
    """Counts records, and shows the count while it grows, where standard error is a terminal and output is not."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.next = self.start + _FIRST
        self.on_screen = False
        self.is_shown = is_terminal(sys.stderr) and not is_terminal(sys.stdout)
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
        if self.is_shown and now >= self.next:
            self.next = now + _NEXT
            self.on_screen = True
            rate = self.records / (now - self.start)
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
        self.erase()
        parts = [f"{self.records - self.failed} ok", f"{self.failed} failed"]
        if self.nonfinite:
            parts.append(f"{self.nonfinite} not finite")
        noun = "expression" if self.records == 1 else "expressions"
        say(f"{self.records} {noun}: {', '.join(parts)}, {time.monotonic() - self.start:.1f} s")
