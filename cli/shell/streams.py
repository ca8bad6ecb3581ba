"""Standard input, output and error: UTF-8 in pipes, quiet when the reader leaves, colours only where wanted."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from ...parser.syntax.errors import UsageError, failing
from ...parser.syntax.wording import quoted
from .progress import progress

_UNSAFE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def prepare() -> None:
    """Makes output the same bytes in a pipe whatever the locale, and never a UnicodeEncodeError on a terminal.

    A stream that was closed before the start (`>&-`) is opened on the null device.
    """
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def decoded(argument: str) -> str:
    """A word of the command line as UTF-8, which it is on nearly every system, whatever the locale says."""
    try:
        return argument.encode("ascii", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return argument


def read_input() -> str:
    """All of standard input as text: UTF-8, or UTF-16 with a byte order mark; newlines in any system's form.

    What is not UTF-8 becomes a replacement character, which no expression holds.
    """
    return _text(_bytes_of_input(), "replace")


def read_text(path: str | None) -> str:
    """All of a file as text, or of standard input where there is no path or it is `-`; encoded as for `read_input`.

    UsageError: it cannot be read, or it is not text in such an encoding.
    """
    if path is None or path == "-":
        name, data = "standard input", _bytes_of_input()
    else:
        name = quoted(path)
        with failing(f"read {name}"), open(path, "rb") as file:
            data = file.read()
    try:
        return _text(data, "strict")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name} is not UTF-8 text: see line {line}", "save it as UTF-8") from None


def _bytes_of_input() -> bytes:
    binary: Any = getattr(sys.stdin, "buffer", None)
    if is_terminal(sys.stdin):
        progress.end()
    with failing("read standard input"):
        return sys.stdin.read().encode("utf-8", "replace") if binary is None else binary.read()


def _text(data: bytes, errors: str) -> str:
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if utf16 else "utf-8-sig", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")


@contextlib.contextmanager
def written_to(path: str | None) -> Iterator[None]:
    """Has what is written as a result in a file instead, which appears whole or not at all. UsageError: it cannot be.

    Without a path it is standard output.
    """
    if path is None:
        yield
        return
    import io

    from .files import replacing

    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
        with contextlib.redirect_stdout(text):
            yield
        text.detach()


def write(text: str) -> None:
    """Writes results to standard output, at once."""
    if is_terminal(sys.stdout):
        progress.make_way(text)
    sys.stdout.write(text)
    sys.stdout.flush()


def write_listing(text: str) -> None:
    """Writes results that may be longer than a window: to a person with one, by the pager (`PAGER`, else `less`)."""
    import shutil

    is_long = text.count("\n") >= shutil.get_terminal_size().lines
    if not is_long or not is_terminal(sys.stdout) or os.environ.get("TERM") == "dumb":
        write(text)
        return
    import click

    progress.end()
    click.echo_via_pager(text, color=wants_color(sys.stdout))


def discard(stream: TextIO) -> None:
    """Points a stream nowhere, so that Python does not fail on exit at writing what it could not write before."""
    # An OSError (its subclass UnsupportedOperation) where the stream is no file, as in tests.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads (or types) the stream."""
    return stream.isatty()


class Manner:
    """How a call wants to be answered: with which colours, without notes, and with errors in JSON too."""

    def __init__(self) -> None:
        self.begin(False)

    def begin(self, as_json: bool) -> None:
        """As it is unless something else is asked for."""
        self.color = "auto"
        self.quiet = False
        self.as_json = as_json


# Of the call that runs.
manner = Manner()


def wants_color(stream: TextIO) -> bool:
    """Whether to colour the stream: as `--color` says, else on a capable terminal without NO_COLOR."""
    if manner.color != "auto":
        return manner.color == "always"
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    """The text with nothing in it that could steer a terminal, beside newlines and tabs."""
    if text.isprintable():
        return text
    from unicodedata import category

    return "".join(c if c in "\n\t" or category(c) not in _UNSAFE else _REPLACEMENT for c in text)


def from_input(example: str) -> str:
    """The expression on standard input. UsageError: a person sits there, who has most likely forgotten it."""
    if is_terminal(sys.stdin):
        raise UsageError("the expression is missing", f"write `{example}`")
    return read_input().rstrip()
