"""A script: its text, the statements that Python's own parser reads in it, and where in the text each stands."""

from __future__ import annotations

import ast
import re
import warnings
from functools import cached_property
from typing import Any, NamedTuple

from ...syntax.errors import ExpressionError

# For what scripts lack and Python has.
TRUSTED = "`--trust` runs a file of your own as Python"
# Where Python begins a new line.
NEWLINE = re.compile(r"\r\n?|\n")
_SILENCED = re.compile(r"[ \t]*;")


def read(text: str, mode: str = "exec") -> Any:
    """What Python's parser makes of a text. SyntaxError, ValueError, RecursionError, MemoryError: as it says."""
    with warnings.catch_warnings():
        # Of escapes and comparisons that Python thinks little of: nobody here asked.
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


class Span(NamedTuple):
    """A part of a source text: offsets in characters, `end` exclusive."""

    start: int
    end: int


class Place(NamedTuple):
    """Where something stands, as a node of Python's tree says it: lines from 1, columns in bytes of UTF-8 from 0."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


class Field(NamedTuple):
    """The field of an f-string that has this value. Not all versions of Python say where it stands."""

    value: ast.expr


def between(first: Any, last: Any) -> Place:
    """From where the one begins to where the other ends."""
    return Place(first.lineno, first.col_offset, last.end_lineno, last.end_col_offset)


class Script:
    """A source text and its statements, which may be none.

    `name` is what the source is called, and `first_line` the number of its first line there.
    """

    def __init__(self, source: str, body: list[ast.stmt], name: str = "<script>", first_line: int = 1) -> None:
        self.source = source
        self.body = body
        self.name = name
        self.first_line = first_line

    @cached_property
    def lines(self) -> list[int]:
        """The offsets at which lines begin, and the end of the text."""
        return [0, *(newline.end() for newline in NEWLINE.finditer(self.source)), len(self.source)]

    @property
    def shown(self) -> ast.Expr | None:
        """The last statement, if it is an expression whose value is shown: it has no `;` behind it."""
        last = self.body[-1] if self.body else None
        if not isinstance(last, ast.Expr) or _SILENCED.match(self.source, self.span(last).end):
            return None
        return last

    def span(self, node: Any) -> Span:
        """Where a node stands, a `Place` or a `Field`."""
        if isinstance(node, Span):
            return node
        if isinstance(node, Field):
            value = self.span(node.value)
            return Span(self.source.rindex("{", 0, value.start), self._end_of_field(value.end))
        start = self._offset(node.lineno, node.col_offset)
        return Span(start, self._offset(node.end_lineno, node.end_col_offset))

    def _offset(self, line: int, column: int) -> int:
        start, end = self.lines[line - 1 : line + 1]
        text = self.source[start:end]
        return start + (column if text.isascii() else len(text.encode()[:column].decode()))

    def _end_of_field(self, at: int) -> int:
        depth = 1
        while depth and at < len(self.source):
            depth += {"{": 1, "}": -1}.get(self.source[at], 0)
            at += 1
        return at

    def error(self, kind: str, message: str, span: Span, help: str | None = None) -> ExpressionError:
        """An error about a part of the script."""
        error = ExpressionError(kind, message, self.source, *span, help, self.name)
        error.first_line = self.first_line
        return error

    def syntax_error(self, message: str, node: Any, help: str | None = None) -> ExpressionError:
        """An error about a node that is outside the language."""
        return self.error("syntax", message, self.span(node), help)
