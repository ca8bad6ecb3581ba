"""Parquet files, Arrow IPC files and Arrow IPC streams: record batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...parser.frames.arrow_arrays import check_type, column_of, width_of
from ...parser.frames.arrow_import import arrow
from ...parser.rows.answers import Column
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import sentence

_ROWS = 1 << 16
_ELEMENTS = 1 << 22
_BYTES = {"INT32": 4, "INT64": 8, "FLOAT": 4, "DOUBLE": 8}


class ArrowTable:
    """A table in record batches, with the types of its columns and what else its schema says.

    `widths` are the lengths of the lists in columns of lists, those of the first row that has one.
    """

    def __init__(self, schema: Any, batches: Iterable[Any], title: str, file: Any = None) -> None:
        """`file` is a Parquet file."""
        self.schema = schema
        self.title = title
        self.file = file
        self.parquet = None if file is None else ParquetTraits(file.metadata)
        self._before = 0
        self.names: list[str] = list(schema.names)
        self.numeric: Sequence[str] = ()
        self._batches = _whole(batches, title)
        self._first = next(self._batches, None)
        self.widths = {
            name: width_of(schema.field(i).type, None if self._first is None else self._first.column(i))
            for i, name in enumerate(self.names)
        }

    @property
    def row_bytes(self) -> float:
        """About how many bytes of its file a row takes, by the first of them."""
        if self.parquet is not None:
            return self.parquet.row_bytes
        return self._first.nbytes / (self._first.num_rows or 1) if self._first is not None else 1

    def expect(self, numeric: Sequence[str], added: Sequence[str], texts: Sequence[str] = ()) -> None:
        """Says which columns are read as numbers. UsageError: one has another type."""
        for name in numeric:
            check_type(name, self.schema.field(name).type)
        self.numeric = numeric

    def narrow(self, groups: Iterable[int], before: int) -> None:
        """Has the rows of some groups of its Parquet file alone, behind so many."""
        self._batches = _whole(_decoded(self.file, list(groups)), self.title)
        self._first = next(self._batches, None)
        self._before = before

    def chunks(self) -> Iterator[ArrowChunk]:
        """The rows in order, some at a time."""
        widest = max([1, *(width or 1 for width in self.widths.values())])
        rows = max(1, min(_ROWS, _ELEMENTS // widest))
        batch, before = self._first, self._before
        while batch is not None:
            for start in range(0, batch.num_rows, rows):
                yield ArrowChunk(self, batch.slice(start, rows), before + start)
            before += batch.num_rows
            batch = next(self._batches, None)


class ArrowChunk:
    """Some rows of a record batch, behind as many as there are `before` them in the table."""

    rows_before = 0

    def __init__(self, source: ArrowTable, rows: Any, before: int) -> None:
        self.source = source
        self.record_batch = rows
        self.before = before

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.record_batch.num_rows

    def place(self, row: int) -> str:
        """Which row of the table it is, in words."""
        return f"row {self.before + row + 1:,}"

    def read(self) -> dict[str, Column]:
        """The columns that the source expects to be numeric, as numbers."""
        source = self.source
        return {
            name: column_of(self.record_batch.column(source.names.index(name)), name, source.widths[name])
            for name in source.numeric
        }

    def batch(self, without: Sequence[str]) -> Any:
        """All columns but some."""
        return self.record_batch.drop_columns(list(without)) if without else self.record_batch


class ParquetTraits:
    """How a Parquet file is written, so that another can be written like it."""

    def __init__(self, metadata: Any) -> None:
        self.compression = "snappy"
        self.dictionaries: list[str] = []
        self.row_bytes = 1.0
        if metadata.num_row_groups and metadata.num_columns:
            group = metadata.row_group(0)
            columns = [group.column(i) for i in range(group.num_columns)]
            self.compression = columns[0].compression.lower().replace("uncompressed", "none")
            self.row_bytes = sum(column.total_compressed_size for column in columns) / (group.num_rows or 1)
            self.dictionaries = [column.path_in_schema for column in columns if _repeats(column)]


def _repeats(column: Any) -> bool:
    """Whether a dictionary makes a column chunk shorter: writers try one everywhere, and give up where it does not."""
    if not any("DICTIONARY" in encoding for encoding in column.encodings):
        return False
    width = _BYTES.get(column.physical_type)
    return width is None or column.total_uncompressed_size < width * column.num_values


def open_parquet(file: Any, title: str) -> ArrowTable:
    """The table in a Parquet file. UsageError: it is none."""
    opened = parquet_file(file, title)
    return ArrowTable(opened.schema_arrow, _decoded(opened), title, opened)


def _decoded(file: Any, groups: list[int] | None = None) -> Iterator[Any]:
    """The record batches of some groups of a Parquet file, by default of all."""
    # In the thread that draws them: waking Arrow's own for each batch costs a twelfth of the whole call.
    return file.iter_batches(batch_size=_ROWS, row_groups=groups, use_threads=False)


def parquet_file(file: Any, title: str) -> Any:
    """A Parquet file. UsageError: it is none."""
    pa, parquet = arrow("reading Parquet"), arrow("reading Parquet", "parquet")
    try:
        return parquet.ParquetFile(file, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{title} is not a Parquet file: {sentence(str(error))}") from None


def open_arrow(file: Any, title: str, is_stream: bool) -> ArrowTable:
    """An Arrow IPC file or stream. UsageError: it is none."""
    pa, ipc = arrow("reading Arrow files"), arrow("reading Arrow files", "ipc")
    if isinstance(file, str):
        file = pa.OSFile(file)
    try:
        if is_stream:
            stream = ipc.open_stream(file)
            return ArrowTable(stream.schema, stream, title)
        opened = ipc.open_file(file)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{title} is not an Arrow file: {sentence(str(error))}") from None
    batches = (opened.get_batch(i) for i in range(opened.num_record_batches))
    return ArrowTable(opened.schema, batches, title)


def _whole(batches: Iterable[Any], title: str) -> Iterator[Any]:
    """The record batches, each looked through before its values are used. UsageError: the file is damaged."""
    # Before the loop: one that is left unfinished may end when nothing can be imported any more.
    damaged = (arrow("reading this table").ArrowException, OSError)
    try:
        for batch in batches:
            batch.validate(full=True)
            yield batch
    except damaged as error:
        raise UsageError(f"{title} is damaged: {sentence(str(error))}") from None
