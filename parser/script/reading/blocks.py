"""From lines and their indentation to statements with blocks."""

from __future__ import annotations

from typing import Any

from ...syntax.actions import syntax_error
from .logical_lines import Line
from .tree import Block, Branch, If
from .tree_builder import Statements

_DEEPEST = 100  # blocks inside each other, as in Python
_INDENT = "indent it by the same number of spaces as the lines around it"


class _Open:
    """A block that goes on: its header, the indentation of its lines (None before the first), its statements."""

    def __init__(self, header: Any, line: Line | None, indent: int | None) -> None:
        self.header = header
        self.line = line
        self.indent = indent
        self.statements: list[Any] = []


class Blocks:
    """Collects a script's statements line by line."""

    def __init__(self) -> None:
        self.open = [_Open(None, None, 0)]

    def add(self, line: Line, parsed: Statements) -> None:
        """Adds the line that comes next. ExpressionError (without source): it is indented wrongly, or out of place."""
        self.indent(line)
        block = self.open[-1]
        if parsed.header is None:
            block.statements += parsed.statements
            return
        if type(parsed.header) is Branch and not _goes_on(block.statements):
            raise syntax_error("no `if` goes before this", parsed.header, "indent it as far as the `if` it belongs to")
        if parsed.statements:
            _append(block.statements, _with_body(parsed.header, parsed.statements))
            return
        if len(self.open) > _DEEPEST:
            raise syntax_error(f"more than {_DEEPEST} blocks inside each other", line)
        self.open.append(_Open(parsed.header, line, None))

    def indent(self, line: Line) -> None:
        """Closes the blocks that the line does not belong to."""
        innermost = self.open[-1]
        if innermost.indent is None:
            outer = self.open[-2].indent
            assert outer is not None
            if line.indent <= outer:
                raise self.missing(innermost)
            innermost.indent = line.indent
        while line.indent < (self.open[-1].indent or 0):
            self.close()
        if line.indent != self.open[-1].indent:
            too_far = line.indent > innermost.indent
            message = "no block begins before this line" if too_far else "no block before is indented as this line is"
            raise syntax_error(message, line, _INDENT)

    def finish(self) -> Block:
        """The statements of the whole script."""
        if self.open[-1].indent is None:
            raise self.missing(self.open[-1])
        while len(self.open) > 1:
            self.close()
        return tuple(self.open[0].statements)

    def close(self) -> None:
        closed = self.open.pop()
        _append(self.open[-1].statements, _with_body(closed.header, closed.statements))

    def missing(self, block: _Open) -> Exception:
        return syntax_error("no block follows this line", block.line, "indent the lines that belong to it")


def _with_body(header: Any, statements: list[Any]) -> Any:
    """The header with its block."""
    body = tuple(statements)
    if type(header) is If:
        return header._replace(branches=(header.branches[0]._replace(body=body),))
    return header._replace(body=body)


def _goes_on(statements: list[Any]) -> bool:
    """Whether an `elif` or `else` may follow these statements."""
    return bool(statements) and type(statements[-1]) is If and statements[-1].branches[-1].condition is not None


def _append(statements: list[Any], statement: Any) -> None:
    """Adds a statement with its block, or a branch to the `if` before it."""
    if type(statement) is Branch:
        before = statements.pop()
        statement = before._replace(branches=(*before.branches, statement))
    statements.append(statement)
