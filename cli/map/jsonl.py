"""JSON Lines: an object a line, whose bytes stay as they are; new members stand before its closing brace."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import chain
from typing import Any

import numpy as np

from ...parser.frames.arrow_arrays import array_of_column, column_of, first_misfit, misfit, wrong_length
from ...parser.frames.arrow_import import arrow, has_arrow
from ...parser.rows.answers import Column
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..tables.encoding import BYTE_ORDER_MARK, check_utf8
from ..tables.record_ends import Block, Readable, blocks, line_of, newlines, text_ends

_OPEN, _SPACE, _QUOTE, _CLOSE = b'{ "}'
_SAMPLE = 1000


class JsonLines:
    """A table of JSON objects, a line each.

    `names` are the members of the first thousand, `widths` the lengths of those whose first values are lists.
    """

    def __init__(self, file: Readable, title: str) -> None:
        """UsageError: the first line is no object. `title` is what errors call the table."""
        self.title = title
        self.numeric: Sequence[str] = ()
        self.added: Sequence[str] = ()
        self.texts: Sequence[str] = ()
        self._blocks = blocks(file, None, title)
        self._first = next(self._blocks, Block(b"", 1))
        self._first = self._first._replace(data=self._first.data.removeprefix(BYTE_ORDER_MARK))
        self.widths: dict[str, int | None] = {}
        lines = [line for line in self._first.data.split(b"\n", _SAMPLE)[:_SAMPLE] if line.strip()]
        if lines and not isinstance(loaded(lines[0]), dict):
            check_utf8(lines[0], title, 1)
            raise UsageError(f"{title} is not JSON Lines", 'each line is an object, such as `{"x": 1, "y": 2}`')
        seen: set[str] = set()
        for line in lines:
            found = loaded(line)
            for name, value in found.items() if isinstance(found, dict) else ():
                self.widths.setdefault(name)
                if value is not None and name not in seen:
                    seen.add(name)
                    self.widths[name] = len(value) if isinstance(value, list) else None
        self.names = list(self.widths)

    @property
    def row_bytes(self) -> float:
        """About how many bytes a record takes, by the first of them."""
        return self._first.row_bytes

    def expect(self, numeric: Sequence[str], added: Sequence[str], texts: Sequence[str] = ()) -> None:
        """Says which members are read as numbers, which are added, and which become text in other formats.

        An object that has one that is added is at fault.
        """
        self.numeric = numeric
        self.added = added
        self.texts = texts

    def chunks(self) -> Iterator[JsonChunk]:
        """The records in order, some at a time."""
        for block in chain([self._first] if self._first.data else [], self._blocks):
            yield JsonChunk(self, block.data, block.line)

    @cached_property
    def schema(self) -> Any:
        """The columns' types in Arrow: those of numbers, else what the first records look like."""
        pa = arrow("writing another format")
        if not self.names:
            return pa.schema([])
        first = JsonChunk(self, *self._first)
        types: dict[str, Any] = {name: self.numeric_type(name) for name in self.numeric}
        types |= dict.fromkeys(self.texts, pa.string())
        others = [name for name in self.names if name not in types]
        if others:
            found = first.inferred(others)
            types |= {name: pa.string() if _is_text(kind) else kind for name, kind in found.items()}
        return pa.schema([(name, types[name]) for name in self.names])

    def numeric_type(self, name: str) -> Any:
        """The type in Arrow of a member that is a number, or a list of numbers."""
        pa = arrow("fast text")
        return pa.float64() if self.widths.get(name) is None else pa.list_(pa.float64())


class JsonChunk:
    """Some lines, `data`, each with its end; the first is `first_line` of the table."""

    rows_before = 0

    def __init__(self, source: JsonLines, data: bytes, first_line: int) -> None:
        self.source = source
        self.data = data
        self.first_line = first_line
        self.malformed: set[int] = set()
        self._columns: dict[str, Column] = {}

    @cached_property
    def lines(self) -> np.ndarray:
        """Where each line that is not empty begins and ends: (rows, 2)."""
        ends = np.append(newlines(self.data), len(self.data))
        starts = np.append(0, ends[:-1] + 1)
        ends = text_ends(self.data, ends)
        full = ends > starts
        return np.stack([starts[full], ends[full]], axis=1)

    @property
    def rows(self) -> int:
        """How many records there are."""
        return len(self.lines)

    def place(self, row: int) -> str:
        """The line that a row is, in words."""
        return line_of(self.data, int(self.lines[row, 0]), self.first_line)

    @cached_property
    def is_plain(self) -> bool:
        """Whether each line looks like an object with members: it begins `{"` or `{ "` and ends `}`."""
        codes = np.frombuffer(self.data, np.uint8)
        starts, ends = self.lines.T
        if not self.rows or (ends - starts < len('{"":0}')).any():
            return False
        quotes = starts + 1 + (codes[starts + 1] == _SPACE)
        return bool(((codes[starts] == _OPEN) & (codes[quotes] == _QUOTE) & (codes[ends - 1] == _CLOSE)).all())

    def read(self) -> dict[str, Column]:
        """The members that the source expects to be numeric, as numbers."""
        names = self.source.numeric
        found = self._read_fast(names) if has_arrow() and names and self.is_plain else None
        self._columns = self._read_each(names) if found is None else found
        return self._columns

    def _read_fast(self, names: Sequence[str]) -> dict[str, Column] | None:
        """The columns, or None where some line or value is not as it should be."""
        pa = arrow("fast text")
        if any(json.dumps(name).encode() in self.data for name in self.source.added):
            return None
        widths = self.source.widths
        try:
            table = self.table(pa.schema([(name, self.source.numeric_type(name)) for name in names]))
        except pa.ArrowInvalid:
            return None
        if table.num_rows != self.rows:
            return None
        return {name: column_of(table.column(name).combine_chunks(), name, widths.get(name)) for name in names}

    def table(self, schema: Any, others: str = "ignore") -> Any:
        """The members of a schema as an Arrow table; with `infer` others too. ArrowInvalid: values of other types."""
        pa, reader = arrow("fast text"), arrow("fast text", "json")
        options = reader.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others)
        size = reader.ReadOptions(use_threads=False, block_size=len(self.data) + 1)
        return reader.read_json(pa.BufferReader(self.data), size, options)

    def objects(self, read: Callable[[bytes], Any]) -> list[Any]:
        """What is read on each line."""
        return [read(self.data[start:end]) for start, end in self.lines.tolist()]

    def _read_each(self, names: Sequence[str]) -> dict[str, Column]:
        """The columns, value by value: what is wrong with one stays with it."""
        widths = [self.source.widths.get(name) for name in names]
        values = [np.full(self.rows if width is None else (self.rows, width), np.nan) for width in widths]
        empty = np.zeros((len(names), self.rows), dtype=bool)
        faults: list[dict[int, str]] = [{} for _ in names]
        first = faults[0] if faults else {}
        for row, members in enumerate(self.objects(loaded)):
            if not isinstance(members, dict):
                self.malformed.add(row)
                first[row] = "the line is not a JSON object"
                continue
            taken = [name for name in self.source.added if name in members]
            if taken:
                self.malformed.add(row)
                first[row] = f"there is a member `{taken[0]}` already"
                continue
            for i, name in enumerate(names):
                value = members.get(name)
                if value is None:
                    empty[i, row] = True
                    continue
                fault = _fault(name, value, widths[i])
                if fault:
                    faults[i][row] = fault
                else:
                    values[i][row] = value
        return {name: Column(values[i], empty[i], faults[i]) for i, name in enumerate(names)}

    def texts(self, without: Sequence[str]) -> Any:
        """All columns but some as an Arrow table of texts, as cells of delimited text have them."""
        pa = arrow("writing another format")
        check_utf8(self.data, self.source.title, self.first_line)
        names = [name for name in self.source.names if name not in without]
        rows = self.objects(exact)
        self._check_members(rows)
        try:
            columns = [pa.array([_cell(row.get(name)) for row in rows], pa.string()) for name in names]
        except UnicodeEncodeError as error:
            raise UsageError(
                f"{self.source.title} has half a character, {quoted(ascii(error.object))}, which no text holds",
                "write the format that is read, which keeps every text as it is",
            ) from None
        return pa.table(columns, names=names)

    def _check_members(self, objects: Sequence[dict[str, Any]]) -> None:
        """UsageError: an object has a member that has no column, as the first ones have not."""
        known = {*self.source.names}
        for row, members in enumerate(objects):
            if not members.keys() <= known:
                name = next(name for name in members if name not in known)
                raise UsageError(
                    f"{self.place(row)} of {self.source.title} has a member `{name}`, and none of the first lines has",
                    "write JSON Lines, which have all members of every line, or `--only-new`",
                )

    def batch(self, without: Sequence[str]) -> Any:
        """All columns but some as an Arrow table. UsageError: a type other than in the first records."""
        pa = arrow("writing another format")
        source = self.source
        schema = pa.schema([field for field in source.schema if field.name not in without])
        spelled = [name for name in schema.names if name in source.texts]
        texts = self.texts([name for name in source.names if name not in spelled]) if spelled else None
        others = pa.schema([f for f in schema if f.name not in self._columns and f.name not in spelled])
        table = self._table_of_known(others)

        def column(name: str) -> Any:
            if texts is not None and name in spelled:
                return texts.column(name)
            return array_of_column(self._columns[name]) if name in self._columns else table.column(name)

        return pa.table([column(name) for name in schema.names], schema=schema)

    def _table_of_known(self, schema: Any) -> Any:
        """The members of a schema as an Arrow table. UsageError: one has another type, or there are unknown ones."""
        pa = arrow("writing another format")
        with suppress(pa.ArrowInvalid):
            table = self.table(schema, others="infer")
            if {*table.column_names} <= {*self.source.names}:
                return table
        self._check_members(self.objects(exact))
        try:
            return self.table(schema)
        except pa.ArrowInvalid:
            raise self._misfit(schema) from None

    def inferred(self, names: Sequence[str]) -> dict[str, Any]:
        """The types of members in Arrow, as these lines tell them. UsageError: one has values of several."""
        pa = arrow("writing another format")
        with suppress(pa.ArrowInvalid):
            found = self.table(None, others="infer").schema
            if set(names) <= set(found.names):
                return {name: found.field(name).type for name in names}
        objects = self.objects(exact)
        types: dict[str, Any] = {}
        for name in names:
            values = [members.get(name) for members in objects]
            try:
                types[name] = pa.array(values).type
            except (OverflowError, pa.ArrowException):
                types[name] = next(pa.array([value]).type for value in values if value is not None)
                raise self._misfit(pa.schema([(name, types[name])])) from None
        return types

    def _misfit(self, schema: Any) -> UsageError:
        """The error for the first value that does not fit its type."""
        pa = arrow("writing another format")

        def fits(field: Any, rows: int) -> bool:
            part = JsonChunk(self.source, self.data[: self.lines[rows - 1, 1]], self.first_line)
            try:
                part.table(pa.schema([field]))
            except pa.ArrowInvalid:
                return False
            return True

        for field in schema:
            row = first_misfit(self.rows, partial(fits, field))
            if row is not None:
                value = exact(self.data[slice(*self.lines[row])]).get(field.name)
                return misfit(self.source.title, self.place(row), field.name, _cell(value) or "", field.type)
        return UsageError(f"{self.source.title} has a record that does not fit the types of its first")


def _is_text(kind: Any) -> bool:
    """Whether values are to stay texts: there are none, or they look like times, which JSON has not."""
    pa = arrow("writing another format")
    return pa.types.is_null(kind) or pa.types.is_timestamp(kind)


def exact(line: bytes) -> dict[str, Any]:
    """The object on a line with all digits of its whole numbers, empty where there is none."""
    try:
        found = json.loads(line)
    except (RecursionError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _cell(value: Any) -> str | None:
    """A value of JSON as a cell of text."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def loaded(line: bytes) -> Any:
    """The value on a line, None where it is no JSON."""
    try:
        return json.loads(line, parse_int=float)
    except (RecursionError, ValueError):
        return None


def _fault(name: str, value: Any, width: int | None) -> str | None:
    """What is wrong with a value, if anything is."""
    if width is None:
        if isinstance(value, (bool, float)):
            return None
        return f"`{name}` is {quoted(json.dumps(value))}, not a number"
    if not isinstance(value, list) or not all(isinstance(item, (bool, float)) for item in value):
        return f"`{name}` is {quoted(json.dumps(value))}, not a list of numbers"
    return None if len(value) == width else wrong_length(name, len(value), width)
