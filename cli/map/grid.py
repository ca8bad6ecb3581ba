"""The points of a grid, in place of a table: each variable goes through a range, the last of them fastest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...parser.frames.arrow_import import arrow
from ...parser.rows.answers import Answer, Column, no_rows
from ...parser.syntax.errors import UsageError
from ..tables.opening import Place
from .computation import Computation
from .table_formats import Table

if TYPE_CHECKING:
    from ...parser.analysis.ranges import Range

_ROWS = 1 << 16
_MOST = 2**62


class Grid:
    """All points of some ranges, by variable, which are computed as they are needed. UsageError: far too many."""

    def __init__(self, ranges: Mapping[str, Range]) -> None:
        self.ranges = ranges
        self.names = list(ranges)
        self.title = "the grid"
        self.widths: Mapping[str, int | None] = {}
        self.row_bytes = 1.0
        self.points = math.prod(axis.count for axis in ranges.values())
        if self.points > _MOST:
            raise UsageError(
                f"the ranges have {self.points:,} points together", "give fewer values to each: `0:1:n=11`"
            )
        # How many points there are from one value of each variable to its next.
        counts = [axis.count for axis in ranges.values()]
        self.strides = [math.prod(counts[i + 1 :]) for i in range(len(counts))]

    @property
    def schema(self) -> Any:
        """No columns: the points are written with the results."""
        return arrow("writing this format").schema([])

    def expect(self, numeric: Sequence[str], added: Sequence[str], texts: Sequence[str] = ()) -> None:
        """Nothing depends on it."""

    def chunks(self) -> Iterator[GridChunk]:
        """The points in order, some at a time."""
        for start in range(0, self.points, _ROWS):
            yield GridChunk(self, start, min(_ROWS, self.points - start))


class GridChunk:
    """Some points of a grid, from number `start` on."""

    rows_before = 0

    def __init__(self, source: Grid, start: int, rows: int) -> None:
        self.source = source
        self.start = start
        self.rows = rows

    def read(self) -> dict[str, Column]:
        """The numbers of each variable."""
        return {name: Column(values, no_rows(self.rows), {}) for name, values in self._values(0, self.rows).items()}

    def place(self, row: int) -> str:
        """The point, in words."""
        return ", ".join(f"{name} = {values.item()!r}" for name, values in self._values(row, row + 1).items())

    def batch(self, without: Sequence[str]) -> Any:
        """No columns, as its source has none to be written."""
        return arrow("writing this format").record_batch([], names=[])

    def _values(self, first: int, last: int) -> dict[str, np.ndarray]:
        points = np.arange(self.start + first, self.start + last)
        grid = zip(self.source.ranges.items(), self.source.strides, strict=True)
        return {name: axis.at(points // stride % axis.count) for (name, axis), stride in grid}


class GridComputation(Computation):
    """A computation whose results are the points, too."""

    def answer(self, table: Table, chunk: Any) -> Answer:
        """The results, behind the variables."""
        found = super().answer(table, chunk)
        points = {name: found.variables[name] for name in table.source.names}
        return found._replace(results={**points, **found.results})


def grid_table(ranges: Mapping[str, Range]) -> Table:
    """A grid as a table. UsageError: it has far too many points."""
    grid = Grid(ranges)
    return Table(Place(None), "csv", grid, {}, True, grid.points, True)
