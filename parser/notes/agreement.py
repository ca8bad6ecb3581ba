"""Whether an output is the one that was recorded, but for what differs from run to run and machine to machine."""

from __future__ import annotations

import re

from .cell import Cell

# Where an object lies in memory.
_ADDRESS = re.compile(r" (?:object )?at 0x[0-9a-fA-F]+")
# A figure as text, where the notebook has its picture.
_FIGURE = re.compile(r"(?:<Figure size .*>|Figure\(\d+x\d+\))\Z")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")


def agrees(cell: Cell, output: str, tolerance: float = 0.0) -> bool:
    """Whether a cell's output is the one recorded, but for blanks at the ends of lines and blank lines around it.

    Addresses are not compared. Numbers with a point or an exponent may differ by `tolerance`, of themselves or of 1,
    whichever is more, and blanks then do not count. Where the text of a session does not say how far the recorded
    output goes, it goes as far as this one.
    """
    shown, recorded, following = (compared_lines(text) for text in (output, cell.output, cell.following))
    if _agree(recorded, shown, tolerance):
        return True
    first, rest = following[: len(shown)], following[len(shown) :]
    return bool(shown) and not any(rest[:1]) and _agree(first, shown, tolerance)


def compared_lines(text: str) -> list[str]:
    """The lines of an output that are compared: as a terminal leaves them, without figures."""
    lines = [_ADDRESS.sub("", line.rstrip()) for line in _OVERWRITTEN.sub("", text).split("\n")]
    kept = "\n".join(line for line in lines if not _FIGURE.match(line)).strip("\n")
    return kept.split("\n") if kept else []


def _agree(recorded: list[str], shown: list[str], tolerance: float) -> bool:
    if recorded == shown or not tolerance:
        return recorded == shown
    texts = ["\n".join(lines) for lines in (recorded, shown)]
    words = ["".join("".join(_NUMBER.split(text)).split()) for text in texts]
    numbers = [_NUMBER.findall(text) for text in texts]
    if words[0] != words[1] or len(numbers[0]) != len(numbers[1]):
        return False
    return all(map(lambda x, y: x == y or _near(x, y, tolerance), *numbers))


def _near(x: str, y: str, tolerance: float) -> bool:
    if not all(set(text) & set(".eE") for text in (x, y)):
        return False
    return abs(float(x) - float(y)) <= tolerance * max(1.0, abs(float(x)), abs(float(y)))
