"""Derivatives to text: the language itself, LaTeX, code. One module for each, with `render(derivatives, source)`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..algebra.derivative import Derivatives


def printed(format_name: str, derivatives: Derivatives, source: str) -> str:
    """The derivatives of the expression `source` in a format, ending in a newline.

    UnprintableError: its language has no word for a function.
    """
    return importlib.import_module(f".{format_name}", __name__).render(derivatives, source)


def label(by: tuple[str, ...]) -> str:
    """The name of a derivative: `d_x`, `d2_x` for the second by x, `d2_x_y` by x and then by y."""
    if len(set(by)) == 1:
        return f"d_{by[0]}" if len(by) == 1 else f"d{len(by)}_{by[0]}"
    return f"d{len(by)}_{'_'.join(by)}"
