"""Deviations of results: against the package uncertainties, examples of the GUM, closed forms, and random draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from effort import examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.solving.correlations import read_correlations
from autodiff.parser.solving.shortened_numbers import stated
from autodiff.parser.solving.uncertain_values import read_uncertain
from autodiff.parser.solving.uncertainty import Asked, Inputs, Propagation, propagate
from autodiff.parser.syntax.errors import ExpressionError, UsageError
from autodiff.parser.syntax.parse import parse

RECORDED = json.loads((Path(__file__).parents[2] / "data" / "propagation.json").read_text())


def result(
    expression: str,
    values: Mapping[str, str],
    asked: Asked = Asked(),  # noqa: B008
    correlations: tuple[str, ...] = (),
) -> Propagation:
    with computing("float64"):
        inputs = Inputs({name: read_uncertain(name, text) for name, text in values.items()})
        inputs.correlate(read_correlations(correlations))
        return propagate(parse(expression), inputs, Limits(), asked)


@grouped("entry", RECORDED, ids=lambda entry: entry["expr"])
def test_results_are_those_of_the_package_uncertainties(entry: dict[str, Any]) -> None:
    values = {name: f"{value!r}±{entry['sd'][name]!r}" for name, value in entry["values"].items()}
    found = result(entry["expr"], values, correlations=tuple(f"{k}={r}" for k, r in entry["correlation"].items()))
    assert found.value == pytest.approx(entry["value"], rel=1e-12)
    assert found.deviation == pytest.approx(entry["result_sd"], rel=1e-12, abs=1e-300)
    for name, contribution in entry.get("contributions", {}).items():
        assert found.inputs[name].contribution == pytest.approx(contribution, rel=1e-12)
    if found.deviation:
        assert sum(part.share for part in found.inputs.values()) == pytest.approx(1, rel=1e-12)


# GUM, H.2: an impedance of voltage, current and phase that were measured together.
IMPEDANCE = {"V": "4.9990±0.0032", "I": "19.661e-3±0.0095e-3", "p": "1.04446±0.00075"}
TOGETHER = ("V,I=-0.36", "V,p=0.86", "I,p=-0.65")


@pytest.mark.parametrize(
    ("expression", "value", "deviation"),
    [("V/I*cos(p)", 127.732, 0.071), ("V/I*sin(p)", 219.847, 0.295), ("V/I", 254.260, 0.236)],
)
def test_correlated_inputs_are_those_of_the_guide(expression: str, value: float, deviation: float) -> None:
    found = result(
        expression,
        {n: v for n, v in IMPEDANCE.items() if n in expression},
        correlations=tuple(c for c in TOGETHER if all(n in expression for n in c.partition("=")[0].split(","))),
    )
    assert (found.value, found.deviation) == (pytest.approx(value, abs=5e-4), pytest.approx(deviation, abs=2e-3))


def test_second_order_terms_are_those_of_the_guide() -> None:
    # GUM, H.1: the length of an end gauge, in nm; 32 nm along the straight line, 34 nm to second order.
    values = {"l": "5.0000623e7±25", "d": "215±9.7", "a": "11.5e-6±1.2e-6", "t": "-0.1±0.41"}
    found = result("l + d - l*(b*t + a*u)", {**values, "b": "0±0.58e-6", "u": "0±0.029"}, Asked(second=True))
    assert found.deviation == pytest.approx(31.7, abs=0.1)
    assert found.second is not None
    assert found.second[1] == pytest.approx(34, abs=0.2)


def test_second_order_is_exact_for_products_and_squares_of_normal_numbers() -> None:
    square = result("x**2", {"x": "3±0.5"}, Asked(second=True))
    assert square.second == pytest.approx((9.25, np.sqrt(4 * 9 * 0.25 + 2 * 0.5**4)), rel=1e-14)
    product = result("x*y", {"x": "3±0.5", "y": "-2±0.4"}, Asked(second=True))
    assert product.second == pytest.approx((-6, np.sqrt(9 * 0.16 + 4 * 0.25 + 0.25 * 0.16)), rel=1e-14)


def test_draws_agree_with_the_line_where_it_is_straight_and_say_so_where_not() -> None:
    line = result("2*x - y", {"x": "3±0.5", "y": "1±0.2"}, Asked(draws=100_000), ("x,y=0.5",))
    assert not line.warnings
    assert line.check is not None
    assert line.check.deviation == pytest.approx(line.deviation, rel=0.01)
    bent = result("x**2", {"x": "1±0.3"}, Asked(draws=100_000))
    assert {finding.diagnostic.split("]")[0] for finding in bent.warnings} == {"warning[linear"}
    assert bent.check == result("x**2", {"x": "1±0.3"}, Asked(draws=100_000)).check
    lost = result("log(x)", {"x": "0.1±0.08"}, Asked(draws=10_000))
    assert any("out of the domain" in finding.text for finding in lost.warnings)


ROUGH = [
    ("abs(x)", {"x": "0±0.1"}, "`abs` has a kink at x = 0"),
    ("y*relu(x - 1)**1", {"x": "0.9±0.1", "y": "2"}, "`relu` has a kink at x = 1"),
    ("floor(x) + x", {"x": "1.9±0.2"}, "`floor` has a jump at x = 2"),
    ("max(x, y)", {"x": "1±0.3", "y": "1.2±0"}, "has a kink at x = 1.2"),
    ("x if x > 1 else 2 - x", {"x": "1.1±0.1"}, "the value has a kink at x = 1"),
    ("sqrt(x)", {"x": "0.1±0.1"}, "there is no finite value below x = 0,"),
    ("sum(abs(w))", {"w": "[1±0.1, 0.1±0.2]"}, "`abs` has a kink at w[1] = 0"),
]


@grouped("expression, values, text", ROUGH)
def test_what_is_not_smooth_within_two_deviations_is_named(expression: str, values: dict[str, str], text: str) -> None:
    assert any(text in finding.text for finding in result(expression, values).warnings)


SMOOTH = [
    ("abs(x)", {"x": "1±0.1"}),
    ("exp(x)", {"x": "1±0.05"}),
    ("x**2 + 3*x", {"x": "1±0.1"}),
    ("sin(50*x)*0 + x", {"x": "1±1"}),
    ("floor(x)*y", {"x": "1.5±0.1", "y": "2±0.1"}),
    ("tanh(x)", {"x": "0±0.1"}),
    ("3*x", {"x": "2"}),
]


@grouped("expression, values", SMOOTH)
def test_what_is_smooth_is_not_warned_of(expression: str, values: dict[str, str]) -> None:
    assert not result(expression, values).warnings


def test_elasticities_are_exponents_of_a_product_of_powers() -> None:
    found = result("m*v**2/sqrt(t)", {"m": "2±0.1", "v": "3±0.1", "t": "5±1"})
    assert [part.elasticity for part in found.inputs.values()] == pytest.approx([1, 2, -0.5], rel=1e-14)


def test_a_result_of_several_numbers_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="only one number has one deviation"):
        result("[x, 2*x]", {"x": "1±0.1"})


FORMS: list[tuple[str, Any, Any]] = [
    ("2±0.1", 2, 0.1),
    ("3+-0.2", 3, 0.2),
    ("3 +/- 0.2", 3, 0.2),
    ("2(1)", 2, 1),
    ("2.00(5)e3", 2000, 50),
    ("-1.2345(67)e-5", -1.2345e-5, 6.7e-8),
    ("20.0(1.5)", 20, 1.5),
    ("2 0.1", 2, 0.1),
    ("2±5%", 2, 0.1),
    ("-2 5%", -2, 0.1),
    ("(2±0.1)e3", 2000, 100),
    ("1e3±2e1", 1000, 20),
    ("pi/2±0.1/sqrt(4)", np.pi / 2, 0.05),
    ("\N{MINUS SIGN}2 ± .5", -2, 0.5),
    ("3", 3, 0),
    ("2±0", 2, 0),
    ("[1±0.1, 2(1)]", [1, 2], [0.1, 1]),
    ("[1, 2]±0.1", [1, 2], [0.1, 0.1]),
    ("[[1±1, 2], [3, 4 5%]]", [[1, 2], [3, 4]], [[1, 0], [0, 0.2]]),
]


@grouped("text, value, deviation", FORMS)
def test_numbers_with_deviations_are_read_as_people_write_them(text: str, value: Any, deviation: Any) -> None:
    found = read_uncertain("x", text)
    assert found.value == pytest.approx(np.array(value), rel=1e-15)
    assert found.deviation == pytest.approx(np.array(deviation), rel=1e-15)


@grouped("text", ["2±", "2±-1", "2±0.1±3", "abc±1", "2±nan", "2±inf", "[1±1, 2", "[1, [2±1, 3]]", "[1,2]±[1,2,3]"])
def test_what_is_no_number_with_a_deviation_is_an_error(text: str) -> None:
    with pytest.raises(UsageError):
        read_uncertain("x", text)


STATED = [
    (12.844, 2.1138, 2, "12.8+-2.1"),
    (0.99996, 0.0996, 2, "1.00+-0.10"),
    (0.99996, 0.0996, 1, "1.0+-0.1"),
    (123456789.0, 2113.8, 2, "(1.234568+-0.000021)e8"),
    (1.5e-10, 3e-12, 2, "(1.500+-0.030)e-10"),
    (0.0, 0.5, 2, "0.00+-0.50"),
    (1234.5, 99.7, 2, "(1.23+-0.10)e3"),
    (1e20, 1e-3, 1, "(1.00000000000000000000000+-0.00000000000000000000001)e20"),
    (3.0, 0.0, 2, "3.0+-0.0"),
    (float("nan"), 0.1, 2, "nan+-0.1"),
]


@grouped("value, deviation, digits, text", STATED)
def test_both_are_rounded_to_the_place_of_the_deviation(value: float, deviation: float, digits: int, text: str) -> None:
    assert stated(value, deviation, digits) == text


FINITE = st.floats(1e-200, 1e200)


@settings(max_examples=examples(100))
@given(FINITE, FINITE, st.integers(1, 6), st.sampled_from([1, -1]))
def test_what_is_stated_is_read_again_within_half_a_place(value: float, size: float, digits: int, sign: int) -> None:
    deviation = value * float(np.clip(size, 1e-8, 1e8))
    found = read_uncertain("x", stated(sign * value, deviation, digits))
    half = 0.51 * deviation * 10.0 ** (1 - digits)
    assert abs(float(found.deviation) - deviation) <= half
    assert abs(float(found.value) - sign * value) <= half


@grouped("text", ["x,y", "x=1", "x,y=2", "x,x=0.5", "x,y=abc", "x,z=0.1"])
def test_a_wrong_correlation_is_an_error(text: str) -> None:
    with pytest.raises(UsageError):
        result("x*y", {"x": "1±0.1", "y": "1±0.1"}, correlations=(text,))


def test_correlations_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(UsageError, match="cannot be"):
        result("x*y*z", dict.fromkeys("xyz", "1±0.1"), correlations=("x,y=0.9", "y,z=0.9", "x,z=-0.9"))
