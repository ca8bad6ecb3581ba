"""Options given twice, mistyped, of another command or of another tool; and results by any of their names."""

from __future__ import annotations

import pathlib
import re

import pytest
from groups import grouped

from autodiff.cli.main import COMMANDS
from autodiff.parser.syntax.what_is_meant import _words

EXPR = ["x**2*y", "--x", "3", "--y", "2"]


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (["eval", *EXPR, "--formt", "json"], "did you mean the option `--format`?"),
        (["eval", *EXPR, "--prec", "3"], "did you mean the option `--precision`?"),
        (["eval", *EXPR, "--hesian"], "did you mean the option `--hessian`?"),
        (["eval", "--formt", "json", *EXPR], "did you mean the option `--format`?"),
        (["eval", *EXPR, "--jobs", "3"], "`eval` has no option `--jobs`; `batch`, `map` have it"),
        (["eval", *EXPR, "--latex", "1"], "write `--format latex`"),
        (["map", "x", "{table}", "--precision", "3"], "`map` has no option `--precision`"),
        (["diff", "x**2", "--at", "3"], "| autodiff eval --x 3`"),
        (["graph", *EXPR, "--hessian"], "`graph` has no option `--hessian`"),
        (["trace", *EXPR, "--verbose", "1"], "`--debug`"),
        (["eval", *EXPR, "--output-format", "json"], "`--format NAME` says what to print"),
        (["eval", *EXPR, "-f", "json"], "`--format NAME` says what to print"),
        (["map", "x", "{table}", "--no-heder"], "did you mean the option `--no-header`?"),
        (["map", "x", "{table}", "--x-sd=0.1"], "there is no option `--x-sd`"),
        (["diff", "x**2", "--with-steps"], "there is no option `--with-steps`"),
        (["batch", "{table}", "--per-line"], "there is no option `--per-line`"),
        (["derivative", "x**2"], "`autodiff diff"),
        (["Help"], "write `autodiff --help`"),
    ],
)
def test_what_was_meant_as_an_option_is_named(autodiff, tmp_path: pathlib.Path, words: list[str], help: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text("x\n1\n")
    result = autodiff(*[word.format(table=table) for word in words])
    assert (result.code, result.out) == (2, "")
    assert help in result.err


def test_words_for_commands_lead_to_some_that_there_are() -> None:
    for typed, help in _words().names["commands"].items():
        named = re.findall(r"`autodiff ([^-`][^ `]*)", help)
        assert typed not in COMMANDS
        assert {*named} <= {*COMMANDS}
        assert named or "`autodiff --" in help


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (["plot", "x**2", "--x", "-2..2"], "a range is written with a colon: `-2:2`"),
        (["solve", "x**2 - 2", "--x", "0 to pi"], "a range is written with a colon: `0:pi`"),
        (["batch", "x**2"], 'one expression is `autodiff eval "x**2"`'),
        (["run", "print(1)"], "`echo CODE | autodiff run`"),
        (["check", "sin(t)", "--claim", "cos(t)"], '`--claim t="cos(t)"`'),
        (
            ["propagate", "m*v", "--m", "2", "--v", "3"],
            "no variable has a deviation: write it behind the value, `--m 2+-0.1`",
        ),
    ],
    ids=str,
)
def test_what_is_close_to_a_right_call_leads_to_it(autodiff, words: list[str], help: str) -> None:
    assert help in autodiff(*words).err


@pytest.mark.parametrize("command", ["solve", "minimize"])
def test_who_names_no_start_is_told_where_to_look(autodiff, command: str) -> None:
    help = "say where to look: near a start, `--x 1`, or in a range, `--x -10:10`"
    assert help in autodiff(command, "x**2 - 2").err


def test_a_variable_may_bear_the_name_of_an_option_of_another_command(autodiff) -> None:
    assert autodiff("eval", "x*points", "--x", "3", "--points", "2", "--get", "value").out == "6.0\n"
    assert autodiff("eval", "jobs**2", "--jobs", "pi/pi", "--get", "value").out == "1.0\n"


@grouped(
    "words",
    [
        ["eval", *EXPR, "--precision", "3", "--precision", "4"],
        ["eval", *EXPR, "--format", "csv", "--format", "plain"],
        ["eval", *EXPR, "--order", "2", "--order", "3"],
        ["eval", *EXPR, "--dtype", "float32", "--dtype", "float64"],
        ["eval", *EXPR, "--limit", "nodes=9", "--limit", "nodes=99"],
        ["eval", *EXPR, "--vjp", "1", "--vjp", "2"],
        ["check", *EXPR, "--seed", "1", "--seed", "2"],
        ["functions", "sin", "--format", "plain", "--format", "plain"],
        ["graph", *EXPR, "-o", "a.dot", "--output", "b.dot"],
    ],
)
def test_an_option_that_takes_one_value_is_given_once(autodiff, words: list[str]) -> None:
    result = autodiff(*words)
    assert (result.code, result.out) == (2, "")
    assert "is given twice" in result.err


def test_an_option_given_several_times_has_all_that_is_given(autodiff) -> None:
    assert autodiff("diff", "x**3*y", "--wrt", "x", "--wrt", "x").out == "6*x*y\n"
    assert autodiff("eval", *EXPR, "--wrt", "x", "--wrt", "y").out == autodiff("eval", *EXPR).out
    assert autodiff("eval", *EXPR, "--const", "x", "--const", "y", "--get", "value").out == "18.0\n"
    assert autodiff("eval", *EXPR, "--get", "grad.y", "--get", "grad.x").out == "9.0\n12.0\n"
    assert autodiff("eval", *EXPR, "--json", "--json").out == autodiff("eval", *EXPR, "--json").out


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["grad.x", "d/dx", "d_x"], "12.0"),
        (["grad.y", "d/dy", "d_y"], "9.0"),
        (["hessian.x.y", "d2/dx dy", "d2/dxdy", "d2_x_y"], "6.0"),
        (["hessian.x.x", "d2_x_x", "d2/dx2", "d2_x", "d2.x"], "4.0"),
    ],
)
def test_a_result_answers_to_all_its_names(autodiff, names: list[str], expected: str) -> None:
    for name in names:
        assert autodiff("eval", *EXPR, "--hessian", "--get", name).out == f"{expected}\n"
        assert autodiff("batch", *EXPR[1:], "--hessian", "--get", name, stdin="x**2*y\n").out == f"{expected}\n"


def test_several_results_of_a_batch_stand_on_a_line_and_failures_say_why(autodiff) -> None:
    result = autodiff("batch", "--x", "3", "--get", "value", "--get", "d/dx", stdin="x**2\n2x\n")
    assert (result.code, result.out) == (1, "9.0\t6.0\n\t\n")
    assert "write `2*x`" in result.err


def test_a_claim_has_all_variables_of_the_expression(autodiff) -> None:
    assert autodiff("check", "x/y", "--wrt", "x", "--claim", "x=1/y").code == 0
    assert autodiff("check", "x/y", "--const", "y", "--claim", "x=1/y").code == 0
    wrong = autodiff("check", "x/y", "--wrt", "x", "--claim", "y=1")
    assert "it is differentiated by `x`" in wrong.err


def test_a_variable_that_may_not_be_meant_as_one_is_noted(autodiff) -> None:
    assert "write `sin(x)`" in autodiff("diff", "sinx").err
    assert "write `x*y`" in autodiff("check", "xy").err
    assert "Euler's number is `e`" in autodiff("diff", "E^x").err
    assert "did you mean `sin(x)`?" in autodiff("eval", "sinx").err
    assert autodiff("diff", "sinx", "--sinx", "2").err == ""
