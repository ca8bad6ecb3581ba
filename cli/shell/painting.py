"""What Rich paints for a person at a terminal, as text."""

from __future__ import annotations

import io
import shutil

from rich.console import Console, RenderableType


def window_width() -> int:
    """The columns of the window."""
    return shutil.get_terminal_size().columns


def painted(color: bool, *parts: RenderableType) -> str:
    """The parts below each other at the width of the window. Text is never read as markup."""
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
    for part in parts:
        console.print(part)
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().rstrip("\n").split("\n"))
