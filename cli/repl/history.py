"""Where what was typed is kept from session to session: a file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

_VARIABLE = "AUTODIFF_HISTORY"


def history_path() -> str | None:
    """The file of the history: the one the user sets, else where the system keeps such; None where there is to be none.

    The variable of the environment, where it is empty, says that there is to be none; so does a user without a home.
    """
    given = os.environ.get(_VARIABLE)
    if given is not None:
        return given or None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    # Without a home the path stays relative, and nothing is to be written to the working directory.
    return os.path.join(base, "autodiff", "history") if os.path.isabs(base) else None


def open_history(path: str | None) -> History:
    """The history in a file; in memory alone where the file cannot be used."""
    if path is None:
        return InMemoryHistory()
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        return InMemoryHistory()
    return _QuietHistory(path)


class _QuietHistory(FileHistory):
    """A history that is never a reason to fail: not when the disk is full, nor when the file is gone."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return super().load_history_strings()
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            super().store_string(string)
