"""A row for each parameter, as CSV or TSV."""

from __future__ import annotations

from ...parser.analysis.fit_report import FitReport
from ..shell.printing import Style, delimited

_HEADER = ("parameter", "value", "se", "t", "p", "low", "high")


def render(report: FitReport, style: Style, delimiter: str) -> str:
    """The parameters with their statistics, exact; cells that have no number are empty."""
    rows = [[name, *("" if cell != cell else repr(cell) for cell in e[:-1])] for name, e in report.estimates.items()]
    return delimited([_HEADER, *rows], delimiter)
