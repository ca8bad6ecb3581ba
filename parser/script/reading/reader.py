"""Source text to the statements of a script: Python's own parser reads it."""

from __future__ import annotations

import ast

from ...syntax.errors import ExpressionError
from ...syntax.layout import check_length
from .logical_lines import brackets_deeper_than, lay_out
from .script import Script, Span, read

_DEEPEST = 200  # brackets inside each other, as in Python
_PARTS = "give what is inside a name of its own, in a statement before"


def parse(
    source: str,
    name: str = "<script>",
    first_line: int = 1,
    *,
    max_length: int = 1_000_000,
    max_depth: int = _DEEPEST,
) -> Script:
    """Return a script.

    `name` is what the source is called in errors, and `first_line` the number that its first line has there.

    Raises ExpressionError, of kind "limit" for a text longer than `max_length` characters, with brackets nested deeper
    than `max_depth`, or deeper in another way than Python reads, and of kind "syntax" for what is no Python.
    """
    try:
        check_length(source, "script", max_length)
        _check_depth(source, max_depth)
        return Script(source, _statements(source), name, first_line)
    except ExpressionError as error:
        error.source, error.name, error.first_line = source, name, first_line
        raise


def is_complete(source: str) -> bool:
    """Whether a person who typed these lines may be done: no bracket or text is open, and no block has just begun."""
    try:
        layout = lay_out(source)
    except ExpressionError:
        return True
    if layout.open_at is not None or source.endswith("\\"):
        return False
    if not layout.lines:
        return True
    last = layout.lines[-1]
    begins = layout.text[last.start] == "@" or layout.text[: last.end].endswith(":")
    return not begins and (not last.indent or source.endswith("\n"))


def _check_depth(source: str, max_depth: int) -> None:
    """ExpressionError, of kind "limit": brackets are nested deeper than that, or than Python can read."""
    most = min(max_depth, _DEEPEST)
    # The depth cannot exceed the number of brackets, which is all that needs counting in a short script.
    if sum(map(source.count, "([{")) <= most:
        return
    deepest, first = brackets_deeper_than(source, most)
    if deepest > most:
        message = f"brackets are nested {deepest:,} deep, more than the limit of {most:,}"
        help = "raise the limit with `--limit depth=N`" if most < _DEEPEST else _PARTS
        raise ExpressionError("limit", message, source, first, first + 1, help)


def _statements(source: str) -> list[ast.stmt]:
    if "\0" in source:
        raise _no_text(source, source.index("\0"))
    try:
        return read(source).body
    except (RecursionError, MemoryError):
        start, end = _longest_line(source)
        message = "more operators, calls or blocks stand inside each other here than can be read"
        raise ExpressionError("limit", message, source, start, end, _PARTS) from None
    except UnicodeEncodeError as error:  # half a character
        raise _no_text(source, error.start) from None
    except (SyntaxError, ValueError) as error:
        from .explanation import explain

        raise explain(error, source) from None


def _no_text(source: str, at: int) -> ExpressionError:
    return ExpressionError("syntax", "a character that no text has", source, at, at + 1)


def _longest_line(source: str) -> Span:
    """Where what goes too deep most likely stands."""
    line = max(lay_out(source).lines, key=lambda line: line.end - line.start)
    return Span(line.start, line.end)
