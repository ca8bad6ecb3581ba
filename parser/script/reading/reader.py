"""Source text to the syntax tree of a script."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from ...syntax.errors import ExpressionError
from ...syntax.lalr import Parser, ParserError
from ...syntax.layout import check_size
from ...syntax.tables import Tables, load_tables
from .blocks import Blocks
from .logical_lines import lay_out
from .tree import Script, Show
from .tree_builder import Actions

GRAMMAR = os.path.join(os.path.dirname(__file__), "script.lark")


def parse(
    source: str,
    name: str = "<script>",
    first_line: int = 1,
    *,
    max_length: int = 1_000_000,
    max_depth: int = 10_000,
) -> Script:
    """Return the syntax tree of a script.

    `name` is what the source is called in errors, and `first_line` the number that its first line has there.

    Raises ExpressionError, of kind "limit" for a text longer than `max_length` characters or with brackets nested
    deeper than `max_depth`, and of kind "syntax" for anything outside the language.
    """
    try:
        check_size(source, "script", max_length, max_depth)
        return Script(source, name, _statements(source), first_line)
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
    return not layout.text[: last.end].endswith(":") and (not last.indent or source.endswith("\n"))


def _statements(source: str) -> Any:
    layout = lay_out(source)
    if layout.open_at is not None and source[layout.open_at] in "\"'":
        start = layout.open_at
        raise ExpressionError(
            "syntax", "this text is never closed", source, start, start + 3, "end it with the same quotes"
        )
    reader = _Reader(source, layout.text)
    blocks = Blocks()
    for line in layout.lines:
        blocks.add(line, reader.line(line.start, line.end))
    return blocks.finish()


class _Reader:
    """Parses the lines of one text, and the fields of the f-strings in them."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = text
        self.parser = Parser(_tables(), Actions(self.field))

    def line(self, start: int, end: int) -> Any:
        """What the actions made of a line. ExpressionError: it is not in the language."""
        try:
            return self.parser.parse(self.text, start, end)
        except ParserError as error:
            from .line_errors import explain

            raise explain(error.offset, self.source, self.text, start, end) from None

    def field(self, start: int, end: int) -> Any:
        """The expression in a field of an f-string."""
        # Blanks before an expression are no indentation here, and its newlines no end.
        line = self.line(start, end)
        if line.header is None and len(line.statements) == 1 and type(line.statements[0]) is Show:
            return line.statements[0].value
        raise ExpressionError("syntax", "a field holds one expression", self.source, start, end)


@cache
def _tables() -> Tables:
    return load_tables(GRAMMAR)
