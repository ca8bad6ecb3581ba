"""How far a table has come, on a terminal, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...parser.syntax.wording import counted
from ..shell.progress import Progress
from ..shell.saying import complain

# As many rows that failed are explained.
MOST_FAILURES = 5


def _called(place: str, title: str | None) -> str:
    return f"{title}, {place}" if title else place


class RowCounts(Progress):
    """Counts rows, says why the first of them fail, and shows the count while it grows."""

    def __init__(self, waits: bool = False) -> None:
        super().__init__(waits)
        self.rows = self.empty = self.failed = self.nonfinite = 0
        # What to call the first row with a result that is not finite, and the variables there.
        self.first_nonfinite: tuple[str, dict[str, Any]] | None = None
        # What stands before the count, such as how many parts are done.
        self.share = ""
        self._bar: Any = None

    def fail(self, count: int, faults: Sequence[tuple[str, str]], title: str | None) -> None:
        """Counts rows of a table that failed, and says where the first are and why, unless many have."""
        for place, reason in faults[: max(0, MOST_FAILURES - self.failed)]:
            self.erase()
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
        if self.is_due():
            self._show()

    def summarise(self) -> None:
        """Says what became of the rows, as `600 rows: 598 ok, 1 empty, 1 failed, 1.2 s`."""
        self.erase()
        if self.failed > MOST_FAILURES:
            complain(f"error[row]: ... and {counted(self.failed - MOST_FAILURES, 'row')} more")
        parts = [f"{self.rows - self.empty - self.failed:,} ok"]
        counts = (self.empty, "empty"), (self.failed, "failed"), (self.nonfinite, "not finite")
        parts += [f"{number:,} {word}" for number, word in counts if number]
        self.say_end(counted(self.rows, "row"), parts)

    def erase(self) -> None:
        """Takes the count away, before other lines are written."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        if self._bar is None:
            columns = [SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()]
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("")
        rate = self.rows / self.seconds()
        self._bar.update(self._bar.task_ids[0], description=f"{self.share}{self.rows:,} rows, {rate:,.0f} rows/s")
