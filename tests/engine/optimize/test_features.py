"""What there is to see on a curve: of functions whose roots, kinks and poles are known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from groups import grouped

from autodiff import engine
from autodiff.engine.optimize.curve_samples import Derivatives, Samples, sampled
from autodiff.engine.optimize.features import features, interrupted, visible
from autodiff.engine.optimize.stationary import stationary_points
from autodiff.engine.program import run, trace
from autodiff.engine.program.taylor import derivatives

Function = Callable[[engine.Tensor], engine.Tensor]
INF = math.inf
NAN = math.nan


def with_derivatives(function: Function) -> Derivatives:
    """A function with its first two derivatives, over columns."""

    def outputs(x: engine.Tensor) -> dict[str, engine.Tensor]:
        value = function(x)
        return {"value": value, **derivatives(value, {"x": x}, order=2)}

    program = trace(outputs, {"x": ()})
    return lambda x: np.stack(list(run(program, {"x": x}, threads=1).values()))


def on(function: Function, low: float, high: float, points: int = 401) -> tuple[Derivatives, Samples]:
    made = with_derivatives(function)
    return made, sampled(made, np.linspace(low, high, points))


@grouped(
    "function, low, high, seen",
    [
        (engine.sin, 1.0, 4.0, [("maximum", math.pi / 2), ("root", math.pi), ("inflection", math.pi)]),
        (engine.abs, -1.0, 1.1, [("root", 0.0), ("minimum", 0.0), ("kink", 0.0)]),
        (engine.relu, -1.0, 1.1, [("kink", 0.0)]),
        (lambda x: engine.maximum(x, 2 * x), -1.0, 1.1, [("root", 0.0), ("kink", 0.0)]),
        (lambda x: engine.sqrt(engine.abs(x)), -1.0, 1.1, [("root", 0.0), ("minimum", 0.0), ("kink", 0.0)]),
        (engine.floor, -0.5, 2.5, [("jump", 0.0), ("jump", 1.0), ("jump", 2.0)]),
        (engine.sign, -1.0, 1.1, [("jump", 0.0)]),
        (lambda x: 1 / x, -1.0, 1.1, [("pole", 0.0)]),
        (lambda x: 1 / x**2, -1.0, 1.1, [("pole", 0.0)]),
        (engine.tan, 0.5, 5.0, [("pole", math.pi / 2), ("root", math.pi), ("inflection", math.pi), ("pole", 4.712389)]),
        (engine.log, -1.0, 2.0, [("pole", 0.0), ("root", 1.0)]),
        (lambda x: engine.log(engine.abs(x)), -0.5, 0.6, [("pole", 0.0)]),
        (engine.sqrt, -1.0, 1.0, [("edge", 0.0)]),
        (engine.acos, -2.0, 2.0, [("edge", -1.0), ("inflection", 0.0), ("edge", 1.0)]),
        (lambda x: engine.sin(x) / x, -1.0, 1.0, [("hole", 0.0)]),
        (lambda x: x**2, -1.0, 1.3, [("root", 0.0), ("minimum", 0.0)]),
        (lambda x: x**3, -1.0, 1.1, [("root", 0.0), ("inflection", 0.0)]),
        (lambda x: (x**2 - 1) ** 2, 0.1, 1.7, [("inflection", 3**-0.5), ("root", 1.0), ("minimum", 1.0)]),
        (lambda x: engine.sigmoid(1e5 * (x - 0.3)), 0.0, 1.0, [("inflection", 0.3)]),
        (lambda x: engine.exp(800 * x), -1.0, 1.0, [("edge", 0.8872283911)]),
        (lambda x: engine.where(x > 0.3, 1 / (x - 0.3), 0 * x), 0.0, 1.0, [("pole", 0.3)]),
        (lambda x: x**9, -1.0, 1.0, [("root", 0.0), ("inflection", 0.0)]),
        (lambda x: engine.where(x < 0.1, x, x + 1e-3), 0.05, 0.8, [("jump", 0.1)]),
        (lambda x: engine.exp(20 * x) + engine.floor(2 * x), -0.1, 0.4, [("jump", 0.0)]),
        (lambda x: engine.sqrt(engine.relu(x)), -1.0, 1.0, [("kink", 0.0)]),
        (lambda x: engine.lgamma(5 * x), -0.25, -0.15, [("pole", -0.2)]),
        (lambda x: 0 * x + 3, -1.0, 1.0, []),
        (lambda x: 2 * x + 3, -1.0, 1.0, []),
        (lambda x: engine.exp(20 * x), -1.0, 1.0, []),
        (lambda x: engine.sin(x) ** 2 + engine.cos(x) ** 2, 0.0, 3.0, []),
        (lambda x: engine.log(engine.exp(x)), 0.5, 3.0, []),
    ],
    ids=lambda case: str(case[1:]),
)  # fmt: skip
def test_what_there_is_to_see_is_found_where_it_is(
    function: Function, low: float, high: float, seen: list[tuple[str, float]]
) -> None:
    found = features(*on(function, low, high))
    assert [feature.kind for feature in found.features] == [kind for kind, _ in seen]
    assert not found.unlisted
    for feature, (_, place) in zip(found.features, seen, strict=True):
        assert feature.x == pytest.approx(place, rel=1e-6 if place != round(place, 1) else 0, abs=0)


@grouped("scale", [1e-300, 1e-9, 1.0, 1e9, 1e300])
def test_the_scale_of_a_curve_changes_nothing(scale: float) -> None:
    found = features(*on(lambda x: scale * (x**3 - 2 * x), -3.0, 3.0)).features
    assert [f.kind for f in found] == ["root", "maximum", "root", "inflection", "minimum", "root"]
    scale = min(1e150, max(1e-150, scale))
    found = features(*on(lambda x: engine.sin(x / scale), 0.5 * scale, 6 * scale)).features
    assert [f.kind for f in found] == ["maximum", "root", "inflection", "minimum"]


def test_both_sides_of_a_point_are_told_apart() -> None:
    sides = {
        "jump": (engine.floor, (0.0, 1.0)),
        "kink": (lambda x: 3 * engine.abs(x - 1) + x, (-2.0, 4.0)),
        "pole": (lambda x: 1 / (1 - x), (INF, -INF)),
        "edge": (lambda x: engine.sqrt(1 - x), (0.0, NAN)),
    }
    for kind, (function, expected) in sides.items():
        found = {feature.kind: feature for feature in features(*on(function, 0.4, 1.7)).features}
        assert found[kind].x == 1.0
        assert found[kind].sides == pytest.approx(expected, nan_ok=True)


def test_what_cannot_be_told_apart_is_not_listed() -> None:
    found = features(*on(lambda x: engine.sin(1000 * x), 0.0, 6.0))
    assert found.features == []
    assert found.unlisted >= {"root", "maximum", "minimum"}


def test_a_curve_is_interrupted_at_a_pole_and_goes_to_both_sides_of_a_jump() -> None:
    function, samples = on(lambda x: 1 / x, -1.0, 1.1)
    found = features(function, samples)
    x, y = interrupted(samples, found)
    gap = np.flatnonzero(np.isnan(y))
    assert len(gap)
    assert (x[gap] == 0).all()
    assert (np.diff(x) >= 0).all()
    low, high = visible(function(np.linspace(-1, 1.1, 300))[0], found)
    assert -30 < low < -3
    assert 3 < high < 30

    function, samples = on(engine.floor, 0.5, 1.5)
    x, y = interrupted(samples, features(function, samples))
    at = np.flatnonzero(x == 1.0)
    assert y[at].tolist() == pytest.approx([0.0, NAN, 1.0], nan_ok=True)


def test_samples_follow_a_curve_where_it_bends() -> None:
    _, samples = on(lambda x: engine.exp(-((x - 0.3) ** 2) * 1e4), -1.0, 1.0)
    between = (samples.x[1:] + samples.x[:-1]) / 2
    lines = (samples.rows[0, 1:] + samples.rows[0, :-1]) / 2
    assert np.abs(lines - np.exp(-((between - 0.3) ** 2) * 1e4)).max() < 1e-3
    assert len(samples.x) < 8000


def test_points_where_a_gradient_vanishes_are_found_on_a_grid() -> None:
    def slopes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = points.T
        hessian = np.array([[6 * x, 0 * x], [0 * x, 2 + 0 * x]]).transpose(2, 0, 1)
        return np.stack([3 * x**2 - 3, 2 * y - 1], axis=1), hessian

    side = np.linspace(-2, 2, 30)
    x, y = np.meshgrid(side, side)
    gradient, _ = slopes(np.stack([x.ravel(), y.ravel()], axis=1))
    found = stationary_points(slopes, side, side, gradient[:, 0].reshape(30, 30), gradient[:, 1].reshape(30, 30))
    assert found is not None
    assert [s.point.tolist() for s in found] == [[-1.0, 0.5], [1.0, 0.5]]
    assert [s.curvatures for s in found] == [pytest.approx((-6.0, 2.0)), pytest.approx((2.0, 6.0))]
