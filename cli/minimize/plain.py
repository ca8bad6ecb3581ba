"""For scripts: one fact a line, the key, a TAB, the value; before them the steps on the way, one a line."""

from __future__ import annotations

from ...parser.analysis.result import value_text
from ...parser.solving.minimization import MinimumReport
from ..shell.printing import Style
from .records import steps


def render(report: MinimumReport, style: Style, path: bool) -> str:
    """The report, exact and unadorned."""
    lines = [f"{key}\t{value_text(value)}" for key, value in report.facts()]
    if path:
        rows = ["\t".join(f"{key}\t{value_text(value)}" for key, value in row.items()) for row in steps(report)]
        lines = [*rows, *lines]
    return "".join(f"{line}\n" for line in lines)
