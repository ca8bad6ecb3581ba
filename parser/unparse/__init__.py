"""Derivatives to text: the language itself, mathematics, code.

There is one module for each, with `render(derivatives, source, how)`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .formats import SINGLES
from .how import DOUBLE, How, UnsupportedError, label

if TYPE_CHECKING:
    from ..derivatives.derivative import Derivatives

__all__ = ["How", "UnsupportedError", "label", "printed"]


def printed(format_name: str, derivatives: Derivatives, source: str, how: How = How()) -> str:  # noqa: B008
    """The derivatives of the expression `source` in a format, ending in a newline.

    UnprintableError: its language has no word for a function. UnsupportedError: it has no numbers of the type that is
    asked for, or it is SQL in an unknown dialect.
    """
    language = importlib.import_module(f".{format_name}", __name__)
    if how.dtype != DOUBLE and format_name not in SINGLES:
        help = f"leave out --dtype, or take --format {', '.join(SINGLES[:-1])} or {SINGLES[-1]}"
        raise UnsupportedError(f"--format {format_name} has no numbers of type {how.dtype}", help)
    return language.render(derivatives, source, how)
