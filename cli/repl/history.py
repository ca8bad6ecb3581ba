"""Where what was typed is kept from session to session: a file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ...parser.syntax.folders import user_path

_VARIABLE = "AUTODIFF_HISTORY"


def history_path() -> str | None:
    """The file of the history, from the user's settings; None where there is to be none."""
    return user_path(_VARIABLE, "~/Library/Application Support", "XDG_STATE_HOME", "~/.local/state", "history")


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
