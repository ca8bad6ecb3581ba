"""The commands of the prompt beside `:graph` and `:trace`: names, help, saving."""

from __future__ import annotations

import os
import pathlib
from pathlib import Path

import pytest

from autodiff.cli.repl.commands import COMMANDS
from autodiff.cli.repl.console import Console
from autodiff.cli.run.session import Setting
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.semantics.computing import computing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":nonesuch", "there is no command `:nonesuch`\n  = help: `:help` lists the commands\n"),
        (":hlep", "there is no command `:hlep`\n  = help: did you mean `:help`?\n"),
        (":", "there is no command `:`\n  = help: `:help` lists the commands\n"),
        (":vars x", "`:vars` takes nothing after it\n  = help: write `:vars`\n"),
        (":help nonesuch", "there is no function `nonesuch`\n"),
        (":help :nonesuch", "there is no function `:nonesuch`\n"),
    ],
)
def test_a_wrong_command_says_what_to_write(typed, text: str, message: str) -> None:
    result = typed(text)
    assert (result.code, result.out) == (-1, "")
    assert result.err.startswith(f"error[usage]: {message}")


def test_names_are_listed_with_their_values(typed) -> None:
    typed(
        "import torch",
        "x = torch.tensor(3., requires_grad=True); W = torch.zeros(30, 40); n = torch.ones(100).long()",
        "y = x**2; V = W * x; y.backward()",
        "def f(a, b=2): return a",
        "k, s, big, text = 5, (1, [2.5, None]), list(range(100)), 'a' * 1000",
        "g = lambda: 0",
        "weird = 'a\\nb\\x1b'",
    )
    assert typed(":vars").out.splitlines() == [
        "x      tensor(3., requires_grad=True), grad tensor(6.)",
        "W      tensor(shape=[30, 40])",
        "n      tensor(shape=[100], dtype=torch.int64)",
        "y      tensor(9., grad_fn=<PowBackward0>)",
        "V      tensor(shape=[30, 40], grad_fn=<MulBackward0>)",
        "f      function of a, b",
        "k      5",
        "s      (1, [2.5, None])",
        "big    [0, 1, 2, 3, 4, 5, ...]",
        f"text   '{'a' * 27}...{'a' * 28}'",
        "g      function of nothing",
        "weird  'a\\nb\\x1b'",
    ]


def test_without_names_nothing_is_listed(typed) -> None:
    assert typed(":vars") == (-1, "", "")


def test_help_lists_every_command_and_the_keys(typed) -> None:
    out = typed(":help").out
    for name, command in COMMANDS.items():
        assert f"\n{name} {command.argument}".rstrip() in f"\n{out}"
        assert command.summary in out
    assert "\nTab " in out
    assert typed(":help :save").out == ":save FILE  writes the inputs that ran without an error, for `autodiff run`\n"


@pytest.mark.parametrize("name", ["sin", "torch.sin", "torch.special.sin", "**", "torch.linalg.norm", "trace"])
def test_help_of_a_function_is_what_the_command_functions_shows(typed, autodiff, name: str) -> None:
    function = {"torch.linalg.norm": "linalg_norm"}.get(name, name.rpartition(".")[2])
    assert typed(f":help {name}").out == autodiff("functions", function).out


# Saving


def test_what_ran_without_an_error_is_saved_as_a_script_that_runs(typed, autodiff, tmp_path: Path) -> None:
    path = tmp_path / "lésson.py"
    typed("x = torch.tensor(3., requires_grad=True)", "y = x +* 2", "y = 1 / 0", ">>> def f(x):\n...     return x**2")
    result = typed("f(x)", ":vars", "  ", f":save {path}")
    assert result.err == f"saved 3 inputs; `autodiff run {path}` runs them again\n"
    assert path.read_text("utf-8") == "x = torch.tensor(3., requires_grad=True)\ndef f(x):\n    return x**2\nf(x)\n"
    assert autodiff("run", str(path)).out == "tensor(9., grad_fn=<PowBackward0>)\n"


def test_a_file_is_replaced_only_if_this_session_wrote_it(
    typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed("x = 1", ":save lesson.py", "y = 'é'")
    assert typed(":save ./lesson.py").err.startswith("saved 2 inputs")
    assert (tmp_path / "lesson.py").read_text("utf-8") == "x = 1\ny = 'é'\n"
    (tmp_path / "other.py").write_text("mine")
    assert typed(":save other.py").err == (
        "error[usage]: `other.py` is there already\n  = help: choose another name, or remove it first\n"
    )
    assert (tmp_path / "other.py").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["lesson.py", "other.py"]


def test_a_file_in_the_home_directory_can_be_named(typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    typed("x = 1", ":save ~/lesson one.py")
    assert (tmp_path / "lesson one.py").read_text() == "x = 1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":save", "the name of a file is missing"),
        (":save nowhere/lesson.py", "cannot write `nowhere/lesson.py`: no such file or directory"),
        (":save .", "`.` is there already"),
    ],
)
def test_a_file_that_cannot_be_saved_is_an_error(
    typed, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed(text).err.startswith("error[usage]: ")
    assert typed("x = 1", text).err.startswith(f"error[usage]: {message}")
    assert os.listdir(tmp_path) == []


def test_there_is_nothing_to_save_before_anything_ran(typed, tmp_path: Path) -> None:
    message = "error[usage]: there is nothing to save: no input has run without an error\n"
    assert typed("1 / 0", f":save {tmp_path / 'lesson.py'}").err.endswith(message)
    assert os.listdir(tmp_path) == []


def test_the_type_of_numbers_is_saved_where_it_is_not_the_usual_one(
    tmp_path: Path, autodiff, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lesson.py"
    with computing("float32"):
        console = Console(Setting(Limits()), start="torch.set_default_dtype(torch.float32)\n")
        console.take("torch.tensor(0.1).item()")
        console.take(f":save {path}")
    assert capsys.readouterr().out == autodiff("run", str(path)).out == "0.10000000149011612\n"


def test_the_prompt_differentiates_formulas_and_checks_them_at_the_values_of_the_session(typed) -> None:
    typed("x = torch.tensor([1., 2.])", "y = 2.0")
    assert typed(":diff sum(x**2)*y").out == "d_x\t2*x*y\nd_y\tsum(x**2)\n"
    report = typed(":check sum(x**2)*y").out
    assert "3 derivatives checked: all hold" in report.replace("\x1b[1;32m", "")
    assert typed(":check z**2").out.count("ok") == 3
    assert "the expression is missing" in typed(":diff").err
    assert "there is no variable" in typed(":diff 3").err


def test_the_prompt_times_an_input_and_loads_a_script(typed, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "lesson.py"
    path.write_text("def f(x):\n    return x**2\n")
    assert typed(f":load {path}", ":time f(torch.tensor(3.))").out.startswith("tensor(9.)\n")
    assert typed("f(2)").out == "4\n"
    assert "cannot read" in typed(":load nowhere.py").err


def test_help_is_answered_as_elsewhere(typed) -> None:
    assert typed("help").out == typed(":help").out
    for text in ("help(sin)", "help(torch.sin)", "help sin", "info sin", "sin?", "torch.sin?"):
        assert typed(text).out == typed(":help sin").out
    assert typed("help = 3", "help").out == "3\n"
    assert typed("helpful = 4", "helpful").out == "4\n"


def test_what_other_prompts_have_leads_to_what_this_one_has(typed) -> None:
    assert "y = x**2" in typed("ans + 1").err
    assert ":save FILE" in typed("save").err
