"""For a person at a terminal: tables, or in a narrow window one fact below the other."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from ...parser.analysis.passes import Passes
from ...parser.analysis.result import Report
from ...parser.display.pass_tables import Cells, Table, tables
from ..shell.painting import painted
from ..shell.printing import Style
from ..shell.streams import printable

_GAP = 2
_LOOKS = {"result": "bold cyan", "node": "bold cyan", "variable": "bold cyan", "to": "cyan", "grad_fn": "magenta"}
_LOOKS |= {"value": "bold", "gradient": "green", "sends": "green"}
# Columns that may be broken in a window that is nearly wide enough.
_FOLDED = ("expression", "local derivative", "value", "incoming", "sends", "gradient")


def render(report: Report, passes: Passes, style: Style) -> str:
    """The passes as tables at the width of the window. User text is never read as markup."""
    parts: list[RenderableType] = []
    for table in tables(report.inputs, passes, Cells(style.precision)):
        parts += [""] if parts else []
        parts.append(Text.assemble((table.title, "bold underline" if style.color else "")))
        parts.append(_side_by_side(table))
        parts += [Text(table.note, style="dim")] if table.note else []
    return painted(style.color, *parts)


def _side_by_side(table: Table) -> RichTable:
    shown = RichTable(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for header in table.headers:
        folded = header in _FOLDED
        shown.add_column(header, overflow="fold", no_wrap=not folded, min_width=None if not folded else 1)
    for row in table.rows:
        shown.add_row(*map(_cell, table.headers, row))
    return shown


def _cell(header: str, cell: str) -> Text:
    # Assembled, so that the colour ends with the text and not with the column.
    return Text.assemble((printable(cell), _LOOKS.get(header, "")), overflow="fold")
