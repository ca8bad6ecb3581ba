"""The layout of a script: its logical lines and how far each is indented, read before anything is parsed."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...syntax.errors import ExpressionError

_PIECE = re.compile(
    r'''"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""|\'\'\'(?:[^'\\]|\\[\s\S]|'(?!''))*\'\'\''''
    r"""|"(?!"")(?:[^"\\\n]|\\[\s\S])*"|'(?!'')(?:[^'\\\n]|\\[\s\S])*\'|["']|\#[^\n]*|\\\n|[()\[\]{}\n]"""
)
_TAB = 8  # columns from one tab stop to the next, as Python counts indentation


class Line(NamedTuple):
    """A logical line: `source[start:end]`, indented by `indent` columns."""

    indent: int
    start: int
    end: int


class Layout(NamedTuple):
    """A source with spaces for comments and for newlines inside brackets, all else in its place, and its lines.

    `open_at` is where a bracket or a string begins that is never closed, or None.
    """

    text: str
    lines: list[Line]
    open_at: int | None


def lay_out(source: str) -> Layout:
    """The layout of a source. ExpressionError: text in quotes that does not end on its line."""
    # Python begins a line at each of these.
    source = source.replace("\r\n", " \n").replace("\r", "\n")
    pieces: list[str] = []
    ends: list[int] = []
    brackets: list[int] = []
    position = 0
    for match in _PIECE.finditer(source):
        start, piece = match.start(), match[0]
        if piece in "\"'":
            if not source.startswith(piece * 3, start):
                raise _unfinished(source, start)
            brackets.append(start)
            break
        pieces.append(source[position:start])
        position = match.end()
        if piece in "([{":
            brackets.append(start)
        elif piece in ")]}" and brackets:
            brackets.pop()
        elif piece == "\n" and not brackets:
            ends.append(start)
        elif piece[0] in "#\\\n":
            piece = " " * len(piece)
        pieces.append(piece)
    pieces.append(source[position:])
    text = "".join(pieces)
    starts = [0, *[end + 1 for end in ends]]
    lines = [_line(text, start, end) for start, end in zip(starts, [*ends, len(text)], strict=True)]
    return Layout(text, [line for line in lines if line.start < line.end], brackets[0] if brackets else None)


def brackets_deeper_than(source: str, most: int) -> tuple[int, int]:
    """How deep brackets are nested, outside of text and comments, and where the first is that is deeper than `most`."""
    depth = deepest = first = 0
    for match in _PIECE.finditer(source):
        piece = match[0]
        if piece in "([{":
            depth += 1
            if depth > deepest:
                deepest = depth
                first = match.start() if depth == most + 1 else first
        elif piece in ")]}":
            depth = max(depth - 1, 0)
    return deepest, first


def _line(text: str, start: int, end: int) -> Line:
    line = text[start:end]
    unindented = line.lstrip(" \t\f")
    indentation = line[: len(line) - len(unindented)]
    start += len(indentation)
    return Line(len(indentation.expandtabs(_TAB)), start, start + len(unindented.rstrip(" \t\f\r\n")))


def _unfinished(source: str, start: int) -> ExpressionError:
    newline = source.find("\n", start)
    end = len(source) if newline < 0 else newline
    return ExpressionError("syntax", "this text is never closed", source, start, end, "end it with the same quote")
