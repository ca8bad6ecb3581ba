"""The elements of an array in brackets, in columns, at a given width: for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# More fill a window, in which nobody looks for one of them.
_MOST_SHOWN = 100
_EDGE = 3
_DOTS = "..."


def array_text(array: np.ndarray, width: int, number: Callable[[Any], str]) -> str:
    """The array as text with lines of at most `width` columns, unless a single number is longer.

    Of an array with very many elements, the first and last three along each dimension are shown.
    """
    edge = _EDGE if array.size > _MOST_SHOWN else None
    texts = _texts(array, edge, number)
    if array.ndim == 1:
        line = f"[{', '.join(texts)}]"
        if len(line) <= width:
            return line
    columns = max((len(text) for text in _flat(texts) if text != _DOTS), default=0)
    return _block(texts, array.ndim, 1, width, columns)


def _texts(array: np.ndarray, edge: int | None, number: Callable[[Any], str]) -> list[Any]:
    """The texts of the elements in nested lists, dots standing for what is left out."""

    def convert(part: Any) -> Any:
        return _texts(part, edge, number) if part.ndim else number(part[()])

    if edge is None or len(array) <= 2 * edge:
        return [convert(part) for part in array]
    return [*map(convert, array[:edge]), _DOTS, *map(convert, array[-edge:])]


def _flat(texts: list[Any]) -> list[str]:
    while any(isinstance(text, list) for text in texts):
        texts = [inner for text in texts for inner in (text if isinstance(text, list) else [text])]
    return texts


def _block(texts: list[Any], depth: int, indent: int, width: int, columns: int) -> str:
    """The lists in brackets, continued on lines that begin at column `indent`."""
    lead = "\n" + " " * indent
    if depth > 1:
        parts = [text if text == _DOTS else _block(text, depth - 1, indent + 1, width, columns) for text in texts]
        return f"[{(',' + lead * (depth - 1)).join(parts)}]"
    # Each number takes its columns, a comma and a space; the last of a line has the bracket after it.
    per_line = (width - indent) // (columns + 2)
    if per_line < 1:
        return f"[{(',' + lead).join(texts)}]"
    padded = [text.rjust(columns) for text in texts]
    lines = [", ".join(padded[start : start + per_line]) for start in range(0, len(padded), per_line)]
    return f"[{(',' + lead).join(lines)}]"
