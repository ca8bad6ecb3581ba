"""`autodiff check`: wrong rules and wrong claims are found, right ones pass, kinks are said to be kinks."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from groups import grouped
from hypothesis import given
from hypothesis import strategies as st
from pace import at_once

from autodiff.engine.autograd.differences import slopes
from autodiff.engine.table.registry import all_primitives
from autodiff.parser.analysis.compare import compare, compare_all
from autodiff.parser.analysis.coordinates import NumericFunction
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

Change = Callable[[Any], Any]


def doubled(g: Any) -> Any:
    return 2 * g


def negated(g: Any) -> Any:
    return -g


def slightly_off(g: Any) -> Any:
    return g * 1.0001


def zeroed(g: Any) -> Any:
    return g * 0


def shifted(g: Any) -> Any:
    return g + 0.01


# The operation as nodes name it, the argument whose rule is wrong, what is done to its result, and where it shows.
WRONG_RULES: list[tuple[str, int, Change, str]] = [
    ("SinBackward0", 0, negated, "sin(x)"),
    ("CosBackward0", 0, negated, "cos(x**2)"),
    ("TanBackward0", 0, slightly_off, "tan(x)"),
    ("ExpBackward0", 0, doubled, "exp(-x)"),
    ("Expm1Backward0", 0, shifted, "expm1(x)"),
    ("LogBackward0", 0, slightly_off, "log(x)"),
    ("Log1PBackward0", 0, negated, "log1p(x)"),
    ("SqrtBackward0", 0, doubled, "sqrt(x)"),
    ("RsqrtBackward0", 0, negated, "rsqrt(x)"),
    ("AtanBackward0", 0, slightly_off, "atan(x)"),
    ("AsinBackward0", 0, shifted, "asin(x)"),
    ("AcoshBackward0", 0, doubled, "acosh(x)"),
    ("TanhBackward0", 0, slightly_off, "tanh(x)"),
    ("SigmoidBackward0", 0, doubled, "sigmoid(x)"),
    ("ReluBackward0", 0, doubled, "relu(x)"),
    ("SoftplusBackward0", 0, slightly_off, "softplus(x)"),
    ("ErfBackward0", 0, doubled, "erf(x)"),
    ("LgammaBackward0", 0, slightly_off, "lgamma(x)"),
    ("MulBackward0", 0, zeroed, "x*y"),
    ("MulBackward0", 1, doubled, "x*y"),
    ("DivBackward0", 0, negated, "x/y"),
    ("DivBackward0", 1, negated, "x/y"),
    ("SubBackward0", 1, negated, "x - y"),
    ("AddBackward0", 0, slightly_off, "x + y"),
    ("PowBackward0", 0, slightly_off, "x**3"),
    ("PowBackward1", 1, doubled, "x**y"),
    ("Atan2Backward0", 1, negated, "atan2(x, y)"),
    ("MaximumBackward0", 0, zeroed, "maximum(x, y)"),
    ("AbsBackward0", 0, negated, "abs(x)"),
    ("ReciprocalBackward0", 0, slightly_off, "1/x"),
]


def break_rule(patch: pytest.MonkeyPatch, node: str, argument: int, change: Change) -> None:
    for record in all_primitives():
        if record.node.__name__ == node:
            rules = list(record.vjps)
            rule, needs = rules[argument]
            rules[argument] = (lambda g, *saved, rule=rule: change(rule(g, *saved)), needs)
            patch.setattr(record, "vjps", tuple(rules))


@pytest.mark.parametrize(("node", "argument", "change", "expression"), WRONG_RULES)
def test_a_wrong_rule_is_found_and_the_right_one_passes(
    autodiff, monkeypatch: pytest.MonkeyPatch, node: str, argument: int, change: Change, expression: str
) -> None:
    right = autodiff("check", expression)
    assert right.code == 0
    assert right.out.endswith("holds\ttrue\n")
    break_rule(monkeypatch, node, argument, change)
    wrong = autodiff("check", expression)
    assert wrong.code == 1
    assert "verdict\twrong" in wrong.out
    assert wrong.out.endswith("holds\tfalse\n")


@pytest.mark.parametrize(
    ("expression", "node"), [("tanh(x)", "TanhBackwardBackward0"), ("sigmoid(x)", "SigmoidBackwardBackward0")]
)
def test_a_rule_that_only_second_derivatives_use_is_checked_with_order_2(
    autodiff, monkeypatch: pytest.MonkeyPatch, expression: str, node: str
) -> None:
    assert autodiff("check", expression, "--order", "2").code == 0
    break_rule(monkeypatch, node, 1, slightly_off)
    assert autodiff("check", expression).code == 0
    assert autodiff("check", expression, "--order", "2").code == 1


RIGHT_CLAIMS = [
    ("sin(x**2)", "x=2*x*cos(x**2)"),
    ("x**3", "x=3*x**2"),
    ("x*sin(x)", "x=sin(x) + x*cos(x)"),
    ("exp(-x**2/2)", "x=-x*exp(-x**2/2)"),
    ("log(x**2 + 1)", "x=2*x/(x**2 + 1)"),
    ("sin(x)/x", "x=(x*cos(x) - sin(x))/x**2"),
    ("tan(x)", "x=1 + tan(x)**2"),
    ("sqrt(x)", "x=0.5/sqrt(x)"),
    ("x**x", "x=x**x*(log(x) + 1)"),
    ("atan(x)", "x=1/(1 + x**2)"),
    ("abs(x)", "x=sign(x)"),
    ("relu(x)", "x=1 if x > 0 else 0"),
    ("x/y", "y=-x/y**2"),
    ("x*y**2", "x=y**2"),
    ("sigmoid(x)", "x=sigmoid(x)*(1 - sigmoid(x))"),
    ("tanh(x)", "x=1/cosh(x)**2"),
    ("acos(x)", "x=-1/sqrt(1 - x**2)"),
    ("z = x**2; z*exp(z)", "x=2*x*exp(x**2)*(1 + x**2)"),
    ("log(3*x)", "x=1/x"),
    ("5", "x=0"),
]
WRONG_CLAIMS = [
    ("sin(x**2)", "x=cos(x**2)", "the inner derivative is missing: that of `x**2`"),
    ("exp(-x)", "x=exp(-x)", "the inner derivative is missing: that of `-x`"),
    ("log(3*x)", "x=1/(3*x)", "the inner derivative is missing: that of `3*x`"),
    ("sin(x)**2 + x**3", "x=2*sin(x) + 3*x**2", "the inner derivative is missing: that of `sin(x)`"),
    ("cos(x)", "x=sin(x)", "the sign is wrong"),
    ("1/x", "x=1/x**2", "the sign is wrong"),
    ("x**3", "x=x**2", "a factor is wrong: the claim is 1/3 times the derivative"),
    ("x**3", "x=3*x**3", "a factor is too much: `x`"),
    ("sqrt(x)", "x=1/(2*x)", "a factor is missing: `sqrt(x)`"),
    ("x*sin(x)", "x=sin(x)", "a term is missing: what comes from `sin(x)`"),
    ("x**2 + 3*x", "x=2*x", "a term is missing: what comes from `3*x`"),
    ("x**x", "x=x*x**(x - 1)", "a term is missing: what comes from the `x` in column 4"),
    ("x*sin(x)", "x=sin(x) - x*cos(x)", "a term has the wrong sign: what comes from `sin(x)`"),
    ("x*sin(x)", "x=cos(x)", "the derivative of a product is not the product of the derivatives"),
    ("sin(x)/x", "x=cos(x)", "the derivative of a quotient is not the quotient of the derivatives"),
    ("sin(x)/x", "x=(x*cos(x) - sin(x))/x", "the denominator is not squared: `x`"),
    ("x*y", "x=x", "this is the derivative by `y`"),
    ("tanh(x)", "x=tanh(x)", "this is the expression itself, not its derivative"),
    ("x**2", "x=2*x + 1", "a constant is wrong: the claim is the derivative plus 1"),
    ("x*y**2", "x=y", "a factor is missing: `y`"),
    ("tanh(x)", "x=1 - tanh(x)", None),
    ("abs(x)", "x=1", "this is right for `x` > 0 only"),
    ("abs(x)", "x=-1", "this is right for `x` < 0 only"),
    ("sqrt(x**2)", "x=1", "this is right for `x` > 0 only"),
    ("acosh(cosh(x))", "x=1", "this is right for `x` > 0 only"),
    ("log(abs(x))", "x=1/abs(x)", "this is right for `x` > 0 only"),
    ("asin(sin(x))", "x=1", "this is right at some points only: "),
    ("x*abs(y)", "x=y", "this is right for `y` > 0 only"),
    ("sqrt(x)", "x=1/sqrt(x)", "a factor is wrong: the claim is 2 times the derivative"),
    ("asin(x)", "x=1/(1 - x**2)", "a root is missing: this is the square of the derivative"),
    ("acos(x)", "x=-1/(1 - x**2)", "a root is missing: this is the square of the derivative"),
    ("atan(x)", "x=1/sqrt(1 + x**2)", "a square is missing: this is the root of the derivative"),
    ("log10(x)", "x=1/x", "`log(10)` is missing: the claim is log(10) times the derivative"),
    ("2**x", "x=2**x", "this is the expression itself, not its derivative"),
    ("erf(x)", "x=2*exp(-x**2)", "`sqrt(pi)` is missing: the claim is sqrt(pi) times the derivative"),
    (
        "log(sin(x))",
        "x=1/cos(x)",
        "the outer derivative is taken at the derivative of `sin(x)`, not at `sin(x)`",
    ),
    (
        "sin(x)**3",
        "x=3*cos(x)**2",
        "the outer derivative is taken at the derivative of `sin(x)`, not at `sin(x)`",
    ),
    (
        "sin(x**3)",
        "x=3*x**2*cos(3*x**2)",
        "the outer derivative is taken at the derivative of `x**3`, not at `x**3`",
    ),
    ("sin(2*x)", "x=2*cos(x)", "the outer derivative is taken at `x`, not at `2*x`"),
    ("exp(x**2) + x", "x=exp(x)*2*x + 1", "the outer derivative is taken at `x`, not at `x**2`"),
    (
        "1/(x**2 + 1)",
        "x=1/(2*x)",
        "this is the expression with the derivative of `x**2 + 1` in place of `x**2 + 1`",
    ),
    ("x**5", "x=x**6/6", "this is an integral of the expression, not its derivative"),
]


@grouped("expression, claim", RIGHT_CLAIMS)
def test_a_right_claim_holds(autodiff, expression: str, claim: str) -> None:
    words = ["x=1.5"] if expression == "5" else []
    result = autodiff("check", f"{expression} + 0*x" if words else expression, *words, "--claim", claim)
    assert (result.code, result.err) == (0, "")
    assert "verdict\tok" in result.out


def test_a_claim_is_settled_by_algebra_where_its_difference_cancels_and_by_numbers_elsewhere(autodiff) -> None:
    claims = ("--claim", "x=sin(2*x)")
    shown = autodiff("check", "sin(x)**2", *claims, "--format", "pretty")
    assert shown.out.startswith("d/dx = sin(2*x): ok, equal: the difference cancels\n")
    assert "verdict\tok\tdecided_by\talgebra\t" in autodiff("check", "sin(x)**2", *claims).out
    assert "decided_by\tnumbers" in autodiff("check", "sin(3*x)", "--claim", "x=3*(4*cos(x)**3 - 3*cos(x))").out
    assert "decided_by\tnumbers" in autodiff("check", "sum(x**2)", "x=[1, 2]", "--claim", "x=2*x").out


def test_what_rounding_does_to_a_claim_whose_difference_cancels_does_not_count(autodiff) -> None:
    claim = ("log(1 + x) - x", "x=1e-12", "--claim", "x=1/(1 + x) - 1")
    assert "verdict\tok\tdecided_by\talgebra" in autodiff("check", *claim).out


def test_a_claim_holds_by_algebra_where_no_point_is_found(autodiff) -> None:
    result = autodiff("check", "log(x - 1e5)", "--claim", "x=1/(x - 1e5)", "--json")
    (verdict,) = json.loads(result.out)["claims"]
    assert (result.code, verdict["decided_by"], verdict["points"], verdict["claimed"]) == (0, "algebra", 0, None)
    assert result.err == "note: the expression is finite at none of the random points tried\n"
    assert autodiff("check", "log(x - 1e5)", "--claim", "x=1/(x - 1e4)").code == 2


@pytest.mark.parametrize(("expression", "claim", "slip"), WRONG_CLAIMS)
def test_a_wrong_claim_is_refuted_and_its_slip_named(autodiff, expression: str, claim: str, slip: str | None) -> None:
    result = autodiff("check", expression, "--claim", claim, "--json")
    assert result.code == 1
    (verdict,) = json.loads(result.out)["claims"]
    assert verdict["verdict"] == "wrong"
    assert abs(verdict["claimed"] - verdict["autograd"]) == pytest.approx(verdict["absolute"])
    assert verdict["numeric"] == pytest.approx(verdict["autograd"], rel=1e-6)
    if slip is None:
        assert verdict["slip"] is None
    else:
        assert verdict["slip"].startswith(slip)


def test_a_claim_that_is_no_number_for_negative_numbers_is_right_for_the_others(autodiff) -> None:
    result = autodiff("check", "cbrt(x)", "--claim", "x=1/(3*x**(2/3))")
    assert result.code == 1
    assert "slip\tthis is right for `x` > 0 only" in result.out


def test_a_claim_about_a_vector_is_compared_element_by_element(autodiff) -> None:
    args = ("check", "sum(x**2)", "x=[1, 2, 3]", "--claim")
    assert autodiff(*args, "x=2*x").code == 0
    result = autodiff(*args, "x=x", "--json")
    assert json.loads(result.out)["claims"][0]["slip"] == "a factor is wrong: the claim is 1/2 times the derivative"


@grouped(
    "args, note",
    [
        (["abs(x)", "x=0"], "x = 0 is a kink of `abs`: slopes -1 and 1; 0 is shown, as in PyTorch"),
        (["relu(x)", "x=0"], "x = 0 is a kink of `relu`: slopes 0 and 1; 0 is shown, as in PyTorch"),
        (["maximum(x, 1)", "x=1"], "x = 1 is a kink of `maximum`: slopes 0 and 1; 0.5 is shown, as in PyTorch"),
        (["max([x, 1])", "x=1"], "x = 1 is a kink of `max`: slopes 0 and 1; 0.5 is shown, as in PyTorch"),
        (["where(x > 1, x**2, x)", "x=1"], "x = 1 is a kink of `where`: slopes 1 and 2; 1 is shown, as in PyTorch"),
        (["clamp(x, 0, 1)", "x=1"], "x = 1 is a kink of `clamp`: slopes 1 and 0; 1 is shown, as in PyTorch"),
        (["floor(x)", "x=2"], "x = 2 is a jump of `floor`: slope 0 on both sides; 0 is shown, as in PyTorch"),
        (["x % 2", "x=4"], "x = 4 is a jump of `%`: slope 1 on both sides; 1 is shown, as in PyTorch"),
        (["3*abs(sin(x)) + 1", "x=0"], "x = 0 is a kink of `abs`: slopes -3 and 3; 0 is shown, as in PyTorch"),
        (
            ["x if x > 0 else -x", "x=0"],
            "x = 0 is a kink of the conditional: slopes -1 and 1; -1 is shown, as in PyTorch",
        ),
        (
            ["sum(abs(x))", "x=[3, 0]"],
            "x[1] = 0 is a kink of `abs`: slopes -1 and 1; 0 is shown, as in PyTorch",
        ),
        (["sqrt(x)", "x=0"], "the domain ends at x = 0: the slope on the right is inf, and inf is shown"),
        (["x**1.5", "x=0"], "the domain ends at x = 0: the slope on the right is 0, and 0 is shown"),
        (["relu(x)**2", "x=0", "--order", "2"], "x = 0 is a kink of the derivative: slopes 0 and 2; 0 is shown"),
    ],
)
def test_a_kink_holds_and_is_said(autodiff, args: list[str], note: str) -> None:
    result = autodiff("check", *args)
    assert result.code == 0
    assert result.err.startswith(f"note: {note}")


def test_a_slope_at_a_kink_that_is_on_neither_side_is_wrong(autodiff, monkeypatch: pytest.MonkeyPatch) -> None:
    break_rule(monkeypatch, "AbsBackward0", 0, lambda g: g + 3)
    result = autodiff("check", "abs(x)", "x=0")
    assert result.code == 1
    assert result.err == "note: x = 0 is a kink of `abs`: slopes -1 and 1; 3, which is shown, is neither\n"


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["log(x)", "x=0"], "the value is not finite at x = 0"),
        (["where(x > 0, sqrt(x), 0)", "x=-1"], ""),
        (["sin(1e18*x)", "x=1"], "differences of the value find no slope at x = 1"),
    ],
)
def test_what_cannot_be_confirmed_does_not_hold(autodiff, args: list[str], reason: str) -> None:
    result = autodiff("check", *args)
    assert result.code == 1
    assert reason in result.err


@grouped(
    "expression",
    [
        "log(x) + sqrt(y) + asin(z)",
        "acosh(x)",
        "x**y",
        "lgamma(x)*erf(y)",
        "log(log(x))",
        "sqrt(1 - x**2 - y**2)",
        "where(x > 0, x, 0)*y",
        "i0(x)*i1(y)",
        "f(t) = t**3 + 1; f(x) - f(y)",
    ],
)
def test_points_are_found_where_the_expression_is_finite(autodiff, expression: str) -> None:
    result = autodiff("check", expression, "--json", "--points", "5")
    assert result.code == 0
    report = json.loads(result.out)
    assert len(report["points"]) == 5
    assert all(check["verdict"] in ("ok", "kink") for check in report["checks"])


def test_a_seed_gives_the_same_points_again(autodiff) -> None:
    first = autodiff("check", "sin(x)*y", "--seed", "7")
    assert first.out == autodiff("check", "sin(x)*y", "--seed", "7").out
    assert first.out != autodiff("check", "sin(x)*y", "--seed", "8").out


def test_every_element_of_a_vector_is_checked(autodiff) -> None:
    report = json.loads(autodiff("check", "softmax(x, 0)", "x=[1, 2, 4]", "--json").out)
    assert [check["derivative"] for check in report["checks"]][:4] == [
        "jacobian.x[0, 0]",
        "jacobian.x[1, 0]",
        "jacobian.x[2, 0]",
        "jacobian.x[0, 1]",
    ]
    assert len(report["checks"]) == 9


def test_second_derivatives_are_named_as_eval_names_them(autodiff) -> None:
    args = ("x**2*sum(y)", "x=3", "y=[1, 2]")
    evaluated = json.loads(autodiff("eval", *args, "--hessian", "--json").out)["hessian"]
    checks = json.loads(autodiff("check", *args, "--order", "2", "--json").out)["checks"]
    found = {check["derivative"]: check["autograd"] for check in checks}
    assert found["hessian.x.y[1]"] == evaluated["x"]["y"][1]
    assert found["hessian.y.x[1]"] == evaluated["y"]["x"][1]
    assert found["hessian.x.x"] == evaluated["x"]["x"]


def test_float32_is_held_to_what_it_can_do(autodiff) -> None:
    assert autodiff("check", "exp(sin(x))*x", "--dtype", "float32").code == 0


@grouped(
    "args, code, text",
    [
        (["3"], 2, "there is no variable to differentiate by"),
        (["x**2", "x=1", "--points", "3"], 2, "--points is for variables without a value"),
        (["x**2", "y=1"], 2, "there is no variable `y`"),
        (["x**2", "--wrt", "y"], 2, "--wrt names `y`"),
        (["x**2", "--claim", "2*x"], 2, "--claim takes NAME=EXPR"),
        (["x**2", "--claim", "y=2*x"], 2, "--claim is about `y`"),
        (["x**2", "--claim", "x=2*z"], 3, "there is no variable `z` in the expression"),
        (["x**2", "--claim", "x=2*"], 3, "error[syntax]"),
        (["x**2", "--claim", "x=2*x", "--order", "2"], 2, "takes no --order"),
        (["x**2", "--claim", "x=[1, 2]"], 2, "the claim has the shape [2]"),
        (["log(-x**2 - 1)"], 2, "finite at none of the random points"),
        (["x + [1, 2] @ [1]"], 5, "error[shape]"),
        (["x // 2"], 5, "error[value]"),
        (["sin(x"], 3, "error[syntax]"),
    ],
)
def test_a_wrong_call_is_an_error_that_says_so(autodiff, args: list[str], code: int, text: str) -> None:
    result = autodiff("check", *args)
    assert (result.code, result.out) == (code, "")
    assert text in result.err


def test_on_a_terminal_the_checks_are_a_table(autodiff) -> None:
    lines = autodiff("check", "x**2", "x=3", "--format", "pretty").out.splitlines()
    assert lines[0].split() == ["derivative", "at", "autograd", "numeric", "absolute", "relative", "tolerance"]
    assert lines[1].split()[:4] == ["grad.x", "3", "6", "6"]
    assert lines[1].endswith("ok")
    assert lines[2] == "the derivative holds"
    claimed = autodiff("check", "x**2", "--claim", "x=x", "--format", "pretty").out
    assert "likely slip: a factor is wrong: the claim is 1/2 times the derivative\n" in claimed
    assert claimed.endswith("the claim does not hold\n")


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(-2, 2))
def test_slopes_of_a_smooth_function_are_found_to_ten_digits(x: float, a: float, b: float) -> None:
    found = slopes(lambda t: np.sin(a * t) + b * t**3, np.array([x]))
    exact = a * math.cos(a * x) + 3 * b * x**2
    assert abs(float(found.central.value[0]) - exact) <= 1e-9 * (1 + abs(exact) + abs(b) * (1 + abs(x)) ** 3)
    assert not found.jump[0]


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-10, 10))
def test_slopes_on_the_sides_of_a_kink_are_found(left: float, right: float, x: float) -> None:
    found = slopes(lambda t: np.where(t < x, left, right) * (t - x), np.array([x]))
    assert float(found.left.value[0]) == pytest.approx(left, abs=1e-6)
    assert float(found.right.value[0]) == pytest.approx(right, abs=1e-6)


def test_many_points_and_many_variables_are_compared_at_once(autodiff) -> None:
    with at_once():
        assert autodiff("check", "sin(x)*exp(x)*y", "--points", "2000").code == 0
        assert autodiff("check", " + ".join(f"sin(x{i})*x{i}" for i in range(50))).code == 0
        assert autodiff("check", "sum(sin(x)*x)", "--x", str([i / 100 for i in range(300)])).code == 0


def test_points_compared_together_have_the_numbers_of_each_by_itself() -> None:
    for source in ("sin(x)*exp(y)", "x if x > y else y*x", "prod([x, y, 2])", "f(n)=n if n<1 else f(n-1)*n; f(x)*y"):
        expression = NumericFunction(parse(source), ["x", "y"], Limits(), "float64")
        points = [{"x": np.asarray(a), "y": np.asarray(b)} for a, b in ((0.5, 1.25), (2.5, 0.75), (1.5, 3.0))]
        for order in (1, 2):
            assert repr(compare_all(expression, points, order)) == repr(
                [compare(expression, point, order) for point in points]
            )


@pytest.mark.parametrize(
    ("text", "x"), [("log(x)", "1e-50"), ("sqrt(x)", "1e-200"), ("1/x", "1e-100"), ("cbrt(x)", "-1e-120")]
)
def test_next_to_the_end_of_a_domain_the_steps_are_as_short_as_the_way_there(autodiff, text: str, x: str) -> None:
    result = autodiff("check", text, f"--x={x}")
    assert (result.code, "verdict\tok" in result.out) == (0, True)


@pytest.mark.parametrize(("text", "x"), [("sigmoid(x)", "35"), ("erf(x)", "6"), ("tanh(x)", "-20")])
def test_a_second_derivative_of_which_rounding_leaves_nothing_is_not_called_wrong(autodiff, text: str, x: str) -> None:
    assert autodiff("check", text, f"--x={x}", "--order", "2").code == 0
