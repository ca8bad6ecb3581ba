"""Kinks, jumps and ends of the domain within the deviations of numbers: there a straight line is not what is around."""

from __future__ import annotations

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.optimize.curve_samples import sampled
from ...engine.optimize.features import BREAKS, JUMP, KINK, Feature, features
from ...engine.optimize.objective import Objective
from ..analysis.applications import Application, applications_of, error_at, operation_name
from ..analysis.problem import Problem
from ..analysis.result import Finding
from ..syntax.errors import ExpressionError, diagnostic
from .correlations import number_names

# How far is looked, in deviations, and at how many places to begin with.
_REACH = 2.0
_PLACES = 101
# A leap of the slope below this share of the largest slope is too small to matter, as is one of the value beside what
# that slope makes of one deviation.
_MATTERS = 0.02
# Places around a kink in which the operation that makes it is looked for, in deviations.
_ASIDE = 1e-4
_BESIDE = np.array([-2.0, -1.0, 1.0, 2.0])


def findings_near(problem: Problem, objective: Objective, values: np.ndarray, deviations: np.ndarray) -> list[Finding]:
    """A warning for each number (k,) within whose deviations the value is not smooth, or not finite."""
    found: list[Finding] = []
    names = number_names(objective.unknowns)
    if not np.isfinite(objective.value(values)):
        return found
    for i in np.flatnonzero(deviations > 0).tolist():
        feature = _nearest(objective, values, i, float(deviations[i]))
        if feature is None:
            continue
        place = f"{names[i]} = {_short(feature.x)}"
        if feature.kind in (KINK, JUMP):
            step = _owner(problem, objective, _points(values, i, feature.x + _ASIDE * deviations[i] * _BESIDE))
            owner = f"`{operation_name(step.expr) or 'this'}`" if step else "the value"
            found.append(_said(problem, step, feature.kind, f"{owner} has a {feature.kind} at {place}"))
        else:
            begins, ends = map(np.isnan, feature.sides)
            beyond = "at" if begins == ends else "below" if begins else "above"
            found.append(_said(problem, None, "domain", f"there is no finite value {beyond} {place}"))
    return found


def _nearest(objective: Objective, values: np.ndarray, i: int, deviation: float) -> Feature | None:
    """What is nearest along the i-th number, the others as they are, of what a straight line does not know of."""

    def rows(places: np.ndarray) -> np.ndarray:
        found, gradients = objective.values_and_gradients(_points(values, i, places))
        return np.stack([found, np.where(np.isfinite(found), gradients[:, i], np.nan)])

    middle = float(values[i])
    samples = sampled(rows, middle + _REACH * deviation * np.linspace(-1, 1, _PLACES))
    slopes = np.abs(samples.rows[1])
    steep = float(slopes[np.isfinite(slopes)].max(initial=0))
    least = {KINK: _MATTERS * steep, JUMP: _MATTERS * steep * deviation}
    rough = [
        feature
        for feature in features(rows, samples).features
        if feature.kind in BREAKS or feature.kind == KINK
        if not abs(feature.sides[1] - feature.sides[0]) < least.get(feature.kind, 0)
    ]
    return min(rough, key=lambda feature: abs(feature.x - middle), default=None)


def _points(values: np.ndarray, i: int, places: np.ndarray) -> np.ndarray:
    """The numbers (n, k) with these in the i-th place."""
    points = np.tile(values, (len(places), 1))
    points[:, i] = places
    return points


def _owner(problem: Problem, objective: Objective, points: np.ndarray) -> Application | None:
    """The first operation that is not smooth between points on both sides."""
    try:
        runs = [_steps(problem, objective, point) for point in points]
    except ExpressionError:
        return None
    for same in zip(*runs, strict=False):
        results = [np.asarray(step.result._data) for step in same if isinstance(step.result, Tensor)]
        floats = [result for result in results if result.dtype.kind == "f"]
        alike = len(floats) == len(same) and len({result.shape for result in floats}) == 1
        if alike and len({step.expr.start for step in same}) == 1 and _is_rough(floats):
            return same[0]
    return None


def _steps(problem: Problem, objective: Objective, point: np.ndarray) -> list[Application]:
    named = objective.unknowns.named(point)
    variables = {**problem.variables, **{name: tensor(np.asarray(value)) for name, value in named.items()}}
    return applications_of(problem._replace(variables=variables, wrt=()))[1]


def _is_rough(results: list[np.ndarray]) -> bool:
    """Whether values at places -2, -1, 1 and 2 rise otherwise on the two sides, or between them."""
    far_left, left, right, far_right = (result.astype(float) for result in results)
    before, between, after = left - far_left, (right - left) / 2, far_right - right
    size = np.abs(before) + np.abs(after) + np.abs(between)
    return bool((np.maximum(np.abs(after - before), np.abs(between * 2 - before - after) / 2) > 0.01 * size).any())


def _said(problem: Problem, step: Application | None, kind: str, text: str) -> Finding:
    text = f"{text}, within {_REACH:g} deviations: the straight line does not know of it"
    place = error_at(problem.program, step, kind, text, None)
    return Finding(text, diagnostic(place, severity="warning"))


def _short(number: float) -> str:
    return f"{0.0 if abs(number) < 1e-12 else number:.4g}"
