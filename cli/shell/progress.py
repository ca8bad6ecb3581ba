"""How far a long run has come, on a terminal, and how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from .streams import is_terminal, say

_FIRST = 0.5  # seconds before anything is shown


class Progress:
    """Times a run, whose count is shown where standard error is a terminal and output is not."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self._is_shown = is_terminal(sys.stderr) and not is_terminal(sys.stdout)

    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.start

    def is_due(self) -> bool:
        """Whether the count is to be shown."""
        return self._is_shown and self.seconds() > _FIRST

    def erase(self) -> None:
        """Takes the count away, before other lines are written."""
        raise NotImplementedError

    def say_end(self, total: str, parts: Sequence[str]) -> None:
        """Says what became of all, as `600 rows: 599 ok, 1 failed, 1.2 s`."""
        self.erase()
        say(f"{total}: {', '.join(parts)}, {self.seconds():.1f} s")
