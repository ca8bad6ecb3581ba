"""Tab-separated values: a header of keys and a row of values."""

from __future__ import annotations

from ...parser.analysis.result import Report
from . import Style
from .csv import table


def render(report: Report, style: Style) -> str:
    """The report as a header and a row."""
    return table(report, "\t")
