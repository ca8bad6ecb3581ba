"""How far a call has come is shown on terminals, and gone when anything else is written there."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import SimpleNamespace

import pytest
from processes import TIMEOUT, left

from autodiff.cli.main import run
from autodiff.cli.shell import progress as line
from autodiff.cli.shell.streams import write

ERASE = "\r\x1b[K"


class Terminal(io.StringIO):
    """Standard output and error at once."""

    def isatty(self) -> bool:
        return True

    def shows(self, text: str) -> bool:
        """Whether a text comes up."""
        until = time.monotonic() + TIMEOUT
        while text not in self.getvalue() and time.monotonic() < until:
            time.sleep(0.001)
        return text in self.getvalue()


@contextmanager
def on(terminal: io.StringIO) -> Iterator[None]:
    """The line comes at once, and no time passes."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(terminal), redirect_stderr(terminal):
        patch.setattr(line, "_FIRST", 0.0)
        patch.setattr(line, "_NEXT", 0.001)
        patch.setattr(line, "time", SimpleNamespace(monotonic=lambda: 0.0))
        yield


@pytest.fixture(autouse=True)
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_the_line_says_how_far_it_is_and_makes_way_for_results() -> None:
    terminal = Terminal()
    with on(terminal), line.progress.of("check"):
        assert terminal.shows(f"{ERASE}check, 0 s")
        line.progress.tell("3 of 9 points")
        assert terminal.shows(f"{ERASE}3 of 9 points, 0 s")
        write("a result\n")
    assert left(terminal.getvalue()) == "a result\n"


def test_a_line_that_is_not_ended_stays() -> None:
    terminal = Terminal()
    with on(terminal), line.progress.of("run"):
        assert terminal.shows("run")
        write("half")
        time.sleep(0.01)
        write(" and half\n")
    assert left(terminal.getvalue()) == "half and half\n"


@pytest.mark.parametrize("words", [["diff", "sin(x)"], ["check", "x", "--x", "1"], ["functions", "sin"]], ids=str)
def test_no_command_leaves_a_line_behind(words: list[str]) -> None:
    terminal = Terminal()
    with on(terminal):
        assert run(words) == 0
    assert "0 s" not in left(terminal.getvalue())


@pytest.mark.parametrize("terminal", [io.StringIO(), Terminal()], ids=["pipe", "dumb terminal"])
def test_pipes_and_dumb_terminals_have_no_line(monkeypatch: pytest.MonkeyPatch, terminal: io.StringIO) -> None:
    monkeypatch.setenv("TERM", "dumb" if terminal.isatty() else "xterm")
    with on(terminal), line.progress.of("eval"):
        time.sleep(0.01)
    assert terminal.getvalue() == ""
