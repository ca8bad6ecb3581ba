"""Runs of the command line as processes of their own, on pipes and on terminals."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest

START = [sys.executable, "-c", "from autodiff.cli.main import main; main()"]
# Seconds in which what is waited for comes on the slowest machine: who has waited so long waits in vain.
TIMEOUT = 600


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


def left(shown: str) -> str:
    """What is still to be seen of what was shown on a terminal, where a line may have been taken back for another."""
    return "\n".join(line.rpartition("\r\x1b[K")[2] for line in shown.replace("\r\n", "\n").split("\n"))


def watched(
    command: Sequence[str], given: bytes, until: bytes, then: Callable[[subprocess.Popen[bytes]], bytes | None]
) -> Result:
    """Runs a command that shows on a terminal what it says beside its results; what it shows is `err`.

    Its standard input stays open after what is given. When `until` has been shown, `then` is called with the process,
    however long that takes, and may return the rest of the input. Skips where there are no terminals.
    """
    master, slave = pytest.importorskip("pty").openpty()
    env = environment({"COLUMNS": None})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave, env=env) as child:
        os.close(slave)
        assert child.stdin
        assert child.stdout
        child.stdin.write(given)
        child.stdin.flush()
        shown = b""
        # The reading end of a terminal without a writer is an error on Linux.
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 65536):
                shown += chunk
                if until in shown and not child.stdin.closed:
                    child.stdin.write(then(child) or b"")
                    child.stdin.close()
        os.close(master)
        code = child.wait(TIMEOUT)
        return Result(code, child.stdout.read().decode(), shown.decode())


def on_terminal(command: Sequence[str], columns: int, env: dict[str, str]) -> Result:
    """Runs a command with a pseudo-terminal as its standard input, output and error. Skips where there is none."""
    pty = pytest.importorskip("pty")
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
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
