"""Frames of other programs: their columns as Arrow or NumPy has them, and what they become with new columns behind.

Libraries are not imported for it: whoever has a frame of one has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..rows.answers import Column, no_rows
from ..syntax.errors import UsageError
from ..syntax.wording import listed
from .arrow_arrays import array_of, arrow_width, column_of
from .arrow_import import arrow

# Rows that are computed at a time: their columns are read from a core's cache.
ROWS = 1 << 16


class NewColumn(NamedTuple):
    """Values (n,), or (n, k) for lists, of which those in the rows that `blank` marks mean nothing."""

    values: np.ndarray
    blank: np.ndarray | None

    def arrow(self) -> Any:
        """The same as an Arrow array, with nulls."""
        return array_of(self.values, self.blank)

    def numpy(self) -> np.ndarray:
        """The same with nan in place of nothing, for which whole numbers and truth values become floats."""
        if self.blank is None:
            return self.values
        values = self.values.astype(float)
        values[self.blank] = np.nan
        return values


class Part(NamedTuple):
    """Some rows of a frame, from the number `start` on, with some of its columns."""

    start: int
    rows: int
    columns: Mapping[str, Column]


class Frame:
    """A table in memory: its columns' names, how many rows it has, and as which kind it comes back."""

    title = "the table"

    def __init__(self, table: Any) -> None:
        self.table = table
        self.names: list[str] = list(table.columns)
        self.rows = len(table)

    def widths(self, names: Sequence[str]) -> dict[str, int | None]:
        """The lengths of the lists in some columns, None for numbers. UsageError: one has neither."""
        columns = self.arrow(names)
        return {name: arrow_width(name, columns.column(name)) for name in names}

    def parts(self, widths: Mapping[str, int | None]) -> Iterator[Part]:
        """Columns with lists of such lengths as numbers, some rows at a time."""
        columns = self.arrow(list(widths))
        start = 0
        for batch in columns.to_batches(max_chunksize=ROWS) if widths and self.rows else ():
            yield Part(start, batch.num_rows, numbers_of(batch, widths))
            start += batch.num_rows
        if not start:
            yield Part(0, self.rows, {name: column_of(columns.column(name), name, widths[name]) for name in widths})

    def arrow(self, names: Sequence[str]) -> Any:
        """Some columns as an Arrow table."""
        raise NotImplementedError

    def result(
        self, new: Mapping[str, NewColumn], removed: Sequence[str], only_new: bool, keep: np.ndarray | None
    ) -> Any:
        """The frame without the columns `removed`, or without any, and with the new ones; of its rows those in `keep`,
        None for all. The new columns have these rows alone.
        """
        raise NotImplementedError


class ArrowTable(Frame):
    """A table, or a record batch, of pyarrow."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.names = list(table.schema.names)
        self.rows = table.num_rows

    def arrow(self, names: Sequence[str]) -> Any:
        table = self.table if hasattr(self.table, "to_batches") else arrow("tables").Table.from_batches([self.table])
        return table.select(list(names))

    def result(
        self, new: Mapping[str, NewColumn], removed: Sequence[str], only_new: bool, keep: np.ndarray | None
    ) -> Any:
        pa = arrow("tables")
        arrays = {name: column.arrow() for name, column in new.items()}
        if only_new:
            return type(self.table).from_arrays(list(arrays.values()), names=list(arrays))
        table = self.table if keep is None else self.table.filter(pa.array(keep))
        table = table.drop_columns([name for name in removed if name in self.names])
        fields = [*table.schema, *(pa.field(name, array.type) for name, array in arrays.items())]
        schema = pa.schema(fields, table.schema.metadata)
        return type(self.table).from_arrays([*table.columns, *arrays.values()], schema=schema)


class PandasFrame(Frame):
    """A frame of pandas, whose index stays; nan in it is a number that is missing."""

    def __init__(self, table: Any) -> None:
        super().__init__(table)
        self.names = [name for name in self.names if isinstance(name, str)]

    def arrow(self, names: Sequence[str]) -> Any:
        # One by one: of several columns at once pandas makes copies.
        pa = arrow("frames of pandas")
        return pa.table({name: pa.array(self.table[name], from_pandas=True) for name in names})

    def result(
        self, new: Mapping[str, NewColumn], removed: Sequence[str], only_new: bool, keep: np.ndarray | None
    ) -> Any:
        frame = self.table if keep is None else self.table[keep]
        dropped = list(frame.columns) if only_new else [name for name in removed if name in self.names]
        # The old columns are shared, not copied.
        frame = frame.drop(columns=dropped) if dropped else frame.copy(deep=False)
        for name, column in new.items():
            is_plain = column.values.ndim == 1 and (column.blank is None or column.values.dtype.kind == "f")
            values = column.numpy() if is_plain else column.arrow().to_pandas().array
            # An array would be copied.
            frame[name] = sys.modules["pandas"].Series(values, frame.index, copy=False)
        return frame


class PolarsFrame(Frame):
    """A frame of Polars."""

    def arrow(self, names: Sequence[str]) -> Any:
        return self.table.select(names).to_arrow()

    def result(
        self, new: Mapping[str, NewColumn], removed: Sequence[str], only_new: bool, keep: np.ndarray | None
    ) -> Any:
        polars = sys.modules["polars"]
        added = polars.from_arrow(arrow("tables").table({name: column.arrow() for name, column in new.items()}))
        if only_new:
            return added
        frame = self.table if keep is None else self.table.filter(polars.Series(keep))
        return frame.drop([name for name in removed if name in self.names]).hstack(added)


class Arrays(Frame):
    """Arrays of one length by name; those of two dimensions are lists. They come back as such, too."""

    title = "the dictionary"

    def __init__(self, table: Any) -> None:
        self.table: dict[str, Any] = {}
        for name, values in table.items():
            array = np.asarray(values)
            if array.dtype.kind not in "biuf" or array.ndim not in (1, 2):
                raise UsageError(f"`{name}` is not an array of numbers with one dimension, or two for lists")
            self.table[name] = array
        lengths = {len(array) for array in self.table.values()}
        if len(lengths) != 1:
            raise UsageError(f"the arrays {listed(self.table)} have not one length" if lengths else "there is no array")
        self.names = list(self.table)
        (self.rows,) = lengths

    def widths(self, names: Sequence[str]) -> dict[str, int | None]:
        return {name: self.table[name].shape[1] if self.table[name].ndim > 1 else None for name in names}

    def parts(self, widths: Mapping[str, int | None]) -> Iterator[Part]:
        for start in range(0, self.rows or 1, ROWS):
            rows = min(ROWS, self.rows - start)
            parts = {name: np.asarray(self.table[name][start : start + rows], float) for name in widths}
            yield Part(start, rows, {name: Column(part, no_rows(rows), {}) for name, part in parts.items()})

    def result(
        self, new: Mapping[str, NewColumn], removed: Sequence[str], only_new: bool, keep: np.ndarray | None
    ) -> Any:
        old = {name: array if keep is None else array[keep] for name, array in self.table.items()}
        kept = {} if only_new else {name: array for name, array in old.items() if name not in removed}
        return {**kept, **{name: column.numpy() for name, column in new.items()}}


def frame_of(table: Any) -> Frame | None:
    """A table in memory as a frame, None for something else."""
    if isinstance(table, Mapping):
        return Arrays(table)
    if is_a(table, "pyarrow", "Table") or is_a(table, "pyarrow", "RecordBatch"):
        return ArrowTable(table)
    if is_a(table, "polars", "DataFrame"):
        return PolarsFrame(table)
    return PandasFrame(table) if is_a(table, "pandas", "DataFrame") else None


def is_a(table: Any, library: str, kind: str) -> bool:
    """Whether something is of a class of a library, which was imported then."""
    module = sys.modules.get(library)
    return module is not None and isinstance(table, getattr(module, kind, ()))


def numbers_of(batch: Any, widths: Mapping[str, int | None]) -> dict[str, Column]:
    """The columns of a record batch, with lists of these lengths, as numbers."""
    places = {name: batch.schema.get_field_index(name) for name in widths}
    return {name: column_of(batch.column(places[name]), name, width) for name, width in widths.items()}
