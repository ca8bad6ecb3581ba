"""The columns that a fit adds to its table: the model, what it leaves, and bands around it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from ...parser.frames.column_names import removed_columns
from ...parser.rows.answers import Answer
from ...parser.rows.fitting import Fit
from ..map.choices import NewColumns
from ..map.chunk import Chunk
from ..map.layout import Layout
from ..map.mapping import Job, write_mapped
from ..map.table_formats import Table, format_to_write
from ..tables.dialect import TextForm
from ..tables.opening import Place, open_bytes
from .observations import Rows

COLUMNS = ("fitted", "residual", "low", "high", "predicted_low", "predicted_high")


class FittedColumns:
    """Computes the columns for the rows of a chunk, as `map` computes an expression."""

    def __init__(self, fit: Fit, rows: Rows) -> None:
        self.fit = fit
        self.rows = rows

    def numeric(self, table: Table) -> list[str]:
        """The columns of a table that are to be read as numbers."""
        return self.rows.numeric(table)

    def answer(self, table: Table, chunk: Chunk) -> Answer:
        """The columns for rows of a table, empty where a row cannot be computed, which was said when it was read."""
        values, whole = self.rows.read(table, chunk, {})
        labels = self.rows.labels(table, chunk)
        results = {name: np.full(chunk.rows, np.nan) for name in COLUMNS}
        for group in [""] if labels is None else list(dict.fromkeys(labels)):
            own = whole if labels is None else whole & np.array([label == group for label in labels], bool)
            if group is None or group not in self.fit.parameters.groups:
                whole &= ~own
            elif own.any():
                found = self.fit.columns({name: column[own] for name, column in values.items()}, group)
                for name in COLUMNS:
                    results[name][own] = found[name]
        return Answer(results, ~whole, {}, {}, frozenset())


def write_fitted(path: str, form: TextForm, tables: Iterator[Table], fit: Fit, rows: Rows, added: NewColumns) -> None:
    """Writes the tables with the columns, to a file that appears when it is whole. Errors: those of `write_mapped`."""
    first = next(tables)
    format_name = format_to_write(None, path, first)
    results = {added.prefix + name: name for name in COLUMNS}
    removed = removed_columns(results, [*first.source.names, *first.keys], added.overwrite, first.source.title)
    layout = Layout(tuple(results), removed, False, {name: key.kind for name, key in first.keys.items()})
    job = Job(FittedColumns(fit, rows), results, layout, "mark")
    write_mapped(path, format_name, chain([first], tables), job, 1, form)


@contextlib.contextmanager
def kept_for_later(words: Sequence[str], needed: bool) -> Iterator[list[str | Place]]:
    """The tables; if `needed`, with what stands on standard input in a file that can be read again."""
    if not needed or "-" not in words:
        yield list(words)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table")
        with open(path, "wb") as file, open_bytes(Place(None)) as stream:
            shutil.copyfileobj(stream, file, 1 << 20)
        yield [Place(path, {}, Place(None).title) if word == "-" else word for word in words]
