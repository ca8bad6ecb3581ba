"""Tab-separated values: a header, and a row for each step."""

from __future__ import annotations

from ..passes import Passes
from ..render import Style
from ..report import Report
from .csv import table


def render(report: Report, passes: Passes, style: Style) -> str:
    """The passes as one table."""
    return table(report, passes, "\t")
