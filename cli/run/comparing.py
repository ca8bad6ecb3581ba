"""Runs cells, and compares what they print with the outputs recorded for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from difflib import unified_diff

import click

from ...parser.notes.cell import Cell
from ...parser.script.running.exceptions import ScriptError
from ...parser.script.running.machine import UNEXPLAINED
from ...parser.syntax.wording import counted
from ..shell.streams import is_terminal, printable, wants_color, write
from .recording import Recording
from .session import AnySession, Setting, open_session, run_cell

_COLORS = {"-": "red", "+": "green", "@": "cyan"}


def check(cells: Sequence[Cell], setting: Setting) -> bool:
    """Whether every output is as recorded; prints a diff for each that is not, and at the end how many there are.

    ExpressionError: a cell fails for which no error is recorded.
    """
    recording = Recording(setting.limits.elements)
    session = open_session(setting, recording.write)
    differing = 0
    for cell in cells:
        output = _output(cell, session, recording)
        if not agrees(cell, output):
            differing += 1
            write("".join(_shown(line) for line in _diff(cell, output)))
    verdict = f"{counted(differing, 'output')} {'differs' if differing == 1 else 'differ'}"
    write(f"{counted(len(cells), 'cell')}: {verdict if differing else 'all outputs agree'}\n")
    return not differing


def agrees(cell: Cell, output: str) -> bool:
    """Whether a cell's output is the one recorded, but for blanks at the ends of lines and blank lines around it.

    Where the text of a session does not say how far the recorded output goes, it goes as far as this one.
    """
    shown, following = _trimmed(output), _trimmed(cell.following)
    return shown == _trimmed(cell.output) or (shown != "" and f"{following}\n\n".startswith(f"{shown}\n\n"))


def _output(cell: Cell, session: AnySession, recording: Recording) -> str:
    """What a cell prints, and the error that it ends with, if one is recorded. Another error is raised."""
    try:
        run_cell(session, cell)
    except ScriptError as error:
        output = f"{recording.take()}{_failure(error)}\n"
        if not agrees(cell, output) and (error.kind == "limit" or not cell.fails):
            raise
        return output
    return recording.take()


def _failure(error: ScriptError) -> str:
    """The last line of Python's traceback."""
    # Python has no words for an assert that has none.
    explained = error.kind != "assert" or error.message != UNEXPLAINED
    return f"{error.type_name}: {error.message}" if explained else error.type_name


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _lines(text: str) -> list[str]:
    trimmed = _trimmed(text)
    return trimmed.split("\n") if trimmed else []


def _diff(cell: Cell, output: str) -> Iterator[str]:
    place = f"In [{cell.number}] at {cell.name}:{cell.line}"
    recorded, now = (_lines(text) for text in (cell.output, output))
    return unified_diff(recorded, now, f"{place}, recorded", f"{place}, now", lineterm="")


def _shown(line: str) -> str:
    if is_terminal(sys.stdout):
        line = printable(line)
    color = _COLORS.get(line[:1]) if wants_color(sys.stdout, "auto") else None
    return (click.style(line, fg=color) if color else line) + "\n"
