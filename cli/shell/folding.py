"""Text in the lines of a window, where Rich, which takes time to import and for each text, is not needed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

from ...parser.syntax.errors import width_of


def window_width() -> int:
    """The columns of the window."""
    return shutil.get_terminal_size().columns


def folded(text: str, width: int) -> Iterator[str]:
    """The lines of a text, broken between words, and inside of those that are longer than a line."""
    for line in text.expandtabs(8).split("\n"):
        begun = ""
        for word in re.findall(r"\s*\S+\s*", line):
            if begun and width_of(begun + word.rstrip()) > width:
                yield begun.rstrip()
                begun = ""
            while width_of(word.rstrip()) > width:
                end = next(i for i in range(len(word), 0, -1) if i == 1 or width_of(word[:i]) <= width)
                yield word[:end]
                word = word[end:]
            begun += word
        yield begun.rstrip()
