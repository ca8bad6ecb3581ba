"""`autodiff repl`: what is typed at the prompt runs as in a script, and nothing but the end ends it."""

from __future__ import annotations

import _thread
import io
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from processes import TIMEOUT, environment

from autodiff.cli.repl.console import Console
from autodiff.cli.repl.conversation import converse
from autodiff.cli.repl.dumb_terminal import Lines
from autodiff.cli.run.session import Setting
from autodiff.parser.script.running.script_limits import Limits


def test_a_value_is_shown_and_names_stay(typed) -> None:
    typed("x = torch.tensor(3.0, requires_grad=True)", "y = x**2", "y.backward()")
    assert typed("y", "x.grad").out == "tensor(9., grad_fn=<PowBackward0>)\ntensor(6.)\n"


def test_what_is_copied_with_pythons_prompts_runs_without_them(typed) -> None:
    assert typed(">>> def f(x):\n...     return x + 1\n...\n>>> f(41)").out == "42\n"


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "# nothing", "x = 1", "2;"])
def test_nothing_is_shown_where_there_is_no_value(typed, text: str) -> None:
    assert typed(text) == (-1, "", "")


def test_an_error_points_at_its_place_and_ends_nothing(typed) -> None:
    typed("def f(x):\n    return x + y")
    result = typed("f(1)", "2 +* 3", "y = 1", "f(1)")
    assert (result.code, result.out) == (-1, "2\n")
    assert result.err == (
        "error[name]: name 'y' is not defined\n"
        " --> <input 1>:2:16\n"
        "  |\n"
        "2 |     return x + y\n"
        "  |                ^\n"
        "  = note: in `f`, called at <input 2>:1:1\n"
        "error[syntax]: unexpected `*`\n"
        " --> <input 3>:1:4\n"
        "  |\n"
        "1 | 2 +* 3\n"
        "  |    ^\n"
        "  = help: something is missing between `+` and `*`\n"
    )


def test_a_warning_is_given_once_for_each_place(typed) -> None:
    err = typed("for i in range(3): torch.var(torch.ones(1))").err
    assert err.count("warning[value]: var(): degrees of freedom is <= 0.") == 1
    assert " --> <input 1>:1:20\n" in err


@pytest.mark.usefixtures("typed", "unwatched")
def test_a_computation_can_be_interrupted_and_what_it_did_before_stays(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(Setting(Limits()))

    def interrupt() -> None:
        while "x" not in console.session.names:
            time.sleep(0.001)
        _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    console.take("with torch.no_grad():\n    x = 1\n    while True: pass")
    assert capsys.readouterr() == ("", "\ninterrupted\n")
    console.take("x, torch.is_grad_enabled()")
    assert capsys.readouterr().out == "(1, True)\n"


def test_limits_hold_for_each_input(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(Setting(Limits(steps=100)))
    for _ in range(3):
        console.take("for i in range(10): pass")
    assert capsys.readouterr().err == ""
    console.take("while True: pass")
    assert capsys.readouterr().err.startswith("error[limit]: more than 100 steps\n --> <input 4>:1:7\n")
    console.take("1 + 1")
    assert capsys.readouterr().out == "2\n"


def test_a_bug_is_reported_and_ends_nothing(typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "next_name", lambda self: 1 / 0)
    assert typed("x = 2").err.startswith("error[bug]: ZeroDivisionError: division by zero\n")


def test_with_debug_the_traceback_of_an_error_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Console(Setting(Limits()), debug=True).take("x")
    assert re.search(r"Traceback .*error\[name\]: name 'x' is not defined", capsys.readouterr().err, re.DOTALL)


@pytest.mark.parametrize("text", ["exit", "quit", "exit()", "quit()", " exit ", ":quit"])
def test_words_end_the_session(typed, text: str) -> None:
    assert typed("x = 1", text, "x") == (0, "", "")


def test_a_name_is_shown_though_it_could_end_the_session(typed) -> None:
    assert typed("exit = 3", "exit") == (-1, "3\n", "")


def test_the_session_of_the_tour_is_true(typed) -> None:
    readme = (Path(__file__).parents[3] / "docs" / "tour.md").read_text("utf-8")
    (session,) = re.findall(r"```text\n(>>> .*?)```", readme, re.DOTALL)
    for text, shown in re.findall(r">>> (.*)\n((?:(?!>>>).*\n)*)", session):
        # On a terminal the lines of a tree are drawn.
        assert typed(text) == (-1, shown.replace("└── ", "`-- "), "")


# Reading


@contextmanager
def standard_input(text: str) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def test_without_keys_inputs_are_read_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    with standard_input("x = 2\ndef f(y):\n    return x * y\n\nf(4)\n"):
        converse(Lines(), lambda: Console(Setting(Limits())), "float64")
    assert capsys.readouterr() == (">>> >>> ... ... >>> 8\n>>> \n", "")


def test_numbers_are_of_the_type_asked_for_while_the_session_lasts(capsys: pytest.CaptureFixture[str]) -> None:
    for dtype in ("float32", "float64"):
        with standard_input("print(torch.tensor(1.0).dtype)\n"):
            converse(Lines(), lambda: Console(Setting(Limits())), dtype)
        assert f"torch.{dtype}\n" in capsys.readouterr().out


class Interrupted:
    """A reader of inputs, some of which are dropped."""

    def __init__(self, *inputs: str | type[BaseException]) -> None:
        self.inputs = iter(inputs)

    def read(self) -> str:
        given = next(self.inputs, EOFError)
        if isinstance(given, str):
            return given
        raise given


def test_an_input_that_is_dropped_does_not_end_the_session(capsys: pytest.CaptureFixture[str]) -> None:
    reader = Interrupted(KeyboardInterrupt, "x = 1", KeyboardInterrupt, KeyboardInterrupt, "x", "exit", "x + 1")
    converse(reader, lambda: Console(Setting(Limits())), "float64")
    assert capsys.readouterr() == ("1\n", "")


def test_where_nothing_is_typed_nothing_is_loaded() -> None:
    converse(Interrupted(KeyboardInterrupt), lambda: pytest.fail("the session was opened"), "float64")


def test_in_a_pipe_it_is_as_run(autodiff) -> None:
    script = "x = 2\nprint(x)\n\nx + 1\n"
    assert autodiff("repl", stdin=script) == autodiff("run", stdin=script) == (0, "2\n3\n", "")
    for wrong in ("x = = 1", "1 / 0", "assert 1 == 2", "while True: pass", ":vars"):
        args = ["--limit", "steps=100"]
        assert autodiff("repl", *args, stdin=wrong) == autodiff("run", *args, stdin=wrong)
    assert autodiff("repl", "--dtype", "float32", stdin="torch.tensor(1.0).dtype").out == "torch.float32\n"
    assert autodiff("repl", "--limit", "nodes=3").code == 2


# On a terminal


class Typist:
    """A prompt on a terminal of its own."""

    def __init__(self, env: dict[str, str], *options: str, before: str = "pass") -> None:
        pty = pytest.importorskip("pty")
        # As a shell starts it, so that Ctrl-C is a signal to it.
        take = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
        self.master, slave = pty.openpty()
        # What was read past the last word.
        self.ahead = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{take}; {before}; from autodiff.cli.main import main; main()", "repl", *options],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)

    def until(self, word: str) -> str:
        """What is shown up to and with a word. AssertionError: it does not come."""
        end = time.monotonic() + TIMEOUT
        while word.encode() not in self.ahead:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{word!r} does not come after {self.ahead.decode(errors='replace')!r}"
            self.ahead += os.read(self.master, 65536)
        shown, found, self.ahead = self.ahead.partition(word.encode())
        return (shown + found).decode()

    def types(self, text: str) -> None:
        os.write(self.master, text.encode())


def test_a_person_at_a_terminal(tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    env = environment({"TERM": "xterm-256color", "AUTODIFF_HISTORY": str(history)})
    typist = Typist(env)
    assert "\x1b[6n" not in typist.until(">>>")
    typist.types("größe = torch.tensor(4.0)\rgröße * 2\r")
    typist.until("tensor(8.)")
    typist.until(">>>")
    typist.types("\x1b[200~print('run' + 'ning')\nwhile True: pass\x1b[201~\r")
    # The terminal's own mode is back by then, in which Ctrl-C is a signal.
    typist.until("running")
    typist.types("\x03")
    typist.until("interrupted")
    typist.until(">>>")
    typist.types("1 +* 2\r")
    typist.until(" <input 4>:1:4")
    typist.until(">>>")
    typist.types("\x04")
    assert typist.process.wait(TIMEOUT) == 0
    os.close(typist.master)
    assert "+größe * 2\n" in history.read_text("utf-8")
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_terminal_that_can_only_print_gets_no_control_characters(tmp_path: Path) -> None:
    env = environment({"TERM": "dumb", "AUTODIFF_HISTORY": str(tmp_path / "history")})
    typist = Typist(env)
    shown = typist.until(">>> ")
    typist.types("6 * 7\n")
    shown += typist.until("42") + typist.until(">>> ")
    typist.types("\x04")
    assert typist.process.wait(TIMEOUT) == 0
    os.close(typist.master)
    assert "\x1b" not in shown
    assert shown.startswith("autodiff: torch with float64 numbers; :help lists commands and keys, Ctrl-D ends\r\n")


def test_the_prompt_outlives_the_time_of_an_input(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[2])
    env = environment({"TERM": "dumb", "AUTODIFF_HISTORY": str(tmp_path / "history"), "PYTHONPATH": tests})
    before = "import pace; pace.Timer.__enter__ = pace.granting(math.inf, 0.2, math.inf)"
    typist = Typist(env, "--timeout", "0.2", before=f"import math; {before}")
    typist.until(">>> ")
    typist.types("kept = 6\n")
    typist.until(">>> ")
    typist.types("while True: pass\n\n")
    typist.until("error[timeout]: it takes more than 0.2 s")
    typist.until(">>> ")
    typist.types("kept * 7\n")
    typist.until("42")
    typist.types("\x04")
    assert typist.process.wait(TIMEOUT) == 0
    os.close(typist.master)
