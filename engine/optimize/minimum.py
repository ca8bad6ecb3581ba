"""The minimum of an objective from a start: SciPy's solvers, with exact gradients and Hessians.

Where nothing bounds the unknowns, Newton's method in a trust region finds it (`trust-exact`; with many unknowns
`trust-ncg`, which needs products with the Hessian alone). With bounds, L-BFGS-B finds which of them hold, and Newton's
method goes on in the unknowns that none of them keeps (constraints: `constrained.py`). What a solver returns is then
looked at: whether it is stationary to what rounding leaves, and of what kind (`optimality.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .kinked import settle
from .objective import FAILURES, Objective
from .optimality import Optimality, length, look

# Up to so many unknowns, a Hessian is computed and factored as a whole.
MOST_DENSE = 200
_ROUNDS = 12
# How much smaller than at the start of a round the gradient is to be at its end.
_LESS = 1e-6
# An unknown so many times as large as any before is on its way to infinity.
_FAR = 1e8
_DEEP = 1e15
# How near to a bound, in its size, an unknown is tried there.
_BESIDE = 1e-6
# What an unknown that begins at 0 has to reach to be measured by that.
_UNIT = 1e-2
# So many points show whether the steps of a walk become shorter.
_WALK = 5


class Step(NamedTuple):
    """A point on the way."""

    x: Array
    value: float
    gradient: Array

    @property
    def norm(self) -> float:
        """The length of the gradient."""
        return length(self.gradient)


@dataclass
class Path:
    """The points on the way from a start. `told` is called with each as it is reached."""

    told: Callable[[int, float], None] = lambda count, value: None
    steps: list[Step] = field(default_factory=list)
    # The last walk of a solver that was no short one.
    walk: list[Array] = field(default_factory=list)

    def reach(self, x: Array, value: float, gradient: Array) -> None:
        """Notes a point, unless it is the one before."""
        if not self.steps or not np.array_equal(self.steps[-1].x, x):
            self.steps.append(Step(np.array(x, float), value, np.array(gradient, float)))
            self.told(len(self.steps), value)

    def largest(self) -> Array:
        """For each unknown the largest magnitude it had, which is its measure. One that began at 0 has none yet."""
        most = np.max([np.abs(step.x) for step in self.steps], axis=0)
        return np.where(self.steps[0].x != 0, most, np.where(most > _UNIT, most, 1.0))

    def recedes(self) -> bool:
        """Whether the last steps do not become shorter, so that they lead nowhere."""
        if len(self.walk) < _WALK:
            return False
        lengths = np.linalg.norm(np.diff(np.array(self.walk[-7:]) / self.largest(), axis=0), axis=1)
        if lengths[-1] < 1e-9:
            return False
        ratio = float(np.median(lengths[1:] / np.maximum(lengths[:-1], 1e-300)))
        return ratio >= 1 or lengths[-1] / (1 - ratio) > 0.1


class Constrained(NamedTuple):
    """Constraints at a point, by number: their values, their multipliers, and which hold with equality there."""

    values: Array
    multipliers: Array
    active: Array


class Minimum(NamedTuple):
    """Where a search ended. `reason` says why it ended there, `optimality` what can be said of the point.

    Reasons: `stationary`; `flat`: the value is the same all around, which says nothing of what is further on; `kink`:
    the slopes around differ, and all rise; `edge`: the value falls up to where its domain ends; `unbounded`: it falls
    on and on; `receding`: it falls less and less, as an unknown grows on and on; `undefined`: there is no value at the
    start; `limit`: too many iterations; `stalled`: no solver finds a lower value, though the gradient is not zero;
    `infeasible`: no point near meets the constraints.
    """

    x: Array
    value: float
    reason: str
    method: str
    optimality: Optimality | None
    path: Path
    left: int = 0  # saddle points and maxima that it went through
    constrained: Constrained | None = None

    @property
    def converged(self) -> bool:
        """Whether it is a minimum, as far as its neighbourhood shows."""
        return self.reason in ("stationary", "kink")


class RunawayError(Exception):
    """The value falls, or an unknown grows, beyond all measure."""

    def __init__(self, x: Array, value: float) -> None:
        super().__init__(value)
        self.x = x
        self.value = value


class Bounds(NamedTuple):
    """The smallest and the largest value of each unknown, infinite where there is none."""

    low: Array
    high: Array

    @classmethod
    def none(cls, size: int) -> Bounds:
        """Those of unknowns that may have any value."""
        return cls(np.full(size, -np.inf), np.full(size, np.inf))

    def inside(self, x: Array) -> Array:
        """The nearest point within them."""
        return np.clip(x, self.low, self.high)

    def snapped(self, x: Array, scale: Array) -> Array:
        """The point with those unknowns at a bound that are beside it, measured by their `scale`."""
        nearest = np.where(x - self.low < self.high - x, self.low, self.high)
        return np.where(np.abs(x - nearest) <= _BESIDE * scale, nearest, x)

    def hold(self, x: Array) -> bool:
        """Whether a point is within them."""
        return bool(((x >= self.low) & (x <= self.high)).all())

    def any(self) -> bool:
        """Whether there are any."""
        return bool(np.isfinite(self.low).any() or np.isfinite(self.high).any())


class Search:
    """The objective as solvers call it: nan is inf, from which they turn back, and what runs away is stopped."""

    def __init__(self, objective: Objective, bounds: Bounds, path: Path, most: int) -> None:
        self.objective = objective
        self.bounds = bounds
        self.path = path
        self.most = most
        self.reach, self.depth = np.inf, -np.inf

    def begin(self, x: Array) -> tuple[float, Array]:
        """Value and gradient at a start."""
        value, gradient = self.objective.value_and_gradient(x)
        self.reach = _FAR * max(1.0, float(np.abs(x).max(initial=0)))
        self.depth = -_DEEP * max(1.0, abs(value))
        if np.isfinite(value):
            self.path.reach(x, value, gradient)
        return value, gradient

    def __call__(self, x: Array, free: Any = slice(None)) -> tuple[float, Array]:
        value, gradient = self.objective.value_and_gradient(x)
        if value < self.depth or (np.abs(x).max(initial=0) > self.reach and value <= self.path.steps[-1].value):
            raise RunawayError(np.array(x), value)
        gradient = gradient[free]
        if np.isnan(value) or not np.isfinite(gradient).all():
            return np.inf, np.zeros_like(gradient)
        return value, gradient

    def note(self, x: Array, *_: Any) -> None:
        """What solvers call after a step. StopIteration: there are to be no more."""
        self.path.reach(x, *self.objective.value_and_gradient(x))
        if len(self.path.steps) > self.most:
            raise StopIteration


def minimize(
    objective: Objective, start: Array, bounds: Bounds | None = None, path: Path | None = None, most: int = 1000
) -> Minimum:
    """The minimum that is found from a start of shape (n,), in at most so many iterations of a solver."""
    bounds = bounds or Bounds.none(len(start))
    path = path or Path()
    search = Search(objective, bounds, path, most)
    x = bounds.inside(np.array(start, float))
    with np.errstate(all="ignore"):
        value, gradient = search.begin(x)
        if not np.isfinite(value):
            return Minimum(x, value, "undefined" if value != -np.inf else "unbounded", "", None, path)
        try:
            return _searched(search, x, value, gradient)
        except RunawayError as stop:
            reason = "unbounded" if _falls_on(search, stop) else "receding"
            return Minimum(stop.x, stop.value, reason, _method(search), None, path)


def _falls_on(search: Search, stop: RunawayError) -> bool:
    """Whether the value has fallen, or falls further on, below all measure."""
    further = stop.x + np.outer(10.0 ** np.arange(1, 31), stop.x - search.path.steps[0].x)
    values = search.objective.values(np.vstack([stop.x, further]))
    return bool((values[~np.isnan(values)] < search.depth).any())


def _method(search: Search) -> str:
    newton = "trust-exact" if search.objective.unknowns.size <= MOST_DENSE else "trust-ncg"
    return f"L-BFGS-B, {newton}" if search.bounds.any() else newton


def _searched(search: Search, x: Array, value: float, gradient: Array) -> Minimum:
    left = 0
    seen: Optimality | None = None
    for turn in range(_ROUNDS):
        before = x
        if search.bounds.any():
            x = _within_bounds(search, x)
        value, gradient = search.objective.value_and_gradient(x)
        free = free_unknowns(search.bounds, x, gradient)
        x = _newton(search, x, free, _LESS ** (turn + 1) * length(gradient[free]))
        x = _polished(search, x, free)
        seen = look(search.objective, x, free, search.path.largest())
        if len(search.path.steps) > search.most:
            break
        if seen.is_stationary and seen.descent is not None:
            # A saddle or a maximum: it goes on to where the value falls.
            lower = _below(search, x, seen.descent)
            if lower is not None:
                left += 1
                x = lower
                continue
        kept = np.array_equal(free, free_unknowns(search.bounds, x, seen.gradient))
        if (seen.is_stationary and kept) or (turn and np.array_equal(before, x)):
            break
    assert seen is not None
    if not seen.is_stationary or seen.descent is not None:
        box = search.bounds
        free = np.ones(len(x), bool)
        scale = np.maximum(np.abs(x), 1e-2 * search.path.largest())
        beside = _BESIDE * np.diag(scale)
        kink = settle(search.objective, x, free, scale, box.low, box.high)
        if kink is not None:
            gradient = search.objective.gradient(kink)
            x, seen = kink, Optimality(gradient, free, None, "kink", True, None, np.zeros(len(x)))
        elif not np.isfinite(search.objective.values(np.vstack([x + beside, x - beside]))).all():
            seen = seen._replace(kind="edge", is_stationary=False)
    value = search.objective.value(x)
    search.path.reach(x, value, seen.gradient)
    return Minimum(x, value, _reason(search, seen), _method(search), seen, search.path, left)


def _reason(search: Search, seen: Optimality) -> str:
    """Why it ends at a point where no solver goes on."""
    regular = seen.is_stationary and seen.descent is None and seen.kind in ("minimum", "kink")
    if not regular and search.path.recedes():
        return "receding"
    if seen.kind == "edge":
        return "edge"
    if seen.is_stationary and seen.descent is None:
        return seen.kind if seen.kind in ("kink", "flat") else "stationary"
    return "limit" if len(search.path.steps) > search.most else "stalled"


def free_unknowns(bounds: Bounds, x: Array, gradient: Array) -> Array:
    """Which unknowns no bound keeps where they are: those inside, and those that the value falls away from."""
    kept = ((x <= bounds.low) & (gradient >= 0)) | ((x >= bounds.high) & (gradient <= 0))
    return ~kept


def _within_bounds(search: Search, x: Array) -> Array:
    from scipy.optimize import minimize as solve

    pairs = [(lo, hi) for lo, hi in zip(*search.bounds, strict=True)]
    lowest: list[Any] = [np.inf, x]

    def call(point: Array) -> tuple[float, Array]:
        value, gradient = search(point)
        if value < lowest[0]:
            lowest[:] = value, np.array(point)
        # Its line search interpolates, for which infinity is no number.
        return (value, gradient) if np.isfinite(value) else (1e10 * max(1.0, abs(lowest[0])), gradient)

    options = {"maxiter": search.most, "ftol": 1e-15, "gtol": 1e-10}
    with contextlib.suppress(*FAILURES):
        solve(call, x, jac=True, method="L-BFGS-B", bounds=pairs, callback=search.note, options=options)
    x = search.bounds.inside(lowest[1])
    # At a bound a slope may be infinite, as that of sqrt(x) at 0, so that the solver ends beside it.
    at_bounds = search.bounds.snapped(x, search.path.largest())
    return at_bounds if search.objective.value(at_bounds) <= search.objective.value(x) else x


class _Part:
    """The objective as a function of the free unknowns, infinite beyond the bounds."""

    def __init__(self, search: Search, x: Array, free: Array) -> None:
        self.search = search
        self.whole = np.array(x)
        self.free = free

    def at(self, part: Array) -> Array:
        """The point of all unknowns."""
        whole = self.whole.copy()
        whole[self.free] = part
        return whole

    def value(self, part: Array) -> tuple[float, Array]:
        x = self.at(part)
        if not self.search.bounds.hold(x):
            return np.inf, np.zeros(len(part))
        return self.search(x, self.free)

    def hessian(self, part: Array) -> Array:
        found = self.search.objective.hessian(self.at(part))[np.ix_(self.free, self.free)]
        return np.nan_to_num(found, nan=0.0, posinf=1e300, neginf=-1e300)

    def product(self, part: Array, vector: Array) -> Array:
        along = np.zeros(len(self.whole))
        along[self.free] = vector
        return self.search.objective.hessian_product(self.at(part), along)[self.free]


def _newton(search: Search, x: Array, free: Array, tolerance: float) -> Array:
    """Newton's method in a trust region, until the gradient by the free unknowns is as small as that."""
    from scipy.optimize import minimize as solve

    part = _Part(search, x, free)
    if not free.any() or not part.value(x[free])[1].any():
        return x
    given: dict[str, Any] = {"method": "trust-ncg", "hessp": part.product}
    if free.sum() <= MOST_DENSE:
        given = {"method": "trust-exact", "hess": part.hessian}
    size = max(1.0, float(np.linalg.norm(x[free])))
    options = {"gtol": tolerance, "maxiter": search.most, "initial_trust_radius": size, "max_trust_radius": 1e12 * size}
    walk = [x]

    def note(point: Array, *_: Any) -> None:
        walk.append(part.at(point))
        search.note(walk[-1])

    try:
        found = solve(part.value, x[free], jac=True, callback=note, options=options, **given)
        end = part.at(found.x) if np.isfinite(found.fun) else x
    except FAILURES:
        # Slopes or curvatures that its arithmetic cannot take: it got this far.
        end = walk[-1]
    if len(walk) >= _WALK:
        search.path.walk = walk
    return end


def _polished(search: Search, x: Array, free: Array) -> Array:
    """A nearby point where the gradient by the free unknowns is as close to zero as rounding lets it be."""
    from scipy.optimize import root

    if not free.any() or free.sum() > MOST_DENSE:
        return x
    part = _Part(search, x, free)
    value, gradient = part.value(x[free])
    if not gradient.any():
        return x

    def slope(point: Array) -> Array:
        return np.nan_to_num(search.objective.gradient(part.at(point))[free], nan=1e300, posinf=1e300, neginf=-1e300)

    try:
        found = root(slope, x[free], jac=part.hessian, method="hybr", options={"xtol": 1e-15, "maxfev": 40})
    except FAILURES:
        return x
    other, slopes = part.value(found.x)
    near = np.abs(part.at(found.x) - x) <= 0.1 * search.path.largest()
    lower = other <= value + search.objective.rounding(x) + search.objective.rounding(part.at(found.x))
    if near.all() and lower and length(slopes) < length(gradient):
        search.path.reach(part.at(found.x), other, search.objective.gradient(part.at(found.x)))
        return part.at(found.x)
    return x


def _below(search: Search, x: Array, direction: Array) -> Array | None:
    """A point along a direction, or against it, with a lower value."""
    value = search.objective.value(x)
    scale = np.linalg.norm(direction * search.path.largest())
    for far in scale * np.array([1e-1, 1e-2, 1e-3, 1e-4]):
        ends = [search.bounds.inside(x + sign * far * direction) for sign in (1, -1)]
        values = search.objective.values(np.array(ends))
        best = int(np.argmin(np.nan_to_num(values, nan=np.inf)))
        if values[best] < value - search.objective.rounding(x):
            return ends[best]
    return None
