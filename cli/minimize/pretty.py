"""For a person at a terminal: aligned, coloured, at the width of the window."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...parser.analysis.result import value_text
from ...parser.solving.minimization import MinimumReport
from ..shell.painting import numbers_table, painted, window_width
from ..shell.printing import Style
from ..shell.streams import printable
from ..value.pretty import Row, facts_table
from .records import steps

_LABELS = {"gradient_norm": "|gradient|", "reached_by": "reached by"}


def render(report: MinimumReport, style: Style, path: bool) -> str:
    """The report as a small table. User text is never read as markup."""
    parts: list[RenderableType] = [_path(report, style)] if path else []
    rows: list[Row] = [("expression", printable(report.expr.strip("\n")), "")]
    for key, value in report.facts():
        if key not in ("reason", "converged"):
            look = "bold" if key == "value" or key.startswith("at.") else ""
            rows.append((_LABELS.get(key, key.removeprefix("at.").replace(".", " ")), value, look))
    parts.append(facts_table(rows, style, window_width()))
    parts.append(Text(report.reason, style="bold green" if report.converged else "bold red"))
    return painted(style.color, *parts)


def _path(report: MinimumReport, style: Style) -> Table:
    rows = steps(report)
    table = numbers_table(None, *(_LABELS.get(key, key.removeprefix("at.")) for key in rows[0]))
    digits = style.precision or 6
    for row in rows:
        table.add_row(*(f"{v:.{digits}g}" if not v.ndim else value_text(v.round(digits)) for v in row.values()))
    return table
