"""How derivatives are written: what a language is asked for beside the formulas, and what it calls them."""

from __future__ import annotations

from typing import NamedTuple

DOUBLE = "float64"
SINGLE = "float32"


class UnsupportedError(Exception):
    """What is asked for is nothing that a language has, whatever the derivative; `help` says what to do."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


class How(NamedTuple):
    """The type of numbers of code, and the dialect of SQL."""

    dtype: str = DOUBLE
    dialect: str | None = None


def label(by: tuple[str, ...]) -> str:
    """The name of a derivative: `d_x`, `d2_x` for the second by x, `d2_x_y` by x and then by y; () is the value."""
    if not by:
        return "value"
    if len(set(by)) == 1:
        return f"d_{by[0]}" if len(by) == 1 else f"d{len(by)}_{by[0]}"
    return f"d{len(by)}_{'_'.join(by)}"
