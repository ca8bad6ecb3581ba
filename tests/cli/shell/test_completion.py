"""The scripts that complete commands in a shell."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from processes import TIMEOUT

from autodiff.cli.main import COMMANDS, cli

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    ("shell", "mark"),
    [("bash", "complete -o nosort -F"), ("zsh", "#compdef autodiff"), ("fish", "complete --no-files")],
)
def test_a_script_is_printed_for_each_shell(autodiff, shell: str, mark: str) -> None:
    result = autodiff("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert mark in result.out
    assert "_AUTODIFF_COMPLETE" in result.out


def test_fish_is_shown_whole_descriptions(autodiff) -> None:
    assert 'string split --max 1 "," $completion' in autodiff("completion", "fish").out


@pytest.mark.parametrize("words", [["run", ""], ["eval", "x", "--vars", ""], ["eval", "x", "-o", ""], ["map", "x", ""]])
def test_files_are_completed_by_the_shell(words: list[str]) -> None:
    completion = BashComplete(cli, {}, "autodiff", "_AUTODIFF_COMPLETE")
    assert [item.type for item in completion.get_completions(words[:-1], words[-1])] == ["file"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ev"], {"eval"}),
        ([""], set(COMMANDS)),
        (["--ver"], {"--version"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["eval", "--he"], {"--help", "--hessian"}),
        (["eval", "x**2", "--x", "3", "--jac"], {"--jacobian"}),
        (["eval", "-v**2", "--v", "3", "--jac"], {"--jacobian"}),
        (["eval", "x**2", "--x", "3", "--format", ""], {"pretty", "plain", "json", "csv", "tsv", "torch"}),
        (["eval", "x**2", "--format", "p"], {"pretty", "plain"}),
        (["eval", "x**2", "--dtype", ""], {"float64", "float32"}),
        (["eval", "x**2", "--x", ""], set()),
        (["eval", "--x", "--format", "--strict", "--jac"], {"--jacobian"}),
        (["eval", "x*y", "--x", "3", "--wrt", ""], {"x", "y"}),
        (["eval", "x*sin(y)", "--wrt", "x,"], {"x,y"}),
        (["eval", "x*y", "--get", "grad"], {"grad_fn", "grad.x", "grad.y"}),
        (["eval", "x", "--limit", "n"], {"nodes="}),
        (["eval", "x", "--x", "@poi"], {"@points.csv"}),
        (["functions", "log_s"], {"log_softmax"}),
        (["functions", "log", "--j"], {"--json"}),
    ],
)
def test_the_script_completes_in_bash(programs: Path, tmp_path: Path, words: list[str], expected: set[str]) -> None:
    (tmp_path / "points.csv").touch()
    script = (
        'source <(autodiff completion bash); COMP_WORDS=(autodiff "$@"); COMP_CWORD=$#; '
        "_autodiff_completion autodiff; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    result = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
        cwd=tmp_path,
    )
    assert result.stderr == ""
    assert set(result.stdout.split()) == expected
