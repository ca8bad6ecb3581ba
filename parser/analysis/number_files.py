"""Arrays in CSV files: numbers alone, divided by commas."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..syntax.decimal_text import is_decimal
from ..syntax.errors import UsageError
from ..syntax.wording import counted, quoted


def numbers_of_csv(path: str, shown: str) -> Any:
    """The array in a file; # begins a comment. OSError: it cannot be read. UsageError: it holds something else.

    `shown` is what errors call it.
    """
    with open(path, "rb") as file:
        data = file.read()
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{shown} is not UTF-8: see line {line}", "save it as UTF-8") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.partition("#")[0].strip()]
    if not lines:
        raise UsageError(f"{shown} is empty")
    try:
        return np.loadtxt([line for _, line in lines], delimiter=",", ndmin=1)
    except ValueError:
        raise _fault(lines, shown) from None


def _fault(lines: Sequence[tuple[int, str]], shown: str) -> UsageError:
    """What the first line is that holds no numbers, or more or fewer than the first."""
    rows = [(number, line.partition("#")[0].rstrip("\r\n").split(",")) for number, line in lines]
    for number, cells in rows:
        wrong = next((cell for cell in cells if not is_decimal(cell)), None)
        if wrong is not None:
            return UsageError(f"{shown} has {quoted(wrong.strip())} in line {number}, which is no number", _help(wrong))
        if len(cells) != len(rows[0][1]):
            found, wanted = counted(len(cells), "number"), len(rows[0][1])
            return UsageError(f"{shown} has {found} in line {number}, and {wanted} in its first", "fill all rows")
    return UsageError(f"{shown} does not hold an array of numbers")


def _help(wrong: str) -> str:
    if any(mark in wrong.strip() for mark in ";\t| "):
        return "divide the numbers by commas; `autodiff map` has `--delimiter` for columns of a table"
    return "the file holds numbers alone; `autodiff map` reads tables with a header, and with empty cells"
