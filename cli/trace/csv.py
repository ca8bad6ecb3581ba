"""Delimited values: a header, and a row for each step, empty where a column is not about it."""

from __future__ import annotations

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..shell.printing import Style, delimited
from .rows import COLUMNS, lines


def render(report: Report, passes: Passes, style: Style, delimiter: str) -> str:
    """The passes as one table, cells divided by `delimiter`."""
    rows = [[line.get(column, "") for column in COLUMNS] for line in lines(report.inputs, passes)]
    return delimited([COLUMNS, *rows], delimiter)
