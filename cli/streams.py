"""Standard output and error: UTF-8 into pipes, quiet when the reader leaves, colours only where wanted."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO


def prepare() -> None:
    """Makes output the same bytes in a pipe whatever the locale, and never a UnicodeEncodeError on a terminal."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def discard_output() -> None:
    """Points standard output nowhere, so that Python does not report the broken pipe once more on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads the stream."""
    return stream.isatty()


def wants_color(stream: TextIO, choice: str) -> bool:
    """Whether to colour the stream: as `--color` says, else on a capable terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(message: str) -> None:
    """Writes a line for people, which is not a result, to standard error."""
    sys.stderr.write(message + "\n")
