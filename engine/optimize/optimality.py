"""What can be said of a point where a search ended: whether it is stationary, and of what kind.

An unknown is measured by its own size, so that the answer is the same in other units. Directions along which the
Hessian has no curvature are tried: there, what the value does a little further on decides.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .objective import Objective
from .rounding import EPS

# How far from a stationary point, as a part of its size, one is taken for it; and where curvature is of higher order,
# so that points nearby cannot be told apart.
_NEAR = 1e-7
_NEAR_FLAT = 1e-4
# The part of an unknown's size below which it counts for as large as this.
_SMALL = 1e-4
_BESIDE = 1e-4


class Optimality(NamedTuple):
    """The gradient of shape (n,), the eigenvalues of the Hessian in ascending order, and what they say.

    `kind`: `minimum` (all curvatures positive), `flat minimum` (some are zero, and the value rises there all the same),
    `valley` (some are zero, and the value stays the same there), `saddle`, `maximum`, `inflection` (the value falls to
    one side of a direction without curvature), `flat` (the value is the same all around), `kink` (the slopes on two
    sides differ, and it is a minimum), `edge` (the domain ends beside it), `none` (it is not stationary). `eigenvalues`
    are None where there are too many unknowns to compute them all. `free` are the unknowns that no bound keeps.
    `descent` is a direction in which the value falls, if there is one. `error` is how far from the stationary point it
    may be, by unknown.
    """

    gradient: Array
    free: Array
    eigenvalues: Array | None
    kind: str
    is_stationary: bool
    descent: Array | None
    error: Array

    @property
    def norm(self) -> float:
        """The length of the gradient by the free unknowns."""
        return length(self.gradient[self.free])


def length(vector: Array) -> float:
    """The Euclidean length of a vector, of which no square is too small or too large for a float."""
    return math.hypot(*vector.tolist())


def look(objective: Objective, x: Array, free: Array, largest: Array, most: int = 200) -> Optimality:
    """What can be said of a point, of shape (n,). `largest` are magnitudes that the unknowns had on the way there."""
    gradient = objective.gradient(x)
    if not free.any():
        return Optimality(gradient, free, np.zeros(0), "minimum", True, None, np.zeros(len(x)))
    scale = np.maximum(np.abs(x), _SMALL * largest)[free]
    if free.sum() > most:
        small = np.linalg.norm(gradient[free] * scale) <= 1e-10 * max(abs(objective.value(x)), 1e-300)
        return Optimality(gradient, free, None, "minimum" if small else "none", bool(small), None, np.zeros(len(x)))
    hessian = objective.hessian(x)[np.ix_(free, free)]
    if not (np.isfinite(hessian).all() and np.isfinite(gradient[free]).all()):
        return Optimality(gradient, free, None, "none", False, None, np.full(len(x), np.inf))
    eigenvalues = np.linalg.eigvalsh(hessian)
    curvatures, directions = np.linalg.eigh(hessian * scale * scale[:, None])
    slopes = directions.T @ (gradient[free] * scale)
    largest_curvature = max(float(np.abs(curvatures).max()), 1e-300)
    around = _Around(objective, x, free, scale, min(1 / _SMALL, float((largest[free] / scale).max())))
    settled, behaviours, descent = True, [], None
    step = np.zeros(len(slopes))
    for i, (curvature, slope) in enumerate(zip(curvatures, slopes, strict=True)):
        length = abs(slope) / max(abs(curvature), 1e-300)
        sure = 64 * EPS * largest_curvature
        behaviour = around.beside(directions[:, i], curvature) or ("rises" if curvature > 0 else "falls")
        tolerance = max(_NEAR, 64 * EPS * largest_curvature / max(abs(curvature), 1e-300))
        if abs(curvature) < around.noise:
            # As far as the unknown is large, the value shows nothing of it.
            tolerance = max(tolerance, _NEAR_FLAT)
        if abs(curvature) <= sure or around.bends(directions[:, i], curvature, slope, length):
            behaviour = around.tried(directions[:, i])
            tolerance = _NEAR_FLAT
            if slope == 0:
                length = 0.0
        step[i] = slope / curvature if curvature else 0.0
        if length > tolerance or behaviour == "ends":
            settled = False
        behaviours.append(behaviour)
        if behaviour in ("falls", "falls to one side") and descent is None:
            descent = np.zeros(len(x))
            descent[free] = directions[:, i] * scale
            descent /= np.linalg.norm(descent)
    error = np.zeros(len(x))
    error[free] = np.abs(directions @ step) * scale
    kind = _kind(behaviours, curvatures) if settled else "none"
    return Optimality(gradient, free, eigenvalues, kind, settled, descent if settled else None, error)


def _kind(behaviours: list[str], curvatures: Array) -> str:
    found = set(behaviours)
    if found == {"rises"}:
        return "minimum"
    if "rises sharply" in found and not found & {"falls", "falls to one side"}:
        return "kink"
    if found == {"falls"}:
        return "maximum"
    if "falls to one side" in found:
        return "inflection"
    if "falls" in found:
        return "saddle"
    if found == {"rises slowly"} or found == {"rises", "rises slowly"}:
        return "flat minimum"
    return "flat" if found == {"stays"} else "valley"


class _Around:
    """The values around a point, along directions of the free unknowns measured by their size.

    `largest` is how large they were on the way there, in the same measure.
    """

    def __init__(self, objective: Objective, x: Array, free: Array, scale: Array, largest: float) -> None:
        self.objective = objective
        self.x = x
        self.free = free
        self.scale = scale
        self.lengths = 10.0 ** np.arange(-3, max(0, math.ceil(math.log10(largest))))
        self.value = objective.value(x)
        self.noise = 4 * objective.rounding(x)

    def along(self, direction: Array, lengths: Array) -> Array:
        points = np.repeat(self.x[None], len(lengths), axis=0)
        points[:, self.free] += lengths[:, None] * direction * self.scale
        return self.objective.values(points)

    def beside(self, direction: Array, curvature: float) -> str | None:
        """What the value does right beside the point, if that is another thing than the curvature says."""
        lengths = _BESIDE * np.array([-1, 1])
        left, right = self.along(direction, lengths) - self.value
        bent = abs(curvature) * _BESIDE**2 / 2
        if min(left, right) < -4 * bent - self.noise:
            return "falls to one side"
        highest = max(left, right)
        if not (highest > 16 * bent + self.noise and min(left, right) >= -bent):
            return None
        # A tenth of the way, `abs(x)**1.5` has a 32nd of the height, `x**2` a hundredth, and `x**4` much less.
        nearer = float((self.along(direction, lengths / 10) - self.value).max())
        return "rises sharply" if nearer + self.noise > highest / 80 else "rises slowly"

    def bends(self, direction: Array, curvature: float, slope: float, length: float) -> bool:
        """Whether the curvature is another one a few of Newton's steps further on: it is of higher order, then."""
        if not 1e-12 < length < 0.1:
            return False
        steps = np.array([-8 * length, 8 * length])
        curved = curvature * steps**2 / 2
        off = self.along(direction, steps) - self.value - slope * steps - curved
        return bool((abs(off) > 0.5 * abs(curved) + 2 * self.noise).any())

    def tried(self, direction: Array) -> str:
        """What the value does along a direction without curvature."""
        for length in self.lengths.tolist():
            left, right, nearer_left, nearer_right = (
                self.along(direction, length * np.array([-1, 1, -0.1, 0.1])) - self.value
            )
            if np.isnan(left + right):
                return "ends"
            noise = self.noise
            # A tenth of the way, what rises straight has a tenth of the height.
            if (nearer_left > noise and nearer_left > left / 30) or (
                nearer_right > noise and nearer_right > right / 30
            ):
                sharp = min(left, right) >= -noise
                return "rises sharply" if sharp else "falls to one side"
            if left > noise and right > noise:
                return "rises slowly"
            if left < -noise and right < -noise:
                return "falls"
            if left < -noise or right < -noise:
                return "falls to one side"
            if left > noise or right > noise:
                return "rises slowly"
        return "stays"
