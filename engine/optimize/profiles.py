"""Confidence intervals by profile likelihood: how far a parameter can move, all others following.

The interval of a parameter ends where the least sum of squares by the others has grown by t^2 deviations squared, on
each side for itself, so that it need not be symmetric (Bates and Watts, Nonlinear Regression Analysis, 1988, ch. 6).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize

from ..tensors.aliases import Array
from .inference import Inference
from .least_squares import Problem, least_squares
from .triangle import Reduction

_DOUBLINGS = 30
_PRECISION = 1e-7


def profile_intervals(problem: Problem, inference: Inference) -> Array:
    """The intervals of the parameters, (k, 2): infinite on a side where none ends it, nan for those at a bound."""
    found = np.full((len(inference.free), 2), np.nan)
    for i in np.flatnonzero(inference.free):
        if np.isfinite(inference.errors[i]):
            found[i] = [_Profile(problem, inference, int(i), side).end() for side in (-1.0, 1.0)]
    return found


class _Profile:
    """One side of one parameter."""

    def __init__(self, problem: Problem, inference: Inference, place: int, side: float) -> None:
        self.problem = problem
        self.inference = inference
        self.place = place
        self.side = side
        self.others = np.arange(len(inference.free)) != place
        # The last point of the profile that was found: where the next one is looked for from.
        self.last = inference.solution.point

    def end(self) -> float:
        """Where the interval ends, infinite where it does not."""
        solution, place = self.inference.solution, self.place
        half = self.inference.quantile() * self.inference.errors[place]
        limit = (self.problem.low, self.problem.high)[self.side > 0][place]
        room = abs(limit - solution.point[place])
        inside, outside = 0.0, min(half, room)
        for _ in range(_DOUBLINGS):
            if self._excess(outside) > 0:
                solve: Any = optimize.brentq
                end = solve(self._excess, inside, outside, xtol=_PRECISION * half, rtol=_PRECISION)
                return float(solution.point[place] + self.side * end)
            if outside >= room:
                return float(limit)
            inside, outside = outside, min(2 * outside, room)
        return self.side * np.inf

    def _excess(self, distance: float) -> float:
        """By how many deviations the profile at a distance is beyond the end of the interval."""
        if not distance:
            return -self.inference.quantile()
        solution, others = self.inference.solution, self.others
        whole = self.last.copy()
        whole[self.place] = solution.point[self.place] + self.side * distance

        def filled(part: Array) -> Array:
            point = whole.copy()
            point[others] = part
            return point

        def reduce(part: Array) -> Reduction:
            return self.problem.reduce(filled(part)).only(others)

        if others.any():
            smaller = self.problem._replace(reduce=reduce, low=self.problem.low[others], high=self.problem.high[others])
            try:
                found = least_squares(smaller, whole[others])
            except ValueError:
                return np.inf
            squares, whole = found.squares, filled(found.point)
        else:
            squares = self.problem.reduce(whole).squares
        self.last = whole
        grown = np.sqrt(max(squares - solution.squares, 0.0)) / self.inference.unit
        return float(grown) - self.inference.quantile()
