"""Derivatives as text: what is printed, that it is right, and that it is no longer than what a textbook prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from effort import THOROUGH, examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from pytorch.recorded import entries

from autodiff import engine
from autodiff.engine import FUNCTIONS
from autodiff.engine.api.creation import tensor
from autodiff.engine.autograd import jacobians
from autodiff.engine.table.record import Operation
from autodiff.engine.tensors.symbol import TraceError
from autodiff.parser.algebra.arithmetic import add
from autodiff.parser.algebra.formulas import UntranslatableError
from autodiff.parser.algebra.terms import number
from autodiff.parser.derivatives import derivative
from autodiff.parser.derivatives.derivative import DisagreementError, derivatives, judged, variables_of
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.place import place_of
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text
from autodiff.parser.syntax.records import Binary

ROOT = Path(__file__).parents[3]
RECORDED = entries("expressions.jsonl")
TEXTBOOK = [line.split("\t") for line in (ROOT / "samples/derivatives-textbook.tsv").read_text("utf-8").splitlines()]

# An expression and its derivative by x.
PRINTED = [
    ("sin(x**2)", "2*x*cos(x**2)"),
    ("x", "1"),
    ("3", "0"),
    ("y", "0"),
    ("x*x", "2*x"),
    ("x**1", "1"),
    ("x - x", "0"),
    ("x*1 + 0", "1"),
    ("x + -x**2", "1 - 2*x"),
    ("x**2/3", "2*x/3"),
    ("0.5*x**2 + 0.1*x", "x + 0.1"),
    ("x**2/2 + x/10", "x + 1/10"),
    ("sqrt(x)", "1/(2*sqrt(x))"),
    ("x**(1/3)", "1/(3*x**(2/3))"),
    ("atan(x)", "1/(x**2 + 1)"),
    ("tan(x)", "1/cos(x)**2"),
    ("x**x", "x**x*(log(x) + 1)"),
    ("x**n*log(x)", "x**(n - 1)*(n*log(x) + 1)"),
    ("2**x", "2**x*log(2)"),
    ("e**x", "exp(x)"),
    ("log10(x)", "1/(x*log(10))"),
    ("erf(x)", "2*exp(-x**2)/sqrt(pi)"),
    ("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"),
    ("tanh(x)", "1/cosh(x)**2"),
    ("asin(x)", "1/sqrt(1 - x**2)"),
    ("atan2(x, y)", "y/(x**2 + y**2)"),
    ("relu(x)", "where(x > 0, 1, 0)"),
    ("elu(x)", "where(x > 0, 1, exp(x))"),
    ("clamp(x, -1, 1)", "where(-1 <= x <= 1, 1, 0)"),
    ("maximum(x, y)", "where(x == y, 1/2, where(x > y, 1, 0))"),
    ("x if x > 0 else -x", "where(x > 0, 1, -1)"),
    ("x*y if x > y else 2*x", "where(x > y, y, 2)"),
    ("3*x if x > 0 else 3*x", "3"),
    ("y % x", "-floor(y/x)"),
    ("f(t) = t**3; f(x) + f(2*x)", "27*x**2"),
    ("u = x**2; u*y", "2*x*y"),
    ("(x - y)**2", "2*(x - y)"),
    ("abs(x)", "sign(x)"),
    ("sqrt(x**2)", "sign(x)"),
    ("x**2 if True else 0", "2*x"),
]
# Functions of single numbers whose rules need the number that an argument is.
UNWRITTEN = ("quantile", "nanquantile", "polygamma", "gaussian_nll_loss")


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


def text_of(source: str, by: str = "x", **options: Any) -> str:
    """The derivative as it is printed."""
    found = derivatives(parse(source), [(by,)], {by: ()}, **options)
    return "; ".join(program_text(found.program((by,))))


@pytest.fixture(scope="module")
def lexer() -> Lark:
    return Lark((ROOT / "parser/syntax/grammar.lark").read_text("utf-8"), parser="lalr")


@grouped("source, expected", [p for p in PRINTED if "x" in p[0]])
def test_a_derivative_is_printed_as_a_person_would_write_it(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_no_derivative_of_a_textbook_is_printed_longer_than_there(lexer: Lark) -> None:
    longer: list[str] = []
    for source, theirs in TEXTBOOK:
        ours = text_of(source)
        # The textbook's is right, by the same comparison as ours.
        judged(parse(source), derivative.Derivatives(("x",), (), {("x",): parse(theirs).statements[0]}), {}, Limits())
        if len(list(lexer.lex(ours))) > len(list(lexer.lex(theirs))):
            longer.append(f"{source}: {ours}, where a textbook has {theirs}")
    score = len(TEXTBOOK) - len(longer)
    print(f"{score} of {len(TEXTBOOK)} derivatives are no longer than in a textbook")  # noqa: T201
    assert len(TEXTBOOK) == 100
    assert not longer


# One of five in the gate, which differentiates all of them in other tests too.
@grouped("record", RECORDED[:: 1 if THOROUGH else 5], ids=lambda r: str(r["id"]), size=20)
def test_every_recorded_expression_has_derivatives_that_agree_with_the_engine_and_with_the_record(
    record: dict[str, Any],
) -> None:
    by = [(name,) for name in record["vars"]]
    found = derivatives(parse(record["expr"]), by, {name: np.shape(value) for name, value in record["vars"].items()})
    assert found.points
    if record["kind"] == "scalar":
        values = {name: tensor(value) for name, value in record["vars"].items()}
        for (name,) in by:
            program = parse("\n".join(program_text(found.program((name,)))))
            value = evaluate(program, values).item()
            assert value == pytest.approx(record["grad"][name], rel=1e-7, abs=1e-9, nan_ok=True)


def _takes_numbers(function: Operation) -> bool:
    return not function.variadic and function.required <= function.tensors <= 3 and not function.assumed


@grouped("function", [f for name, f in FUNCTIONS.items() if name == f.name and _takes_numbers(f)], ids=lambda f: f.name)
def test_the_derivative_of_a_function_of_numbers_agrees_with_the_engine(function: Operation) -> None:
    names = ["x", "y", "z"][: function.tensors]
    expression = parse(f"{function.name}({', '.join(names)})")
    try:
        evaluate(expression, {name: tensor(0.5).requires_grad_() for name in names}).sum().backward()
    except (ExpressionError, RuntimeError, UserWarning):
        pytest.skip("not a function of single numbers, or without a derivative")
    for name in names:
        try:
            assert derivatives(expression, [(name,)]).results
        except (ExpressionError, TraceError, UntranslatableError):
            assert function.name in UNWRITTEN


@pytest.mark.parametrize(
    ("source", "by", "expected"),
    [
        ("x**5", "xxx", "60*x**2"),
        ("sin(x)", "xxxx", "sin(x)"),
        ("x**2*y**3", "xy", "6*x*y**2"),
        ("x**2*y**3", "yx", "6*x*y**2"),
        ("x**2", "xxx", "0"),
        ("1/(1 + x**2)", "xx", "(6*x**2 - 2)/(x**2 + 1)**3"),
        ("exp(-x**2)", "xxx", "x*exp(-x**2)*(12 - 8*x**2)"),
    ],
)
def test_derivatives_of_higher_order_are_by_one_variable_after_the_other(source: str, by: str, expected: str) -> None:
    found = derivatives(parse(source), [tuple(by)])
    assert program_text(found.program(tuple(by))) == [expected]


def test_parts_that_occur_often_get_names_that_no_variable_has() -> None:
    found = derivatives(parse("exp(sin(u)*x + v)*log(sin(u)*x + v)*sin(sin(u)*x + v)"), [("x",)])
    assert [assign.name for assign in found.shared] == ["w"]
    lines = program_text(found.program(("x",)))
    assert lines[0] == "w = x*sin(u) + v"
    assert found.results.keys() == {("x",)}


def test_the_rules_as_they_are_are_not_simplified() -> None:
    assert text_of("sigmoid(x*y)", simplify=False) == "1*sigmoid(x*y)*(1 - sigmoid(x*y))*y"


def test_a_derivative_that_disagrees_with_the_engine_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivative, "simplified", lambda terms, **how: [add(term, number(1)) for term in terms])
    with pytest.raises(DisagreementError, match="would be printed as"):
        text_of("sin(x)")


@pytest.mark.parametrize(
    "source",
    [
        "sin(" * 500 + "x" + ")" * 500,
        "1/(1 + " * 50 + "x" + ")" * 50,
        "+".join(f"x**{i}" for i in range(2, 300)),
        "*".join(["x"] * 1000),
        "-" * 1000 + "x",
    ],
    ids=["calls", "fractions", "terms", "factors", "signs"],
)
def test_an_expression_may_be_deeper_than_the_stack(source: str) -> None:
    assert text_of(source)


def test_an_operation_without_a_derivative_is_pointed_at() -> None:
    source = "x + floor_divide(x, 2)"
    with pytest.raises(RuntimeError, match="derivative for aten::floor_divide is not") as caught:
        text_of(source)
    place = place_of(parse(source), caught.value)
    assert (place.start, place.end) == (4, 22)


def test_a_variable_that_is_not_differentiated_by_needs_no_derivative() -> None:
    assert text_of("igamma(a, x)") == "exp(log(x)*(a - 1) - x - lgamma(a))"


UNARY = st.sampled_from(["sin", "cos", "exp", "log", "sqrt", "tanh", "abs", "relu", "sigmoid", "atan", "-", "log1p"])
BINARY = st.sampled_from(["+", "-", "*", "/", "**"])
LEAVES = st.sampled_from(["x", "y", "2", "3", "0.5", "1", "pi", "x", "(x + 1)", "x*y"])


def _extended(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda f, a: f"{f}({a})", UNARY, parts),
        st.builds(lambda op, a, b: f"({a}){op}({b})", BINARY, parts, parts),
        st.builds(lambda a, b, c: f"where(({a}) > ({b}), {c}, {b})", parts, parts, parts),
    )


@settings(max_examples=examples(60), deadline=None)
@given(st.recursive(LEAVES, _extended, max_leaves=6))
def test_no_expression_has_a_derivative_that_disagrees_with_the_engine(source: str) -> None:
    expression = parse(f"({source}) + 0*x")
    for names in (("x",), ("x", "x")):
        assert derivatives(expression, [names], {"x": ()}).results


# An expression in a vector of three elements, and its derivative.
OF_VECTORS = [
    ("prod(x)", "[x[1]*x[2], x[0]*x[2], x[0]*x[1]]"),
    ("amax(x)", "where(x == amax(x), 1/sum(x == amax(x)), 0)"),
    ("median(x)", "where(x == median(x), 1/sum(x == median(x)), 0)"),
    ("sort(x)", "1"),
    ("flip(sin(x))", "cos(x)"),
    ("sort(x)*flip(x)", "flip(sort(x).values) + scatter(zeros_like(x), -1, sort(x).indices, flip(x))"),
    ("msort(x)[0]", "scatter(zeros_like(x), 0, sort(x, 0).indices, [1.0, 0, 0])"),
    (
        "sort(x, -1, True)*x",
        "scatter(zeros_like(x), -1, sort(x, descending=True).indices, x) + sort(x, descending=True).values",
    ),
    ("cumsum(x)*x", "cumsum(x) + flip(cumsum(flip(x)))"),
    ("x[1:]**2", "[0, 2*x[1], 2*x[2]]"),
    ("cat([x, x**2])", "2*x + 1"),
    ("x[[0, 0]]**2", "[4*x[0], 0, 0]"),
    ("x*gather(x, 0, [0, 1, 1])", "[2*x[0], 2*x[1] + x[2], x[1]]"),
    ("index_select(x, 0, [1, 0])**2", "[2*x[0], 2*x[1], 0]"),
    ("take(x, [0, 2])**2", "[2*x[0], 0, 2*x[2]]"),
    ("roll(x, 1)*x", "[x[1] + x[2], x[0] + x[2], x[0] + x[1]]"),
    ("pad(x, [1, 1])**2", "[2*x[0], 2*x[1], 2*x[2]]"),
    ("masked_fill(x**2, x > 1, 0)", "where(x <= 1, 2*x, 0)"),
    ("kthvalue(x, 2)", "scatter(zeros_like(x), -1, broadcast_to(kthvalue(x, 2).indices, [1]), broadcast_to(1.0, [1]))"),
    ("max(x, dim=0)", "scatter(zeros_like(x), 0, broadcast_to(max(x, dim=0).indices, [1]), broadcast_to(1.0, [1]))"),
    ("median(x, 0)", "scatter(zeros_like(x), 0, broadcast_to(median(x, 0).indices, [1]), broadcast_to(1.0, [1]))"),
]


@pytest.mark.parametrize(("source", "expected"), OF_VECTORS, ids=[source for source, _ in OF_VECTORS])
def test_the_derivative_by_a_vector_is_one_for_each_element(source: str, expected: str) -> None:
    found = derivatives(parse(source), [("x",)], {"x": (3,)})
    assert "; ".join(program_text(found.program(("x",)))) == expected
    assert found.points


def test_the_variables_are_those_without_a_value_of_their_own() -> None:
    assert variables_of(parse("pi*x + e"), {}) == ["x"]
    assert variables_of(parse("pi*x + e"), {"e": ()}) == ["x", "e"]


def test_the_default_dtype_is_the_one_that_is_computed_with() -> None:
    assert engine.get_default_dtype() is engine.float64


@pytest.mark.parametrize(
    ("source", "by", "expected"),
    [
        ("atan(x)", "x" * 9, "40320*(9*x**8 - 84*x**6 + 126*x**4 - 36*x**2 + 1)/(x**2 + 1)**9"),
        ("sin(x)*exp(x)", "x" * 10, "32*exp(x)*cos(x)"),
        ("log(x)/x", "x" * 8, "144*(280*log(x) - 761)/x**9"),
        ("sqrt(1-x**2)", "x" * 6, "-45*(8*x**4 + 12*x**2 + 1)/(1 - x**2)**(11/2)"),
        ("x**5", "x" * 7, "0"),
        ("sin(x*y)", "xyxy", "sin(x*y)*(x**2*y**2 - 2) - 4*x*y*cos(x*y)"),
        ("exp(y)*x", "xyyyy", "exp(y)"),
        ("x*y + z", "xyz" * 3, "0"),
    ],
)
def test_a_derivative_of_high_order_is_that_of_the_one_before_it(source: str, by: str, expected: str) -> None:
    found = derivatives(parse(source), [tuple(by)])
    assert found.points
    assert "\n".join(program_text(found.program(tuple(by)))) == expected


@pytest.mark.parametrize(
    ("source", "order"), [("sinc(x)", 2), ("sinc(x)", 4), ("sinc(x)", 6), ("sinc(2*x)**2", 4), ("x*sinc(x)", 3)]
)
def test_where_a_formula_has_a_limit_its_derivatives_have_theirs(source: str, order: int) -> None:
    expression, by = parse(source), ("x",) * order
    at_zero = engine.tensor(0.0, requires_grad=True)
    value = evaluate(expression, {"x": at_zero}, Limits())
    expected = jacobians.derivatives(value, {"x": at_zero}, order=order)[f"d{order}.x"]
    printed = evaluate(derivatives(expression, [by]).program(by), {"x": engine.tensor(0.0)}, Limits())
    np.testing.assert_allclose(printed.item(), expected.item(), rtol=1e-12)


@pytest.mark.parametrize("source", ["x**x", "x**sin(x)", "x**x**x", "log(x)**x"])
def test_what_powers_with_a_variable_exponent_have_in_common_is_taken_out(source: str) -> None:
    by = ("x",) * 3
    body = derivatives(parse(source), [by], share=False).program(by).statements[-1]
    assert isinstance(body, Binary)
    assert body.op in "*/"


@grouped("power", ["2**70", "2**70.5", "2**-70.5", "3**(200/3)", "0.5**100", "(1/3)**200", "10**300", "7**-64"])
def test_a_large_power_of_a_number_is_a_factor_like_any_other(power: str) -> None:
    found = derivatives(parse(f"{power}*x**2"), [("x",)]).program(("x",))
    value, expected = (evaluate(program, {"x": tensor(0.5)}) for program in (found, parse(f"{power}*2*x")))
    assert value.item() == pytest.approx(expected.item(), rel=1e-12)
