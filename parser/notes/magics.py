"""Lines of a notebook that are for IPython and no Python: `%matplotlib inline`, `!pip install ...`, `torch.nn?`."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..script.reading.script import read

_LINE = re.compile(r"\s*(?:%|!|\?|[\w.]+\?{1,2}\s*$)|\s*[\w, ]+=\s*(?:!|%\w)")
# Magics of a cell under which Python stands; under any other stands something else.
_OF_PYTHON = ("capture", "prun", "python", "python3", "time", "timeit")
_CELL = re.compile(r"\s*%%\s*(\w+)")


class Skipped(NamedTuple):
    """Code without the lines that are no Python, each of which does nothing now; and those lines, as they were."""

    code: str
    lines: list[str]


def without_magics(code: str) -> Skipped:
    """The code of a cell with `pass` in place of each line for IPython.

    A line is one if Python cannot read the code for it. All lines of a cell are, that says by `%%` what other language
    it is in. Code that is no Python for other reasons stays as it is.
    """
    lines = code.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    cell = _CELL.match(lines[first])
    if cell is not None:
        body = lines[first + 1 :] if cell[1] in _OF_PYTHON else []
        inner = without_magics("\n".join(body))
        blank = [""] * (len(lines) - len(body))
        return Skipped("\n".join([*blank, inner.code]), [lines[first].strip(), *inner.lines])
    skipped: list[str] = []
    while (wrong := _line_of_error("\n".join(lines))) is not None:
        candidates = [number for number, line in enumerate(lines) if _LINE.match(line)]
        if not candidates:
            return Skipped(code, [])
        number = wrong if wrong in candidates else candidates[0]
        skipped.append(lines[number].strip())
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines[number] = f"{indent}pass"
    return Skipped("\n".join(lines), skipped)


def _line_of_error(code: str) -> int | None:
    """The line, from 0, at which Python cannot read on; None where it reads all."""
    try:
        read(code)
    except SyntaxError as error:
        return (error.lineno or 1) - 1
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
