"""Cells in a text, such as lecture notes: `In [1]:` with the code below it, or a fenced block of Python.

A cell of a session begins after a line `In [1]:` and ends before the next, or at a line of ``` (so that Markdown may
fence it in); `parts` says which of its lines are code and which output. Output may also stand after `Out[1]:`, as
Jupyter marks it, with printed lines before that. Of a traceback only the last line counts: `RuntimeError: ...`.

A block that begins with ```python is a cell of its own. The block that follows it directly, if it is of no language, is
its output, to the letter.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ..syntax.errors import ExpressionError
from .cell import Cell
from .kind import ERROR
from .parts import Parts, parts_of

_PROMPT = re.compile(r"In ?\[(\d{1,9}|[ *]?)\] ?:[ \t]*(.*)")
_RESULT = re.compile(r"^Out ?\[[\d *]*\] ?:[ \t]*", re.MULTILINE)
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^`]*)")
_TRACEBACK = re.compile(
    r"^(?:-{20,}\n)?(?:\w+[ \t]+)?Traceback \(most recent call last\).*\n(?:.*\n)*?(?=\w+:)", re.MULTILINE
)
_PYTHON = ("python", "python3", "py")
_PLAIN = ("", "text", "txt", "output", "console", "plaintext")


def read(text: str, name: str, known: set[str] | None = None) -> list[Cell]:
    """The cells of a text that errors call `name`. ExpressionError: code on the line of `In [1]:` itself.

    `known` are the names given values before the text; those of the text are added.
    """
    return _Reader(text, name, set() if known is None else known).read()


class _Reader:
    """Reads a text line by line; indices of lines are from 0, and ends exclusive."""

    def __init__(self, text: str, name: str, known: set[str]) -> None:
        self.text = text
        self.name = name
        self.lines = text.split("\n")
        self.known = known
        self.cells: list[Cell] = []

    def read(self) -> list[Cell]:
        at = 0
        while at < len(self.lines):
            if _FENCE.fullmatch(self.lines[at]):
                at = self.block(at)
            else:
                end = self.next_fence(at)
                self.session(at, end)
                at = end
        return self.cells

    def next_fence(self, start: int) -> int:
        lines = range(start, len(self.lines))
        return next((at for at in lines if _FENCE.fullmatch(self.lines[at])), len(self.lines))

    def block(self, start: int) -> int:
        """Reads the fenced block that begins at a line, and returns the line after what belongs to it."""
        end = self.closing(start)
        code = "\n".join(self.lines[start + 1 : end])
        if self.language(start) not in _PYTHON or _PROMPT.match(code.lstrip()):
            self.session(start + 1, end)
            return end + 1
        output, after = "", end + 1
        following = next((at for at in range(after, len(self.lines)) if self.lines[at].strip()), None)
        if following is not None and self.language(following) in _PLAIN:
            after = self.closing(following)
            output = "\n".join(self.lines[following + 1 : after])
            after += 1
        parts_of(code, self.known)
        self.add("", start + 1, code, output, "")
        return after

    def language(self, at: int) -> str | None:
        """The language of the fenced block that begins at a line; None where none begins."""
        fence = _FENCE.fullmatch(self.lines[at])
        return None if fence is None else fence[2].strip().strip("{}.").partition(" ")[0].lower()

    def closing(self, start: int) -> int:
        """The line that ends the fenced block: as many of its marks, or more. Without one it goes on to the end."""
        fence = _FENCE.fullmatch(self.lines[start])
        assert fence is not None
        mark = re.compile(f"{fence[1]}{fence[1][0]}*[ \\t]*")
        lines = range(start + 1, len(self.lines))
        return next((at for at in lines if mark.fullmatch(self.lines[at])), len(self.lines))

    def session(self, start: int, end: int) -> None:
        """Reads the cells between two lines."""
        prompts = [at for at in range(start, end) if _PROMPT.fullmatch(self.lines[at])]
        for at, last in pairwise([*prompts, end]):
            prompt = _PROMPT.fullmatch(self.lines[at])
            assert prompt is not None
            if prompt[2]:
                raise self.misplaced(at, prompt)
            code, output, following = self.parts("\n".join(self.lines[at + 1 : last]))
            self.add(prompt[1], at + 1, code, output, following)

    def parts(self, text: str) -> Parts:
        before, *results = _RESULT.split(_TRACEBACK.sub("", text), maxsplit=1)
        code, output, following = parts_of(before, self.known)
        if results:
            printed = f"{following}\n" if following else ""
            following = printed + results[0].strip("\n")
            output = printed + results[0].strip("\n").partition("\n\n")[0]
        return Parts(code, output, following)

    def add(self, number: str, start: int, code: str, output: str, following: str) -> None:
        """Adds a cell whose text begins at a line, unless it has no code."""
        while start < len(self.lines) and not self.lines[start].strip():
            start += 1
        before = self.cells[-1].number if self.cells else 0
        if code.strip():
            given = int(number) if number.isdecimal() else before + 1
            fails = ERROR.search(output) is not None
            self.cells.append(Cell(given, code.strip("\n"), self.name, start + 1, output, fails, following))

    def misplaced(self, at: int, prompt: re.Match[str]) -> ExpressionError:
        start = sum(len(line) + 1 for line in self.lines[:at])
        message = f"the code of a cell begins on the line after `{prompt[0][: prompt.start(2)].strip()}`"
        place = start + prompt.start(2), start + prompt.end(2)
        return ExpressionError("syntax", message, self.text, *place, "move it one line down", self.name)
