"""One fact a line: the key, a TAB, the value."""

from __future__ import annotations

from ...parser.analysis.fit_report import FitReport
from ...parser.analysis.result import value_text
from ..shell.printing import Style


def render(report: FitReport, style: Style) -> str:
    """The report for scripts, exact and unadorned."""
    return "".join(f"{key}\t{value_text(value)}\n" for key, value in report.facts())
