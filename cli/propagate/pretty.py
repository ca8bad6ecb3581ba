"""For a person at a terminal: the result as it is stated, and where its deviation comes from."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...parser.solving.shortened_numbers import stated
from ...parser.solving.uncertainty import Propagation
from ..shell.painting import numbers_table, painted, short, window_width
from ..shell.printing import Style

_NARROW = 60
_DIGITS = 6


def render(report: Propagation, style: Style) -> str:
    """The report at the width of the window. User text is never read as markup."""

    def shown(value: float, deviation: float) -> str:
        return stated(value, deviation, report.digits, "+-" if style.ascii else " ± ")

    parts: list[RenderableType] = [Text(shown(report.value, report.deviation), style="bold"), Text("")]
    parts.append(_inputs(report, style.precision or _DIGITS, window_width()))
    lines: list[tuple[str, str]] = []
    if report.second is not None:
        lines.append(("second order", shown(*report.second)))
    if report.check is not None:
        check = report.check
        lines.append(("random draws", shown(check.mean, check.deviation)))
        lines.append(("95 % of them", f"{check.low:.4g} .. {check.high:.4g}"))
    parts += [Text(""), *(Text.assemble((f"{name:<14}", "cyan"), text) for name, text in lines)] if lines else []
    return painted(style.color, *parts)


def _inputs(report: Propagation, digits: int, width: int) -> Table:
    """What goes in, that which matters most first."""
    wide = width >= _NARROW
    slope, elasticity = (["slope"], ["elasticity"]) if wide else ([], [])
    table = numbers_table("", "value", "deviation", *slope, "contribution", "share", *elasticity)
    for name, part in sorted(report.inputs.items(), key=lambda item: -math.fabs(item[1].share or 0.0)):
        row = [short(part.value, digits), short(part.deviation, 4) if part.deviation else "exact"]
        row += [short(part.gradient, digits)] * wide
        row += [short(part.contribution, 4), "" if math.isnan(part.share) else f"{part.share:.1%}"]
        table.add_row(name, *row, *([short(part.elasticity, 4)] * wide))
    return table
