"""How far a batch has come, on a terminal, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ..shell.progress import Progress


class Tally(Progress):
    """Counts records, and shows the count while it grows."""

    def __init__(self, waits: bool = False) -> None:
        super().__init__(waits)
        self.counts: Counter[str] = Counter()
        self.used: set[str] = set()

    def add(self, counts: Mapping[str, int], used: Iterable[str], share: str = "") -> None:
        """Counts a chunk (see `Done`); `share` stands before the count."""
        self.counts.update(counts)
        self.used.update(used)
        records = self.counts["records"]
        rate = records / (self.seconds() or 1)
        self.show(f"{share}{records:,} expressions, {rate:,.0f} a second")

    def summarise(self) -> None:
        """Says what became of the records, as `600 expressions: 599 ok, 1 failed, 1.2 s`."""
        records, failed, nonfinite = (self.counts[key] for key in ("records", "failed", "nonfinite"))
        parts = [f"{records - failed} ok", f"{failed} failed", *([f"{nonfinite} not finite"] if nonfinite else [])]
        self.say_end(f"{records} {'expression' if records == 1 else 'expressions'}", parts)
