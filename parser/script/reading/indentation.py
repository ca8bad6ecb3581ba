"""Lines that are indented otherwise than the blocks around them."""

from __future__ import annotations

from ...syntax.errors import ExpressionError
from .logical_lines import Layout, Line

_DEEPEST = 100  # blocks inside each other, as in Python
_INDENT = "indent it by the same number of spaces as the lines around it"


def indentation_error(source: str, layout: Layout) -> ExpressionError | None:
    """The first error in how far the lines are indented; None where there is none, or only tabs among spaces."""
    indents = [0]
    header: Line | None = None
    for line in [*layout.lines, Line(0, len(source), len(source))]:
        if header is not None:
            if line.indent <= indents[-1]:
                help = "indent the lines that belong to it"
                return _error(source, "no block follows this line", header, help)
            if len(indents) == _DEEPEST:
                return _error(source, f"more than {_DEEPEST} blocks inside each other", header)
            indents.append(line.indent)
        elif line.indent > indents[-1]:
            return _error(source, "no block begins before this line", line, _INDENT)
        while line.indent < indents[-1]:
            indents.pop()
        if line.indent != indents[-1]:
            return _error(source, "no block before is indented as this line is", line, _INDENT)
        header = line if layout.text[: line.end].endswith(":") and line.end > line.start else None
    return None


def _error(source: str, message: str, line: Line, help: str | None = None) -> ExpressionError:
    return ExpressionError("syntax", message, source, line.start, line.end, help)
