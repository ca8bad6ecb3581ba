"""Derivatives against differences at every scale: rounding is no error, and an error is not taken for rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.parser.analysis.compare import EDGE, KINK, OK, UNSETTLED, WRONG, Check, compare
from autodiff.parser.analysis.coordinates import Expression, Point
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
# Beyond, rounding that grows in stairs can still look like a kink.
PLACES = st.builds(lambda part, power: part * 10.0**power, st.floats(0.5, 2), st.integers(-6, 9))


class OffBy(Expression):
    """An expression whose derivatives are wrong by a part of them."""

    def jacobian(self, point: Point) -> np.ndarray:
        return super().jacobian(point) * 1.001


def checked(kind: type[Expression], source: str, x: float, order: int = 1) -> Check:
    expression = kind(parse(source), ["x"], Limits(), "float64")
    return compare(expression, {"x": np.asarray(x)}, order)[0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SMOOTH, PLACES)
def test_rounding_is_not_taken_for_an_error_at_any_scale(source: str, x: float) -> None:
    source = f"sin(x) + {source}"
    assert checked(Expression, source, x).verdict in (OK, UNSETTLED)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SMOOTH, PLACES)
def test_a_derivative_off_by_a_thousandth_is_right_at_no_scale(source: str, x: float) -> None:
    found = checked(OffBy, f"sin(x) + {source}", x)
    assert found.verdict in (WRONG, UNSETTLED)


@pytest.mark.parametrize(
    ("source", "x", "order", "verdict"),
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
        ("sin(x)", 1e18, 1, UNSETTLED),
        ("floor(x)", 1e6 + 0.5, 1, OK),
    ],
)
def test_the_step_fits_the_scale_of_the_function(source: str, x: float, order: int, verdict: str) -> None:
    assert checked(Expression, source, float(x), order).verdict == verdict
