"""For a person at a terminal: a table of the parameters, how good the fit is, and what hangs together."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ...parser.analysis.fit_report import Estimate, FitReport, why_not
from ...parser.syntax.wording import counted
from ..shell.painting import numbers_table, painted, short, window_width
from ..shell.printing import Style

_NARROW = 72
_DIGITS = 6
_MOST_CORRELATIONS = 12


def render(report: FitReport, style: Style) -> str:
    """The report at the width of the window. User text is never read as markup."""
    width = window_width()
    parts: list[RenderableType] = [_parameters(report, style.precision or _DIGITS, width), Text("")]
    parts += [Text.assemble((f"{name:<10}", "cyan"), text) for name, text in _lines(report, style.precision or _DIGITS)]
    if 1 < len(report.estimates) <= min(_MOST_CORRELATIONS, width // 9):
        parts += [Text(""), _correlations(report)]
    if not report.converged:
        parts += [Text(""), Text(why_not(report.status), style="bold red")]
    return painted(style.color, *parts)


def _parameters(report: FitReport, digits: int, width: int) -> Table:
    wide = width >= _NARROW
    tests = ("t", "p") if wide else ()
    table = numbers_table("", "estimate", "std. error", *tests, f"{100 * report.level:.6g} % interval")
    for name, e in report.estimates.items():
        tests = [short(e.t, 4), _probability(e.probability)] if wide else []
        errors = "at its bound" if e.held else short(e.error, 4)
        table.add_row(name, short(e.value, digits), errors, *tests, _interval(e, digits))
    for name, value in report.fixed.items():
        shown = short(float(value), digits) if not getattr(value, "ndim", 0) else "list"
        table.add_row(name, shown, "fixed", *([""] * (3 if wide else 1)))
    return table


def _interval(e: Estimate, digits: int) -> str:
    if math.isnan(e.low) and math.isnan(e.high):
        return ""
    return f"{short(e.low, digits)} .. {short(e.high, digits)}"


def _lines(report: FitReport, digits: int) -> list[tuple[str, str]]:
    m = report.measures
    freedom = counted(int(m["dof"]), "degree")
    lines = [
        ("deviation", f"{short(m['deviation'], digits)} with {freedom} of freedom ({counted(int(m['rows']), 'row')})"),
        ("rss", short(m["rss"], digits)),
        ("R2", f"{short(m['r_squared'], digits)} (adjusted {short(m['adjusted_r_squared'], digits)})"),
        ("AIC, BIC", f"{m['aic']:.2f}, {m['bic']:.2f}"),
    ]
    if "chi_squared_p" in m:
        lines.append(("chi2", f"{short(m['rss'], digits)}, p = {_probability(m['chi_squared_p'])}"))
    if "scale" in m:
        lines.append(("scale", short(m["scale"], digits)))
    return lines


def _correlations(report: FitReport) -> Table:
    places = [i for i, e in enumerate(report.estimates.values()) if not e.held]
    names = list(report.estimates)
    table = numbers_table("correlations", *(names[i] for i in places[:-1]))
    for i in places[1:]:
        cells = [report.correlations[i, j] for j in places if j < i]
        table.add_row(names[i], *("" if math.isnan(cell) else f"{cell:.3f}" for cell in cells))
    return table


def _probability(number: float) -> str:
    return "" if math.isnan(number) else "< 1e-16" if number < 1e-16 else f"{number:.2g}"
