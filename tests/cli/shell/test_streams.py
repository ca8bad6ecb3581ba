"""Pipes, encodings, and streams that go away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from groups import grouped
from processes import START, TIMEOUT, left, watched

from autodiff.cli.shell.saying import say

pytestmark = pytest.mark.processes

# The same for a shell.
AUTODIFF = f"'{sys.executable}' -c 'from autodiff.cli.main import main; main()'"
# What the interpreter looks at when it starts, and what only the program does.
INTERPRETER_SETTINGS: list[dict[str, str | None]] = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "POSIX"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1:strict"},
    {"PYTHONIOENCODING": "utf-16"},
    {"PYTHONOPTIMIZE": "2"},
]
TERM_SETTINGS: list[dict[str, str | None]] = [
    {},
    {"NO_COLOR": "1"},
    {"TERM": "dumb"},
    {"TERM": None},
    {"COLUMNS": "20"},
    {"COLUMNS": "nonsense"},
    {"FORCE_COLOR": "1"},
]


@pytest.fixture(scope="module")
def usual(own_process) -> tuple[int, bytes, bytes]:
    """A run in the environment of the tests, whose result and warning are not all ASCII."""
    return _with_greek(own_process, {})


def _with_greek(process, env: dict[str, str | None]) -> tuple[int, bytes, bytes]:
    result = process("eval", "-", "--größe", "0", stdin="3·sqrt(größe) # 变量".encode(), env=env)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize("env", [*INTERPRETER_SETTINGS, *TERM_SETTINGS], ids=str)
def test_a_pipe_gets_the_same_bytes_in_every_environment(
    process, own_process, usual, env: dict[str, str | None]
) -> None:
    code, out, err = usual
    assert code == 0
    assert "grad.größe\tinf".encode() in out
    assert "sqrt(größe) # 变量".encode() in err
    assert _with_greek(own_process if env in INTERPRETER_SETTINGS else process, env) == (code, out, err)


def test_an_argument_that_is_not_utf8_is_an_error_in_words() -> None:
    result = subprocess.run(
        [*START, "eval", b"x + \xff", "--x", "1"], capture_output=True, check=False, timeout=TIMEOUT
    )
    assert result.returncode == 3
    assert b"error[syntax]" in result.stderr


@grouped(
    "data",
    [
        b"y = x**2\ny + 1",
        b"y = x**2\ny + 1\n\n\n",
        b"y = x**2\r\ny + 1\r\n",
        b"y = x**2\ry + 1\r",
        b"\xef\xbb\xbfy = x**2\ny + 1\n",
        "y = x**2\ny + 1\n".encode("utf-16"),
        "y = x²\ny + 1\n".encode(),
        b"  # a comment\n\ny = x**2 # squared\n\ny + 1\n",
    ],
    ids=["plain", "newlines", "windows", "mac", "mark", "utf-16", "unicode", "comments"],
)
def test_a_program_is_read_from_any_system(evaluate, data: bytes) -> None:
    result = evaluate("--x", "3", stdin=data)
    assert result.facts == {"value": "10.0", "grad_fn": "AddBackward0", "grad.x": "6.0"}
    assert "\\r" not in evaluate("--x", "3", "--json", stdin=data).out


@pytest.mark.parametrize("data", [b"", b"\n", b"  \r\n\t", b"\xef\xbb\xbf", b"# only a comment\n", b";;"])
def test_an_empty_input_is_an_empty_expression(evaluate, data: bytes) -> None:
    result = evaluate("--x", "3", stdin=data)
    assert result.code == 3
    assert "error[syntax]" in result.err


@pytest.mark.parametrize("data", [b"\xff", b"x + \xe9", b"\x00", b"x \x1b[31m", bytes(range(256))])
def test_an_input_that_is_no_text_is_an_error_in_words(evaluate, data: bytes) -> None:
    result = evaluate("--x", "3", stdin=data)
    assert result.code == 3
    assert "\x1b" not in result.err


@pytest.mark.parametrize("format_name", ["plain", "json", "pretty"])
def test_a_reader_that_leaves_early_ends_the_command_quietly(format_name: str) -> None:
    program = "+".join(["x"] * 10) if format_name == "pretty" else "x*[" + ",".join(["1"] * 30_000) + "]"
    with subprocess.Popen(
        [*START, "eval", "--x", "3", "--format", format_name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        child.stdin.write(program.encode())
        child.stdin.close()
        assert child.stderr.read() == b""
        assert child.wait(TIMEOUT) == 0


def test_head_gets_its_line_and_nobody_complains() -> None:
    command = (
        f'\'{sys.executable}\' -c \'print("x*[" + ",".join(["1"]*30_000) + "]")\' | '
        f"{AUTODIFF} eval --x 3 --get value | head -c 14; "
        'echo "${PIPESTATUS[*]}"'
    )
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    assert (result.stdout, result.stderr) == ("[3.0, 3.0, 3.00 0 0\n", "")


def test_an_error_nobody_reads_keeps_its_code() -> None:
    command = f"{AUTODIFF} eval 2x 2>&1 | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    assert (result.stdout, result.stderr) == ("3\n", "")


@pytest.mark.parametrize(
    ("redirection", "code", "shown"),
    [
        ("<&-", 0, "value\t1.0\n"),
        (">&-", 0, ""),
        ("2>&-", 0, "value\t1.0\n"),
        ("<&- >&- 2>&-", 0, ""),
    ],
)
def test_a_stream_may_be_closed_from_the_start(redirection: str, code: int, shown: str) -> None:
    command = f"{AUTODIFF} eval 1 {redirection}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert (result.returncode, result.stdout, result.stderr) == (code, shown, "")


def test_an_expression_cannot_come_from_a_closed_input() -> None:
    command = f"{AUTODIFF} eval <&-"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert result.returncode == 3
    assert "the expression is empty" in result.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize("args", ["eval 1", "--help", "functions", "completion bash"])
def test_a_result_that_cannot_be_written_is_an_error(args: str) -> None:
    command = f"{AUTODIFF} {args} > /dev/full"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert result.returncode == 2
    assert result.stderr == "error[usage]: cannot write the result: no space left on device\n"


def test_an_interrupt_ends_the_command_with_130_and_no_traceback() -> None:
    with subprocess.Popen(
        [*START, "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdin
        # More than a pipe holds: it has been imported, and reads its input.
        child.stdin.write(b" " * (1 << 20))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=TIMEOUT)
        assert (child.returncode, out, err) == (130, b"", b"")


# Sends an interrupt where a module is first looked for.
INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
from autodiff.cli.start import main
main()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")
@pytest.mark.parametrize("module", ["click", "autodiff.cli.main", "autodiff.cli.commands.eval", "numpy"])
def test_an_interrupt_while_the_command_is_imported_ends_it_without_a_word(module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED.format(module=module), "eval", "x", "--x", "1"]
    result = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
    )
    # To a shell both are 130.
    assert result.returncode in (-signal.SIGINT, 130)
    assert (result.stdout, result.stderr) == (b"", b"")


def test_an_interrupt_while_computing_ends_the_command_with_130() -> None:
    program = "f(n) = 0 if n == 0 else f(n - 1) + f(n - 1); f(x)"
    command = [*START, "eval", program, "--x", "900", "--limit", "nodes=999999999999"]
    result = watched(command, b"", b"eval, ", lambda child: child.send_signal(signal.SIGINT))
    assert (result.code, result.out, left(result.err)) == (130, "", "")


@pytest.mark.parametrize("command", ["eval", "trace", "graph"])
def test_a_warning_of_the_engine_is_said_once(own_process, command: str) -> None:
    errors = own_process(command, "var(x)", "--x", "[1]").stderr.decode()
    assert errors.count("degrees of freedom") == 1
    assert errors.startswith("warning[value]: var(): degrees of freedom is <= 0.")


def test_a_word_that_nobody_reads_to_its_end_is_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"name '{'a' * 10**6}' is not defined, {'b' * 100} is")
    shown = capsys.readouterr().err
    assert len(shown) < 300
    assert "aaa...aaa" in shown
    assert "b" * 100 in shown
