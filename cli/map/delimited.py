"""CSV and TSV: records of text whose bytes stay as they are, the cells of some columns read as numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import chain, pairwise
from typing import Any

import numpy as np

from ...parser.frames.arrow_arrays import array_of_column, column_of, first_misfit, keeps_digits, misfit
from ...parser.frames.arrow_import import arrow, has_arrow
from ...parser.rows.answers import Column
from ...parser.syntax.decimal_text import decimal
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import counted, quoted, sentence
from ..tables.dialect import Dialect, misread_header, names_by_place, one_cell, plain_number
from ..tables.encoding import BYTE_ORDER_MARK, check_utf8, decoded
from ..tables.record_ends import (
    Block,
    Quotes,
    Readable,
    blocks,
    line_of,
    quotes_of,
    record_bounds,
    record_ends,
    text_ends,
)

# As long as a record may be, which is bounded elsewhere.
csv.field_size_limit(1 << 30)

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
# Looked for by the parenthesis, which is seldom there: a search for a letter of either case is ten times as long.
_TAGGED_NAN = re.compile(rb"\((?<=[nN][aA][nN]\()")


class Delimited:
    """A table of delimited text: the bytes of its header and of the line end there, then records of as many cells."""

    def __init__(self, file: Readable, dialect: Dialect, title: str) -> None:
        """UsageError: there is no header. `title` is what errors call the table."""
        self.dialect = dialect
        self.title = title
        self._blocks = blocks(file, dialect.delimiter.encode(), title)
        first = next(self._blocks, Block(b"", 1)).data
        skipped = len(first)
        if not dialect.has_header:
            first = first.removeprefix(BYTE_ORDER_MARK)
        skipped -= len(first)
        start = len(BYTE_ORDER_MARK) if first.startswith(BYTE_ORDER_MARK) else 0
        ends = record_ends(first[start:], dialect.delimiter.encode()) + start
        end = int(text_ends(first, ends[:1])[0]) if len(ends) else len(first)
        record = decoded(first[start:end])
        names = _cells(record, dialect.delimiter)
        if not any(names) and (dialect.has_header or not names):
            raise _no_names(title, dialect, record)
        self.first_line = record
        if dialect.has_header:
            self.header, self.header_end = first[:end], first[end : len(first) if not len(ends) else int(ends[0]) + 1]
        else:
            self.header, self.header_end, names = b"", b"", names_by_place(names)
        begun = len(self.header) + len(self.header_end)
        self.lines_before = first.count(b"\n", 0, begun)
        # Where in the file the records begin, None where what is read is not as it stands there.
        self.begun = begun + skipped if getattr(file, "file", None) is not None else None
        self._first = Block(first[begun:], 1 + self.lines_before)
        self._narrowed: Iterator[Block] | None = None
        self.names: list[str] = names
        # A cell of text is a number, never a list.
        self.widths: dict[str, int | None] = {}
        self.numeric: Sequence[str] = ()
        self.texts: Sequence[str] = ()

    def misread(self) -> str | None:
        """Which option may be missing where a column is."""
        return misread_header(self.first_line, self.names, self.dialect)

    def one_cell(self) -> str | None:
        """Which option may be missing where the first line is a single cell."""
        return one_cell(self.first_line, self.dialect)

    @property
    def row_bytes(self) -> float:
        """About how many bytes a record takes, by the first of them."""
        return self._first.row_bytes

    def expect(self, numeric: Sequence[str], added: Sequence[str], texts: Sequence[str] = ()) -> None:
        """Says which columns are read as numbers, and which are text in other formats whatever they hold."""
        self.numeric = numeric
        self.texts = texts

    def chunks(self) -> Iterator[DelimitedChunk]:
        """The records in order, some at a time."""
        for block in self._narrowed or chain([self._first_block()], self._blocks):
            if block.data:
                yield DelimitedChunk(self, block.data, block.line)

    def narrow(self, file: Readable, before: int) -> None:
        """Has the records of a part of its file alone, behind so many lines."""
        found = blocks(file, self.dialect.delimiter.encode(), self.title)
        self._narrowed = (block._replace(line=block.line + before) for block in found)

    def _first_block(self) -> Block:
        """The first records, which the types are told by: they are read before any other."""
        if not self._first.data:
            self._first = next(self._blocks, self._first)
        return self._first

    @cached_property
    def schema(self) -> Any:
        """The columns' types in Arrow: those of numbers, else what the first records look like."""
        pa = arrow("writing another format")
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(
                f"{self.title} has two columns {quoted(twice)}", "write the format that is read, or rename one of them"
            )
        block = self._first_block()
        numeric = dict.fromkeys(self.numeric, pa.float64())
        check_utf8(self.header, self.title, 1)
        if not block.data.strip(b"\r\n"):
            return pa.schema([(name, numeric.get(name, pa.string())) for name in self.names])
        first = DelimitedChunk(self, *block)
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
        types = [
            pa.string() if pa.types.is_null(kind) or name in self.texts else kind
            for name, kind in zip(self.names, types, strict=True)
        ]
        return pa.schema(list(zip(self.names, types, strict=True)))


class DelimitedChunk:
    """Some records, `data`, each with its line end; the first begins in `first_line` of the table."""

    rows_before = 0

    def __init__(self, source: Delimited, data: bytes, first_line: int) -> None:
        self.source = source
        self.data = data
        self.first_line = first_line
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

    def place(self, row: int) -> str:
        """The line in which a row begins, in words."""
        return line_of(self.data, int(self.bounds[row]), self.first_line)

    def read(self) -> dict[str, Column]:
        """The columns that the source expects to be numeric, as numbers."""
        places = [self.source.names.index(name) for name in self.source.numeric]
        columns = self._read_plain(places) if places else None
        columns = columns or (self._read_fast(places) if has_arrow() and places else None) or self._read_each(places)
        self._columns = dict(zip(self.source.numeric, columns, strict=True))
        return self._columns

    def _read_plain(self, places: Sequence[int]) -> list[Column] | None:
        """The columns at the places, or None where something is not as plain as can be, or not worth machine code."""
        dialect = self.source.dialect
        if b'"' in self.data or b"\r" in self.data or dialect.decimal != "." or _DIGIT.search("".join(dialect.nulls)):
            return None
        # Here, as few tables are long enough.
        from ...parser.rows.plain_rows import read_plain

        found = read_plain(self.data, dialect.delimiter, len(self.source.names), places)
        if found is None:
            return None
        self.bounds = found.bounds
        return [Column(values, empty, {}) for values, empty in zip(found.values, found.empty, strict=True)]

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
                decimal_point=dialect.decimal,
                quoted_strings_can_be_null=False,
            ),
        )

    def _read_each(self, places: Sequence[int]) -> list[Column]:
        """The columns at the places, cell by cell: what is wrong with one stays with it."""
        width = len(self.source.names)
        dialect = self.source.dialect
        nulls = ("", *dialect.nulls)
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
                    found[row] = self._wrong_width(len(cells))
                continue
            for i, place in enumerate(places):
                text = cells[place]
                try:
                    values[i, row] = decimal(plain_number(text, dialect.decimal))
                except ValueError:
                    if text.strip() in nulls:
                        empty[i, row] = True
                    else:
                        faults[i][row] = f"`{self.source.names[place]}` is {quoted(text)}, {no_number(text, dialect)}"
        return [Column(*parts) for parts in zip(values, empty, faults, strict=True)]

    def _wrong_width(self, width: int) -> str:
        if not width:
            return "a carriage return stands in the row, outside quotes"
        known = "the header" if self.source.dialect.has_header else "the first row"
        return f"the row has {counted(width, 'cell')}, {known} {len(self.source.names)}"

    def _records(self) -> list[list[str]]:
        """The cells of each record, none of one that cannot be read."""
        bounds = self.bounds.tolist()
        texts = [decoded(self.data[start:end].lstrip(b"\r\n")) for start, end in pairwise(bounds)]
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
        columns = dict(zip(map(int, texts.column_names), texts.columns, strict=True))
        table: Any = None
        fit = all(keeps_digits(column, schema.types[place]) for place, column in columns.items())
        try:
            table = self.table(read, only=True) if read and fit else None
        except pa.ArrowInvalid:
            fit = False
        if not fit:
            raise self._misfit({place: (columns[place], schema.types[place]) for place in columns})
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
            raise UsageError(f"{self.source.title} cannot be read: {sentence(str(error))}") from None
        return pa.table([self._padded(table, i) for i in kept], names=list(map(str, kept)))

    def _misfit(self, columns: dict[int, tuple[Any, Any]]) -> UsageError:
        """The error for the first cell that does not fit its type; texts and types of columns by place."""
        pa = arrow("writing another format")

        def fits(place: int, rows: int) -> bool:
            part = DelimitedChunk(self.source, self.data[: self.bounds[rows]], self.first_line)
            part._ragged = self._ragged
            texts, kind = columns[place]
            try:
                part.table({place: kind}, only=True)
            except pa.ArrowInvalid:
                return False
            return keeps_digits(texts.slice(0, rows), kind)

        for place, (texts, kind) in columns.items():
            row = first_misfit(self.rows, partial(fits, place))
            if row is not None:
                name = self.source.names[place]
                return misfit(self.source.title, self.place(row), name, texts[row].as_py() or "", kind)
        return UsageError(f"{self.source.title} has a record that does not fit the types of its first")

    def check_text(self) -> None:
        """UsageError: the bytes are no UTF-8, which they have to be in formats that name an encoding."""
        check_utf8(self.source.header, self.source.title, 1)
        check_utf8(self.data, self.source.title, self.first_line)

    def _check_quotes(self) -> None:
        if self.quotes.strays:
            row = int(np.searchsorted(self.bounds, self.quotes.strays[0]))
            record = decoded(self.data[self.bounds[row - 1] : self.bounds[row]]).strip()
            raise UsageError(
                f"text stands behind a closing quote in {self.place(row - 1)} of {self.source.title}: {quoted(record)}",
                'put the whole cell in double quotes, and write a quote in it twice: `""`',
            )

    def _padded(self, table: Any, place: int) -> Any:
        """A column of the table with nulls for the records that were left out."""
        column = table.column(str(place)).combine_chunks()
        if len(column) == self.rows:
            return column
        whole = np.ones(self.rows, dtype=bool)
        whole[self._ragged] = False
        if len(column) != whole.sum():
            raise UsageError(
                f"{self.source.title} has a carriage return outside quotes, which is no line end in this table",
                "put the whole cell in double quotes, or write the format that is read",
            )
        taken = np.cumsum(whole) - 1
        return column.take(arrow("writing another format").array(taken, mask=~whole))


def no_number(text: str, dialect: Dialect) -> str:
    """What a cell is not, and which option would make it a number if one would."""
    if dialect.decimal == "." and _DECIMAL_COMMA.fullmatch(text.strip()):
        return "not a number; `--decimal ,` reads a decimal comma"
    return "not a number"


def _no_names(title: str, dialect: Dialect, first_line: str) -> UsageError:
    if not dialect.has_header:
        return UsageError(f"{title} is empty" if not first_line else f"the first row of {title} cannot be read")
    return UsageError(
        f"{title} has no header", "a table begins with a line of column names; `--no-header` reads one without"
    )


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one record, none where it cannot be read."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []
