"""For a person at a terminal: aligned, coloured, at the width of the window."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...engine import get_default_dtype, printoptions
from ...engine.printing import tensor_text
from ..report import Report, number_text
from . import Style


def render(report: Report, style: Style) -> str:
    """The report as a small table. User text is never read as markup."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=style.color,
        color_system="auto" if style.color else None,
        no_color=not style.color,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if style.color else _width(),
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=False, overflow="fold")
    table.add_column(overflow="fold")
    table.add_row(Text("expression"), Text(report.expr))
    for name, value in report.inputs.items():
        table.add_row(Text(name), Text(_shown(value, style)))
    table.add_row(Text("value"), Text(_shown(report.value, style), style="bold"))
    if report.grad_fn is not None:
        table.add_row(Text("grad_fn"), Text(report.grad_fn, style="magenta"))
    for key, value in report.facts():
        if key not in ("value", "grad_fn"):
            table.add_row(Text(_label(key)), Text(_shown(value, style), style="green"))
    console.print(table)
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _label(key: str) -> str:
    kind, _, name = key.partition(".")
    return f"d/d{name}" if kind == "grad" else key


def _shown(value: Any, style: Style) -> str:
    if np.ndim(value) == 0:
        return number_text(value) if style.precision is None else f"{value:.{style.precision}g}"
    with printoptions(precision=style.precision):
        text = tensor_text(np.asarray(value), default_dtype=get_default_dtype().numpy)
    return text.removeprefix("tensor(").removesuffix(")").replace("\n       ", "\n")
