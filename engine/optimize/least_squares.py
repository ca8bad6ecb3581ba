"""Least squares by SciPy's solvers on the triangle of a problem's rows, until nothing is left to be gained.

The solvers see k + 1 residuals however many rows there are (see `triangle`). A solution counts as one when its
residuals are orthogonal to all that a change of the parameters can reach, as far as rounding allows, and when the rows
determine every parameter: a flat region far from any minimum is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from scipy import optimize

from ..tensors.aliases import Array
from .triangle import Reduction

# The relative offset (Bates and Watts, Technometrics 23, 1981): what a step would still gain, in deviations of the
# parameters. A step this small moves no digit that the rows determine.
_OFFSET = 1e-10
_ACCEPTED = 1e-5
# Errors of rounding in the residuals, in units of the last place of what they are differences of.
NOISE = 64 * np.finfo(float).eps
_MOST_EVALUATIONS = 3000
_FEWER = 300
_MOST_POLISHING = 60
# Directions in which a solution is compared with its surroundings, and how often a search goes on from a lower place.
_WEAKEST = 3
_MOST_ESCAPES = 5
_LAST_STARTS = 8
_SPREAD = 1.0
_SAME = 1e-6


class Status(Enum):
    """How a search ended."""

    CONVERGED = "converged"
    STALLED = "stalled"
    SINGULAR = "singular"
    NOT_FINITE = "not finite"


class Problem(NamedTuple):
    """Residuals and Jacobian of n `rows` at a point (k,), as `reduce` gives them, within `low` and `high`, (k,) each.

    `magnitude` is the length of the observed values, in whose last places the residuals have errors of rounding.
    """

    reduce: Callable[[Array], Reduction]
    rows: int
    magnitude: float
    low: Array
    high: Array

    def has_bounds(self) -> bool:
        """Whether any parameter has a bound."""
        return bool(np.isfinite(self.low).any() or np.isfinite(self.high).any())


class Solution(NamedTuple):
    """Where a search ended: the point (k,), the rows there, which parameters are held by a bound.

    `offset` is how far it is from a stationary point, in deviations; `evaluations` counts passes through the rows.
    """

    point: Array
    reduction: Reduction
    held: Array
    status: Status
    offset: float
    evaluations: int

    @property
    def squares(self) -> float:
        """The sum of squares."""
        return self.reduction.squares


class _Found(Exception):  # noqa: N818  (not an error of anything)
    """A search is at a stationary point."""


def least_squares(
    problem: Problem, start: Array, *, starts: int = 1, seed: int = 0, seen: Callable[[int, float], None] | None = None
) -> Solution:
    """The parameters with the least sum of squares near a start of shape (k,).

    It is looked for from so many `starts` in all, the others scattered around this one; from some in any case where
    nothing else leads to a solution. `seen` is told after each evaluation how many there were, and the sum of squares.
    ValueError: the residuals or their derivatives are not finite at the start.
    """
    search = _Search(problem, seen)
    start = np.clip(start, problem.low, problem.high)
    if not search.at(start).is_finite:
        raise ValueError("the residuals or their derivatives are not finite at the start")
    best = search.solution(start)
    for other in _scattered(problem, start, starts - 1 or _LAST_STARTS, np.random.default_rng(seed)):
        if best.status is Status.CONVERGED and starts == 1:
            break
        if search.at(other).is_finite:
            before, best = best, _better(best, search.solution(other, is_first=False))
            if starts == 1 and best.status is before.status and not _is_less(best, before):
                # The best there is, it seems, and one of many points that are as good.
                break
    return best._replace(evaluations=search.evaluations)


def _is_less(one: Solution, other: Solution) -> bool:
    """Whether one sum of squares is less than another, beyond rounding."""
    return one.squares < other.squares * (1 - _SAME)


def _better(one: Solution, other: Solution) -> Solution:
    """The solution with the lesser sum of squares; of equal ones that which is an answer."""
    if _is_less(one, other) or _is_less(other, one):
        return one if _is_less(one, other) else other
    return other if other.status is Status.CONVERGED and one.status is not Status.CONVERGED else one


def _scattered(problem: Problem, start: Array, count: int, random: np.random.Generator) -> Iterator[Array]:
    """Points around a start: each number a few times as large or as small, or anywhere between its bounds."""
    both = np.isfinite(problem.low) & np.isfinite(problem.high)
    low, high = np.where(both, problem.low, 0.0), np.where(both, problem.high, 0.0)
    for _ in range(count):
        factors = np.exp(random.normal(scale=_SPREAD, size=len(start)))
        anywhere = random.uniform(low, high)
        moved = np.where(start != 0, start * factors, random.normal(size=len(start)))
        yield np.clip(np.where(both, anywhere, moved), problem.low, problem.high)


class _Search:
    """Evaluates a problem, remembering the last point, which solvers ask for twice."""

    def __init__(self, problem: Problem, seen: Callable[[int, float], None] | None) -> None:
        self.problem = problem
        self.seen = seen
        self.evaluations = 0
        self._known: tuple[bytes, Reduction] | None = None

    def at(self, point: Array) -> Reduction:
        """The rows at a point."""
        key = point.tobytes()
        if self._known is None or self._known[0] != key:
            self._known = key, self.problem.reduce(point)
            self.evaluations += 1
            if self.seen is not None:
                self.seen(self.evaluations, self._known[1].squares)
        return self._known[1]

    def solution(self, start: Array, is_first: bool = True) -> Solution:
        """Where a start leads: the first solution of SciPy's methods, or the best of what they find.

        If it is not the first start, the most robust of them has to do, and soon.
        """
        found: list[Solution] = []
        for attempt in self._attempts(start) if is_first else [self._ended("trf", start, _FEWER)]:
            found.append(self._settled(attempt))
            if found[-1].status is Status.CONVERGED:
                break
        return reduce(_better, found)

    def _settled(self, point: Array) -> Solution:
        """A stationary point near the one where a method ended, with nothing lower a deviation away."""
        found = self._polished(point)
        for _ in range(_MOST_ESCAPES):
            lower = self._lower(found) if found.status is Status.CONVERGED else None
            if lower is None:
                return found
            found = self._polished(self._ended("trf", lower, _FEWER))
        return found._replace(status=Status.STALLED) if self._lower(found) is not None else found

    def _lower(self, solution: Solution) -> Array | None:
        """A point a deviation away, in the directions that the rows determine least, with a lower sum of squares."""
        free = ~solution.held
        reduction = solution.reduction.only(free)
        _, values, vt, lengths = reduction.decomposition
        size = reduction.rest / np.sqrt(max(self.problem.rows - reduction.size, 1))
        for direction, value in list(zip(vt, values, strict=True))[::-1][:_WEAKEST]:
            for sign in (1.0, -1.0):
                step = np.zeros(len(free))
                step[free] = sign * size * direction / (value * lengths)
                point = np.clip(solution.point + step, self.problem.low, self.problem.high)
                if self.at(point).squares < solution.squares * (1 - 1e-9):
                    return point
        return None

    def _attempts(self, start: Array) -> Iterator[Array]:
        """Where SciPy's methods end, one after the other: the most robust first, then others from where it ended."""
        yield self._ended("trf", start)
        if not self.problem.has_bounds():
            yield self._ended("lm", start)
        yield self._ended("dogbox", start)

    def _ended(self, method: Any, start: Array, most: int = _MOST_EVALUATIONS) -> Array:
        accepted = [start]

        def jacobian(point: Array) -> Any:
            reduction = self.at(point)
            accepted.append(point.copy())
            if self.offset(reduction, self.held(point, reduction)) < _OFFSET:
                raise _Found
            return reduction.triangle[:, :-1]

        bounds = (self.problem.low, self.problem.high) if method != "lm" else (-np.inf, np.inf)
        tolerance = np.finfo(float).eps * 4
        solve: Any = optimize.least_squares
        try:
            return solve(
                lambda point: self.at(point).triangle[:, -1],
                start,
                jacobian,
                bounds,
                method,
                ftol=tolerance,
                xtol=tolerance,
                gtol=tolerance,
                x_scale="jac",
                max_nfev=most,
            ).x
        except (_Found, np.linalg.LinAlgError, ValueError):
            # A method gives up where it meets numbers that are not finite.
            return accepted[-1]

    def _polished(self, point: Array) -> Solution:
        """The point after Gauss-Newton steps, as long as each leads nearer to a stationary point."""
        problem = self.problem
        held = self.held(point, self.at(point))
        point = np.where(held, np.where(point - problem.low < problem.high - point, problem.low, problem.high), point)
        reduction = self.at(point)
        offset = self.offset(reduction, held)
        for _ in range(_MOST_POLISHING):
            if not offset > 0.0:
                break
            step = np.zeros(len(point))
            step[~held] = reduction.only(~held).step()
            other = np.clip(point + step, problem.low, problem.high)
            there = self.at(other)
            if not there.is_finite or there.squares > reduction.squares * (1 + 1e-9):
                break
            bound = self.held(other, there)
            nearer = self.offset(there, bound)
            if not nearer < offset * 0.9:
                break
            point, reduction, held, offset = other, there, bound, nearer
        return Solution(point, reduction, held, self._status(reduction, held, offset), offset, self.evaluations)

    def held(self, point: Array, reduction: Reduction) -> Array:
        """Which parameters are at a bound that the sum of squares would fall beyond."""
        low, high = self.problem.low, self.problem.high
        slope = reduction.factor.T @ reduction.projected
        near = 1e-9 * np.maximum(1e-300, np.abs(point))
        return ((point - low <= near) & (slope > 0)) | ((high - point <= near) & (slope < 0))

    def offset(self, reduction: Reduction, held: Array) -> float:
        """How far the residuals are from being orthogonal to the derivatives, in deviations of the parameters."""
        if not reduction.is_finite:
            return np.inf
        free = reduction.only(~held) if held.any() else reduction
        if not free.size:
            return 0.0
        gained = float(np.linalg.norm(free.projected))
        noise = NOISE * self.problem.magnitude
        freedom = max(self.problem.rows - free.size, 1)
        return max(gained - noise, 0.0) / max(free.rest / np.sqrt(freedom), noise) / np.sqrt(free.size)

    def _status(self, reduction: Reduction, held: Array, offset: float) -> Status:
        free = reduction.only(~held)
        if not reduction.is_finite:
            return Status.NOT_FINITE
        if free.decomposition.rank() < free.size:
            return Status.SINGULAR
        return Status.CONVERGED if offset < _ACCEPTED else Status.STALLED
