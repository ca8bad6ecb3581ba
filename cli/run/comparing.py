"""Runs cells, and compares what they print with the outputs recorded for them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from itertools import pairwise

import click

from ...parser.notes.agreement import agrees, compared_lines
from ...parser.notes.cell import Cell
from ...parser.script.running.exceptions import ScriptError
from ...parser.script.running.machine import UNEXPLAINED
from ...parser.syntax.errors import ExpressionError
from ...parser.syntax.wording import counted
from ..shell.failures import report
from ..shell.saying import say
from ..shell.streams import is_terminal, printable, wants_color, write
from .recording import Recording
from .session import Setting, open_session, run_cell

_COLORS = {"-": "red", "+": "green", "@": "cyan"}


def check(cells: Sequence[Cell], setting: Setting, tolerance: float, debug: bool) -> bool:
    """Whether every output is as recorded, but for the `tolerance` of numbers.

    Prints a diff for each that is not, and at the end how many there are. An error that is not recorded is reported,
    and the cells after it run; `debug` shows its traceback.
    """
    _say_order(cells)
    checking = _Checking(setting, tolerance, debug)
    for cell in cells:
        checking.check(cell)
    ignored = Counter(name for cell in cells for name in cell.ignored)
    if ignored:
        say(f"note: not compared: {', '.join(counted(count, name) for name, count in ignored.items())}")
    found = [
        *([f"{counted(n, 'output')} {'differs' if n == 1 else 'differ'}"] if (n := checking.differing) else []),
        *([f"{counted(n, 'cell')} failed"] if (n := checking.failing) else []),
    ]
    write(f"{counted(len(cells), 'cell')}: {', '.join(found) or 'all outputs agree'}\n")
    return not found


class _Checking:
    """A session in which cells are checked, and how many of them differ or fail."""

    def __init__(self, setting: Setting, tolerance: float, debug: bool) -> None:
        self.recording = Recording(setting.limits.elements)
        self.session = open_session(setting, self.recording.write)
        self.tolerance = tolerance
        self.debug = debug
        self.differing = self.failing = 0

    def check(self, cell: Cell) -> None:
        left_out: list[str] = []
        try:
            left_out = run_cell(self.session, cell)
            output = self.recording.take()
        except ExpressionError as error:
            output = self.recording.take()
            shown = f"{output}{_failure(error)}\n" if isinstance(error, ScriptError) else None
            agreed = shown is not None and agrees(cell, shown, self.tolerance)
            if agreed:
                return
            if shown is None or error.kind in ("limit", "timeout") or not cell.fails:
                self.failing += 1
                report(error, self.debug)
                return
            output = shown
        if agrees(cell, output, self.tolerance):
            return
        if any(line.lstrip("%").startswith("!") or "=" in line for line in left_out):
            say(f"note: {cell.name}: not compared, as some of it was left out")
            return
        self.differing += 1
        write("".join(_shown(line) for line in _diff(cell, output)))


def _say_order(cells: Sequence[Cell]) -> None:
    """A note where the notebook says that its cells ran in another order."""
    numbered = [cell for cell in cells if cell.ran is not None]
    for before, after in pairwise(numbered):
        assert before.ran is not None
        assert after.ran is not None
        if after.ran <= before.ran:
            what = f"In [{after.ran}] of cell {after.number} stands after In [{before.ran}] of cell {before.number}"
            say(f"note: the cells were run in another order than they stand in, and their outputs may be of it: {what}")
            return


def _failure(error: ScriptError) -> str:
    """The last line of Python's traceback."""
    # Python has no words for an assert that has none.
    explained = error.kind != "assert" or error.message != UNEXPLAINED
    return f"{error.type_name}: {error.message}" if explained else error.type_name


def _diff(cell: Cell, output: str) -> Iterator[str]:
    place = f"In [{cell.number}] at {cell.name}:{cell.line}"
    recorded, now = (compared_lines(text) for text in (cell.output, output))
    return unified_diff(recorded, now, f"{place}, recorded", f"{place}, now", lineterm="")


def _shown(line: str) -> str:
    if is_terminal(sys.stdout):
        line = printable(line)
    color = _COLORS.get(line[:1]) if wants_color(sys.stdout) else None
    return (click.style(line, fg=color) if color else line) + "\n"
