"""Code, output and prose of a cell in a text where they stand below each other, divided by blank lines.

The code begins the cell. It goes on over a blank line where Python follows that does something, or an indented line.
Values alone, such as `tensor(6.)`, are output; so is `w = 3.0` where the code above it prints and no other output
follows. The output is the paragraph after the code, unless that is Markdown or a sentence, or words after code that
shows nothing: this is prose, as is all that comes later.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..script.reading.logical_lines import lay_out
from ..syntax.errors import ExpressionError
from .kind import ERROR, Kind, kind_of, parsed

# A paragraph that begins like this belongs to the one before.
_GOES_ON = re.compile(r"[ \t]|(?:elif|else|except|finally)\b")


class Parts(NamedTuple):
    """The code of a cell, the output recorded for it, and all that follows the code."""

    code: str
    output: str
    following: str


class _Paragraph(NamedTuple):
    kind: Kind
    start: int
    end: int


def parts_of(text: str, known: set[str]) -> Parts:
    """The parts of a cell. `known` are the names that the cells before gave values; those of this cell are added."""
    lines = text.split("\n")
    paragraphs = _paragraphs(lines)
    if not paragraphs:
        return Parts("", "", "")
    start, end = _first(lines, paragraphs)
    del paragraphs[: sum(first < end for first, _ in paragraphs)]
    code = _Code("\n".join(lines[start:end]), known)
    after: list[_Paragraph] = []
    for first, last in paragraphs:
        paragraph = "\n".join(lines[first:last])
        tree = parsed(paragraph)
        kind = kind_of(paragraph, tree, known)
        after.append(_Paragraph(kind, first, last))
        if kind in (Kind.TEXT, Kind.PROSE):
            break
        begins = code.is_empty and kind is not Kind.COMMENT
        if begins or kind in (Kind.CODE, Kind.NAMED):
            code.add(tree)
        if begins or kind is Kind.CODE:
            end = last
            after.clear()
    while after and after[0].kind is Kind.NAMED and not (code.prints and _is_last_output(after)):
        end = after.pop(0).end
    return Parts("\n".join(lines[start:end]), _output(lines, after, code), "\n".join(lines[end:]).strip("\n"))


class _Code:
    """What the code of a cell, paragraph by paragraph, is known to do; the names it gives values go to `known`."""

    def __init__(self, text: str, known: set[str]) -> None:
        self.known = known
        self.prints = self.shows = self.is_empty = False
        tree = parsed(text)
        if tree is not None:
            self.is_empty = not tree.body
            self.add(tree)

    def add(self, tree: ast.Module | None) -> None:
        """Takes in the next paragraph."""
        if tree is None or not tree.body:
            return
        self.is_empty = False
        self.shows = isinstance(tree.body[-1], ast.Expr)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                self.prints = self.prints or node.id == "print"
                if isinstance(node.ctx, ast.Store):
                    self.known.add(node.id)
            elif isinstance(node, ast.FunctionDef):
                self.known.add(node.name)
            elif isinstance(node, ast.alias):
                self.known.add(node.asname or node.name.partition(".")[0])


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where paragraphs begin and end, as indices of lines."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for index, line in enumerate([*lines, ""]):
        if line.strip():
            start = index if start is None else start
        elif start is not None:
            if found and _GOES_ON.match(lines[start]):
                start = found.pop()[0]
            found.append((start, index))
            start = None
    return found


def _first(lines: Sequence[str], paragraphs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first paragraph, with those that it goes on to because a bracket or a text in it is open."""
    text = "\n".join(lines)
    try:
        layout = lay_out(text)
    except ExpressionError as error:
        # Most likely the apostrophe of a word in prose.
        layout = lay_out(text[: error.start])
    start, end = paragraphs[0]
    ends = iter(paragraphs[1:])
    line = position = 0
    for logical in layout.lines:
        line += text.count("\n", position, logical.start)
        position = logical.start
        if line >= end:
            break
        last = line + text.count("\n", logical.start, logical.end)
        while last >= end:
            end = next(ends)[1]
    return start, end


def _is_last_output(after: Sequence[_Paragraph]) -> bool:
    """Whether the first of these paragraphs is followed by none that could be output."""
    return len(after) == 1 or after[1].kind in (Kind.COMMENT, Kind.PROSE)


def _output(lines: Sequence[str], after: Sequence[_Paragraph], code: _Code) -> str:
    """The first paragraph after the code, if it can be output."""
    if not after or after[0].kind in (Kind.COMMENT, Kind.PROSE):
        return ""
    text = "\n".join(lines[after[0].start : after[0].end])
    # Any code may fail.
    expected = code.prints or code.shows or ERROR.search(text) is not None
    return text if expected or after[0].kind is not Kind.TEXT else ""
