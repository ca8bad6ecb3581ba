"""Delimited values: a header of keys and a row of values; lists stand in brackets in one cell."""

from __future__ import annotations

from ...parser.analysis.result import Report, value_text
from ..shell.printing import Style, delimited


def render(report: Report, style: Style, delimiter: str) -> str:
    """The report as a header and a row, cells divided by `delimiter`."""
    facts = list(report.facts())
    return delimited([[key for key, _ in facts], [value_text(value) for _, value in facts]], delimiter)
