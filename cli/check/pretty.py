"""For a person at a terminal: a table of the checks, and a sentence on the whole."""

from __future__ import annotations

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...parser.analysis.claims import Verdict
from ...parser.analysis.compare import HOLDS
from ...parser.analysis.result import value_text
from ...parser.analysis.verdict import CheckReport
from ..shell.painting import painted, window_width
from ..shell.printing import Style

_NARROW = 72
_DECIMALS = 6


def render(report: CheckReport, style: Style) -> str:
    """The report at the width of the window. User text is never read as markup."""
    parts: list[RenderableType] = [_table(report, window_width())] if report.checks else []
    parts += map(_claim, report.claims)
    parts.append(Text(_summary(report), style="bold green" if report.holds else "bold red"))
    return painted(style.color, *parts)


def _table(report: CheckReport, width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold cyan")
    several = len(report.checks) > 1
    errors = width >= _NARROW
    if several:
        table.add_column("", justify="right", no_wrap=True)
    table.add_column("derivative" if errors else "", overflow="fold")
    for name in ("at", "autograd", "numeric", *(("absolute", "relative", "tolerance") if errors else ())):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("", no_wrap=True)
    for number, (point, checks) in enumerate(report.checks, 1):
        for check in checks:
            cells = [str(number)] * several
            cells += [check.key, *map(_short, (check.coordinate.of(point), check.autograd, check.numeric))]
            cells += [f"{error:.1e}" for error in (check.absolute, check.relative, check.tolerance) if errors]
            table.add_row(*cells, Text(check.verdict, style="green" if check.verdict in HOLDS else "bold red"))
    return table


def _claim(verdict: Verdict) -> Text:
    claim = verdict.claim
    head = f"d/d{claim.name} = {claim.text}: "
    times = f"{verdict.points} point{'s' * (verdict.points > 1)}"
    if verdict.cancels:
        return Text.assemble(head, ("ok", "green"), ", equal: the difference cancels")
    if verdict.holds:
        return Text.assemble(head, ("ok", "green"), f", equal at {times}")
    place = ", ".join(f"{name} = {_texts(data)}" for name, data in verdict.at.items())
    lines = [f"\n  it differs most at {place} (of {times}):"]
    lines += [f"    {key:<9} {_texts(verdict.numbers()[key])}" for key in ("claimed", "autograd", "numeric")]
    if verdict.slip:
        lines.append(f"  likely slip: {verdict.slip}")
    return Text.assemble(head, ("wrong", "bold red"), "\n".join(lines))


def _summary(report: CheckReport) -> str:
    verdicts = [check.verdict in HOLDS for _, checks in report.checks for check in checks]
    verdicts += [verdict.holds for verdict in report.claims]
    what = "claim" if report.claims else "derivative"
    failed = len(verdicts) - sum(verdicts)
    if len(verdicts) == 1:
        return f"the {what} {'does not hold' if failed else 'holds'}"
    if failed:
        return f"{failed} of {len(verdicts)} {what}s {'does' if failed == 1 else 'do'} not hold"
    return f"{len(verdicts)} {what}s checked: all hold"


def _short(value: float) -> str:
    return f"{value:.5g}"


def _texts(data: object) -> str:
    array = np.asarray(data, float)
    return _short(float(array)) if array.ndim == 0 else value_text(np.array(np.round(array, _DECIMALS)))
