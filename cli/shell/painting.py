"""What Rich paints for a person at a terminal, as text."""

from __future__ import annotations

import io
import math
import shutil
from dataclasses import replace
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ...parser.syntax.wording import LEFT_OUT, legible, long_middles

# Columns of text that may be broken to, and those that facts about something stand to the right.
_NARROWEST, _GAP = 10, 2


def window_width() -> int:
    """The columns of the window."""
    return shutil.get_terminal_size().columns


def numbers_table(label: str | None, *names: str) -> Table:
    """A table to be filled with rows of numbers; with a `label`, even an empty one, each row begins with a name."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold cyan")
    if label is not None:
        table.add_column(label, style="bold", overflow="fold")
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    return table


def short(number: float, digits: int) -> str:
    """A number in so many digits; nothing of one that is none."""
    return "" if math.isnan(number) else f"{number:.{digits}g}"


def painted(color: bool, *parts: RenderableType) -> str:
    """The parts below each other at the width of the window, long names shortened. Text is never read as markup."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=window_width(),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in map(_legible, parts):
        fits = not isinstance(part, Table) or _least_width(part) <= console.width
        console.print(part if fits else _below_each_other(part))
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().rstrip("\n").split("\n"))


def _least_width(table: Table) -> int:
    """The columns of the window that a table takes where no number is broken, and no text but what is long."""
    width = 0
    for column in table.columns:
        texts = [str(text) for text in (column.header, *column.cells)]
        words = texts if column.no_wrap else [word for text in texts for word in text.split()]
        longest = max(map(len, words), default=0)
        is_broken = not (column.no_wrap or column.justify == "right")
        width += min(longest, _NARROWEST) if is_broken else longest
    return width + table.padding[1] * (len(table.columns) - 1)


def _below_each_other(table: Table) -> RenderableType:
    """Each row as lines of a header and what stands under it."""
    headers = [str(column.header) for column in table.columns]
    lines: list[RenderableType] = []
    for row in zip(*(column.cells for column in table.columns), strict=True):
        # The first fact heads those that follow, which are about it.
        indent = _GAP if not row[0] else 0
        for header, cell in zip(headers, row, strict=True):
            if cell:
                text = Text.assemble((f"{header} ", "dim") if header else "", cell)
                text.overflow = "fold"
                lines.append(Padding(text, (0, 0, 0, indent)))
                indent = _GAP
    return Group(*lines)


def _legible(part: Any) -> Any:
    """What is to be painted, with long names shortened wherever they stand in it."""
    if isinstance(part, str):
        return legible(part)
    if isinstance(part, Text):
        for start, end in reversed(long_middles(part.plain)):
            part = part[:start].append(LEFT_OUT).append_text(part[end:])
        return part
    if isinstance(part, Table):
        part.columns = [
            replace(column, header=_legible(column.header), _cells=[*map(_legible, column.cells)])
            for column in part.columns
        ]
    elif isinstance(part, Padding):
        part.renderable = _legible(part.renderable)
    elif isinstance(part, Group):
        return Group(*map(_legible, part.renderables))
    return part
