"""The input of a batch: its format, its lines in chunks, and how to read a record from one."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from itertools import chain
from typing import Any

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell.stores import is_address, without_keys
from ..tables.dialect import TextForm
from ..tables.encoding import as_utf8
from ..tables.formats import BINARY, format_by_content, format_by_name
from ..tables.opening import Place, open_bytes
from . import csv as table
from . import jsonl, text
from .lines import Line, chunks
from .record import Record, RecordError

MOST_RECORDS = 1000  # in a chunk


class Source:
    """A file of expressions, or standard input where `path` is None or `-`; `form` says how tables are written.

    Its format is by default that of its name, else JSON Lines where it begins with an object, else text. UsageError: it
    cannot be read, or a table's header is wrong.
    """

    def __init__(self, path: str | None, format_name: str | None, form: TextForm, longest: int) -> None:
        self.path = None if path == "-" else path
        self.name = "<stdin>" if self.path is None else without_keys(self.path)
        self.form = form
        self.longest = longest
        self.opened = open_bytes(Place(self.path))
        try:
            self._begin(format_name)
        except UsageError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        self.opened.close()

    def chunks(self) -> Iterator[list[Line]]:
        """The lines of the records, those of one that has several joined, without those that hold none."""
        for lines in self.lines:
            held = [line for line in lines if not self.is_blank(line.text)]
            for start in range(0, len(held), MOST_RECORDS):
                yield held[start : start + MOST_RECORDS]

    def is_waiting(self) -> bool:
        """Whether the next lines are still to be written by another program."""
        number = self.opened.number
        try:
            if number is None or stat.S_ISREG(os.fstat(number).st_mode):
                return False
            return not select.select([number], [], [], 0)[0]
        except (OSError, ValueError):
            return True

    def names(self, defaults: Iterable[str]) -> list[str]:
        """The variables that records give values to, in the order in which they come, and those of `defaults`.

        A file is read through for it, unless it is a table. UsageError: a pipe is not a table.
        """
        if self.table is not None:
            own = (name for name in self.table.columns if name != "expr" and name.isidentifier())
        elif self._is_again():
            own = (name for record in self._again() for name in record.values)
        else:
            raise UsageError(
                "the columns of a table have to be known before its first row, and a pipe is read once",
                "name the variables, `--wrt x,y`, or write `--json`",
            )
        return list(dict.fromkeys(chain(own, defaults)))

    def kept_names(self) -> list[str]:
        """What records say beside their expressions and variables, of a table all its columns.

        A file is read through for it, unless it is a table; of JSON Lines in a pipe, the first record says it.
        """
        if self.table is not None:
            return [name for name in self.table.columns if name != "expr"]
        if self.format_name == "text":
            return []
        if self._is_again():
            return list(dict.fromkeys(name for record in self._again() for name in record.kept))
        for lines in self.lines:
            self.lines = chain([lines], self.lines)
            held = [line for line in lines if not self.is_blank(line.text)]
            if held:
                with suppress(RecordError):
                    return list(self.read(*held[0]).kept)
                break
        return []

    def _is_again(self) -> bool:
        """Whether it can be read once more."""
        return self.path is not None and (is_address(self.path) or os.path.isfile(self.path))

    def _again(self) -> Iterator[Record]:
        """The records of a file, without those that cannot be read."""
        with closing(Source(self.path, self.format_name, self.form, self.longest)) as again:
            for line in chain.from_iterable(again.chunks()):
                with suppress(RecordError):
                    yield self.read(line.number, line.text)

    def _begin(self, format_name: str | None) -> None:
        found = format_by_content(self.opened.head)
        if found in BINARY:
            raise UsageError(
                f"{quoted(self.name)} holds {found.capitalize()}, and a batch reads text, JSON Lines, CSV or TSV"
            )
        stream = as_utf8(self.opened, self.form.encoding)
        named = "jsonl" if (self.path or "").lower().endswith(".json") else format_by_name(self.path or "")
        is_json = format_by_content(stream.head) == "jsonl"
        named = None if named in BINARY else named
        self.format_name = format_name or named or ("jsonl" if is_json else "text")
        self.lines = chunks(stream, self.longest)
        self.table: table.Table | None = None
        module: Any = {"text": text, "jsonl": jsonl}.get(self.format_name, table)
        self.give: str = module.GIVE
        self.is_blank: Callable[[str], bool] = module.is_blank
        if module is table:
            self.table = self._header()
            self.read: Callable[[int, str], Record] = self.table.read
        else:
            self.read = module.read

    def _header(self) -> table.Table:
        """The table, its header read."""
        dialect = self.form.dialect(self.format_name)
        self.lines = table.rows(self.lines, dialect.delimiter)
        for lines in self.lines:
            rows = [line for line in lines if not self.is_blank(line.text)]
            if rows:
                found = table.Table(rows[0].text, dialect)
                self.lines = chain([rows[dialect.has_header :]], self.lines)
                return found
        raise UsageError(
            f"{quoted(self.name)} is empty: a table begins with a header", "write `expr,x` in its first line"
        )
