"""Robust losses: how much a residual far from the others counts.

A loss is a function rho of the scaled residual u = r/scale; the sum of squares of sqrt(rho) with the sign of u is the
sum of rho, so that what minimises squares minimises it too. The losses are those of SciPy's `least_squares`: Huber's
(Ann. Math. Stat. 35, 1964), the smooth soft_l1 (Charbonnier et al., ICIP 1994), Cauchy's, and arctan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..tensors.aliases import Array

# What makes the median of absolute residuals the deviation of normal ones.
MEDIAN_TO_DEVIATION = 1.482602218505602


class Loss(NamedTuple):
    """A loss: rho, half its first and its second derivative by u, and the scale in deviations that loses 5 %.

    With residuals that are normal, the estimates then have 95 % of the efficiency of least squares.
    """

    rho: Callable[[Array], Array]
    psi: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    tuning: float

    def transformed(self, u: Array) -> tuple[Array, Array]:
        """The residuals whose squares are rho, and their derivatives by u."""
        root = np.sqrt(self.rho(u))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(root > 0, np.abs(self.psi(u)) / root, 1.0)
        return np.copysign(root, u), slope


def _huber(u: Array) -> Array:
    size = np.abs(u)
    return np.where(size <= 1, u * u, 2 * size - 1)


LOSSES = {
    "huber": Loss(_huber, lambda u: np.clip(u, -1, 1), lambda u: (np.abs(u) <= 1).astype(float), 1.3449975),
    "soft_l1": Loss(
        lambda u: 2 * (np.sqrt(1 + u * u) - 1),
        lambda u: u / np.sqrt(1 + u * u),
        lambda u: (1 + u * u) ** -1.5,
        1.2870992,
    ),
    "cauchy": Loss(
        lambda u: np.log1p(u * u), lambda u: u / (1 + u * u), lambda u: (1 - u * u) / (1 + u * u) ** 2, 2.3849471
    ),
    "arctan": Loss(
        lambda u: np.arctan(u * u), lambda u: u / (1 + u**4), lambda u: (1 - 3 * u**4) / (1 + u**4) ** 2, 2.5714006
    ),
}
