"""Slopes of a function from its values alone: what derivatives are checked against.

The rule is Richardson's extrapolation of central differences in the form of C. J. F. Ridders, "Accurate computation of
F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982) 75: differences of shrinking steps are extrapolated
to step 0 by Neville's scheme, and the entry of the table is taken whose neighbours agree with it best, rounding
included. So the step is chosen by the function. Slopes from one side alone are found in the same way; they never use
the value at the point itself, so that they are right at a jump too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

# The first step as a part of x (or of 1, if that is more), and how much shorter each next one is. No simple fractions:
# of `floor(x)`, steps of 4, 2 and 1 all have the slope 1.
_FIRST_STEP = 1 / (4 * math.pi)
_RATIO = 1.7
_STEPS = 36
_COLUMNS = 7
_EPSILON = float(np.finfo(float).eps)
# How much faster than the next shorter step a slope has to grow for how long to be infinite.
_GROWTH = 1.04
_GROWING = 8
# Of a value's change over a step, how much is left over a third of it at a jump.
_JUMP = 0.95
_LEAST_JUMP = 1e-9


class Slope(NamedTuple):
    """A slope and how far it may be wrong, element by element; nan where there is none, inf where it has no bound."""

    value: Any
    error: Any


class Slopes(NamedTuple):
    """The slope of a function at a point from both sides, from the left and from the right, where it jumps there, and
    where its value is finite.
    """

    central: Slope
    left: Slope
    right: Slope
    jump: Any
    finite: Any


def slopes(function: Callable[[Any], Any], x: Any) -> Slopes:
    """The slopes at each of the numbers `x`, an array (k,), of a function of a number.

    The function is called once, with an array (n, k) of numbers near those, and returns an array (n, k, ...) of what
    it is at each. Where it is not finite on one side, or has no slope there, that side and the centre are nan.
    """
    with np.errstate(all="ignore"):
        first = _FIRST_STEP * np.maximum(1.0, abs(x))
        steps = first / np.array([_RATIO**k for k in range(_STEPS)])[:, None]
        values = np.asarray(function(np.concatenate([x + steps, x - steps, x[None]])), float)
        above, below, here = values[:_STEPS], values[_STEPS:-1], values[-1]
        # What the steps really are, once x is added to them.
        shape = (_STEPS, len(x)) + (1,) * (here.ndim - 1)
        up, down = ((x + steps) - x).reshape(shape), (x - (x - steps)).reshape(shape)
        above_rounding, below_rounding = _EPSILON * abs(above) / up, _EPSILON * abs(below) / down
        central = _extrapolated((above - below) / (up + down), _RATIO**2, np.maximum(above_rounding, below_rounding))
        right = _one_sided(above, up, above_rounding)
        left = _one_sided(below, -down, below_rounding)
        return Slopes(central, left, right, _jumps(above - here, here) | _jumps(below - here, here), np.isfinite(here))


def _one_sided(values: Any, offsets: Any, rounding: Any) -> Slope:
    differences = (values[:-1] - values[1:]) / (offsets[:-1] - offsets[1:])
    slope = _extrapolated(differences, _RATIO, 4 * rounding[1:])
    last = differences[-_GROWING:]
    growing = (abs(last[1:]) > _GROWTH * abs(last[:-1])).all(axis=0) & (np.sign(last) == np.sign(last[-1])).all(axis=0)
    # Noise grows as well, but not in one direction.
    infinite = growing & np.isfinite(last).all(axis=0)
    return Slope(np.where(infinite, np.copysign(np.inf, last[-1]), slope.value), np.where(infinite, 0, slope.error))


def _extrapolated(differences: Any, base: float, rounding: Any) -> Slope:
    """The limit of differences whose errors go with powers of `base` from step to step."""
    best = np.full(differences.shape[1:], np.nan)
    error = np.full(differences.shape[1:], np.inf)
    previous: list[Any] = []
    for k, difference in enumerate(differences):
        row = [difference]
        for j in range(1, min(len(previous), _COLUMNS - 1) + 1):
            power = base**j
            row.append((power * row[j - 1] - previous[j - 1]) / (power - 1))
            doubt = np.maximum(abs(row[j] - row[j - 1]), abs(row[j] - previous[j - 1])) + rounding[k]
            better = doubt < error
            best = np.where(better, row[j], best)
            error = np.where(better, doubt, error)
        previous = row
    return Slope(best, error)


def _jumps(changes: Any, here: Any) -> Any:
    """Where the change from the point's own value does not go to zero with the step."""
    last, before = abs(changes[-1]), abs(changes[-3])
    return np.isfinite(here) & (last > _JUMP * before) & (last > _LEAST_JUMP * np.maximum(1, abs(here)))
