"""For a person at a terminal: aligned, coloured, at the width of the window."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ...parser.analysis.result import Report, label_of, number_text
from ...parser.display.brackets import array_text
from ..shell.painting import painted, window_width
from ..shell.printing import Style
from ..shell.streams import printable

_GAP = 2
_NARROW = 24
_LONGEST_EXPRESSION = 2000
_LABEL = "bold cyan"

# What stands on the left, what on the right, and the colour of that.
Row = tuple[str, Any, str]


def render(report: Report, style: Style) -> str:
    """The report as a small table. User text is never read as markup."""
    return painted(style.color, facts_table(_rows(report), style, window_width()))


def _rows(report: Report) -> list[Row]:
    rows: list[Row] = [("expression", _shortened(printable(report.expr.strip("\n"))), "")]
    rows += [(name, value, "") for name, value in report.inputs.items()]
    rows += [(name, value, "bold") for name, value in report.values()]
    if report.grad_fn is not None:
        rows.append(("grad_fn", report.grad_fn, "magenta"))
    rows += [(label_of(key), value, "green") for key, value in report.derivatives()]
    return rows


def facts_table(rows: list[Row], style: Style, width: int) -> RenderableType:
    """Labels on the left, values on the right; in a narrow window, each value below its label."""
    widest = max(len(label) for label, _, _ in rows) + _GAP
    beside = width - widest >= _NARROW
    margin = widest if beside else _GAP
    values = [
        (value if isinstance(value, str) else _shown(value, style, width - margin), look) for _, value, look in rows
    ]
    labels = [label for label, _, _ in rows]
    if (
        beside
        and all(_is_line(label, margin) for label in labels)
        and all(_is_line(text, width - margin) for text, _ in values)
    ):
        # Nothing is to be folded: one text is laid out in a fraction of the time that a table takes.
        facts = zip(labels, values, strict=True)
        return Text("\n").join(Text.assemble((set_cell_size(label, margin), _LABEL), value) for label, value in facts)
    table = Table(box=None, show_header=False, padding=0, pad_edge=False)
    table.add_column(overflow="fold", width=margin if beside else None)
    if beside:
        table.add_column(overflow="fold")
    for label, value in zip(labels, values, strict=True):
        name = Text(label, style=_LABEL)
        # Assembled, so that the colour ends with the text and not with the column.
        text = Text.assemble(value)
        if beside:
            table.add_row(name, text)
        else:
            table.add_row(name)
            table.add_row(Padding(text, (0, 0, 0, margin)))
    return table


def _is_line(text: str, width: int) -> bool:
    """Whether a text is one line, as it is."""
    return len(text) <= width and not text.count("\n") and not text.count("\t") and cell_len(text) <= width


def _shown(value: Any, style: Style, width: int) -> str:
    def number(item: Any) -> str:
        if style.precision is None or not isinstance(item, np.floating):
            return number_text(item)
        return f"{item:.{style.precision}g}"

    return array_text(value, width, number) if value.ndim else number(value[()])


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_EXPRESSION:
        return text
    half = _LONGEST_EXPRESSION // 2
    return f"{text[:half]} ... {text[-half:]}"
