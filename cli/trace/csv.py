"""Delimited values: a header, and a row for each step, empty where a column is not about it."""

from __future__ import annotations

import csv
import io

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..shell.printing import Style
from .rows import COLUMNS, lines


def render(report: Report, passes: Passes, style: Style, delimiter: str) -> str:
    """The passes as one table, cells divided by `delimiter`."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([line.get(column, "") for column in COLUMNS] for line in lines(report.inputs, passes))
    return text.getvalue()
