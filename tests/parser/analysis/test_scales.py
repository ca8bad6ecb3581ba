"""Derivatives against differences at every scale: rounding is no error, and an error is not taken for rounding."""

from __future__ import annotations

import numpy as np
import pytest
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.parser.analysis.compare import EDGE, KINK, OK, UNSETTLED, WRONG, Check, compare
from autodiff.parser.analysis.coordinates import NumericFunction, Point
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

_LEAVES = ["x", "2*x", "x/3", "x - 1", "0.7"]
_FUNCTIONS = ["sin", "cos", "tanh", "sigmoid", "atan", "asinh", "erf", "softplus"]
SMOOTH = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.one_of(
        st.builds("{}({})".format, st.sampled_from(_FUNCTIONS), inner),
        st.builds("exp(-({})**2)".format, inner),
        st.builds("({})*({})".format, inner, inner),
        st.builds("({}) + ({})".format, inner, inner),
    ),
    max_leaves=3,
)
PLACES = st.builds(lambda part, power: part * 10.0**power, st.floats(0.5, 1), st.integers(-12, 12))


class OffBy(NumericFunction):
    """An expression whose derivatives are wrong by a thousandth of them."""

    part = 1e-3

    def jacobian(self, point: Point) -> np.ndarray:
        return super().jacobian(point) * (1 + self.part)


class OffByMillionth(OffBy):
    """The same, by as little as shows where rounding allows."""

    part = 1e-6


def checked(kind: type[NumericFunction], source: str, x: float, order: int = 1) -> Check:
    expression = kind(parse(source), ["x"], Limits(), "float64")
    return compare(expression, {"x": np.asarray(x)}, order)[0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SMOOTH, PLACES)
def test_rounding_is_not_taken_for_an_error_at_any_scale(source: str, x: float) -> None:
    source = f"sin(x) + {source}"
    assert checked(NumericFunction, source, x).verdict in (OK, UNSETTLED)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SMOOTH, PLACES)
def test_a_derivative_off_by_a_thousandth_is_right_at_no_scale(source: str, x: float) -> None:
    found = checked(OffBy, f"sin(x) + {source}", x)
    assert found.verdict in (WRONG, UNSETTLED)


@grouped(
    "source, x, order, verdict",
    [
        ("sin(x)", 1e9, 1, OK),
        ("sin(x)", 1.7e9, 1, OK),
        ("cos(x/1000)", -1.7e9, 1, OK),
        ("log(x)", 1e12, 1, OK),
        ("log(x)", 1e-12, 1, OK),
        ("sin(1e6*x)", 0.3, 1, OK),
        ("sqrt(x)", 1e-9, 1, OK),
        ("sigmoid(x)", 20.5, 2, OK),
        ("sigmoid(x)", 30, 1, UNSETTLED),
        ("sigmoid(x)", 45, 1, OK),
        ("(x + 1e8) - 1e8", 1, 1, OK),
        ("entr(x)", 0, 1, EDGE),
        ("asin(x)", 1, 1, EDGE),
        ("x**0.5", 0, 1, EDGE),
        ("abs(x - 1e6)", 1e6, 1, KINK),
        ("abs(x - 1)", 1.001, 1, OK),
        ("sin(x)", 1e15, 1, UNSETTLED),
        # Values are so far apart that steps over them span the waves.
        ("sin(x) + x", 1.7e11, 1, UNSETTLED),
        ("sin(x) + x", 569357237449.7344, 1, UNSETTLED),
        ("sin(x) + x - 1", -65777930913.582085, 1, UNSETTLED),
        ("sin(x) + asinh(x/3)*2*x", 672589267371.8436, 1, UNSETTLED),
        ("sin(x) + 2*x", 7281049504362.502, 1, UNSETTLED),
        ("abs(x - 1e11)", 1e11, 1, KINK),
        ("relu(x - 1e6) + sin(x)", 1e6, 1, KINK),
        ("sin(x)", 1e18, 1, UNSETTLED),
        ("floor(x)", 1e6 + 0.5, 1, OK),
    ],
)
def test_the_step_fits_the_scale_of_the_function(source: str, x: float, order: int, verdict: str) -> None:
    assert checked(NumericFunction, source, float(x), order).verdict == verdict


@pytest.mark.parametrize("x", [1e-12, 1e-6, 0.3, 1.7, 1e3, 1e6])
@pytest.mark.parametrize("source", ["sin(x) + x", "exp(-x) - x", "x**2 + 3*x", "atan(x) + x/3"])
def test_a_derivative_off_by_a_millionth_is_not_confirmed(source: str, x: float) -> None:
    assert checked(OffByMillionth, source, x).verdict in (WRONG, UNSETTLED)
    assert checked(NumericFunction, source, x).verdict == OK
