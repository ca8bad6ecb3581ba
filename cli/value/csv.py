"""Delimited values: a header of keys and a row of values; lists stand in brackets in one cell."""

from __future__ import annotations

import csv
import io

from ...parser.analysis.result import Report, value_text
from ..shell.printing import Style


def render(report: Report, style: Style, delimiter: str) -> str:
    """The report as a header and a row, cells divided by `delimiter`."""
    facts = list(report.facts())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([key for key, _ in facts])
    writer.writerow([value_text(value) for _, value in facts])
    return text.getvalue()
