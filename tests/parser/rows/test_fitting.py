"""Fits: NIST's certified answers, and statistics against formulas of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from effort import THOROUGH
from groups import grouped
from nist import STARTS, Reference, digits, references

from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis.fit_report import FitReport
from autodiff.parser.rows.fitting import Asked, fit
from autodiff.parser.rows.residuals import Model, Residuals
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import ExpressionError, UsageError
from autodiff.parser.syntax.parse import parse

# These take many evaluations from afar.
LONG = {"Bennett5", "MGH17"}
RUNS = [(r, start) for r in references() for start in STARTS if THOROUGH or r.name not in LONG or start == "start2"]


@grouped("reference, start", RUNS, ids=[f"{r.name}-{start}" for r, start in RUNS])
def test_certified_digits_are_reached(reference: Reference, start: str) -> None:
    with computing("float64"):
        report = fit(reference.residuals(start), Asked()).report
    assert report.converged
    for name, estimate in report.estimates.items():
        assert digits(estimate.value, reference.values[name]) > 9, name
        if reference.name != "Lanczos1":
            assert digits(estimate.error, reference.deviations[name]) > 9, name
    if reference.name != "Lanczos1":
        assert digits(report.measures["rss"], reference.squares) > 9
        assert digits(report.measures["deviation"], reference.deviation) > 9
    assert report.measures["dof"] == reference.freedom


def fitted(
    value: str,
    columns: Mapping[str, Any],
    starts: Mapping[str, Any],
    asked: Asked = Asked(),  # noqa: B008
    *,
    response: str = "y",
    sigma: str | None = None,
    groups: list[str | None] | None = None,
) -> FitReport:
    """The report on a fit to columns of numbers."""
    with computing("float64"):
        tensors = {name: tensor(np.asarray(start, float)) for name, start in starts.items()}
        deviation = None if sigma is None else parse(sigma)
        model = Model(parse(value), parse(response), deviation, dict.fromkeys(columns), {}, tensors)
        residuals = Residuals(model, Limits())
        assert not residuals.add({name: np.asarray(column, float) for name, column in columns.items()}, groups)
        return fit(residuals, asked).report


RANDOM = np.random.default_rng(1)
X = np.linspace(0, 5, 40)
NOISE = RANDOM.normal(size=40)
LINE = {"x": X, "y": 2 * X - 1 + 0.1 * NOISE, "s": 0.05 + 0.02 * X}


def test_a_straight_line_has_the_statistics_of_linear_regression() -> None:
    report = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0})
    design = np.column_stack([X, np.ones(40)])
    solution, squares, *_ = np.linalg.lstsq(design, LINE["y"])
    variance = squares[0] / 38
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    for estimate, value, error in zip(report.estimates.values(), solution, errors, strict=True):
        assert estimate.value == pytest.approx(value, rel=1e-12)
        assert estimate.error == pytest.approx(error, rel=1e-12)
        # The 97.5 % point of Student's t with 38 degrees of freedom.
        assert estimate.high - estimate.value == pytest.approx(2.024394164 * error, rel=1e-8)
    measures = report.measures
    assert measures["r_squared"] == pytest.approx(np.corrcoef(X, LINE["y"])[0, 1] ** 2, rel=1e-12)
    likelihood = -20 * (np.log(2 * np.pi * squares[0] / 40) + 1)
    assert measures["log_likelihood"] == pytest.approx(likelihood, rel=1e-12)
    assert measures["aic"] == pytest.approx(6 - 2 * likelihood, rel=1e-12)
    assert measures["bic"] == pytest.approx(3 * np.log(40) - 2 * likelihood, rel=1e-12)


@pytest.mark.parametrize("absolute", [False, True])
def test_deviations_of_rows_weigh_them_and_give_the_errors_where_they_are_known(absolute: bool) -> None:
    report = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0}, Asked(absolute=absolute), sigma="s")
    design = np.column_stack([X, np.ones(40)]) / LINE["s"][:, None]
    solution, squares, *_ = np.linalg.lstsq(design, LINE["y"] / LINE["s"])
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * (1 if absolute else squares[0] / 38))
    assert [e.value for e in report.estimates.values()] == pytest.approx(solution, rel=1e-12)
    assert [e.error for e in report.estimates.values()] == pytest.approx(errors, rel=1e-12)
    assert ("chi_squared_p" in report.measures) == absolute


def test_the_intervals_of_a_straight_line_are_the_same_by_profile_likelihood() -> None:
    plain = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0})
    profile = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0}, Asked(profile=True))
    assert profile.interval == "profile"
    for one, other in zip(plain.estimates.values(), profile.estimates.values(), strict=True):
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-6)


def test_profile_intervals_end_where_the_sum_of_squares_has_grown_by_t_squared() -> None:
    columns = {"x": [1, 2, 3, 5, 7, 10], "y": [109, 149, 149, 191, 213, 224]}
    report = fitted("b1*(1 - exp(-b2*x))", columns, {"b1": 200.0, "b2": 0.5}, Asked(profile=True))
    low, high = report.estimates["b1"].low, report.estimates["b1"].high
    # Not symmetric: the curve flattens.
    assert high - report.estimates["b1"].value > 1.2 * (report.estimates["b1"].value - low)
    for end in (low, high):
        other = fitted("b1*(1 - exp(-b2*x)) + 0*x", {**columns, "b1": [end] * 6}, {"b2": 0.5})
        grown = (other.measures["rss"] - report.measures["rss"]) / (report.measures["rss"] / 4)
        # The square of the 97.5 % point of Student's t with 4 degrees of freedom.
        assert grown == pytest.approx(2.776445105**2, rel=1e-6)


def test_a_parameter_stops_at_its_bound_and_has_no_error_there() -> None:
    report = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0}, Asked(bounds={"b": (-0.5, np.inf)}))
    assert report.converged
    assert report.estimates["b"].value == -0.5
    assert report.estimates["b"].held
    assert np.isnan(report.estimates["b"].low)
    assert np.isnan(report.estimates["b"].error)
    assert report.estimates["a"].value == pytest.approx(float(X @ (LINE["y"] + 0.5) / (X @ X)), rel=1e-10)
    assert any("at its bound" in finding.text for finding in report.warnings)


@pytest.mark.parametrize("loss", ["huber", "soft_l1", "cauchy", "arctan"])
def test_a_robust_loss_passes_by_what_lies_far_off(loss: str) -> None:
    y = LINE["y"].copy()
    y[[3, 17, 30]] += 40
    columns = {"x": X, "y": y}
    plain = fitted("a*x + b", columns, {"a": 1.0, "b": 0.0})
    robust = fitted("a*x + b", columns, {"a": 1.0, "b": 0.0}, Asked(loss=loss))
    assert robust.converged
    assert abs(robust.estimates["b"].value + 1) < 0.15 < abs(plain.estimates["b"].value + 1)
    assert robust.estimates["a"].error < plain.estimates["a"].error / 5


def test_parameters_of_several_groups_can_share_some() -> None:
    x = np.tile(np.linspace(0, 3, 12), 2)
    groups = ["A"] * 12 + ["B"] * 12
    scale = np.array([2.0] * 12 + [5.0] * 12)
    y = scale * np.exp(-0.7 * x) + 0.01 * RANDOM.normal(size=24)
    columns = {"x": x, "y": y}
    together = fitted("a*exp(-k*x)", columns, {"a": 1, "k": 1}, Asked(shared=["k"]), groups=list(groups))
    assert list(together.estimates) == ["a[A]", "a[B]", "k"]
    both = fitted("(g*a + (1 - g)*b)*exp(-k*x)", {**columns, "g": (scale == 2) * 1.0}, {"a": 1.0, "b": 1.0, "k": 1.0})
    for one, other in zip(together.estimates.values(), both.estimates.values(), strict=True):
        assert (one.value, one.error) == pytest.approx((other.value, other.error), rel=1e-8)
    apart = fitted("a*exp(-k*x)", columns, {"a": 1, "k": 1}, groups=list(groups))
    alone = fitted("a*exp(-k*x)", {"x": x[:12], "y": y[:12]}, {"a": 1, "k": 1})
    assert apart.estimates["k[A]"].value == pytest.approx(alone.estimates["k"].value, rel=1e-8)


def test_a_vector_is_as_good_as_its_elements() -> None:
    one = fitted("w[0]*x + w[1]", LINE, {"w": [0.0, 0.0]})
    other = fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0})
    assert list(one.estimates) == ["w[0]", "w[1]"]
    assert [e[:3] for e in one.estimates.values()] == [e[:3] for e in other.estimates.values()]


def test_a_condition_on_the_columns_is_fitted_row_by_row() -> None:
    y = np.where(X > 2, 3 * X, 1.5)
    report = fitted("a*x if x > 2 else b", {"x": X, "y": y + 0.01 * NOISE}, {"a": 1.0, "b": 0.0})
    assert report.converged
    assert report.estimates["a"].value == pytest.approx(3, abs=0.01)


def test_parameters_that_the_rows_do_not_determine_are_no_success() -> None:
    report = fitted("a*b*x + c", LINE, {"a": 1.0, "b": 1.0, "c": 0.0})
    assert not report.converged
    text = " ".join(finding.text for finding in report.warnings)
    assert "do not determine `a` and `b`" in text
    assert np.isnan(report.estimates["a"].error)
    assert report.estimates["c"].error > 0


def test_residuals_that_follow_a_bend_are_warned_of() -> None:
    report = fitted("a*x + b", {"x": X, "y": X**2 + 0.1 * NOISE}, {"a": 0.0, "b": 0.0})
    assert any("keep their sign" in finding.text for finding in report.warnings)
    assert not fitted("a*x + b", LINE, {"a": 0.0, "b": 0.0}).warnings


def test_data_without_errors_are_fitted_to_the_last_places() -> None:
    report = fitted("a*exp(-k*x)", {"x": X, "y": 3 * np.exp(-0.5 * X)}, {"a": 1.0, "k": 1.0})
    assert report.converged
    assert report.estimates["a"].value == pytest.approx(3, rel=1e-12)


def test_what_cannot_be_fitted_is_said() -> None:
    with pytest.raises(UsageError, match="2 rows cannot determine 3 parameters"):
        fitted("a*x**2 + b*x + c", {"x": [1, 2], "y": [1, 2]}, {"a": 1.0, "b": 1.0, "c": 1.0})
    with pytest.raises(ExpressionError, match="not finite at the start"):
        fitted("log(a)*x", LINE, {"a": -1.0})
    with pytest.raises(ExpressionError, match="one number"):
        fitted("a*w*x", LINE, {"a": 1.0, "w": [1.0, 2.0]})
