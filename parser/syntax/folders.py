"""Where a user's own files are kept, by the customs of each system."""

from __future__ import annotations

import os
import sys


def user_path(variable: str, mac: str, xdg: str, unix: str, *parts: str) -> str | None:
    """The path that a variable of the environment has, else that of `parts` below autodiff's folder of a kind.

    The kind is `mac` on macOS, and elsewhere where the variable `xdg` says, or `unix`. None: there is to be none, as
    the variable is empty, or there is no home.
    """
    override = os.environ.get(variable)
    if override is not None:
        return override or None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser(mac)
    else:
        base = os.environ.get(xdg) or os.path.expanduser(unix)
    # Without a home the path stays relative, and nothing is to be written to the working directory.
    return os.path.join(base, "autodiff", *parts) if os.path.isabs(base) else None
