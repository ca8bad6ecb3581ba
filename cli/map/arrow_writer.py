"""Writes Parquet files, Arrow IPC files and streams: the batches as they were read with new columns behind."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from ...parser.frames.arrow_arrays import array_of
from ...parser.frames.arrow_import import arrow
from .arrow import ArrowTable, ParquetTraits
from .chunk import Chunk, Results, Source
from .folder_keys import arrow_type
from .layout import Layout, Writer, written_rows

# Rows of a row group: enough for its pages to fill, few enough to be kept in memory.
_GROUP = 1 << 18
# Values that are encoded at a time: with the 1024 that are usual, writing takes an eighth longer.
_BATCH = 1 << 16


class ArrowWriter(Writer):
    """Writes record batches. The types of the new columns are those of the first results, so `begin` waits for them."""

    def __init__(self, file: Any, layout: Layout, kind: str) -> None:
        """`kind` is `parquet`, `arrow` or `arrows`, an IPC stream."""
        super().__init__(file, layout)
        self.kind = kind
        self.writer: Any = None
        self.sink = file
        self.waiting: list[Any] = []

    def begin(self, source: Source) -> None:
        """Prepares the old columns' types."""
        schema = source.schema
        old = [schema.field(schema.get_field_index(name)) for name in self.layout.old_names(source.names)]
        self.old = arrow("writing this format").schema(old, schema.metadata)
        self.traits = source.parquet if isinstance(source, ArrowTable) else None

    def encode(self, chunk: Chunk, results: Results) -> Any:
        """The rows of a chunk with their results, as a RecordBatch."""
        pa = arrow("writing this format")
        rows, old, results = written_rows(self.layout, chunk, results)
        new = [key.array(rows) for key in results.keys.values()]
        new += [array_of(values, results.blank) for values in results.columns.values()]
        fields = [pa.field(name, array.type) for name, array in zip(self.layout.new_names(), new, strict=True)]
        cast = [array if array.type == f.type else array.cast(f.type) for array, f in zip(old, self.old, strict=True)]
        return pa.RecordBatch.from_arrays([*cast, *new], schema=pa.schema([*self.old, *fields], self.old.metadata))

    def write(self, payload: Any) -> None:
        """Writes what `encode` made."""
        self.waiting.append(payload)
        if sum(batch.num_rows for batch in self.waiting) >= _GROUP:
            self._flush()

    def finish(self) -> None:
        """Writes the rows that wait and what the file ends with."""
        self._flush()
        if self.writer is None:
            # There was no row to tell the types of the results.
            pa = arrow("writing this format")
            fields = [pa.field(name, arrow_type(kind)) for name, kind in self.layout.keys.items()]
            fields += [pa.field(name, pa.float64()) for name in self.layout.added]
            self.writer = self._open(pa.schema([*self.old, *fields], self.old.metadata))
        self._done(self.writer.close)
        self._let_go()

    def abandon(self) -> None:
        """Keeps a Parquet file that will not be finished from finishing itself later."""
        if self.kind == "parquet" and self.writer is not None:
            self.writer.is_open = False
        self._let_go()

    def _let_go(self) -> None:
        if self.sink is not self.file:
            self.sink.close()

    def _flush(self) -> None:
        if not self.waiting:
            return
        pa = arrow("writing this format")
        if self.writer is None:
            self.writer = self._open(self.waiting[0].schema)
        table = pa.Table.from_batches(self.waiting)
        self.waiting = []
        self._done(self.writer.write_table, table, _GROUP if self.kind == "parquet" else None)

    def _done(self, write: Callable[..., Any], *arguments: Any) -> None:
        """Writes. OSError in the system's words: Arrow, of the files that it opens, puts its own around them."""
        try:
            write(*arguments)
        except OSError as error:
            if self.sink is self.file or not error.errno:
                raise
            raise OSError(error.errno, os.strerror(error.errno)) from None

    def _open(self, schema: Any) -> Any:
        path = self.file.name if isinstance(self.file, io.BufferedWriter) else None
        if isinstance(path, str) and os.path.isfile(path):
            # Written by Arrow itself, no page waits for the interpreter: an eighth of the time.
            self.sink = arrow("writing this format").OSFile(path, "wb")
        if self.kind == "parquet":
            parquet = arrow("writing Parquet", "parquet")
            compression = self.traits.compression if self.traits else "snappy"
            return parquet.ParquetWriter(
                self.sink,
                schema,
                compression=compression,
                use_dictionary=_dictionaries(schema, self.traits),
                write_batch_size=_BATCH,
            )
        ipc = arrow("writing Arrow files", "ipc")
        return (ipc.new_stream if self.kind == "arrows" else ipc.new_file)(self.sink, schema)


def _dictionaries(schema: Any, traits: ParquetTraits | None) -> list[str]:
    """The columns to write with dictionaries: those that had them, or those of texts. Results seldom repeat."""
    if traits is not None:
        return traits.dictionaries
    pa = arrow("writing Parquet")
    return [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)]
