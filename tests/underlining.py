"""Reads the place that a diagnostic points at."""

from __future__ import annotations


def underlined(text: str) -> str:
    """The part of the source line that has carets below it."""
    lines = text.splitlines()
    carets = next(i for i, line in enumerate(lines) if set(line.partition("|")[2].strip()) == {"^"})
    start = lines[carets].index("^")
    return lines[carets - 1][start : lines[carets].rindex("^") + 1]
