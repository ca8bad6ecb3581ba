"""Runs cells, and prints each with its output, as the text of a session has them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import click

from ...parser.notes import text
from ...parser.notes.agreement import agrees
from ...parser.notes.cell import Cell
from ...parser.syntax.errors import ExpressionError
from ..shell.streams import is_terminal, printable, wants_color, write
from .recording import Recording
from .session import Setting, open_session, run_cell

_FENCES = re.compile(r"^`{3,}", re.MULTILINE)


def show(cells: Sequence[Cell], setting: Setting) -> None:
    """Runs the cells in one session. ExpressionError: one fails; what was printed by then stays."""
    page = _Screen() if is_terminal(sys.stdout) else _Text(setting.limits.elements)
    session = open_session(setting, page.write)
    for cell in cells:
        page.begin(cell)
        try:
            run_cell(session, cell)
        finally:
            page.end()


class _Screen:
    """A terminal: what a cell prints appears at once."""

    def __init__(self) -> None:
        self.color = wants_color(sys.stdout)
        self.between = ""
        self.above_output = ""
        self.line_is_open = False

    def begin(self, cell: Cell) -> None:
        prompt = f"In [{cell.number}]:"
        prompt = click.style(prompt, fg="green") if self.color else prompt
        write(f"{self.between}{prompt}\n{printable(cell.code)}\n")
        self.between = self.above_output = "\n"

    def write(self, text: str) -> None:
        # Somebody else's cell is not to steer the terminal.
        write(self.above_output + printable(text))
        self.above_output = ""
        self.line_is_open = not text.endswith("\n")

    def end(self) -> None:
        if self.line_is_open:
            write("\n")
        self.line_is_open = False


class _Text:
    """A file or a pipe: text that can be read as cells again, a cell at a time."""

    def __init__(self, most: int) -> None:
        self.recording = Recording(most)
        self.between = ""
        self.known: set[str] = set()

    def begin(self, cell: Cell) -> None:
        self.cell = cell

    def write(self, text: str) -> None:
        self.recording.write(text)

    def end(self) -> None:
        write(self.between + self.readable(self.recording.take()))
        self.between = "\n"

    def readable(self, output: str) -> str:
        """The cell and its output as a session has them, or fenced in where that would be read as something else."""
        for form in (_session(self.cell, output), _fenced(self.cell, output)):
            known = set(self.known)
            if self.reads_back(form, output, known):
                break
        self.known = known
        return form

    def reads_back(self, form: str, output: str, known: set[str]) -> bool:
        try:
            cells = text.read(form, self.cell.name, known)
        except ExpressionError:
            return False
        return len(cells) == 1 and cells[0].code == self.cell.code and agrees(cells[0], output)


def _session(cell: Cell, output: str) -> str:
    return f"In [{cell.number}]:\n{cell.code}\n" + (f"\n{_ended(output)}" if output else "")


def _fenced(cell: Cell, output: str) -> str:
    found = _FENCES.findall(f"{cell.code}\n{output}")
    fence = "`" * max([3, *(len(mark) + 1 for mark in found)])
    code = f"{fence}python\n{cell.code}\n{fence}\n"
    return code + (f"\n{fence}text\n{_ended(output)}{fence}\n" if output else "")


def _ended(output: str) -> str:
    return output if output.endswith("\n") else output + "\n"
