"""Expressions in a table, CSV or TSV: a column `expr`, and a column for each variable."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.wording import listed, quoted, shortened
from ..tables.dialect import Dialect, misread_header, names_by_place, plain_number
from .lines import Line, check_text
from .record import Cells, Record, RecordError

GIVE = "fill its cell in the column `{name}`, or write `--{name} 1` for all rows"

# What is one number, and no expression.
_NUMBER = re.compile(r"\s*[+-]?[\d.,]+(e[+-]?\d+)?\s*", re.IGNORECASE)
_LONGEST_FIELD = 2**31 - 1  # the limit of the csv module, on all systems
_MOST_LINES = 1000  # that a row may have, its quoted cells containing newlines


def is_blank(text: str) -> bool:
    """Whether a line holds no record."""
    return not text.strip("\n")


def is_whole(row: Sequence[Line]) -> bool:
    """Whether lines are all of a row, or too many to be one."""
    return len(row) == _MOST_LINES or sum(line.text.count('"') for line in row) % 2 == 0


class Table:
    """The rows below a header; without one, the first column is `expr`, and the others are x2, x3, ...

    UsageError: the header has no column `expr`, or two columns of one name.
    """

    def __init__(self, first_line: str, dialect: Dialect) -> None:
        self.dialect = dialect
        try:
            self.columns = [name.strip() for name in self.cells(first_line)]
        except RecordError as error:
            raise UsageError(f"the header of the table cannot be read: {error.message}", error.help) from None
        if not dialect.has_header:
            self.columns = ["expr", *names_by_place(self.columns)[1:]]
        twice = [name for name in self.columns if name and self.columns.count(name) > 1]
        if twice:
            raise UsageError(f"the table has two columns {quoted(twice[0])}")
        if "expr" not in self.columns:
            close = did_you_mean("expr", self.columns)
            help = f"is it {quoted(close)}?" if close else f"its columns are {listed(map(shortened, self.columns))}"
            help = misread_header(first_line, self.columns, dialect) or help
            raise UsageError("the table has no column `expr` in its first line", help)

    def cells(self, text: str) -> list[str]:
        """The cells of a row, of which one in quotes may have several lines. RecordError: a quote out of place."""
        csv.field_size_limit(_LONGEST_FIELD)
        try:
            return next(csv.reader([text], delimiter=self.dialect.delimiter, strict=True), [])
        except csv.Error:
            raise RecordError(
                "a quote stands inside a cell or is not closed",
                'put the whole cell in double quotes, and write a quote in it twice: `""`',
            ) from None

    def read(self, line: int, text: str) -> Record:
        """The record in a row; an empty cell gives no value. RecordError: too many or too few cells."""
        check_text(line, text)
        cells = self.cells(text)
        if len(cells) != len(self.columns):
            raise RecordError(
                f"the row has {len(cells)} cells where the header has {len(self.columns)}",
                "put a cell that contains the delimiter in double quotes",
            )
        kept = Cells(
            {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell and not cell.isspace()}
        )
        expr = kept.pop("expr", "")
        values = {name: self._value(name, cell) for name, cell in kept.items()}
        return Record(line, expr, values, may_ignore=True, kept=kept)

    def _value(self, name: str, cell: str) -> str:
        """The value of a variable in a cell, whose numbers may have decimal commas."""
        if self.dialect.decimal == "." or not _NUMBER.fullmatch(cell):
            return cell
        if "." in cell:
            raise RecordError(f"`{name}` is {quoted(cell)}, and `--decimal ,` says that numbers have decimal commas")
        return plain_number(cell, self.dialect.decimal)

    def joined(self, lines: Sequence[Line], at_end: bool) -> tuple[list[Line], list[Line]]:
        """Joins the lines of each row; also returns the lines of a row that needs more of them.

        A quote that nothing closes, so that a row of the right width ends there, is the fault of its line alone.
        """
        rows: list[Line] = []
        start = 0
        while start < len(lines):
            end = self._end(lines, start)
            if end is None and not at_end and len(lines) - start < _MOST_LINES:
                break
            row = Line(lines[start].number, "\n".join(line.text for line in lines[start : end or start + 1]))
            if end is not None and end > start + 1 and not self._fits(row.text):
                end, row = start + 1, lines[start]
            rows.append(row)
            start = end or start + 1
        return rows, list(lines[start:])

    def _fits(self, text: str) -> bool:
        try:
            return len(self.cells(text)) == len(self.columns)
        except RecordError:
            return False

    def _end(self, lines: Sequence[Line], start: int) -> int | None:
        """Where the row that starts at a line ends: at the line with which its quotes are even in number."""
        is_open = False
        for end in range(start, min(len(lines), start + _MOST_LINES)):
            is_open ^= lines[end].text.count('"') % 2 == 1
            if not is_open:
                return end + 1
        return None
