"""For a person at a terminal: a table of the roots, at the width of the window."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...parser.analysis.result import number_text, value_text
from ...parser.solving.solutions import SolutionReport
from ..shell.painting import numbers_table, painted
from ..shell.printing import Style


def render(report: SolutionReport, style: Style) -> str:
    """The report as a table. User text is never read as markup."""
    parts: list[RenderableType] = []
    if report.roots:
        parts.append(_table(report, style))
    elif report.nearest:
        shown = ", ".join(f"{name} = {value_text(np.asarray(value))}" for name, value in report.nearest.items())
        parts.append(Text(f"the search ended at {shown}, where the sides differ by {report.residual:.3g}"))
    parts.append(Text(report.reason, style="bold green" if report.is_solved else "bold red"))
    return painted(style.color, *parts)


def _table(report: SolutionReport, style: Style) -> Table:
    point = report.roots[0].point
    table = numbers_table(None, *point, "error", "residual", "multiple")
    for column, value in zip(table.columns, point.values(), strict=False):
        column.no_wrap = not np.ndim(value)
    table.add_column("", overflow="fold")
    for root in report.roots:
        multiple = "" if root.multiplicity in (None, 1) else f"{root.multiplicity:g}"
        cells = [_shown(value, style) for value in root.point.values()]
        cells += [f"{root.error:.1e}", f"{root.residual:.1e}", multiple]
        table.add_row(*cells, "singular Jacobian" if root.singular and not multiple else root.proof)
    return table


def _shown(value: Any, style: Style) -> str:
    if np.ndim(value):
        return value_text(value if style.precision is None else np.round(value, style.precision))
    return number_text(value) if style.precision is None else f"{value:.{style.precision}g}"
