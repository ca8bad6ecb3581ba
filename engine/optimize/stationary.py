"""Where the gradient of a function of two variables vanishes, from its values on a grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Array
from .features import MAXIMUM, MINIMUM

# Takes points of shape (n, 2); gives gradients of shape (n, 2) and Hessians of shape (n, 2, 2).
Slopes = Callable[[Array], tuple[Array, Array]]

_MOST = 60
# As a part of a cell of the grid: how near two points are one, and how far outside a cell its point may be.
_SAME, _OUTSIDE = 1e-3, 1.0
# A curvature that is so much smaller than the other is none.
_FLAT = 1e-9


SADDLE = "saddle point"
FLAT = "flat point"


class Stationary(NamedTuple):
    """A point of shape (2,) with a gradient of 0, and the eigenvalues of the Hessian there, the smaller first."""

    point: Array
    curvatures: tuple[float, float]

    @property
    def kind(self) -> str:
        """What it is, by the curvatures."""
        low, high = self.curvatures
        if min(abs(low), abs(high)) <= _FLAT * max(abs(low), abs(high)):
            return FLAT
        return MINIMUM if low > 0 else MAXIMUM if high < 0 else SADDLE


def stationary_points(slopes: Slopes, x: Array, y: Array, u: Array, v: Array) -> list[Stationary] | None:
    """The points in a rectangle at which a gradient vanishes, where it is (u, v) on a grid; None: there are too many.

    x of shape (n,) and y of shape (m,) are in order, u and v of shape (m, n). Points are looked for in cells at whose
    corners both change their sign, by SciPy's root finder with the Hessian.
    """
    cells = np.argwhere(_changes(u) & _changes(v))
    if len(cells) > _MOST * 4:
        return None
    size = np.array([(x[-1] - x[0]) / (len(x) - 1), (y[-1] - y[0]) / (len(y) - 1)])
    found: list[Stationary] = []
    for row, column in cells.tolist():
        middle = np.array([x[column] + x[column + 1], y[row] + y[row + 1]]) / 2
        point = _root(slopes, middle, size)
        if point is None or (np.abs(point - middle) > size * (0.5 + _OUTSIDE)).any():
            continue
        inside = (point >= [x[0], y[0]]).all() and (point <= [x[-1], y[-1]]).all()
        if inside and all((np.abs(point - other.point) > _SAME * size).any() for other in found):
            low, high = np.linalg.eigvalsh(slopes(point[None])[1][0])
            found.append(Stationary(point, (float(low), float(high))))
    found.sort(key=lambda s: tuple(s.point))
    return found if len(found) <= _MOST else None


def _changes(values: Array) -> Array:
    """In which cells of a grid the values at the corners are not all of one sign."""
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, :-1], values[1:, 1:]])
    return (corners.min(axis=0) <= 0) & (corners.max(axis=0) >= 0) & (corners != 0).any(axis=0)


def _root(slopes: Slopes, start: Array, size: Array) -> Array | None:
    """The point near a start where the gradient vanishes, to the last digits; None: there is none."""
    from scipy.optimize import root

    # In cells of the grid, so that both variables are of one size.
    def gradient(step: Array) -> tuple[Any, Any]:
        g, h = slopes((start + step * size)[None])
        return g[0] * size, h[0] * np.outer(size, size)

    before = np.abs(gradient(np.zeros(2))[0]).max()
    with np.errstate(all="ignore"):
        solved: Any = root(gradient, np.zeros(2), jac=True, method="hybr", options={"xtol": 1e-14})
    if not np.isfinite(solved.fun).all() or np.abs(solved.fun).max() > 1e-8 * before:
        return None
    return _rounded(start + solved.x * size, size, lambda p: float(np.abs(gradient((p - start) / size)[0]).max()))


def _rounded(point: Array, size: Array, error: Callable[[Array], float]) -> Array:
    """The point with fewer digits where the gradient is as small."""
    here = error(point)
    for digits in range(1, 13):
        near = np.array(
            [float(f"{c:.{digits}g}") if abs(c) > 1e-12 * s else 0.0 for c, s in zip(point, size, strict=True)]
        )
        if (np.abs(near - point) < 1e-9 * size).all() and error(near) <= here:
            return near
    return point
