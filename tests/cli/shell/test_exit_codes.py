"""The exit code says how a run ended, and errors are words on standard error, never a traceback."""

from __future__ import annotations

import errno
import io
import json

import pytest
from groups import grouped

from autodiff.cli import main


@grouped(
    "code, args",
    [
        (0, ["eval", "1 + 1"]),
        (0, ["eval", "1/0"]),
        (0, ["--help"]),
        (0, ["--version"]),
        (0, ["eval", "--help"]),
        (0, ["eval", "-h"]),
        (0, ["functions"]),
        (0, ["completion", "bash"]),
        (0, ["eval", "1/2", "--strict"]),
        (1, ["eval", "1/0", "--strict"]),
        (1, ["eval", "sqrt(x)", "--x", "0", "--strict"]),
        (1, ["eval", "x**1.5", "--x", "0", "--hessian", "--strict"]),
        (2, []),
        (2, ["evla", "x"]),
        (2, ["x**2"]),
        (2, ["--x", "3", "x"]),
        (2, ["eval", "x + y", "--x", "1"]),
        (2, ["eval", "x", "--y", "1"]),
        (2, ["eval", "x", "--x", "1", "--format", "yaml"]),
        (2, ["eval", "x", "--x", "1", "--precision", "0"]),
        (2, ["eval", "x", "--x", "1", "--json=yes"]),
        (2, ["eval", "x", "--x", "1", "--get", "grad"]),
        (2, ["eval", "x", "--x", "1", "--get", "value", "--json"]),
        (2, ["eval", "x", "--x", "1", "--json", "--format", "csv"]),
        (2, ["eval", "x", "--x", "1", "--limit", "nodes=many"]),
        (2, ["eval", "x", "--x", "1", "--limit", "nodes=0"]),
        (2, ["eval", "x", "--x", "1", "--limit", "nodes=" + "9" * 5000]),
        (2, ["eval", "x", "--x", "1", "--limit", "nodes"]),
        (2, ["eval", "x", "--x", "1", "--limit", "memory=1"]),
        (2, ["eval", "x", "--x", "[1, 2]", "--order", "2"]),
        (2, ["eval", "x", "--x", "[1, 2]", "--vjp", "1"]),
        (2, ["eval", "x", "--x", "[1, 2]", "--jvp", "x=1"]),
        (2, ["eval", "x", "--x", "1", "--jvp", "x"]),
        (2, ["eval", "x", "--x", "1", "--jvp", "x=1", "--jvp", "x=2"]),
        (2, ["eval", "3", "--jvp", "x=1"]),
        (2, ["functions", "nonesuch"]),
        (2, ["functions", "sin", "cos"]),
        (2, ["completion"]),
        (2, ["completion", "tcsh"]),
        (3, ["eval", ""]),
        (3, ["eval", "2x"]),
        (3, ["eval", "foo + 1"]),
        (3, ["eval", "sinn(x)", "--x", "1"]),
        (3, ["eval", "sin(x, x)", "--x", "1"]),
        (3, ["eval", "x + x", "--x", "1", "--limit", "length=2"]),
        (3, ["eval", "x*x*x", "--x", "1", "--limit", "nodes=1"]),
        (3, ["eval", "x * [1, 2]", "--x", "[[1], [2]]", "--limit", "elements=3"]),
        (3, ["eval", "x", "--x", "[1, 2]", "--jacobian", "--limit", "elements=3"]),
        (3, ["eval", "sum(x)", "--x", "[1, 2]", "--hessian", "--limit", "elements=3"]),
        (3, ["eval", "f(x) = f(x); f(1)"]),
        (5, ["eval", "x + y", "--x", "[1, 2]", "--y", "[1, 2, 3]"]),
        (5, ["eval", "x[3]", "--x", "[1, 2]"]),
        (5, ["eval", "x // 2", "--x", "3"]),
        (5, ["eval", "clamp(x)", "--x", "3"]),
    ],
)
def test_the_exit_code_is_that_of_the_table(autodiff, code: int, args: list[str]) -> None:
    result = autodiff(*args)
    assert result.code == code
    assert "Traceback" not in result.err
    if code in (2, 3, 5) and args:
        assert result.out == "" or ("error" in json.loads(result.out) and "--json" in args)
        assert result.err.startswith("error[")


def test_strict_prints_the_result_before_it_fails(evaluate) -> None:
    result = evaluate("1/0", "--strict")
    assert (result.code, result.out) == (1, "value\tinf\n")


def test_without_arguments_the_help_is_shown_as_an_error(autodiff) -> None:
    result = autodiff()
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Usage: autodiff")


@grouped(
    "args, message, help",
    [
        (["evla", "x"], "there is no command `evla`", "did you mean `autodiff eval`?"),
        (["x**2"], "there is no command `x**2`", 'write `autodiff eval "x**2"`'),
        (["nonesuch"], "there is no command `nonesuch`", "`autodiff --help` lists the commands"),
        (["eval", "x", "x=1", "--format", "yaml"], "`yaml` is not one of", "`autodiff eval --help`"),
        (["eval", "x", "x=1", "--strict=1"], "`--strict` does not take a value", "`autodiff eval --help`"),
        (["eval", "x", "x=1", "--get", "grad.y"], "there is no result `grad.y`", "did you mean `grad.x`?"),
        (["eval", "x", "x=1", "--get", "?"], "there is no result `?`", "the results are `value` and `grad.x`"),
        (["eval", "x", "x=1", "--limit", "a=1"], "there is no limit `a`", "length, depth, nodes, elements, calls"),
        (["functions", "sinn"], "there is no function `sinn`", "did you mean `sin`?"),
        (["completion"], "SHELL is missing", "`autodiff completion --help`"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(autodiff, args: list[str], message: str, help: str) -> None:
    result = autodiff(*args)
    assert result.code == 2
    first, second = result.err.splitlines()
    assert first.startswith("error[usage]: ")
    assert message in first
    assert second.startswith("  = help: ")
    assert help in second


class _Full(io.StringIO):
    """Standard error on a full disk."""

    def write(self, s: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("debug", [[], ["--debug"]], ids=str)
@pytest.mark.parametrize(
    ("code", "args"),
    [
        (0, ["eval", "1/0"]),
        (2, ["evla"]),
        (2, ["eval", "x", "--y", "1"]),
        (3, ["eval", "2x"]),
        (5, ["eval", "[1]@[1, 2]"]),
    ],
    ids=str,
)
def test_an_error_that_cannot_be_told_has_its_code(
    monkeypatch: pytest.MonkeyPatch, code: int, args: list[str], debug: list[str]
) -> None:
    monkeypatch.setattr("sys.stderr", _Full())
    assert main.run([*args, *debug]) == code


def test_a_long_word_is_shortened_in_messages(evaluate) -> None:
    result = evaluate("x", "--x", "a" * 10_000)
    assert result.code == 2
    assert len(result.err) < 500


def _fail(*args: object, **kwargs: object) -> None:
    raise ZeroDivisionError("what should\nnot happen")


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks `eval`."""
    from autodiff.parser.analysis import differentiate as derivatives

    monkeypatch.setattr(derivatives, "evaluate", _fail)


@pytest.mark.usefixtures("bug")
def test_a_bug_is_70_and_a_line_that_asks_to_report_it(evaluate) -> None:
    result = evaluate("x", "--x", "3")
    assert (result.code, result.out) == (70, "")
    assert result.err.splitlines() == [
        "error[bug]: ZeroDivisionError: what should not happen",
        "  = help: this is a bug in autodiff; please report it with what --debug prints",
    ]


@pytest.mark.usefixtures("bug")
@pytest.mark.parametrize(
    "args", [["--debug", "eval", "x", "x=3"], ["eval", "--debug", "x", "x=3"], ["eval", "x", "x=3", "--debug"]]
)
def test_debug_shows_the_traceback_wherever_it_stands(autodiff, args: list[str]) -> None:
    result = autodiff(*args)
    assert result.code == 70
    assert result.err.startswith("Traceback")
    assert "error[bug]" in result.err


def test_debug_shows_the_traceback_of_any_error_and_changes_no_exit_code(autodiff) -> None:
    result = autodiff("--debug", "eval", "2x")
    assert result.code == 3
    assert "Traceback" in result.err
    assert "error[syntax]" in result.err


def test_debug_says_nothing_where_nothing_fails(autodiff) -> None:
    assert autodiff("--debug", "eval", "1 + 1") == (0, "value\t2.0\n", "")
    assert autodiff("--debug", "--version").err == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_what_stops_a_computation_has_its_own_code(
    evaluate, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    from autodiff.parser.analysis import differentiate as derivatives

    def stop(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(derivatives, "evaluate", stop)
    result = evaluate("x", "--x", "3")
    expected = (
        (130, "", "") if error is KeyboardInterrupt else (3, "", "error[limit]: this takes more memory than there is\n")
    )
    assert result == expected


def test_run_leaves_its_arguments_as_they_were() -> None:
    args = ["eval", "--debug", "1 +"]
    assert main.run(args) == 3
    assert args == ["eval", "--debug", "1 +"]
