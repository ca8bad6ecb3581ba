"""A root of as many equations as there are unknowns, from a start: Newton's method, safeguarded, by SciPy's `root`.

Powell's hybrid method (`hybr`) takes the exact Jacobian; where it fails, least squares in a trust region (`trf`). What
they return is a root if the residuals are what rounding leaves of zero, or Newton's next step is too short to count.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .minimum import Bounds
from .objective import FAILURES, Objective, Residuals

# How many times the rounding that is estimated a residual may be.
_SAFETY = 16
# A last step of Newton's that is so small a part of the unknowns is none.
_STEP = 1e-11
_HUGE = 1e150
_HALVINGS = 60
# An unknown so small is tried as zero.
_ZERO = 1e-6


class Solution(NamedTuple):
    """Where a search for a root ended, with the residuals, of shape (n,), and their Jacobian, of shape (n, n).

    `rank` is that of the Jacobian, as far as numbers tell; below n the root is a multiple one or one of a curve.
    `error` is how far off each unknown may be, and `method` whose steps led there. `reason`: `root`; `undefined` (the
    residuals are not finite at the start); `least` (the sum of their squares is least there, and not zero); `stalled`;
    `receding` (an unknown grows on and on).
    """

    x: Array
    residuals: Array
    jacobian: Array
    rank: int
    error: Array
    method: str
    reason: str

    @property
    def is_root(self) -> bool:
        """Whether it is one."""
        return self.reason == "root"

    @property
    def norm(self) -> float:
        """The length of the residuals."""
        return math.hypot(*self.residuals.tolist())


class System:
    """Residuals as solvers call them, with what rounding may leave of each."""

    def __init__(self, residuals: Residuals, components: list[Objective]) -> None:
        self.residuals = residuals
        self.components = components

    def value(self, x: Array) -> Array:
        """The residuals; where one is not finite, all are so large that solvers turn back."""
        found = self.residuals.value(x)
        return found if np.isfinite(found).all() else np.full(len(found), _HUGE)

    def jacobian(self, x: Array) -> Array:
        """Their Jacobian, made finite."""
        return np.nan_to_num(self.residuals.jacobian(x), nan=0.0, posinf=_HUGE, neginf=-_HUGE)

    def rounding(self, x: Array) -> Array:
        """What rounding may leave of each residual where it is zero."""
        return np.array([component.rounding(x) for component in self.components])


def solve(system: System, start: Array, bounds: Bounds | None = None) -> Solution:
    """The root that is found from a start of shape (n,), or where the search for it ended."""
    with np.errstate(all="ignore"):
        if not np.isfinite(system.residuals.value(start)).all():
            return _looked(system, start, "", "undefined")
        best = _looked(system, start, "start")
        # Each goes on from the start: where another ended may be a place that leads nowhere.
        for method, ended in (("hybr", _hybrid), ("trf", _least_squares)):
            if best.is_root:
                return best
            solution = _looked(system, _sharpened(system, ended(system, start, bounds)), method)
            if solution.is_root or best.method == "start" or solution.norm < best.norm:
                best = solution
        return best if best.is_root else best._replace(reason=_why(best, start))


def _hybrid(system: System, start: Array, _: Bounds | None) -> Array:
    from scipy.optimize import root

    jacobian: Any = system.jacobian
    try:
        found = root(system.value, start, jac=jacobian, method="hybr", options={"xtol": 1e-14, "maxfev": 2000})
    except FAILURES:
        return start
    return found.x


def _least_squares(system: System, start: Array, bounds: Bounds | None) -> Array:
    from scipy.optimize import least_squares

    box = bounds or Bounds.none(len(start))
    inside = box.inside(start)
    jacobian: Any = system.jacobian
    try:
        found = least_squares(system.value, inside, jac=jacobian, bounds=tuple(box), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    except FAILURES:
        return inside
    return found.x


def _sharpened(system: System, x: Array) -> Array:
    """A point next to it where the residuals are as small as rounding lets them be.

    At a multiple root each of Newton's steps only halves the distance; unknowns that become zero there get there by no
    number of steps.
    """
    value = system.value(x)
    for _ in range(_HALVINGS):
        try:
            step = np.linalg.lstsq(system.jacobian(x), -value, rcond=None)[0]
        except np.linalg.LinAlgError:
            break
        after = system.value(x + step)
        if not math.hypot(*after.tolist()) < math.hypot(*value.tolist()):
            break
        x, value = x + step, after
    small = (x != 0) & (np.abs(x) < _ZERO)
    zeroed = np.where(small, 0.0, x)
    is_zero = small.any() and math.hypot(*system.value(zeroed).tolist()) <= math.hypot(*value.tolist())
    return zeroed if is_zero else x


def _looked(system: System, x: Array, method: str, reason: str | None = None) -> Solution:
    """What can be said of a point."""
    residuals, jacobian = system.residuals.value_and_jacobian(x)
    size = len(x)
    endless = np.full(size, np.inf)
    if reason is not None or not (np.isfinite(residuals).all() and np.isfinite(jacobian).all()):
        return Solution(x, residuals, jacobian, 0, endless, method, reason or "stalled")
    noise = system.rounding(x)
    # In units in which each equation and each unknown counts alike.
    rows = np.maximum(np.abs(jacobian).max(axis=1), 1e-300)
    columns = np.maximum(np.abs(jacobian / rows[:, None]).max(axis=0), 1e-300)
    scaled = jacobian / rows[:, None] / columns
    left, singular, right = np.linalg.svd(scaled)
    rank = int((singular > 1e-7 * max(singular[0], 1e-300)).sum()) if jacobian.any() else 0
    zero = bool((np.abs(residuals) <= _SAFETY * noise).all())
    error = endless
    if rank == size:
        inverse = (right.T / singular) @ left.T
        if _steep(system, x, inverse, rows, columns):
            step = np.abs(inverse @ (residuals / rows)) / columns
            error = step + np.abs(inverse) @ (noise / rows) / columns + 2 * np.spacing(np.abs(x))
            zero |= bool((step <= _STEP * np.abs(x)).all())
        else:
            rank = size - 1
    return Solution(x, residuals, jacobian, rank, error, method, "root" if zero else "stalled")


def _steep(system: System, x: Array, inverse: Array, rows: Array, columns: Array) -> bool:
    """Whether the residuals change as the Jacobian says, around a point, for it to lead to a root."""
    reach = 1e-7 * np.maximum(np.abs(x), 1e-7)
    other = system.residuals.jacobian(x + reach)
    if not np.isfinite(other).all():
        return False
    changed = (inverse @ ((other - system.residuals.jacobian(x)) / rows[:, None])) / columns[:, None]
    return bool(np.abs(changed).sum(axis=1).max() < 0.5)


def _why(best: Solution, start: Array) -> str:
    if not np.isfinite(best.residuals).all():
        return "stalled"
    if np.abs(best.x).max(initial=0) > 1e6 * max(1.0, float(np.abs(start).max(initial=0))):
        return "receding"
    slope = best.jacobian.T @ best.residuals
    size = np.abs(best.jacobian).max(initial=0) * best.norm
    return "least" if np.abs(slope).max(initial=0) <= 1e-6 * max(size, 1e-300) or best.rank < len(best.x) else "stalled"
