"""How far a long run has come, on a terminal, and how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from .saying import say
from .streams import is_terminal

_FIRST = 0.5  # seconds before anything is shown
_NEXT = 0.1  # seconds from one count to the next
_ERASE = "\r\x1b[K"


class Progress:
    """Times a run, whose count is shown where standard error is a terminal and output is not, or `waits`."""

    def __init__(self, waits: bool = False) -> None:
        self.start = self._next = time.monotonic()
        self._is_shown = is_terminal(sys.stderr) and (waits or not is_terminal(sys.stdout))
        self._on_screen = False

    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.start

    def is_due(self) -> bool:
        """Whether the count is to be shown."""
        return self._is_shown and self.seconds() > _FIRST

    def show(self, text: str) -> None:
        """Writes how far it has come over what was last written, if that is due and was not just now."""
        now = time.monotonic()
        if self.is_due() and now >= self._next:
            self._next = now + _NEXT
            self._on_screen = True
            sys.stderr.write(_ERASE + text)
            sys.stderr.flush()

    def erase(self) -> None:
        """Takes the count away, before other lines are written."""
        if self._on_screen:
            self._on_screen = False
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def say_end(self, total: str, parts: Sequence[str]) -> None:
        """Says what became of all, as `600 rows: 599 ok, 1 failed, 1.2 s`."""
        self.erase()
        say(f"{total}: {', '.join(parts)}, {self.seconds():.1f} s")
