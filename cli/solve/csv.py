"""Delimited values: a header and a row for each root."""

from __future__ import annotations

from ...parser.analysis.result import value_text
from ...parser.solving.solutions import SolutionReport
from ..shell.printing import Style, delimited


def render(report: SolutionReport, style: Style, delimiter: str) -> str:
    """The roots as a table, cells divided by `delimiter`."""
    names = [*report.unknowns, "residual", "error", "multiplicity", "singular", "proof"]
    rows = [{key.removeprefix("at."): value_text(value) for key, value in root.facts()} for root in report.roots]
    return delimited([names, *([row.get(name, "") for name in names] for row in rows)], delimiter)
