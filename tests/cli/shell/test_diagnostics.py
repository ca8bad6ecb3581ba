"""Errors and warnings point at the place they are about."""

from __future__ import annotations

import json

import pytest
from groups import grouped
from underlining import underlined


@grouped(
    "expression, place, message",
    [
        ("sin(4", "(", "error[syntax]: `(` was never closed"),
        ("2 +* 3", "*", "error[syntax]: unexpected `*`"),
        ("2x", "x", "error[syntax]: an operator is missing between `2` and `x`"),
        ("foo+1", "foo", "error[name]: `foo` has no value"),
        ("1 + sinn(2)", "sinn", "error[name]: unknown function `sinn`"),
        ("[1].meen()", "meen", "error[name]: unknown method `meen`"),
        ("1 + sin(2, 3)", "sin(2, 3)", "error[arity]: `sin` takes at most 1 argument"),
        ("1 + [1, 2] @ [3]", "[1, 2] @ [3]", "error[shape]: "),
        ("[1, 2][5]", "[1, 2][5]", "error[shape]: "),
        ('__import__("os").getpid()', "getpid", "error[name]: unknown method `getpid`"),
    ],
)
def test_an_error_underlines_what_it_is_about(evaluate, expression: str, place: str, message: str) -> None:
    result = evaluate(expression)
    assert result.code in (3, 5)
    assert underlined(result.err) == place
    assert result.err.startswith(message)


def test_an_error_in_a_program_says_its_line_and_column(evaluate) -> None:
    result = evaluate("--x", "3", stdin="y = x\n\nz = y +* 2\n")
    assert " --> <expr>:3:8\n" in result.err
    assert "3 | z = y +* 2\n" in result.err


def test_an_operation_without_a_derivative_is_underlined(evaluate) -> None:
    result = evaluate("x + x // 2", "--x", "3")
    assert result.code == 5
    assert underlined(result.err) == "x // 2"
    assert "`--const x`" in result.err
    assert evaluate("x + x // 2", "--x", "3", "--const", "x").facts == {"value": "4.0"}


@grouped(
    "args, place, reason",
    [
        (["1/0"], "1/0", "the value is inf\n"),
        (["2 + 1/x", "x=0"], "1/x", "`1 / 0.0` is inf, as in PyTorch"),
        (["x + log(x - 1)", "x=0"], "log(x - 1)", "`log(-1.0)` is nan, as in PyTorch"),
        (["exp(x).log()", "x=1000"], "exp(x)", "`exp(1000.0)` is inf"),
        (["-x.log()", "x=0"], "x.log()", "`log(0.0)` is -inf"),
        (["sum(log(x))", "x=[0, 1]"], "log(x)", "`log(0.0)` is -inf, as in PyTorch, in element 0"),
        (["9**9**9**9"], "9**9**9", "is inf"),
        (["3 + sqrt(x)", "x=0"], "sqrt(x)", "the derivative of `sqrt(0.0)` is inf"),
        (["where(x > 0, sqrt(x), 0)", "x=0"], "sqrt(x)", "grad.x is nan"),
        (["sum(sqrt(x) * 2)", "x=[0, 1]"], "sqrt(x)", "grad.x is not finite in 1 of 2 elements"),
        (["y = x - 1\nz = 3\nsqrt(y) + z", "x=1"], "sqrt(y)", "the derivative of `sqrt(0.0)` is inf"),
    ],
)
def test_a_result_that_is_not_finite_is_traced_to_its_source(
    evaluate, args: list[str], place: str, reason: str
) -> None:
    result = evaluate(*args)
    assert result.code == 0
    assert "warning[nonfinite]" in result.err
    assert underlined(result.err) == place
    assert reason in result.err


def test_what_an_infinite_variable_makes_is_put_down_to_it(evaluate) -> None:
    assert (
        evaluate("x + 1", "--x", "inf").err
        == "warning[nonfinite]: the value is inf\n  = help: so is the variable `x`\n"
    )


def test_a_warning_names_what_is_not_finite(evaluate) -> None:
    result = evaluate("sqrt(a*b) + sqrt(c) + sqrt(d) + sqrt(f)", "a=0", "b=1", "c=0", "d=0", "f=0")
    assert "warning[nonfinite]: grad.a is inf, grad.b is nan, grad.c is inf, and 2 more" in result.err


def test_a_derivative_beyond_the_gradient_is_warned_of(evaluate) -> None:
    result = evaluate("x**1.5", "--x", "0", "--hessian")
    assert result.facts["hessian.x.x"] == "inf"
    assert "warning[nonfinite]: hessian.x.x is inf" in result.err


def test_warnings_stand_in_json_with_their_place(evaluate) -> None:
    (warning,) = json.loads(evaluate("1 + log(x)", "x=0", "--json").out)["warnings"]
    assert warning == "the value is -inf: `log(0.0)` is -inf, as in PyTorch (column 5)"
    (warning,) = json.loads(evaluate("y = x\nlog(y)", "x=0", "--json").out)["warnings"]
    assert warning.endswith("(line 2, column 1)")


@grouped(
    "args, note",
    [
        (["x", "x=[1, 2]"], "note: the value has 2 elements; the gradient is that of their sum\n"),
        (["x > 1", "x=2"], "note: a value of type bool has no derivative\n"),
        (["argmax(x)", "x=[1, 2]", "--hessian"], "note: a value of type int64 has no derivative\n"),
        (["3", "--hessian"], "note: there is no variable to differentiate by\n"),
        (["x", "x=[1, 2]", "--get", "grad.x"], "note: the value has 2 elements; the gradient is that of their sum\n"),
        (["x", "x=[1, 2]", "--get", "value"], ""),
        (["x", "x=[1, 2]", "--const", "x"], ""),
        (["x", "x=[1]"], ""),
        (["3"], ""),
    ],
)
def test_a_note_says_what_is_easily_overlooked(evaluate, args: list[str], note: str) -> None:
    result = evaluate(*args)
    assert (result.code, result.err) == (0, note)


@pytest.mark.parametrize("text", ["\x1b[31m", "\a", "\x9b31m", "\u202e", "\x00", "\udcff"])
def test_nothing_that_steers_a_terminal_reaches_it(evaluate, text: str) -> None:
    for args in (
        [f"x + {text}"],
        ["x", f"--x={text}"],
        ["x", "--get", text, "x=1"],
        [f"x # {text}", "x=1", "--format", "pretty"],
    ):
        result = evaluate(*args)
        assert text not in result.err
        assert text not in result.out
