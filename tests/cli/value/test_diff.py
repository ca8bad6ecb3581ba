"""The command `diff`: what it prints, how it is asked, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from groups import grouped

from autodiff.parser.algebra.arithmetic import add
from autodiff.parser.algebra.terms import number
from autodiff.parser.derivatives import derivative

Run = Callable[..., Any]


def test_a_single_derivative_stands_alone_on_a_line(autodiff: Run) -> None:
    result = autodiff("diff", "sin(x**2)")
    assert (result.code, result.out, result.err) == (0, "2*x*cos(x**2)\n", "")


def test_each_of_several_derivatives_has_a_line_with_its_name(autodiff: Run) -> None:
    assert autodiff("diff", "x**2*y + y**3").out == "d_x\t2*x*y\nd_y\tx**2 + 3*y**2\n"


def test_a_form_that_has_no_value_where_the_derivative_has_one_is_noted(autodiff: Run) -> None:
    result = autodiff("diff", "x/(x**2 + 1)")
    assert result.out == "(1 - x**2)/(x**2 + 1)**2\n"
    assert "note: this form is not finite at x = 1e+200, -1e+200, 1e+300, -1e+300" in result.err


def test_that_numbers_overflow_in_a_form_as_in_the_derivative_is_not_noted(autodiff: Run) -> None:
    result = autodiff("diff", "exp(-x**2)", "--order", "3")
    assert (result.out, result.err) == ("x*exp(-x**2)*(12 - 8*x**2)\n", "")


def test_a_form_that_loses_digits_which_the_derivative_keeps_is_noted(autodiff: Run) -> None:
    result = autodiff("diff", "(x - tanh(x))**2", "--order", "2")
    assert "note: this form loses its digits at x = 0.001, -0.001, where `autodiff eval` keeps them" in result.err
    assert not autodiff("diff", "x + tanh(x) + atan(x)", "--order", "2").err


@pytest.mark.parametrize(
    ("options", "out"),
    [
        (["--wrt", "y"], "x**2 + 3*y**2\n"),
        (["--wrt", "x,y"], "2*x\n"),
        (["--wrt", "y,y"], "6*y\n"),
        (["--const", "y"], "2*x*y\n"),
        (["--order", "2"], "d2_x\t2*y\nd2_y\t6*y\n"),
        (["--wrt", "y", "--order", "3"], "6\n"),
    ],
)
def test_options_say_by_what_to_differentiate(autodiff: Run, options: list[str], out: str) -> None:
    assert autodiff("diff", "x**2*y + y**3", *options).out == out


def test_what_is_printed_can_be_evaluated(autodiff: Run) -> None:
    source = "exp(sin(x)*cos(y))*log(sin(x)*cos(y) + 2)"
    text = autodiff("diff", source, "--wrt", "x").out
    assert text.startswith("u = ")
    again = autodiff("eval", "--x", "0.4", "--y", "0.3", "--get", "value", stdin=text).out
    engine = autodiff("eval", source, "--x", "0.4", "--y", "0.3", "--get", "grad.x").out
    assert float(again) == pytest.approx(float(engine), rel=1e-12)
    expanded = autodiff("diff", source, "--wrt", "x", "--expand").out
    assert "u" not in expanded
    assert len(expanded.splitlines()) == 1


def test_values_give_the_shapes_of_variables(autodiff: Run) -> None:
    assert autodiff("diff", "(x**2).mean()", "--x", "[1, 2, 3, 4]").out == "2*x/len(x)\n"
    assert autodiff("diff", "x[0]**2*x[1]", "x=[1, 2, 3]").out == "[2*x[0]*x[1], x[0]**2, 0]\n"
    assert autodiff("diff", "e*x", "--e", "1").out == "d_e\tx\nd_x\te\n"


def test_the_rules_can_be_seen_as_they_are(autodiff: Run) -> None:
    assert autodiff("diff", "sigmoid(x)", "--no-simplify").out == "1*sigmoid(x)*(1 - sigmoid(x))\n"


def test_an_expression_may_come_from_standard_input(autodiff: Run) -> None:
    assert autodiff("diff", stdin="x**3\n").out == "3*x**2\n"


def test_a_derivative_that_could_not_be_compared_says_so(autodiff: Run) -> None:
    result = autodiff("diff", "sqrt(-1 - x**2)")
    assert (result.code, result.out) == (0, "-x/sqrt(-x**2 - 1)\n")
    assert "note: no point was found" in result.err


def test_json_is_one_object_on_a_line(autodiff: Run) -> None:
    result = autodiff("diff", "x*y", "--json")
    assert json.loads(result.out) == {"expr": "x*y", "let": {}, "derivatives": {"d_x": "y", "d_y": "x"}}


@grouped(
    "arguments, code, message",
    [
        (["x", "--const", "x"], 2, "there is no variable to differentiate by"),
        (["sin(x)", "--wrt", "y"], 2, "--wrt names `y`, which is not a variable"),
        (["x*y", "--wrt", "x,y", "--order", "2"], 2, "write each as often as it is differentiated by"),
        (["lgamma(x)", "--format", "c"], 3, "C's math.h has no function for `digamma`"),
        (["x", "--json", "--format", "c"], 2, "exclude each other"),
        (["sin(x", "--json"], 3, "error[syntax]"),
        (["sinn(x)"], 3, "did you mean `sin`?"),
        (["x", "--y", "3"], 2, "its variable is `x`"),
        (["alpha*x", "--alhpa", "3"], 2, "did you mean the variable `alpha`?"),
        (["x + x // 2"], 5, "derivative for aten::floor_divide is not implemented"),
        (["besselj(x, 2)"], 5, "besselj(n, x) has no derivative by n"),
        (["x*unfold(y, 0, 2, 1)", "--y", "[1, 2]"], 5, "the operation `unfold` has no spelling as a formula"),
        (["x > 1"], 5, "has no derivative"),
    ],
)
def test_what_has_no_answer_is_an_error(autodiff: Run, arguments: list[str], code: int, message: str) -> None:
    result = autodiff("diff", *arguments)
    assert result.code == code
    assert message in result.err
    assert result.out == "" or "--json" in arguments


def test_an_error_points_at_the_operation(autodiff: Run) -> None:
    lines = autodiff("diff", "x*unfold(y, 0, 2, 1)", "--y", "[1, 2]").err.splitlines()
    assert lines[3:5] == ["1 | x*unfold(y, 0, 2, 1)", "  |   ^^^^^^^^^^^^^^^^^^"]


def test_map_points_at_an_operation_without_a_derivative(autodiff: Run) -> None:
    result = autodiff("map", "x + x // 2", "-", stdin="x\n1\n")
    assert result.err.splitlines()[3:5] == ["1 | x + x // 2", "  |     ^^^^^^"]


def test_a_derivative_that_disagrees_with_the_engine_is_a_bug_and_no_answer(
    autodiff: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derivative, "simplified", lambda terms: [add(term, number(1)) for term in terms])
    result = autodiff("diff", "sin(x)")
    assert (result.code, result.out) == (70, "")
    assert "report" in result.err


def test_a_function_is_described_with_its_derivative_and_its_node(autodiff: Run) -> None:
    text = autodiff("functions", "atan2").out
    assert "derivative by x  y/(x**2 + y**2)\n" in text
    assert "grad_fn          Atan2Backward0\n" in text
    assert json.loads(autodiff("functions", "sin", "--json").out)["derivative"] == {"x": "cos(x)"}


@pytest.mark.parametrize("expression", ["5", "2*pi", "sqrt(2)"])
def test_a_constant_has_the_derivative_0(autodiff: Run, expression: str) -> None:
    assert autodiff("diff", expression).out == "0\n"
    assert "d_t(double t)" in autodiff("diff", expression, "--wrt", "t", "--format", "c").out


@pytest.mark.parametrize(
    ("expression", "is_noted"),
    [
        ("vander(x)", True),
        ("quantile(x, 0.5)", True),
        ("avg_pool1d(reshape(x, [1, 4]), 2)", False),
        ("avg_pool1d(reshape(x, [1, -1]), 2)", True),
        ("mean(x**2)", False),
        ("x[0]*x[1]", False),
        ("sum(x)**2", False),
    ],
)
def test_a_formula_that_has_sizes_as_numbers_is_noted(autodiff: Run, expression: str, is_noted: bool) -> None:
    result = autodiff("diff", expression, "--shape", "x=4")
    assert ("of arrays of these sizes alone" in result.err) == is_noted


def test_windows_are_not_traced_as_lists_of_every_size(autodiff: Run) -> None:
    # With arrays of the sizes that stand for others it has lists of a million numbers, and takes a minute.
    result = autodiff("diff", "adaptive_avg_pool2d(x, (2, 3))", "--shape", "x=1,2,4,6")
    assert result.out == "1/4\n"


def test_a_shape_stands_for_a_value(autodiff: Run) -> None:
    of_values = autodiff("diff", "sum((A @ x)**2)", "--A", "[[1, 2], [3, 4], [5, 6]]", "--x", "[1, 2]").out
    assert autodiff("diff", "sum((A @ x)**2)", "--shape", "A=3,2", "--shape", "x=2").out == of_values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*A", "--shape", "A=2m,n"], "sizes as whole numbers or letters"),
        (["x", "--shape", "y=3"], "not a variable here"),
        (["x", "--shape", "x=3", "--x", "[1, 2, 3]"], "given twice"),
        (["x", "--format", "javascript", "--dtype", "float32"], "no numbers of type float32"),
        (["x", "--dialect", "sqlite"], "add `--format sql`"),
        (["x", "--format", "sql", "--dialect", "english"], "there is no dialect `english`"),
    ],
)
def test_what_a_language_cannot_be_asked_is_said(autodiff: Run, arguments: list[str], message: str) -> None:
    result = autodiff("diff", *arguments)
    assert result.code == 2
    assert message in result.err


def test_a_jacobian_has_the_derivatives_of_each_element(autodiff: Run) -> None:
    result = autodiff("diff", "x**2*sum(y)", "--shape", "x=2", "--shape", "y=2", "--wrt", "y", "--jacobian")
    assert result.out == "outer(x**2, ones(len(y)))\n"
    assert result.err == ""
    picked = autodiff("diff", "x[1:]*x[0]", "--shape", "x=2", "--jacobian")
    assert picked.out == "[[x[1], x[0]]]\n"


def test_letters_stand_for_sizes(autodiff: Run) -> None:
    shapes = ["--shape", "A=m,n", "--shape", "x=n"]
    result = autodiff("diff", "mean((A @ x)**2)", *shapes, "--wrt", "x", "--with-value")
    assert result.out == "value\tmean((A @ x)**2)\nd_x\t2*(A.T @ (A @ x))/len(A)\n"
    assert (
        autodiff("diff", "sum(x)/len(x)", "--shape", "x=n", "--with-value").out
        == "value\tsum(x)/len(x)\nd_x\t1/len(x)\n"
    )
    wrong = autodiff("diff", "A @ x", "--shape", "A=m,n", "--shape", "x=m")
    assert wrong.code == 5
    assert "here m is 13, n is 14" in wrong.err
    none = autodiff("diff", "x[0]", "--shape", "x=n")
    assert "no one formula of this for arrays of all sizes" in none.err


def test_choices_stand_in_no_other_in_latex(autodiff: Run) -> None:
    source = "where(x > 0, 2*where(x > 1, x**2, sin(x)) + where(y > 0, where(x > y, x**3, x), x), x)"
    for line in autodiff("diff", source, "--wrt", "x", "--format", "latex").out.splitlines():
        for part in line.split("\\begin{cases}")[1:]:
            assert "\\end{cases}" in part


@pytest.mark.parametrize(
    ("expression", "language", "place"),
    [("x + lgamma(x)", "c", ":1:5"), ("2*x + softmax(x, 0)", "rust", ":1:1"), ("1 + gelu(x)", "sql", ":1:5")],
)
def test_what_a_language_cannot_say_is_pointed_at(autodiff: Run, expression: str, language: str, place: str) -> None:
    shape = ["--shape", "x=3"] if "softmax" in expression else []
    result = autodiff("diff", expression, *shape, "--format", language)
    assert result.code == 3
    assert f"<expr>{place}" in result.err


@pytest.mark.parametrize("language", ["c", "rust", "javascript", "python", "sympy", "sql"])
def test_a_language_without_arrays_takes_none(autodiff: Run, language: str) -> None:
    result = autodiff("diff", "sum(x)**2", "--shape", "x=3", "--format", language)
    assert result.code == 3
    assert "has no operations on vectors" in result.err
