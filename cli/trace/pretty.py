"""For a person at a terminal: tables, or in a narrow window one fact below the other."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ...parser.display.pass_tables import Cells, Table, tables
from ..shell.painting import painted, window_width
from ..shell.printing import Style
from ..shell.streams import printable

_GAP = 2
_LOOKS = {"result": "bold cyan", "node": "bold cyan", "variable": "bold cyan", "to": "cyan", "grad_fn": "magenta"}
_LOOKS |= {"value": "bold", "gradient": "green", "sends": "green"}
# Columns that may be broken in a window that is nearly wide enough.
_FOLDED = ("expression", "local derivative", "value", "incoming", "sends", "gradient")
_NARROWEST = 10


def render(report: Report, passes: Passes, style: Style) -> str:
    """The passes as tables at the width of the window. User text is never read as markup."""
    width = window_width()
    parts: list[RenderableType] = []
    for table in tables(report.inputs, passes, Cells(style.precision)):
        parts += [""] if parts else []
        parts.append(Text.assemble((table.title, "bold underline" if style.color else "")))
        parts.append(_side_by_side(table, width) if _fits(table, width) else _below_each_other(table))
        parts += [Text(table.note, style="dim")] if table.note else []
    return painted(style.color, *parts)


def _fits(table: Table, width: int) -> bool:
    """Whether the columns have room beside each other, the wide ones broken at a bearable width."""
    widths = [max(len(cell) for cell in column) for column in zip(table.headers, *table.rows, strict=True)]
    least = [min(w, _NARROWEST) if h in _FOLDED else w for h, w in zip(table.headers, widths, strict=True)]
    return sum(least) + _GAP * len(least) <= width


def _side_by_side(table: Table, width: int) -> RichTable:
    shown = RichTable(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for header in table.headers:
        folded = header in _FOLDED
        shown.add_column(header, overflow="fold", no_wrap=not folded, min_width=None if not folded else 1)
    for row in table.rows:
        shown.add_row(*map(_cell, table.headers, row))
    return shown


def _below_each_other(table: Table) -> RenderableType:
    """Each row as lines of a header and what stands under it."""
    lines: list[RenderableType] = []
    for row in table.rows:
        facts = [(h, cell) for h, cell in zip(table.headers, row, strict=True) if cell]
        # The first fact heads those that follow, which are about it.
        for i, (header, cell) in enumerate(facts):
            text = Text.assemble((f"{header} ", "dim"), _cell(header, cell))
            lines.append(Padding(text, (0, 0, 0, _GAP if i or not row[0] else 0)))
    return Group(*lines)


def _cell(header: str, cell: str) -> Text:
    # Assembled, so that the colour ends with the text and not with the column.
    return Text.assemble((printable(cell), _LOOKS.get(header, "")), overflow="fold")
