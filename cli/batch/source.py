"""The input of a batch: its format, its lines in chunks, and how to read a record from one."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from itertools import chain
from typing import Any

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted, sentence
from . import csv as table
from . import jsonl, text
from .lines import Line, chunks
from .record import Record, RecordError

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}
_MOST = 1000  # records in a chunk


class Source:
    """A file of expressions, or standard input where `path` is None or `-`; its format is by default its suffix's.

    UsageError: the file cannot be opened, or a table's header is wrong.
    """

    def __init__(self, path: str | None, format_name: str | None, longest: int) -> None:
        self.path = None if path == "-" else path
        self.name = self.path or "<stdin>"
        self.longest = longest
        self.format_name = format_name or _SUFFIXES.get(os.path.splitext(self.path or "")[1].lower(), "text")
        self.stream = _opened(self.path)
        try:
            self._begin()
        except UsageError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        if self.path is not None:
            self.stream.close()

    def chunks(self) -> Iterator[list[Line]]:
        """The lines of the records, those of one that has several joined, without those that hold none."""
        for lines in self._joined(self.table) if self.table is not None else self.lines:
            held = [line for line in lines if not self.is_blank(line.text)]
            for start in range(0, len(held), _MOST):
                yield held[start : start + _MOST]

    def is_waiting(self) -> bool:
        """Whether the next lines are still to be written by another program."""
        try:
            number = self.stream.fileno()
            if stat.S_ISREG(os.fstat(number).st_mode):
                return False
        except OSError:
            return False
        try:
            return not select.select([number], [], [], 0)[0]
        except OSError:
            return True

    def names(self, defaults: Iterable[str]) -> list[str]:
        """The variables that records give values to, in the order in which they come, and those of `defaults`.

        A file is read through for it, unless it is a table. UsageError: a pipe is not a table.
        """
        names: dict[str, None] = {}
        if self.table is not None:
            names = {name: None for name in self.table.columns if name != "expr" and name.isidentifier()}
        elif self.path is None or self.is_waiting() or not self.stream.seekable():
            raise UsageError(
                "the columns of a table have to be known before its first row, and a pipe is read once",
                "name the variables, `--wrt x,y`, or write `--json`",
            )
        else:
            with closing(Source(self.path, self.format_name, self.longest)) as again:
                for line in chain.from_iterable(again.chunks()):
                    with suppress(RecordError):
                        names.update(dict.fromkeys(self.read(line.number, line.text).values))
        return list(names | dict.fromkeys(defaults))

    def _begin(self) -> None:
        self.lines = chunks(self.stream, self.longest)
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
        for lines in self.lines:
            for i, line in enumerate(lines):
                if not self.is_blank(line.text):
                    self.lines = chain([lines[i + 1 :]], self.lines)
                    return table.Table(line.text, "\t" if self.format_name == "tsv" else ",")
        raise UsageError(
            f"{quoted(self.name)} is empty: a table begins with a header", "write `expr,x` in its first line"
        )

    def _joined(self, rows: table.Table) -> Iterator[list[Line]]:
        held: list[Line] = []
        for lines in self.lines:
            joined, held = rows.joined([*held, *lines], at_end=False)
            yield joined
        yield rows.joined(held, at_end=True)[0]


def _opened(path: str | None) -> Any:
    if path is None:
        return getattr(sys.stdin, "buffer", None) or io.BytesIO(sys.stdin.read().encode("utf-8", "replace"))
    try:
        return open(path, "rb")
    except OSError as error:
        raise UsageError(f"cannot read {quoted(path)}: {sentence(error.strerror or str(error))}") from None
