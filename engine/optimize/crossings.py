"""How a function of one number behaves where it may be zero: with what power of the distance its value goes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .objective import Objective

# Distances to look at, as powers of two of the scale, and how many next to each other have to tell the same.
_DISTANCES = 2.0 ** -np.arange(3.0, 46.0)
_RUN = 4
# How far above what rounding leaves a value is to be, to be looked at.
_ABOVE = 1e3


class Behaviour(NamedTuple):
    """The power of the distance that the value goes with on the left and on the right, and its factor.

    About 1 at a simple root, 2 where the value touches zero, -1 at a pole, 0 at a jump or where it is no power at all;
    nan where there are no values, infinite where it is zero all along, so that there the factor is 0.
    """

    left: float
    right: float
    left_factor: float
    right_factor: float
    left_sign: int
    right_sign: int

    @property
    def is_zero(self) -> bool:
        """Whether the value goes to zero from both sides."""
        return all(power > 0.2 for power in self.sides())

    def sides(self) -> list[float]:
        """The powers on the sides that have one."""
        found = [power for power in (self.left, self.right) if not math.isnan(power)]
        return found or [math.nan]

    @property
    def multiplicity(self) -> float:
        """The smaller power of both sides, to the nearest whole number where it is about one."""
        finite = [power for power in self.sides() if math.isfinite(power)]
        power = min(finite, default=math.inf)
        return (
            float(round(power)) if math.isfinite(power) and abs(power - round(power)) < 0.1 and power > 0.5 else power
        )

    @property
    def crosses(self) -> bool:
        """Whether the signs on the two sides differ."""
        return self.left_sign * self.right_sign < 0


def behaviour(objective: Objective, x: float, scale: float) -> Behaviour:
    """How the value behaves on both sides of a place, looked at from `scale` on down."""
    noise = objective.rounding(np.array([x]))
    left, right = (_side(objective, x, sign * scale, noise) for sign in (-1, 1))
    return Behaviour(left[0], right[0], left[1], right[1], left[2], right[2])


def _side(objective: Objective, x: float, scale: float, noise: float) -> tuple[float, float, int]:
    places = x + scale * _DISTANCES
    places = places[places != x]
    if not len(places):
        return math.nan, math.nan, 0
    values = objective.values(places[:, None])
    distances = np.abs(places - x)
    if np.isnan(values).all():
        return math.nan, math.nan, 0
    if not np.nan_to_num(values).any():
        return math.inf, 0.0, 0
    use = np.isfinite(values) & (np.abs(values) > _ABOVE * noise)
    if use.sum() <= _RUN:
        use = np.isfinite(values) & (values != 0)
    values, distances = values[use], distances[use]
    if len(values) < 2:
        return math.nan, math.nan, int(np.sign(values[0])) if len(values) else 0
    slopes = np.diff(np.log2(np.abs(values))) / np.diff(np.log2(distances))
    # The nearest that agree with each other: further off, other terms have their say.
    for i in range(len(slopes) - _RUN, -1, -1):
        run = slopes[i : i + _RUN]
        if np.ptp(run) < 0.05 + 0.05 * abs(run[0]):
            power = float(np.median(run))
            factor = float(abs(values[i + 1]) / distances[i + 1] ** power)
            return power, factor, int(np.sign(values[-1]))
    return 0.0, math.nan, int(np.sign(values[-1]))
