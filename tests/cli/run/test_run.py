"""`autodiff run`: where scripts come from, what they print, how they end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from groups import grouped
from processes import START, TIMEOUT, environment

LESSON = """\
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x ** 2
print(y)
y.backward()
x.grad
"""
SHOWN = "tensor(9., grad_fn=<PowBackward0>)\ntensor(6.)\n"


def test_a_file_and_standard_input_are_run_alike(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "lesson.py"
    path.write_text(LESSON)
    for result in (autodiff("run", str(path)), autodiff("run", stdin=LESSON), autodiff("run", "-", stdin=LESSON)):
        assert result == (0, SHOWN, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_script_from_any_system_is_read(autodiff, encoding: str, newline: str) -> None:
    source = newline.join(["if True:", "    é = 'ü'", "    print(é)", ""])
    assert autodiff("run", stdin=source.encode(encoding)) == (0, "ü\n", "")


@grouped(
    "args, stdin, code, message",
    [
        (["nowhere.py"], b"", 2, "error[usage]: cannot read `nowhere.py`: no such file or directory"),
        (["."], b"", 2, "error[usage]: cannot read `.`: is a directory"),
        ([], b"1\n'\xff'", 2, "error[usage]: standard input is not UTF-8 text: see line 2"),
        (["--timeout", "0"], b"", 2, "error[usage]: "),
        (["--timeout", "soon"], b"", 2, "error[usage]: "),
        (["--timeout", "nan"], b"", 2, "error[usage]: `--timeout` takes a number of seconds, not `nan`"),
        (["--limit", "nodes=3"], b"", 2, "error[usage]: "),
        (["--dtype", "float16"], b"", 2, "error[usage]: "),
        ([], b"x = = 3", 3, "error[syntax]: unexpected `=`\n --> <stdin>:1:5\n"),
        ([], b"print(y)", 3, "error[name]: name 'y' is not defined\n --> <stdin>:1:7\n"),
        ([], b"1 / 0", 5, "error[value]: division by zero\n --> <stdin>:1:1\n"),
        (["--limit", "steps=9"], b"while True: pass", 3, "error[limit]: more than 9 steps\n --> <stdin>:1:"),
        (["--timeout", "0.1"], b"while True: pass", 124, "error[timeout]: it takes more than 0.1 s\n --> <stdin>:1:"),
        ([], b"assert 1 == 2, 'not equal'", 1, "error[assert]: not equal\n --> <stdin>:1:8\n"),
    ],
)
@pytest.mark.usefixtures("unwatched")
def test_a_script_that_cannot_go_on_ends_with_an_exit_code_and_a_place(
    autodiff, args: list[str], stdin: bytes, code: int, message: str
) -> None:
    result = autodiff("run", *args, stdin=stdin)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(message)


def test_what_was_printed_before_an_error_stays_and_comes_first(process) -> None:
    result = process("run", stdin=b"print('before')\n1 / 0\nprint('after')\n")
    assert (result.returncode, result.stdout) == (5, b"before\n")
    assert result.stderr.startswith(b"error[value]: division by zero\n --> <stdin>:2:1\n")


def test_the_type_of_floats_can_be_chosen(autodiff) -> None:
    source = "x = torch.tensor(0.1)\nprint(x.dtype, x.item())\n"
    assert autodiff("run", stdin=source).out == "torch.float64 0.1\n"
    assert autodiff("run", "--dtype", "float32", stdin=source).out == "torch.float32 0.10000000149011612\n"


def test_a_script_changes_nothing_for_the_commands_after_it(autodiff) -> None:
    changed = (
        "torch.set_default_dtype(torch.float32)\n"
        "torch.set_grad_enabled(False)\n"
        "torch.set_printoptions(precision=1)\n"
        "torch.autograd.set_detect_anomaly(True)\n"
        "torch.autograd.forward_ad.enter_dual_level()\n"
    )
    look = (
        "x = torch.tensor(0.0, requires_grad=True)\n"
        "print(torch.tensor(0.1).dtype, torch.tensor(0.25), torch.is_grad_enabled())\n"
        "(torch.sqrt(x) * 0).backward()\n"
        "torch.autograd.forward_ad.enter_dual_level()"
    )
    assert autodiff("run", stdin=changed).code == 0
    assert autodiff("run", stdin=look) == (0, "torch.float64 tensor(0.2500) True\n0\n", "")


def test_a_warning_goes_to_standard_error_with_its_place(process) -> None:
    result = process("run", stdin=b"print(1)\nx = torch.var(torch.ones(1))\nprint(2)\n")
    assert (result.returncode, result.stdout) == (0, b"1\n2\n")
    assert result.stderr.startswith(b"warning[value]: var(): degrees of freedom is <= 0.")
    assert b" --> <stdin>:2:5\n" in result.stderr


def test_a_reader_that_leaves_ends_the_script_in_silence() -> None:
    script = subprocess.Popen(
        [*START, "run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment({})
    )
    assert script.stdin is not None
    assert script.stdout is not None
    assert script.stderr is not None
    script.stdin.write(b"while True: print('x' * 1000)\n")
    script.stdin.close()
    assert script.stdout.readline() == b"x" * 1000 + b"\n"
    script.stdout.close()
    assert script.stderr.read() == b""
    script.stderr.close()
    script.wait(timeout=TIMEOUT)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no alarm")
def test_an_operation_that_outlives_its_time_ends_with_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import autodiff.parser.script.running.resources as r; r._GRACE = 0.2\n"
        "import time; import autodiff.engine as engine\n"
        "from autodiff.parser.script.session import Session\n"
        "from autodiff.parser.script.running.script_limits import Limits\n"
        "def deaf():\n"
        "    while True:\n"
        "        try: time.sleep(60)\n"
        "        except KeyboardInterrupt: pass\n"
        "session = Session(print, Limits(seconds=0.2))\n"
        "session.names['deaf'] = deaf\n"
        "session.run('deaf()')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment({}), capture_output=True, timeout=TIMEOUT, check=False
    )
    assert ended.returncode == -14


def test_without_a_file_on_a_terminal_it_says_what_to_write(terminal) -> None:
    result = terminal("run")
    assert result.code == 2
    assert "the script is missing" in result.out
    assert "autodiff run FILE" in result.out


def test_a_script_does_not_steer_the_terminal(terminal, tmp_path: Path) -> None:
    path = tmp_path / "theirs.py"
    path.write_text("print('\\x1b[31mred')\n")
    assert terminal("run", str(path)).out == "\N{REPLACEMENT CHARACTER}[31mred\n"


def test_a_script_has_the_names_that_it_is_given(autodiff, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2,3\n")
    (tmp_path / "p.json").write_text('{"k": 2, "spare": "of run 7"}'.replace('"of run 7"', "[1, 2]"))
    given = ["--set", f"x=@{tmp_path / 'data.csv'}", "--vars", str(tmp_path / "p.json")]
    assert autodiff("run", *given, stdin="print((x*k).sum())").out == "tensor(12.)\n"
    assert autodiff("run", "--trust", *given, stdin="print((x*k).sum())").out == "tensor(12.)\n"
    assert "does not mention it" in autodiff("run", *given, stdin="print(k)").err
