"""The help of every command: examples first, and examples that are true."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from importlib.metadata import version

import notebooks
import pytest

from autodiff.cli import main

COMMANDS = list(main.COMMANDS)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=lambda words: " ".join(words) or "autodiff")
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_opens_with_examples(autodiff, words: list[str], flag: str) -> None:
    result = autodiff(*words, flag)
    assert (result.code, result.err) == (0, "")
    lines = [line for line in result.out.splitlines() if line]
    assert lines[0].startswith("Usage: autodiff")
    assert lines[1] == "Examples:"
    assert lines[2].strip()
    assert max(map(len, lines)) <= 80


def test_the_help_lists_every_command_and_exit_code(autodiff) -> None:
    out = autodiff("--help").out
    for name, summary in main.COMMANDS.items():
        assert f"  {name}" in out
        assert summary in out
    for code, _ in main.EXIT_CODES:
        assert f"\n  {code}  " in out


def test_a_summary_in_the_list_is_the_first_sentence_of_the_command() -> None:
    for name, summary in main.COMMANDS.items():
        command = import_module(f"autodiff.cli.commands.{name}").command
        first = command.help.splitlines()[0].rstrip(".")
        assert first.startswith(summary.rstrip(".")), name


def test_the_version_is_that_of_the_package(autodiff) -> None:
    assert autodiff("--version") == (0, f"autodiff {version('autodiff-cli')}\n", "")


EXAMPLES = [*main.EXAMPLES, *(e for name in COMMANDS for e in import_module(f"autodiff.cli.commands.{name}").EXAMPLES)]
# What is for the shell, or starts processes, is tried elsewhere.
ELSEWHERE = {"<", ">", ">>", "|", "--cluster"}
CALLS = [call for call, _ in EXAMPLES if call.startswith("autodiff") and not ELSEWHERE & {*call.split()}]


GROWTH = "x,y,dy\n0.5,2.3,1\n1,3.8,1\n1.5,5.4,1\n2,6.2,1\n3,7.9,1\n4,8.5,1\n6,9.6,1\n8,9.7,1\n"
DECAY = "t,y,run\n0,9,A\n1,5.5,A\n2,3.1,A\n3,2,A\n0,6,B\n1,3.7,B\n2,2.2,B\n3,1.3,B\n"


@pytest.mark.parametrize("call", CALLS)
def test_an_example_works(autodiff, call: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "point.json").write_text('{"w": 1, "x": 2, "b": 3}')
    (tmp_path / "expressions.txt").write_text("x**2\nx*y where y = 2\n")
    (tmp_path / "expressions.jsonl").write_text('{"expr": "x**2", "vars": {"x": 3}}\n')
    (tmp_path / "expressions.csv").write_text("expr,x\nx**2,3\n")
    (tmp_path / "fit.py").write_text("print(data * n)\n")
    (tmp_path / "data.csv").write_text("1,2,3\n")
    for name in ("lesson.py", "theirs.py"):
        (tmp_path / name).write_text("import torch\nx = torch.tensor(3.0, requires_grad=True)\nx**2\n")
    (tmp_path / "lesson.md").write_text("In [1]:\n2 + 3\n\n5\n")
    (tmp_path / "lesson.ipynb").write_text(notebooks.notebook(notebooks.code("2 + 3")))
    (tmp_path / "runs").mkdir()
    for name in ("points.csv", "run.csv", "runs/1.csv"):
        (tmp_path / name).write_text("x,y,v,mass (kg)\n1,2,3,4\n")
    (tmp_path / "growth.csv").write_text(GROWTH)
    (tmp_path / "decay.csv").write_text(DECAY)
    (tmp_path / "export.csv").write_bytes(b"x;t\n1,5;J\xfcrgen\n")
    result = autodiff(*shlex.split(call)[1:])
    assert result.code == 0
    # What a batch or a map says at its end is no complaint.
    assert re.fullmatch(r"(note: .*\n)?(\d (expression|row)s?: \d ok(, 0 failed)?, [0-9.]+ s\n)?", result.err)
    # At a prompt nothing was typed.
    assert result.out or " -o " in call or " repl" in call


def test_the_examples_that_are_shell_lines_work(autodiff) -> None:
    assert autodiff("eval", "x**3", "--x", "2", "--get", "grad.x").out == "12.0\n"
    assert autodiff("eval", "--x", "1", stdin="exp(-x)\n").code == 0


@pytest.mark.parametrize("columns", ["20", "40", "200"])
def test_help_fits_windows_of_any_width(process, columns: str) -> None:
    result = process("eval", "--help", env={"COLUMNS": columns})
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"--hessian" in result.stdout
