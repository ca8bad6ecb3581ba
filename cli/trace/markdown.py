"""Tables in Markdown, as GitHub and most others read them."""

from __future__ import annotations

from typing import Any

from ...parser.analysis.passes import Passes, Step
from ...parser.analysis.result import Report
from ...parser.display.pass_tables import Cells, tables
from ..shell.printing import Style


class _MarkdownCells(Cells):
    def name(self, name: str) -> str:
        return _code(name)

    def rule(self, syntax: Any) -> str:
        return _code(super().rule(syntax))

    def source(self, step: Step) -> str:
        return _code(step.written)


def render(report: Report, passes: Passes, style: Style) -> str:
    """The expression, then the tables with their titles (not headings, whose level is the document's affair)."""
    parts = [f"{_code(' '.join(report.expr.split()))}\n"]
    for table in tables(report.inputs, passes, _MarkdownCells(style.precision)):
        rows = [table.headers, ["---"] * len(table.headers), *table.rows]
        lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        note = f"\n{table.note}\n" if table.note else ""
        parts.append(f"**{table.title}**\n\n{lines}{note}")
    return "\n".join(parts)


def _code(text: str) -> str:
    """The text as code; a bar would end the cell."""
    return f"`{text}`".replace("|", "\\|")
