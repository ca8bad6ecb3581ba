"""For a person at a terminal: aligned, coloured, at the width of the window."""

from __future__ import annotations

from ...parser.analysis.result import value_text
from ...parser.solving.minimization import MinimumReport
from ..shell.folding import folded, window_width
from ..shell.highlight import colored
from ..shell.printing import Style
from ..shell.streams import printable
from ..value.pretty import Row, facts_text
from .records import steps

_LABELS = {"gradient_norm": "|gradient|", "reached_by": "reached by"}


def render(report: MinimumReport, style: Style, path: bool) -> str:
    """The report as a small table."""
    rows: list[Row] = [("expression", printable(report.expr.strip("\n")), "")]
    for key, value in report.facts():
        if key not in ("reason", "converged"):
            look = "1" if key == "value" or key.startswith("at.") else ""
            rows.append((_LABELS.get(key, key.removeprefix("at.").replace(".", " ")), value, look))
    width, look = window_width(), ("1;32" if report.converged else "1;31") if style.color else ""
    reason = "".join(colored(line, look) + "\n" for line in folded(report.reason, width))
    return (_path(report, style) if path else "") + facts_text(rows, style, width) + reason


def _path(report: MinimumReport, style: Style) -> str:
    # Here, as it brings Rich, which takes longer to import than all else.
    from ..shell.painting import numbers_table, painted

    rows = steps(report)
    table = numbers_table(None, *(_LABELS.get(key, key.removeprefix("at.")) for key in rows[0]))
    digits = style.precision or 6
    for row in rows:
        table.add_row(*(f"{v:.{digits}g}" if not v.ndim else value_text(v.round(digits)) for v in row.values()))
    return painted(style.color, table)
