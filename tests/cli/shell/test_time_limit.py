"""`--timeout`: every command has it, and ends in words and with one exit code, whatever takes too long."""

import math
import signal
import subprocess
import sys

import pytest
from groups import grouped
from pace import granting
from processes import START, TIMEOUT

from autodiff.cli.main import COMMANDS
from autodiff.cli.repl.console import Console
from autodiff.cli.run.session import Setting
from autodiff.parser.script.running.resources import Timer
from autodiff.parser.script.running.script_limits import Limits

# Takes seconds to be read, on any machine.
SLOW = "+".join(["sin(x)"] * 100_000)
# A process that is told of a time limit and then does not let itself be interrupted.
DEAF = """
import signal, sys
from autodiff.cli.shell.time_limit import work_in_child
from autodiff.parser.script.running import resources
work_in_child()
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
resources.announce(0.1, 0.1)
while True: pass
"""


@grouped("command", COMMANDS)
def test_every_command_has_it(autodiff, command: str) -> None:
    assert "--timeout SECONDS" in autodiff(command, "--help").out
    result = autodiff(command, "--timeout", "nan")
    assert result.code == 2
    assert "takes a number of seconds, not `nan`" in result.err


# An interrupt comes anywhere, also while a module is read, whose file is then closed with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize(
    "args",
    [
        ["eval", SLOW, "--x", "1"],
        ["diff", SLOW],
        ["trace", SLOW, "--x", "1"],
        ["graph", SLOW, "--x", "1"],
        ["check", SLOW],
        ["batch", "--x", "1"],
    ],
    ids=lambda args: args[0],
)
def test_what_takes_longer_ends_in_words(autodiff, args: list[str]) -> None:
    # So that nothing is interrupted as it is imported, which not every module outlives.
    autodiff(*("x*1" if arg == SLOW else arg for arg in args), stdin="x*1")
    result = autodiff(*args, "--timeout", "0.02", stdin=SLOW)
    assert result.code == 124
    assert result.err == "error[timeout]: it takes more than 0.02 s\n  = help: give it more with `--timeout SECONDS`\n"


def test_what_takes_less_is_not_touched(own_process) -> None:
    result = own_process("eval", "x**2", "--x", "3", "--timeout", "60", "--get", "grad.x")
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, b"6.0", b"")
    assert own_process("eval", "sinn(x)", "--timeout", "60").returncode == 3


def test_waiting_for_input_counts() -> None:
    with subprocess.Popen(
        [*START, "batch", "--timeout", "0.5"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        assert child.stderr.read().startswith(b"error[timeout]: it takes more than 0.5 s")
        assert child.wait(TIMEOUT) == 124


def test_what_cannot_be_interrupted_is_ended_with_a_message() -> None:
    result = subprocess.run([sys.executable, "-c", DEAF], capture_output=True, timeout=TIMEOUT, check=False)
    assert result.returncode == 124
    assert result.stderr.startswith(b"error[timeout]: it takes more than 0.1 s, and one operation does not let itself")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_process_that_works(number: signal.Signals) -> None:
    with subprocess.Popen(
        [*START, "batch", "--timeout", "100"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"1 + 1\n")
        child.stdin.flush()
        assert child.stdout.readline().startswith(b"line\t1\tok\ttrue")
        child.send_signal(number)
        assert child.wait(TIMEOUT) in (130, -number, 128 + number)


@pytest.mark.usefixtures("unwatched")
def test_the_prompt_goes_on_after_an_input_that_took_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Timer, "__enter__", granting(math.inf, 0.1, math.inf))
    console = Console(Setting(Limits(seconds=0.1)))
    for text in ("x = 2", "while True: pass", "x + 40"):
        console.take(text)
    assert console.session.shown == 42
