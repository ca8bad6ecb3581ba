"""Where cells come from: a notebook or a text, in a file or on standard input."""

from __future__ import annotations

import re

from ...parser.notes import notebook, restructured, text
from ...parser.notes.cell import Cell
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell.streams import read_text

_OBJECT = re.compile(r"\s*\{\s*[\"}]")
_HELP = "write `In [1]:` on a line of its own above the code, or put the code in a fenced block of python"


def read_cells(path: str | None) -> list[Cell]:
    """The cells with code in a file, or on standard input where there is no path or it is `-`.

    A file of JSON, or one named so, is a notebook; one with directives of code is reStructuredText; any other is a
    text. UsageError: it cannot be read, or has no cells. ExpressionError: a cell of a text is not written as it should
    be.
    """
    content = read_text(path)
    name, shown = ("<stdin>", "standard input") if path is None or path == "-" else (path, quoted(path))
    if is_notebook(name) or _OBJECT.match(content):
        cells = notebook.read(content, name, shown)
        if not cells:
            raise UsageError(f"{shown} has no cells with code")
        return cells
    is_rst = name.lower().endswith((".rst", ".rest")) or (
        restructured.is_restructured(content) and "In [" not in content
    )
    cells = restructured.read(content, name) if is_rst else text.read(content, name)
    if not cells:
        raise UsageError(f"{shown} has no cells", _HELP)
    return cells


def is_notebook(path: str | None) -> bool:
    """Whether a file bears a notebook's name."""
    return path is not None and path.lower().endswith(".ipynb")
