"""Cells in reStructuredText: the blocks of Python under a directive, each with the plain block behind it as output.

A block that begins with `>>>` is a session: each of its examples is a cell, with what stands below it as output.
"""

from __future__ import annotations

import re
from doctest import DocTestParser
from textwrap import dedent
from typing import NamedTuple

from .cell import Cell
from .kind import ERROR

_DIRECTIVE = re.compile(r"( *)\.\. ([\w-]+)::[ \t]*([\w+-]*)[^\n]*")
_CODE = ("code", "code-block", "sourcecode", "ipython", "ipython3", "jupyter-execute", "testcode")
_OUTPUT = ("parsed-literal", "testoutput")
_PYTHON = ("", "python", "python3", "py", "ipython", "ipython3", "pycon", "default")
_PLAIN = ("none", "text", "console", "output", "default")
# What says how the block behind it looks.
_LOOKS = ("rst-class", "class", "container")


class _Block(NamedTuple):
    """What stands below a directive: the lines of a text from `start` on, to `end`, which are indented."""

    is_code: bool
    start: int
    end: int
    text: str


def is_restructured(text: str) -> bool:
    """Whether a text has a block of code as reStructuredText has them."""
    return any(match[2] in _CODE for match in re.finditer(rf"^{_DIRECTIVE.pattern}$", text, re.MULTILINE))


def read(text: str, name: str) -> list[Cell]:
    """The cells of a text that errors call `name`."""
    lines = text.split("\n")
    cells: list[Cell] = []
    blocks = _blocks(lines)
    for number, block in enumerate(blocks):
        if not block.is_code:
            continue
        if block.text.lstrip().startswith(">>>"):
            for example in DocTestParser().get_examples(block.text):
                _add(cells, name, example.source, block.start + example.lineno, example.want)
            continue
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        follows = after is not None and not after.is_code and not _has_words(lines[block.end : after.start])
        _add(cells, name, block.text, block.start, after.text if follows and after is not None else "")
    return cells


def _add(cells: list[Cell], name: str, code: str, start: int, output: str) -> None:
    code = code.strip("\n")
    if code.strip():
        fails = ERROR.search(output) is not None
        cells.append(Cell(len(cells) + 1, code, name, start + 1, _without_traceback(output), fails))


def _without_traceback(output: str) -> str:
    """An output in which of a traceback the last line is left."""
    before, mark, after = output.partition("Traceback (most recent call last)")
    error = ERROR.search(after) if mark else None
    return output if error is None else before + after[error.start() :]


def _blocks(lines: list[str]) -> list[_Block]:
    """The blocks of Python, and those that may be output."""
    blocks: list[_Block] = []
    at = 0
    while at < len(lines):
        directive = _DIRECTIVE.fullmatch(lines[at])
        at += 1
        if directive is None:
            continue
        is_code = directive[2] in _CODE and directive[3].lower() in _PYTHON
        is_output = directive[2] in _OUTPUT or (directive[2] in _CODE and directive[3].lower() in _PLAIN)
        if not (is_code or is_output):
            continue
        indent, start = len(directive[1]), at
        while at < len(lines) and (not lines[at].strip() or _indent(lines[at]) > indent):
            at += 1
        # Options stand directly below the directive.
        while start < at and (not lines[start].strip() or re.match(r"\s*:[\w-]+:", lines[start])):
            start += 1
        blocks.append(_Block(is_code, start, at, dedent("\n".join(lines[start:at])).rstrip()))
    return blocks


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _has_words(lines: list[str]) -> bool:
    """Whether there is anything between two blocks but directives about looks."""
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line)
        if line.strip() and not line.lstrip().startswith(":") and (directive is None or directive[2] not in _LOOKS):
            if directive is not None and directive[2] in (*_CODE, *_OUTPUT):
                continue
            return True
    return False
