"""CSV and TSV: records of text whose bytes stay as they are, the cells of some columns read as numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ...parser.syntax.decimal_text import decimal
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import counted, quoted
from .arrays import array_of_column, column_of, keeps_digits, misfit
from .arrow_import import arrow, has_arrow
from .chunk import Column
from .record_ends import Quotes, Readable, blocks, quotes_of, record_bounds, record_ends, text_ends

# As long as a record may be, which is bounded elsewhere.
csv.field_size_limit(1 << 30)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TAGGED_NAN = re.compile(rb"nan\(", re.IGNORECASE)
# Line ends of old: a carriage return that is none of Windows, before any newline.
_RETURNS = re.compile(rb"\A[^\n]*\r[^\n]+\Z")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Dialect(NamedTuple):
    """How cells are divided, and which texts beside nothing stand for an empty cell."""

    delimiter: str
    nulls: tuple[str, ...] = ()


class _Returns:
    """A file whose lines end with carriage returns, which are read as newlines."""

    def __init__(self, file: Readable) -> None:
        self.file = file

    @property
    def ended(self) -> bool:
        """Whether all has been read."""
        return self.file.ended

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        return self.file.read(size).replace(b"\r", b"\n")


class Delimited:
    """A table of delimited text: the bytes of its header and of the line end there, then records of as many cells."""

    def __init__(self, file: Readable, dialect: Dialect, title: str) -> None:
        """UsageError: there is no header. `title` is what errors call the table."""
        self.dialect = dialect
        self.title = title
        if _RETURNS.search(getattr(file, "head", b"")):
            file = _Returns(file)
        self._blocks = blocks(file, dialect.delimiter.encode(), title)
        first = next(self._blocks, b"")
        if first.startswith(_UTF16):
            raise UsageError(f"{title} is UTF-16 text", "convert it first: `iconv -f UTF-16 -t UTF-8`")
        start = len(BYTE_ORDER_MARK) if first.startswith(BYTE_ORDER_MARK) else 0
        ends = record_ends(first[start:], dialect.delimiter.encode()) + start
        end = int(text_ends(first, ends[:1])[0]) if len(ends) else len(first)
        self.header, self.header_end = first[:end], first[end : len(first) if not len(ends) else int(ends[0]) + 1]
        self._block = first[len(self.header) + len(self.header_end) :]
        names = _cells(_decoded(first[start:end]), dialect.delimiter)
        if not any(names):
            raise UsageError(f"{title} has no header", "a table begins with a line of column names")
        self.names: list[str] = names
        # A cell of text is a number, never a list.
        self.widths: dict[str, int | None] = {}
        self.numeric: Sequence[str] = ()

    def expect(self, numeric: Sequence[str], added: Sequence[str]) -> None:
        """Says which columns are read as numbers."""
        self.numeric = numeric

    def chunks(self) -> Iterator[DelimitedChunk]:
        """The records in order, some at a time."""
        if self._block:
            yield DelimitedChunk(self, self._block)
        for block in self._blocks:
            yield DelimitedChunk(self, block)

    @cached_property
    def schema(self) -> Any:
        """The columns' types in Arrow: those of numbers, else what the first records look like."""
        pa = arrow("writing another format")
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(
                f"{self.title} has two columns {quoted(twice)}", "write the format that is read, or rename one of them"
            )
        if not self._block:
            self._block = next(self._blocks, b"")
        numeric = dict.fromkeys(self.numeric, pa.float64())
        check_utf8(self.header, self.title)
        if not self._block.strip(b"\r\n"):
            return pa.schema([(name, numeric.get(name, pa.string())) for name in self.names])
        first = DelimitedChunk(self, self._block)
        first.read()
        first.check_text()
        found = first.table({}).schema.types
        texts = first.table(dict.fromkeys(range(len(self.names)), pa.string()))
        kinds = [
            [pa.float64(), *([kind] if pa.types.is_int64(kind) else [])] if name in self.numeric else [kind]
            for name, kind in zip(self.names, found, strict=True)
        ]
        types = [
            next((kind for kind in choice if keeps_digits(column, kind)), pa.string())
            for choice, column in zip(kinds, texts.columns, strict=True)
        ]
        return pa.schema(
            [(n, pa.string() if pa.types.is_null(t) else t) for n, t in zip(self.names, types, strict=True)]
        )


class DelimitedChunk:
    """Some records, `data`, each with its line end."""

    def __init__(self, source: Delimited, data: bytes) -> None:
        self.source = source
        self.data = data
        self._columns: dict[str, Column] = {}
        # The records with more or fewer cells than the header.
        self._ragged: list[int] = []

    @cached_property
    def bounds(self) -> np.ndarray:
        """Where each record ends, after 0: (rows + 1,). What is between holds the line end of the record before."""
        return record_bounds(self.data, record_ends(self.data, self.source.dialect.delimiter.encode(), self.quotes))

    @cached_property
    def quotes(self) -> Quotes:
        """The quotes around cells."""
        return quotes_of(self.data, self.source.dialect.delimiter.encode())

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.bounds) - 1

    def read(self) -> dict[str, Column]:
        """The columns that the source expects to be numeric, as numbers."""
        places = [self.source.names.index(name) for name in self.source.numeric]
        columns = (self._read_fast(places) if has_arrow() and places else None) or self._read_each(places)
        self._columns = dict(zip(self.source.numeric, columns, strict=True))
        return self._columns

    def _read_fast(self, places: Sequence[int]) -> list[Column] | None:
        """The columns at the places, or None where some record or cell is not as it should be."""
        if self.quotes.strays or _TAGGED_NAN.search(self.data):
            # Arrow takes `"1"2` for 12, and `nan(1)` for nan.
            return None
        pa = arrow("fast text")
        try:
            table = self.table({place: pa.float64() for place in places}, only=True)
        except pa.ArrowInvalid:
            return None
        if table.num_rows != self.rows:
            return None
        return [column_of(table.column(str(place)).combine_chunks(), str(place), None) for place in places]

    def table(self, types: dict[int, Any], only: bool = False, nulls: bool = True) -> Any:
        """The records as an Arrow table whose columns are named by their places from 0; `only` those in `types`.

        Without `nulls` no text stands for an empty cell.

        Those that `read` found to have more or fewer cells than the header are left out. ArrowInvalid: a cell is not
        of its column's type, or a record has more or fewer cells.
        """
        pa, reader = arrow("fast text"), arrow("fast text", "csv")
        dialect = self.source.dialect
        return reader.read_csv(
            pa.BufferReader(self.data),
            reader.ReadOptions(
                column_names=[str(i) for i in range(len(self.source.names))],
                use_threads=False,
                block_size=len(self.data) + 1,
            ),
            reader.ParseOptions(
                delimiter=dialect.delimiter,
                newlines_in_values=b'"' in self.data,
                invalid_row_handler=(lambda row: "skip") if self._ragged else None,
            ),
            reader.ConvertOptions(
                include_columns=[str(place) for place in types] if only else None,
                column_types={str(place): kind for place, kind in types.items()},
                null_values=["", *dialect.nulls],
                strings_can_be_null=nulls,
                check_utf8=nulls,
                quoted_strings_can_be_null=False,
            ),
        )

    def _read_each(self, places: Sequence[int]) -> list[Column]:
        """The columns at the places, cell by cell: what is wrong with one stays with it."""
        width = len(self.source.names)
        nulls = ("", *self.source.dialect.nulls)
        values = np.full((len(places), self.rows), np.nan)
        empty = np.zeros((len(places), self.rows), dtype=bool)
        faults: list[dict[int, str]] = [{} for _ in places]
        strays = set((np.searchsorted(self.bounds, self.quotes.strays) - 1).tolist())
        for row, cells in enumerate(self._records()):
            if row in strays:
                for found in faults[:1]:
                    found[row] = "text stands behind a closing quote"
                continue
            if len(cells) != width:
                self._ragged.append(row)
                for found in faults[:1]:
                    found[row] = f"the row has {counted(len(cells), 'cell')}, the header {width}"
                continue
            for i, place in enumerate(places):
                text = cells[place]
                try:
                    values[i, row] = decimal(text)
                except ValueError:
                    if text.strip() in nulls:
                        empty[i, row] = True
                    else:
                        faults[i][row] = f"`{self.source.names[place]}` is {quoted(text)}, not a number"
        return [Column(*parts) for parts in zip(values, empty, faults, strict=True)]

    def _records(self) -> list[list[str]]:
        """The cells of each record."""
        bounds = self.bounds.tolist()
        texts = [_decoded(self.data[start:end].lstrip(b"\r\n")) for start, end in pairwise(bounds)]
        delimiter = self.source.dialect.delimiter
        try:
            found = list(csv.reader(texts, delimiter=delimiter))
        except csv.Error:
            found = []
        return found if len(found) == len(texts) else [_cells(text, delimiter) for text in texts]

    def batch(self, without: Sequence[str]) -> Any:
        """All columns but some as an Arrow table. UsageError: a type other than in the first records."""
        pa = arrow("writing another format")
        schema = self.source.schema
        types = [None if name in without else kind for name, kind in zip(schema.names, schema.types, strict=True)]
        read = {
            i: kind
            for i, (name, kind) in enumerate(zip(schema.names, types, strict=True))
            if kind is not None and not (name in self._columns and pa.types.is_floating(kind))
        }
        texts = self.texts(without)
        try:
            table = self.table(read, only=True) if read else None
            for place, column in zip(map(int, texts.column_names), texts.columns, strict=True):
                if not keeps_digits(column, schema.types[place]):
                    raise pa.ArrowInvalid(f"`{schema.names[place]}` has numbers that would lose digits")
        except pa.ArrowInvalid as error:
            raise misfit(self.source.title, error) from None
        kept = [(i, name) for i, name in enumerate(schema.names) if name not in without]
        return pa.table(
            [self._padded(table, i) if i in read else array_of_column(self._columns[name]) for i, name in kept],
            schema=pa.schema([schema.field(i) for i, _ in kept]),
        )

    def texts(self, without: Sequence[str], nulls: bool = True) -> Any:
        """All columns but some as an Arrow table of texts, named by their places. UsageError: they cannot be read.

        With `nulls` texts that stand for an empty cell are null, and the others have to be UTF-8.
        """
        pa = arrow("writing another format")
        if nulls:
            self.check_text()
        self._check_quotes()
        kept = [i for i, name in enumerate(self.source.names) if name not in without]
        try:
            table = self.table({i: pa.string() for i in kept}, only=True, nulls=nulls) if kept else None
        except pa.ArrowInvalid as error:
            raise misfit(self.source.title, error) from None
        return pa.table([self._padded(table, i) for i in kept], names=list(map(str, kept)))

    def check_text(self) -> None:
        """UsageError: the bytes are no UTF-8, which they have to be in formats that name an encoding."""
        check_utf8(self.source.header, self.source.title)
        check_utf8(self.data, self.source.title)

    def _check_quotes(self) -> None:
        if self.quotes.strays:
            row = int(np.searchsorted(self.bounds, self.quotes.strays[0]))
            record = _decoded(self.data[self.bounds[row - 1] : self.bounds[row]])
            raise UsageError(
                f"{self.source.title} has text behind a closing quote in {quoted(record.strip())}",
                'put the whole cell in double quotes, and write a quote in it twice: `""`',
            )

    def _padded(self, table: Any, place: int) -> Any:
        """A column of the table with nulls for the records that were left out."""
        column = table.column(str(place)).combine_chunks()
        if len(column) == self.rows:
            return column
        whole = np.ones(self.rows, dtype=bool)
        whole[self._ragged] = False
        taken = np.cumsum(whole) - 1
        return column.take(arrow("writing another format").array(taken, mask=~whole))


def check_utf8(data: bytes, title: str) -> None:
    """UsageError: the bytes are no UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = _decoded(data[data.rfind(b"\n", 0, error.start) + 1 : error.start])
        byte = f"the byte 0x{data[error.start]:02x} follows {quoted(line)}"
        raise UsageError(
            f"{title} is not in UTF-8, which this format needs: {byte}",
            "convert it first, `iconv -f LATIN1 -t UTF-8` if that is what it is, or write CSV or TSV",
        ) from None


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one record, none where it cannot be read."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []
