"""Tab-separated values: a header, and a row for each step."""

from __future__ import annotations

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ..value import Style
from .csv import table


def render(report: Report, passes: Passes, style: Style) -> str:
    """The passes as one table."""
    return table(report, passes, "\t")
