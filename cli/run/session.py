"""A session of scripts that speaks to this process's streams."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from ...engine import Tensor
from ...parser.notes.cell import Cell
from ...parser.notes.magics import without_magics
from ...parser.script.running.script_limits import Limits
from ...parser.script.session import Observer, Session, Write
from ...parser.script.trusted import TrustedSession
from ...parser.syntax.errors import ExpressionError, UsageError, diagnostic
from ..shell.options import Scripts
from ..shell.progress import progress
from ..shell.saying import say
from ..shell.streams import is_terminal, printable
from ..shell.variables import collect

AnySession: TypeAlias = Session | TrustedSession


class Setting(NamedTuple):
    """How scripts run: in the safe language within limits, or `trusted`, as the person's own Python; from which file,
    and with which names `given` to them.
    """

    limits: Limits
    trusted: bool = False
    path: str | None = None
    given: Mapping[str, Tensor] = {}


def setting_of(scripts: Scripts, path: str | None = None, source: str | None = None) -> Setting:
    """What the options ask for, for scripts from a file. UsageError: a name is given that the source never mentions."""
    named = collect((), scripts.assignments, None)
    for name in named:
        if source is not None and not re.search(rf"\b{name}\b", source):
            raise UsageError(f"`{name}` is given, and the script does not mention it", f"leave out `--set {name}=...`")
    given = {**collect((), (), scripts.vars_file), **named}
    return Setting(scripts.script(), scripts.trusted, None if path == "-" else path, given)


def open_session(setting: Setting, write: Write | None = None, observe: Observer | None = None) -> AnySession:
    """A session that prints with `write`, or to standard output, and to standard error what it warns of.

    `observe` is as in `Session`.
    """
    limits = setting.limits
    session: AnySession
    if setting.trusted:
        # Which writes what it likes.
        progress.end()
        session = TrustedSession(write, limits.seconds, _warn, observe, setting.path)
    else:
        to_output = _write_for_people if is_terminal(sys.stdout) else _write
        session = Session(write or to_output, limits, _warn, observe)
    session.names.update(setting.given)
    return session


def run_cell(session: AnySession, cell: Cell) -> list[str]:
    """Runs a cell without its lines for IPython, which a note names, and returns these. Errors: as the session's."""
    code, left_out = without_lines_for_ipython(cell.code, cell.name)
    session.run(code, cell.name, cell.line)
    return left_out


def without_lines_for_ipython(code: str, name: str) -> tuple[str, list[str]]:
    """The code without them, and what they were, which a note says too, under the name of the code."""
    code, left_out = without_magics(code)
    for line in left_out:
        say(f"note: {name}: left out `{line}`, which is for IPython")
    return code, left_out


def _write(text: str) -> None:
    sys.stdout.write(text)


def _write_for_people(text: str) -> None:
    # A script by somebody else is not to steer the terminal.
    progress.make_way(text)
    sys.stdout.write(printable(text))


def _warn(error: ExpressionError) -> None:
    sys.stdout.flush()
    say(diagnostic(error, "warning"))
