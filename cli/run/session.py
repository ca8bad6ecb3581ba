"""A session of scripts that speaks to this process's streams."""

from __future__ import annotations

import sys

from ...parser.script.running.guard import Limits
from ...parser.script.session import Observer, Session, Write
from ...parser.syntax.errors import ExpressionError, diagnostic
from ..shell.streams import is_terminal, printable, say


def open_session(limits: Limits, write: Write | None = None, observe: Observer | None = None) -> Session:
    """A session that prints with `write`, or to standard output, and to standard error what it warns of.

    `observe` is as in `Session`.
    """
    return Session(write or (_write_for_people if is_terminal(sys.stdout) else _write), limits, _warn, observe)


def _write(text: str) -> None:
    sys.stdout.write(text)


def _write_for_people(text: str) -> None:
    # A script by somebody else is not to steer the terminal.
    sys.stdout.write(printable(text))


def _warn(error: ExpressionError) -> None:
    sys.stdout.flush()
    say(diagnostic(error, "warning"))
