"""How text tables are written: between cells, within numbers, and whether names stand in the first line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...parser.syntax.decimal_text import is_decimal
from ..shell.printing import DELIMITERS
from .encoding import ENCODING_HELP

# What people divide cells with, and how it is given on the command line.
_LIKELY = {",": ",", ";": "';'", "\t": "tab", "|": "'|'"}
# A point turns into what no number has.
_SWAPPED = str.maketrans(",.", ".,")


class Dialect(NamedTuple):
    """How cells are divided and numbers spelled, whether a header is first, and which texts stand for an empty cell."""

    delimiter: str = ","
    decimal: str = "."
    has_header: bool = True
    nulls: tuple[str, ...] = ()


class TextForm(NamedTuple):
    """What is asked for of text tables, None where nothing is."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str = "."
    has_header: bool = True
    nulls: tuple[str, ...] = ()

    def dialect(self, format_name: str) -> Dialect:
        """How a table in CSV or TSV is written. With a decimal comma, semicolons divide the cells of CSV."""
        usual = ";" if format_name == "csv" and self.decimal == "," else DELIMITERS[format_name]
        return Dialect(self.delimiter or usual, self.decimal, self.has_header, self.nulls)

    def written(self, format_name: str) -> Dialect:
        """How results are written: as CSV is read, but TSV always with tabs."""
        found = self.dialect(format_name)
        return found._replace(delimiter="\t") if format_name == "tsv" else found


def names_by_place(cells: Sequence[str]) -> list[str]:
    """The names of columns that have none: x1, x2, ..."""
    return [f"x{place}" for place in range(1, len(cells) + 1)]


def plain_number(text: str, mark: str) -> str:
    """A number with a point in place of its decimal mark; in place of the point, what no number has."""
    return text if mark == "." else text.translate(_SWAPPED)


def one_cell(header: str, dialect: Dialect) -> str | None:
    """Why a first line is a single cell, and which option divides it; None where nothing else seems to."""
    if dialect.delimiter in header or '"' in header:
        return None
    found = next(((mark, given) for mark, given in _LIKELY.items() if mark in header), None)
    if found is None:
        return None
    mark, given = found
    shown = "tabs" if mark == "\t" else f"`{mark}`"
    return f"its first line is a single cell, with {shown} in it: write `--delimiter {given}` if cells end there"


def misread_header(header: str, names: Sequence[str], dialect: Dialect) -> str | None:
    """Which option may be missing where a header has not the names that it should; None where none seems to be."""
    if "\0" in header:
        return "its first line has zero bytes, as UTF-16 has: write `--encoding utf-16-le` or `utf-16-be`"
    if not header.isascii() and any("\udc80" <= letter <= "\udcff" for letter in header):
        return f"its first line is not in UTF-8: {ENCODING_HELP}"
    if dialect.has_header and names and all(map(is_decimal, names)):
        return "its first line holds numbers: `--no-header` reads it as a row, and calls the columns x1, x2, ..."
    return one_cell(header, dialect)
