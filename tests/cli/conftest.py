"""Ways to run the command line: inside this process, as a process of its own, and on a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pytest

from autodiff.cli.main import run
from autodiff.cli.repl.console import Console
from autodiff.parser.script.limits import Limits
from autodiff.parser.semantics.computing import computing

START = [sys.executable, "-c", "from autodiff.cli.main import main; main()"]
TIMEOUT = 60


@pytest.fixture(scope="session", autouse=True)
def buffered() -> Iterator[None]:
    """Buffers the output of the processes that tests start, as it is for users."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONUNBUFFERED", raising=False)
        yield


class Result(NamedTuple):
    """What a run left behind: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, str]:
        """The lines of the plain format by their keys."""
        return dict(line.split("\t") for line in self.out.splitlines())


@pytest.fixture(scope="session")
def autodiff() -> Callable[..., Result]:
    """Runs the command line inside this process: `autodiff("eval", "x**2", "--x", "3", stdin="")`."""

    def call(*args: str, stdin: str | bytes = "") -> Result:
        data = stdin if isinstance(stdin, bytes) else stdin.encode("utf-8", "surrogatepass")
        out, err = io.StringIO(), io.StringIO()
        before = sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(args)
        finally:
            sys.stdin = before
        return Result(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Result]]:
    """Types inputs at one prompt inside this process, without an editor; an end that is asked for is the code 0."""
    with computing("float64"):
        console = Console(Limits())

        def take(*texts: str) -> Result:
            code = -1
            try:
                for text in texts:
                    console.take(text)
            except EOFError:
                code = 0
            return Result(code, *capsys.readouterr())

        yield take


@pytest.fixture(scope="session")
def evaluate(autodiff: Callable[..., Result]) -> Callable[..., Result]:
    """`autodiff eval` inside this process."""
    return lambda *args, stdin="": autodiff("eval", *args, stdin=stdin)


@pytest.fixture(scope="session")
def process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the command line as a process of its own; `env` adds to the environment, None takes from it."""

    def call(
        *args: str, stdin: bytes = b"", env: dict[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*START, *args], input=stdin, env=environment(env or {}), capture_output=True, timeout=TIMEOUT, check=False
        )

    return call


@pytest.fixture(scope="session")
def terminal() -> Callable[..., Result]:
    """Runs the command line on a terminal `columns` wide; what it shows, standard error included, is `out`."""

    def call(*args: str, columns: int = 80, env: dict[str, str | None] | None = None) -> Result:
        changes = {"TERM": "xterm-256color", "COLUMNS": None, "NO_COLOR": None, **(env or {})}
        return on_terminal([*START, *args], columns, environment(changes))

    return call


@pytest.fixture(scope="session")
def terminal_shell() -> Callable[[str], Result]:
    """Runs a line of shell on a terminal; what it shows, standard error included, is `out`."""
    return lambda line: on_terminal(["sh", "-c", line], 80, environment({"TERM": "xterm-256color"}))


def environment(changes: dict[str, str | None]) -> dict[str, str]:
    """This process's environment with changes; None takes a variable away."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


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
