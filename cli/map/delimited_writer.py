"""Writes CSV and TSV: records as they were read with new cells behind, or all cells anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ..shell.printing import delimited
from ..tables.dialect import Dialect
from ..tables.encoding import BYTE_ORDER_MARK
from .cells import delimited_cells
from .chunk import Chunk, Results, Source
from .delimited import Delimited, DelimitedChunk
from .insertion import splice
from .jsonl import JsonChunk
from .layout import Layout, TextWriter, written_rows
from .removal import without_cells
from .spelling import Texts, as_list, spelling_of, texts


class DelimitedWriter(TextWriter):
    """Writes delimited text."""

    def __init__(self, file: Any, layout: Layout, dialect: Dialect) -> None:
        super().__init__(file, layout)
        self.removed: set[int] = set()
        self.delimiter = dialect.delimiter
        self.has_header = dialect.has_header
        self.spelling = spelling_of(dialect)

    def begin(self, source: Source) -> None:
        """Writes the header, if there are any: that of the first table with new names behind."""
        self.removed = {i for i, name in enumerate(source.names) if name in self.layout.removed}
        if not self.has_header:
            return
        names = [*self.layout.old_names(source.names), *self.layout.new_names()]
        if not self._continues(source):
            self.file.write(self._record(names) + b"\n")
            return
        assert isinstance(source, Delimited)
        header = source.header
        if self.removed:
            mark = BYTE_ORDER_MARK if header.startswith(BYTE_ORDER_MARK) else b""
            bare = header.removeprefix(mark)
            header = mark + without_cells(bare, np.array([0, len(bare)]), self.removed, self.delimiter)[0]
        self.file.write(header + self.delimiter.encode() + self._record(self.layout.new_names()) + source.header_end)
        self.is_line_open = not source.header_end

    def encode(self, chunk: Chunk, results: Results) -> tuple[Any, bytes]:
        """The records of a chunk with their results, and the line end of the last."""
        if isinstance(chunk, DelimitedChunk) and self._continues(chunk.source):
            data, bounds = chunk.data, chunk.bounds
            if self.removed:
                data, bounds = without_cells(data, bounds, self.removed, self.delimiter)
            leads = self._leads(results)
            text = splice(data, bounds, leads, self._cells(results), results.keep)
            end = data[int(bounds[-1]) :]
            if results.keep is None or results.keep[:1].all():
                return text, end
            # The first record written is not the first: the line end of another stands before it.
            return (memoryview(text)[2 if bytes(text[:1]) == b"\r" else 1 :], end) if results.keep.any() else (b"", b"")
        # Text stays as it is: no type is needed between one delimiter and another, or for values of JSON.
        read = partial(chunk.texts, nulls=False) if isinstance(chunk, DelimitedChunk) else None
        if isinstance(chunk, JsonChunk):
            read = chunk.texts
        rows, old, results = written_rows(self.layout, chunk, results, read)
        names = self.layout.old_names(chunk.source.names)
        parts = zip(old, names, strict=True)
        columns = [delimited_cells(array, name, self.delimiter, self.spelling) for array, name in parts]
        columns += self._cells(results)
        if len(columns) == 1 and not results.keys:
            # An empty line would be no record.
            columns = [[text or '""' for text in as_list(columns[0])]]
        leads = [*[self.delimiter] * len(old), *self._leads(results)]
        leads[0] = leads[0].removeprefix(self.delimiter)
        if not rows:
            return b"", b""
        return splice(b"\n" * rows, np.append(0, np.arange(rows)), leads, columns), b"\n"

    def _continues(self, source: Source) -> bool:
        """Whether the records of a table are written as they are."""
        return isinstance(source, Delimited) and source.dialect.delimiter == self.delimiter and not self.layout.only_new

    def _cells(self, results: Results) -> list[Texts]:
        return [texts(values, results.blank, self.spelling) for values in results.columns.values()]

    def _leads(self, results: Results) -> list[str]:
        """What stands before each new cell: before the first, what the folders say."""
        keys = [key.text or "" for key in results.keys.values()]
        first = self._record(["", *keys, ""]).decode() if keys else self.delimiter
        return [first, *[self.delimiter] * (len(results.columns) - 1)]

    def _record(self, cells: Sequence[str]) -> bytes:
        return delimited([cells], self.delimiter).removesuffix("\n").encode("utf-8", "surrogateescape")
