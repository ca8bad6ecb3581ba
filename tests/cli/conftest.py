"""Ways to run the command line: inside this process, as a process of its own, and on a terminal."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import START, TIMEOUT, Result, environment, left, on_terminal
from server import SOCKET, ask

from autodiff.cli.main import run
from autodiff.cli.repl.console import Console
from autodiff.cli.run.session import Setting
from autodiff.cli.shell.streams import manner
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.semantics.computing import computing


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
    manner.begin(as_json=False)
    with computing("float64"):
        console = Console(Setting(Limits()))

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


def _on_pipes(command: list[str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def call(
        *args: str, stdin: bytes = b"", env: dict[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*command, *args],
            input=stdin,
            env=environment(env or {}),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )

    return call


def _on_terminals(command: list[str]) -> Callable[..., Result]:
    def call(*args: str, columns: int = 80, env: dict[str, str | None] | None = None) -> Result:
        changes = {"COLUMNS": None, "LINES": None, **(env or {})}
        result = on_terminal([*command, *args], columns, environment(changes))
        # Without what a slow machine shows while it works, and takes away again.
        return result._replace(out=left(result.out))

    return call


@pytest.fixture(scope="session")
def process(programs: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the program `autodiff` on pipes, as bytes; `env` adds to the environment, None takes from it."""
    if not (programs / SOCKET).exists():
        return _on_pipes([str(programs / "autodiff")])

    def call(
        *args: str, stdin: bytes = b"", env: dict[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return ask(programs, args, stdin, environment(env or {}), TIMEOUT)

    return call


@pytest.fixture(scope="session")
def own_process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The same, started anew: for what depends on how the interpreter starts, or on processes that it starts."""
    return _on_pipes(START)


@pytest.fixture(scope="session")
def terminal(programs: Path) -> Callable[..., Result]:
    """Runs the program on a terminal `columns` wide; what it shows, standard error included, is `out`."""
    return _on_terminals([str(programs / "autodiff")])


@pytest.fixture(scope="session")
def own_terminal() -> Callable[..., Result]:
    """The same, started anew."""
    return _on_terminals(START)
