"""Kinks, jumps and ends of the domain within the deviations of numbers: there a straight line is not what is around."""

from __future__ import annotations

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ...engine.optimize.objective import Objective
from ..analysis.applications import Application, applications_of, error_at, operation_name
from ..analysis.problem import Problem
from ..analysis.result import Finding
from ..syntax.errors import ExpressionError, diagnostic
from .correlations import number_names

# How far is looked, in deviations, at how many places, and how often the part with the largest step is halved.
_REACH = 2.0
_PLACES = 101
_HALVINGS = 40
# What of a step is left when its part has been halved so often: of one that is none, nothing.
_LEFT = 0.2
# Steps below this share of the slopes are too small to matter.
_MATTERS = 0.02
# Places around a kink in which the operation that makes it is looked for, in deviations.
_ASIDE = 1e-4


def findings_near(problem: Problem, objective: Objective, values: np.ndarray, deviations: np.ndarray) -> list[Finding]:
    """A warning for each number (k,) within whose deviations the value is not smooth, or not finite."""
    found: list[Finding] = []
    names = number_names(objective.unknowns)
    for i in np.flatnonzero(deviations > 0).tolist():
        line = _Line(objective, values, i, float(deviations[i]))
        kind, place = line.roughness()
        if kind == "domain":
            found.append(_said(problem, None, kind, f"there is no finite value at {names[i]} = {_short(place)}"))
        elif kind:
            step = _owner(problem, objective, line, place)
            owner = f"`{operation_name(step.expr) or 'this'}`" if step else "the value"
            found.append(_said(problem, step, kind, f"{owner} has a {kind} at {names[i]} = {_short(place)}"))
    return found


class _Line:
    """The value along the i-th of the numbers, the others as they are."""

    def __init__(self, objective: Objective, values: np.ndarray, i: int, deviation: float) -> None:
        self.objective = objective
        self.values = values
        self.i = i
        self.deviation = deviation

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The values and the slopes there, (n,) each."""
        points = self.points(places)
        values, gradients = self.objective.values_and_gradients(points)
        return values, gradients[:, self.i]

    def points(self, places: np.ndarray) -> np.ndarray:
        """The numbers (n, k) with these in the i-th place."""
        points = np.tile(self.values, (len(places), 1))
        points[:, self.i] = places
        return points

    def roughness(self) -> tuple[str, float]:
        """What there is of the kind, `kink`, `jump` or `domain`, and where; an empty text for nothing."""
        places = float(self.values[self.i]) + _REACH * self.deviation * np.linspace(-1, 1, _PLACES)
        values, slopes = self.at(places)
        if not np.isfinite(values[_PLACES // 2]):
            return "", np.nan
        if not np.isfinite(values).all():
            bad = places[~np.isfinite(values)]
            return "domain", float(bad[np.abs(bad - self.values[self.i]).argmin()])
        width = places[1] - places[0]
        scale = np.abs(slopes[np.isfinite(slopes)]).max(initial=0.0)
        rises = np.abs(_rises(values, slopes, width))
        steps = np.abs(np.diff(slopes))
        if rises.max() > _MATTERS * max(scale * width, np.abs(np.diff(values)).max()):
            place, left = self._halved(places, int(rises.argmax()), jumps=True)
            if left > _LEFT * rises.max():
                return "jump", place
        smooth = np.convolve(steps, [0.5, 0.0, 0.5], "same")
        k = int(np.nan_to_num(steps - smooth).argmax())
        if steps[k] > _MATTERS * scale:
            place, left = self._halved(places, k, jumps=False)
            if left > _LEFT * steps[k]:
                return "kink", place
        return "", np.nan

    def _halved(self, places: np.ndarray, k: int, jumps: bool) -> tuple[float, float]:
        """Where the step in a part is, and what is left of it when the part has been halved again and again."""
        low, high, left = places[k], places[k + 1], np.inf
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            values, slopes = self.at(np.array([low, middle, high]))
            steps = np.abs(_rises(values, slopes, middle - low) if jumps else np.diff(slopes))
            low, high = (low, middle) if steps[0] >= steps[1] else (middle, high)
            left = float(steps.max())
        return float(low + high) / 2, left


def _rises(values: np.ndarray, slopes: np.ndarray, width: float) -> np.ndarray:
    """By how much values rise from each place to the next beyond what the slopes at both say."""
    return np.diff(values) - width * (slopes[1:] + slopes[:-1]) / 2


def _owner(problem: Problem, objective: Objective, line: _Line, place: float) -> Application | None:
    """The first operation that is not smooth there."""
    aside = _ASIDE * line.deviation
    points = line.points(place + aside * np.array([-2.0, -1.0, 1.0, 2.0]))
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
