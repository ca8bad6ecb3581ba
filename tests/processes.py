"""Runs of the command line as processes of their own, on pipes and on terminals."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

import pytest

START = [sys.executable, "-c", "from autodiff.cli.main import main; main()"]
TIMEOUT = 60


class Result(NamedTuple):
    """What a run left behind: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, str]:
        """The lines of the plain format by their keys."""
        return dict(line.split("\t") for line in self.out.splitlines())


def environment(changes: dict[str, str | None]) -> dict[str, str]:
    """This process's environment with changes; None takes a variable away."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def shown_between(command: Sequence[str], first: bytes, until: bytes, rest: bytes) -> str:
    """What a command shows on a terminal that is its standard error, and that answers `until` with more input.

    `rest` is given when `until` has been shown, however long that takes. Skips where there are no terminals.
    """
    master, slave = pytest.importorskip("pty").openpty()
    shown = b""
    env = environment({"TERM": "xterm", "COLUMNS": None})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave, env=env) as child:
        os.close(slave)
        assert child.stdin
        child.stdin.write(first)
        child.stdin.flush()
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 65536):
                shown += chunk
                if until in shown and not child.stdin.closed:
                    child.stdin.write(rest)
                    child.stdin.close()
        os.close(master)
        assert child.wait(TIMEOUT) == 0, shown
    return shown.decode().replace("\r\n", "\n")


def on_terminal(command: Sequence[str], columns: int, env: dict[str, str]) -> Result:
    """Runs a command with a pseudo-terminal as its standard input, output and error. Skips where there is none."""
    pty = pytest.importorskip("pty")
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    # A pager would wait for somebody to turn its pages.
    env = {"PAGER": "cat", **env}
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env) as child:
        os.close(slave)
        shown = b""
        # The reading end of a terminal without a writer is an error on Linux.
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 65536):
                shown += chunk
        os.close(master)
        code = child.wait(TIMEOUT)
    return Result(code, shown.decode().replace("\r\n", "\n"), "")
