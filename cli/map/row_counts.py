"""How far a table has come, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ...parser.syntax.wording import counted
from ..shell.progress import progress
from ..shell.saying import complain, say_total

# As many rows that failed are explained.
MOST_FAILURES = 5


def _called(place: str, title: str | None) -> str:
    return f"{title}, {place}" if title else place


class RowCounts:
    """Counts rows, says why the first of them fail, and tells the count while it grows."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.rows = self.empty = self.failed = self.nonfinite = 0
        # What to call the first row with a result that is not finite, and the variables there.
        self.first_nonfinite: tuple[str, dict[str, Any]] | None = None
        # What stands before the count, such as how many parts are done.
        self.share = ""

    def fail(self, count: int, faults: Sequence[tuple[str, str]], title: str | None) -> None:
        """Counts rows of a table that failed, and says where the first are and why, unless many have."""
        for place, reason in faults[: max(0, MOST_FAILURES - self.failed)]:
            complain(f"error[row]: {_called(place, title)}: {reason}")
        self.failed += count

    def add_nonfinite(self, count: int, title: str | None, place: str, variables: dict[str, Any]) -> None:
        """Counts rows with results that are not finite, of which the first is at a place of its table."""
        self.nonfinite += count
        if self.first_nonfinite is None:
            self.first_nonfinite = _called(place, title), variables

    def add(self, rows: int, empty: int) -> None:
        """Counts rows that have been written."""
        self.rows += rows
        self.empty += empty
        rate = self.rows / (time.monotonic() - self.start or 1)
        progress.tell(f"{self.share}{self.rows:,} rows, {rate:,.0f} rows/s")

    def summarise(self) -> None:
        """Says what became of the rows, as `600 rows: 598 ok, 1 empty, 1 failed, 1.2 s`."""
        if self.failed > MOST_FAILURES:
            complain(f"error[row]: ... and {counted(self.failed - MOST_FAILURES, 'row')} more")
        parts = [f"{self.rows - self.empty - self.failed:,} ok"]
        counts = (self.empty, "empty"), (self.failed, "failed"), (self.nonfinite, "not finite")
        parts += [f"{number:,} {word}" for number, word in counts if number]
        say_total(counted(self.rows, "row"), parts, time.monotonic() - self.start)
