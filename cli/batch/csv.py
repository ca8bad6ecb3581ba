"""Expressions in a table, CSV or TSV: a column `expr`, and a column for each variable."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice

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


def rows(chunks: Iterable[Sequence[Line]], delimiter: str) -> Iterator[list[Line]]:
    """The lines in chunks, those of each row joined, of which a cell in quotes may have several.

    A quote that nothing closes, so that a row as wide as the first one ends there, is the fault of its line alone.
    """
    held: list[Line] = []
    width: int | None = None
    for lines in chain(chunks, [None]):
        held += lines or ()
        found: list[Line] = []
        while held:
            count = _lines_of_row(held)
            if count is None and lines is not None and len(held) < _MOST_LINES:
                break
            row = Line(held[0].number, "\n".join(line.text for line in held[: count or 1]))
            if not width:
                width = _width(row.text, delimiter)
            elif (count or 1) > 1 and _width(row.text, delimiter) != width:
                count, row = 1, held[0]
            found.append(row)
            del held[: count or 1]
        yield found


def _lines_of_row(lines: Sequence[Line]) -> int | None:
    """How many lines the first row has: up to that with which its quotes are even in number."""
    quotes = accumulate(line.text.count('"') for line in islice(lines, _MOST_LINES))
    return next((count for count, total in enumerate(quotes, 1) if total % 2 == 0), None)


def _width(row: str, delimiter: str) -> int | None:
    try:
        return len(cells_of(row, delimiter))
    except RecordError:
        return None


def cells_of(row: str, delimiter: str) -> list[str]:
    """The cells of a row, of which one in quotes may have several lines. RecordError: a quote out of place."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        return next(csv.reader([row], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise RecordError(
            "a quote stands inside a cell or is not closed",
            'put the whole cell in double quotes, and write a quote in it twice: `""`',
        ) from None


class Table:
    """The rows below a header; without one, the first column is `expr`, and the others are x2, x3, ...

    UsageError: the header has no column `expr`, or two columns of one name.
    """

    def __init__(self, first_line: str, dialect: Dialect) -> None:
        self.dialect = dialect
        try:
            self.columns = [name.strip() for name in cells_of(first_line, dialect.delimiter)]
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

    def read(self, line: int, text: str) -> Record:
        """The record in a row; an empty cell gives no value. RecordError: too many or too few cells."""
        check_text(line, text)
        cells = cells_of(text, self.dialect.delimiter)
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
