"""Minima at kinks, where no gradient is zero: of the slopes around, some rise in every direction.

Solvers for smooth functions come near to one and stay there. From there, values and gradients are sampled in a ball
that shrinks; the largest of the tangents met, with the mean curvature of the pieces, is a model of the function, whose
minimum (by SciPy's SLSQP) is the next point. It is a minimum if zero is a mean of the gradients around it with weights
that are not negative (SciPy's `nnls`), and no value around is lower.
"""

from __future__ import annotations

import numpy as np

from ..tensors.aliases import Array
from .objective import Objective
from .starts import spread

# Up to so many unknowns, the directions sampled are enough to meet the pieces.
MOST = 20
_ROUNDS = 120
_SMALLEST = 1e-15
_LARGEST = 0.1
# The radius, as a part of the unknowns' size, at which the gradients are those of the pieces next to the kink.
_NEXT_TO = 1e-7
_FLAT = 1e-3


def settle(objective: Objective, x: Array, free: Array, scale: Array, low: Array, high: Array) -> Array | None:
    """The minimum at a kink next to a point of shape (n,), in the free unknowns; None: there is none."""
    size = int(free.sum())
    if not 0 < size <= MOST:
        return None
    # What is next to zero may have been on its way there, where slopes are too steep to follow.
    zeroed = np.clip(np.where(free & (np.abs(x) < 1e-8 * scale.max()), 0.0, x), low, high)
    start = zeroed if objective.value(zeroed) <= objective.value(x) else x
    ball = _Ball(objective, start, free, scale, low, high)
    radius = 1e-2
    for _ in range(_ROUNDS):
        if radius < _SMALLEST:
            break
        radius = ball.step(radius)
    return ball.x if ball.is_minimum() else None


class _Ball:
    """Points around the best one found so far."""

    def __init__(self, objective: Objective, x: Array, free: Array, scale: Array, low: Array, high: Array) -> None:
        self.objective = objective
        self.x = x
        self.free = np.flatnonzero(free)
        self.scale = scale[free]
        self.low, self.high = low, high
        self.value = objective.value(x)
        size = len(self.free)
        others = spread(-np.ones(size), np.ones(size), 2 * size + 4)[1:]
        others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-300)
        self.directions = np.vstack([np.eye(size), -np.eye(size), others, -others])

    def at(self, parts: Array) -> Array:
        """Points that are so far from the best one, in units of the unknowns' size, within the bounds."""
        points = np.repeat(self.x[None], len(parts), axis=0)
        points[:, self.free] += parts * self.scale
        return np.clip(points, self.low, self.high)

    def sampled(self, radius: float) -> tuple[Array, Array, Array]:
        """Offsets from the best point, values and gradients there, where they are finite, in these units."""
        points = self.at(np.vstack([np.zeros(len(self.free)), radius * self.directions]))
        values, gradients = self.objective.values_and_gradients(points)
        slopes = gradients[:, self.free] * self.scale
        finite = np.isfinite(values) & np.isfinite(slopes).all(axis=1)
        offsets = (points[:, self.free] - self.x[self.free]) / self.scale
        return offsets[finite], values[finite], slopes[finite]

    def step(self, radius: float) -> float:
        """Goes to a lower value, by the model or among the points sampled; the next radius."""
        offsets, values, slopes = self.sampled(radius)
        if not len(values):
            return radius / 10
        tried = [offsets[int(np.argmin(values))]]
        model = self._model(offsets, values, slopes, radius)
        if model is not None:
            tried.append(model)
        points = self.at(np.array(tried))
        found = np.nan_to_num(self.objective.values(points), nan=np.inf)
        best = int(np.argmin(found))
        if not found[best] < self.value:
            return radius / 4
        self.x, self.value = points[best], float(found[best])
        length = float(np.abs(tried[best]).max())
        if length > 2 * radius:
            # The model led to the end of where it holds: there may be more to gain.
            return min(4 * radius, _LARGEST)
        return max(length, radius / 10) if best else radius

    def _model(self, offsets: Array, values: Array, slopes: Array, radius: float) -> Array | None:
        """Where the largest of the tangents, with the mean curvature, is least."""
        from scipy.optimize import minimize

        steep = float(np.abs(slopes).max())
        if not steep > 0:
            return None
        cuts = (values - (slopes * offsets).sum(axis=1) - self.value) / (steep * radius)
        normals = slopes / steep
        _, kept = np.unique(np.round(np.column_stack([normals, cuts]), 9), axis=0, return_index=True)
        cuts, normals = cuts[kept], normals[kept]
        curved = self._curvature(offsets) * radius / steep

        def value(point: Array) -> tuple[float, Array]:
            bent = curved @ point[1:]
            return point[0] + point[1:] @ bent / 2, np.concatenate([[1.0], bent])

        rows = np.column_stack([np.ones(len(cuts)), -normals])
        above = {"type": "ineq", "fun": lambda point: rows @ point - cuts, "jac": lambda point: rows}
        start = np.zeros(len(self.free) + 1)
        start[0] = max(0.0, float(cuts.max()))
        box = [(None, None)] + [(-4.0, 4.0)] * len(self.free)
        found = minimize(
            value, start, jac=True, method="SLSQP", bounds=box, constraints=[above], options={"ftol": 1e-14}
        )
        return found.x[1:] * radius if np.isfinite(found.x).all() else None

    def _curvature(self, offsets: Array) -> Array:
        """The mean of the Hessians of a few points, without what is negative in it."""
        size = len(self.free)
        total = np.zeros((size, size))
        few = [o for o in offsets if o.any()][:: max(1, len(offsets) // 4)][:4]
        for point in self.at(np.array(few)) if few else ():
            hessian = self.objective.hessian(point)[np.ix_(self.free, self.free)]
            if np.isfinite(hessian).all():
                total += hessian * self.scale * self.scale[:, None] / len(few)
        values, vectors = np.linalg.eigh(total)
        return (vectors * np.maximum(values, 0)) @ vectors.T

    def is_minimum(self) -> bool:
        """Whether the gradients around have zero among their means, and no value around is lower."""
        from scipy.optimize import nnls

        noise = float(np.nan_to_num(8 * self.objective.rounding(self.x), nan=0.0, posinf=0.0))
        for radius in (1e-9, 1e-7, 1e-5, 1e-4, 1e-3):
            values = self.objective.values(self.at(radius * self.directions))
            if not (values >= self.value - noise).all():
                return False
        _, _, slopes = self.sampled(_NEXT_TO)
        steep = float(np.abs(slopes).max(initial=0))
        if len(slopes) < 2 or not steep > 0:
            return False
        rows = np.vstack([slopes.T / steep, np.full(len(slopes), 1.0)])
        wanted = np.zeros(len(rows))
        wanted[-1] = 1.0
        return bool(nnls(rows, wanted)[1] < _FLAT)
