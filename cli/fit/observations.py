"""Reads the rows of tables that a model is fitted to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ...parser.frames.arrow_import import arrow
from ...parser.rows.fitting import Asked
from ...parser.rows.residuals import Model, Residuals
from ...parser.semantics.limits import Limits
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import counted
from ..map.chunk import Chunk
from ..map.computation import folder_numbers, read_columns
from ..map.mapping import check_same
from ..map.table_formats import Table
from ..shell.progress import progress
from ..shell.saying import say

_MOST_SAID = 3


class Rows:
    """Which columns of tables are which variables, and which column has the groups, if any."""

    def __init__(self, columns: Mapping[str, str], by: str | None) -> None:
        self.columns = columns
        self.by = by

    def expect(self, table: Table) -> None:
        """Tells a table what is read of it."""
        table.source.expect(self.numeric(table), ())

    def numeric(self, table: Table) -> list[str]:
        """The columns of a table that are to be read as numbers."""
        return read_columns(self.columns, table)

    def read(self, table: Table, chunk: Chunk, faults: dict[int, str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The variables' columns of a chunk, and which of its rows are whole: a bool array. Adds to the faults."""
        read = chunk.read()
        whole = np.ones(chunk.rows, bool)
        numbers = folder_numbers(self.columns, table)
        values = {variable: np.full(chunk.rows, number) for variable, number in numbers.items()}
        whole &= not any(map(np.isnan, numbers.values()))
        for variable, name in self.columns.items():
            if variable in numbers:
                continue
            column = read[name]
            values[variable] = column.values
            whole &= ~column.empty
            for row, fault in column.faults.items():
                faults.setdefault(row, fault)
        whole[list(faults)] = False
        return values, whole

    def labels(self, table: Table, chunk: Chunk) -> Sequence[str | None] | None:
        """The group of each row of a chunk, None where its cell is empty; None without groups."""
        if self.by is None:
            return None
        if self.by in table.keys:
            return [table.keys[self.by].text] * chunk.rows
        others = [name for name in chunk.source.names if name != self.by]
        arrow("--by")
        texts: Any = getattr(chunk, "texts", chunk.batch)(others).column(0)
        return [None if text is None else str(text) for text in texts.to_pylist()]


class FitJob(NamedTuple):
    """A model, the columns that its variables are, and what is asked of the fit."""

    model: Model
    rows: Rows
    asked: Asked
    limits: Limits


def observed(tables: Iterable[Table], job: FitJob, errors: str, threads: int) -> Residuals:
    """All rows of the tables that a model can be fitted to. Says how many were left out, and why.

    UsageError: a row cannot be used, and is not to be skipped; there is none that can.
    """
    following = iter(tables)
    first = next(following)
    rows = job.rows
    residuals = Residuals(job.model, job.limits, first.expected_rows(), threads)
    empty, failed, count = 0, 0, 0
    for table in chain([first], following):
        if table is not first:
            check_same(table, first)
        rows.expect(table)
        for chunk in table.source.chunks():
            faults: dict[int, str] = {}
            values, whole = rows.read(table, chunk, faults)
            labels = rows.labels(table, chunk)
            if labels is not None:
                whole &= np.array([label is not None for label in labels], bool)
            kept = np.flatnonzero(whole)
            empty += chunk.rows - len(kept) - len(faults)
            groups = None if labels is None else [labels[row] for row in kept.tolist()]
            more = residuals.add({name: column[kept] for name, column in values.items()}, groups) if len(kept) else {}
            faults.update((int(kept[row]), fault) for row, fault in more.items())
            for row, fault in sorted(faults.items()):
                place = f"{chunk.place(row)} of {table.place.title}"
                if errors == "stop":
                    raise UsageError(f"{place} cannot be used: {fault}", "`--errors skip` leaves such rows out")
                failed += 1
                if failed <= _MOST_SAID:
                    say(f"warning[row]: {place} is left out: {fault}")
            count += chunk.rows
            progress.tell(f"{count:,} rows read")
    if failed > _MOST_SAID:
        say(f"warning[row]: {counted(failed - _MOST_SAID, 'more row')} left out")
    if empty:
        say(f"note: {counted(empty, 'row')} with an empty cell {'is' if empty == 1 else 'are'} left out")
    if not residuals.spread.rows:
        raise UsageError(f"{first.place.title} has no row that the model can be fitted to")
    return residuals
