"""Comma-separated values: a header, and a row for each step, empty where a column is not about it."""

from __future__ import annotations

import csv
import io

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..value import Style
from .lines import COLUMNS, lines


def render(report: Report, passes: Passes, style: Style) -> str:
    """The passes as one table."""
    return table(report, passes, ",")


def table(report: Report, passes: Passes, delimiter: str) -> str:
    """The passes as one table, cells divided by `delimiter`."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([line.get(column, "") for column in COLUMNS] for line in lines(report.inputs, passes))
    return text.getvalue()
