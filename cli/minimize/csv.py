"""Delimited values: a header and a row of the facts, or with the path a row for each of its steps."""

from __future__ import annotations

from ...parser.analysis.result import value_text
from ...parser.solving.minimization import MinimumReport
from ..shell.printing import Style, delimited
from .records import steps


def render(report: MinimumReport, style: Style, path: bool, delimiter: str) -> str:
    """The report as a table, cells divided by `delimiter`."""
    rows = steps(report) if path else [dict(report.facts())]
    header = [key.removeprefix("at.") for key in rows[0]] if path else list(rows[0])
    return delimited([header, *([value_text(value) for value in row.values()] for row in rows)], delimiter)
