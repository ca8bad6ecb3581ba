"""How far a batch has come, and how it ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping

from ..shell.progress import progress
from ..shell.saying import say_total


class Tally:
    """Counts records, and tells the count while it grows."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.counts: Counter[str] = Counter()
        self.used: set[str] = set()

    def add(self, counts: Mapping[str, int], used: Iterable[str], share: str = "") -> None:
        """Counts a chunk (see `Done`); `share` stands before the count."""
        self.counts.update(counts)
        self.used.update(used)
        records = self.counts["records"]
        rate = records / (time.monotonic() - self.start or 1)
        progress.tell(f"{share}{records:,} expressions, {rate:,.0f} a second")

    def summarise(self) -> None:
        """Says what became of the records, as `600 expressions: 599 ok, 1 failed, 1.2 s`."""
        records, failed, nonfinite = (self.counts[key] for key in ("records", "failed", "nonfinite"))
        parts = [f"{records - failed} ok", f"{failed} failed", *([f"{nonfinite} not finite"] if nonfinite else [])]
        say_total(f"{records} {'expression' if records == 1 else 'expressions'}", parts, time.monotonic() - self.start)
