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


class Side(NamedTuple):
    """The power of the distance that the value goes with on one side of a place, its factor, and its sign nearby.

    The power is nan where there are no values, infinite where it is zero all along, so that there the factor is 0.
    """

    power: float
    factor: float
    sign: int


class Behaviour(NamedTuple):
    """What the value does on the left and on the right of a place.

    The powers are about 1 at a simple root, 2 where the value touches zero, -1 at a pole, 0 at a jump or where it is no
    power at all.
    """

    left: Side
    right: Side

    def _powers(self) -> list[float]:
        """The powers on the sides that have one."""
        return [side.power for side in self if not math.isnan(side.power)]

    @property
    def is_zero(self) -> bool:
        """Whether the value goes to zero from both sides, as far as there are values."""
        powers = self._powers()
        return bool(powers) and all(power > 0.2 for power in powers)

    @property
    def multiplicity(self) -> float:
        """The smaller power of both sides, to the nearest whole number where it is about one."""
        power = min(filter(math.isfinite, self._powers()), default=math.inf)
        is_whole = power > 0.5 and math.isfinite(power) and abs(power - round(power)) < 0.1
        return float(round(power)) if is_whole else power


def behaviour(objective: Objective, x: float, scale: float) -> Behaviour:
    """How the value behaves on both sides of a place, looked at from `scale` on down."""
    noise = objective.rounding(np.array([x]))
    return Behaviour(*(_side(objective, x, sign * scale, noise) for sign in (-1, 1)))


def _side(objective: Objective, x: float, scale: float, noise: float) -> Side:
    places = x + scale * _DISTANCES
    places = places[places != x]
    values = objective.values(places[:, None]) if len(places) else np.zeros(0)
    distances = np.abs(places - x)
    if np.isnan(values).all():
        return Side(math.nan, math.nan, 0)
    if not np.nan_to_num(values).any():
        return Side(math.inf, 0.0, 0)
    use = np.isfinite(values) & (np.abs(values) > _ABOVE * noise)
    if use.sum() <= _RUN:
        use = np.isfinite(values) & (values != 0)
    values, distances = values[use], distances[use]
    if len(values) < 2:
        return Side(math.nan, math.nan, int(np.sign(values).sum()))
    slopes = np.diff(np.log2(np.abs(values))) / np.diff(np.log2(distances))
    # The nearest that agree with each other: further off, other terms have their say.
    for i in range(len(slopes) - _RUN, -1, -1):
        run = slopes[i : i + _RUN]
        if np.ptp(run) < 0.05 + 0.05 * abs(run[0]):
            power = float(np.median(run))
            factor = float(abs(values[i + 1]) / distances[i + 1] ** power)
            return Side(power, factor, int(np.sign(values[-1])))
    return Side(0.0, math.nan, int(np.sign(values[-1])))
