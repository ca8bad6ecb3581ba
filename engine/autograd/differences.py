"""Slopes of a function from its values alone: what derivatives are checked against.

The rule is Richardson's extrapolation of central differences in the form of C. J. F. Ridders, "Accurate computation of
F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982) 75: differences of shrinking steps are extrapolated
to step 0 by Neville's scheme. Which step fits is found from the shortest up: they know little, for rounding, but
nothing wrong, and a longer step is believed as far as it agrees with all shorter ones, so that no step longer than the
function's own waves is. The rounding is measured: it is how far the values leave a parabola over short steps.
Slopes from one side alone are found in the same way; they never use the value at the point itself, so that they are
right at a jump too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

# The first step as a part of x (or of 1, if that is more), at least, and how much shorter each next one is.
FIRST_STEP = 1 / (4 * math.pi)
_RATIO = 2.0
_COLUMNS = 7
_EPSILON = float(np.finfo(float).eps)
# The last step as a part of x, or of the least number that x is taken for. No simple fraction: of `floor(x)`, steps of
# 4, 2 and 1 all have the slope 1.
_LAST_STEP = 4 * math.pi * _EPSILON
_LEAST = 1e-290
# How much shorter the steps are from which a step's rounding is taken, and the least number of these.
_FINER = 4
_FINEST = 5
# Rounded values show by steps over which they leave the curve that many times more than over all shorter ones, and less
# than that many times more again `_FINER` steps up. Longer steps than this part of x, or of 1 if that is less, are not
# looked at. Values that stay the same over longer steps than `_PLATEAU` are constant and not rounded.
_SUDDEN = 64
_STEADY = 8
_STAIR = 1e-6
_PLATEAU = 1e-3
# An agreement is one up to this many times the doubts.
_DOUBTS = 10
# How many steps tell of a slope that goes on growing, by as much from step to step, and how many shorter ones do not.
_GROWTH_END = 15
_GROWTH = 0.999
_GROWING = 12
# Of a value's change over a step, how much is left over a quarter of it at a jump.
_JUMP = 0.95
_LEAST_JUMP = 1e-9


class Slope(NamedTuple):
    """A slope and how far it may be wrong, element by element; nan where there is none, inf where it has no bound."""

    value: Any
    error: Any


class Slopes(NamedTuple):
    """The slope of a function at a point from both sides, from the left and from the right, where it jumps there, and
    where its value is finite; `size` is the slope of the largest value seen over the longest step, by which a slope is
    small. `straight` and `bent` are, along one more dimension in front, the slope over each step, and how much it
    differs on the two sides of the point, with what rounding may add to each.
    """

    central: Slope
    left: Slope
    right: Slope
    jump: Any
    finite: Any
    size: Any
    straight: Slope
    bent: Slope


def slopes(function: Callable[[Any], Any], x: Any) -> Slopes:
    """The slopes at each of the numbers `x`, an array (k,), of a function of a number.

    The function is called once, with an array (n, k) of numbers near those, and returns an array (n, k, ...) of what
    it is at each. Where it is not finite on one side, or has no slope there, that side and the centre are nan.
    """
    with np.errstate(all="ignore"):
        least = _LAST_STEP * np.where(x == 0, 1.0, np.maximum(abs(x), _LEAST))
        first = FIRST_STEP * np.maximum(1.0, abs(x))
        count = 1 + math.ceil(np.log2(first / least).max())
        steps = least * 2.0 ** np.arange(count)[::-1, None]
        values = np.asarray(function(np.concatenate([x + steps, x - steps, x[None]])), float)
        # What the steps really are, once x is added to them.
        shape = (-1, len(x)) + (1,) * (values.ndim - 2)
        up, down = ((x + steps) - x).reshape(shape), (x - (x - steps)).reshape(shape)
        near = (steps <= 2 * first).reshape(shape)
        above, below, here = (
            np.where(near, values[:count], np.nan),
            np.where(near, values[count:-1], np.nan),
            values[-1],
        )
        scale = np.where(x == 0, 1.0, np.minimum(1.0, abs(x))).reshape(shape[1:])
        above_noise, below_noise = _noise(above, up, scale), _noise(below, down, scale)
        noise = np.maximum(above_noise, below_noise)
        rounding = noise / np.minimum(up, down)
        straight = Slope((above - below) / (up + down), rounding)
        bent = Slope((above - here) / up - (here - below) / down, 4 * rounding)
        central = _extrapolated(straight.value, _RATIO**2, rounding)
        right, left = _one_sided(above, up, above_noise), _one_sided(below, -down, below_noise)
        jump = _jumps(above - here, here, above_noise) | _jumps(below - here, here, below_noise)
        largest = np.max([np.where(np.isfinite(v), abs(v), 0).max(axis=0) for v in (above, below)], axis=0)
        size = largest / first.reshape(shape[1:])
        return Slopes(central, left, right, jump, np.isfinite(here), size, straight, bent)


def _noise(values: Any, steps: Any, scale: Any) -> Any:
    """How far the values of each step are off by rounding: how far they leave a parabola over shorter steps."""
    differences = (values[:-1] - values[1:]) / (steps[:-1] - steps[1:])
    tangents = (_RATIO * differences[1:] - differences[:-1]) / (_RATIO - 1)
    bends = abs(tangents[:-1] - tangents[1:]) * steps[2:-1] / _RATIO
    bends = np.where(np.isfinite(bends), bends, 0)
    finer = np.maximum.accumulate(bends[::-1], axis=0)[::-1]
    at = np.minimum(np.arange(len(values)) + _FINER, len(finer) - _FINEST)
    # Values made of rounded ones are smooth over short steps, and then leave the curve by a whole stair, no more over
    # longer steps. Over these, a kink goes on growing, and so do waves.
    rounding = _EPSILON * abs(values)
    sudden = bends[_FINER:-1] > _SUDDEN * np.maximum(finer[_FINER + 1 :], rounding[_FINER + 2 : -2])
    steady = bends[: -_FINER - 1] < _STEADY * bends[_FINER:-1]
    narrow = steps[_FINER + 2 : -2] < _STAIR * scale
    stairs = np.where(sudden & steady & narrow, np.maximum(bends[_FINER:-1], bends[: -_FINER - 1]), 0).max(axis=0)
    return np.maximum(finer[at], np.maximum(stairs, _first_stair(values, steps, scale))) + rounding


def _first_stair(values: Any, steps: Any, scale: Any) -> Any:
    """How far values move at once that stayed the same over all shorter steps; 0 where the function is constant."""
    moved = values[:-2] != values[-1]
    last = len(moved) - 1 - np.argmax(moved[::-1], axis=0)
    stair = abs(np.take_along_axis(values, last[None], axis=0)[0] - values[-1])
    same = (values[-2] == values[-1]) & moved.any(axis=0) & np.isfinite(stair)
    width = np.take_along_axis(np.broadcast_to(steps, values.shape), last[None], axis=0)[0]
    return np.where(same & (width < _PLATEAU * scale), stair, 0)


def _one_sided(values: Any, offsets: Any, noise: Any) -> Slope:
    apart = offsets[:-1] - offsets[1:]
    differences = (values[:-1] - values[1:]) / apart
    rounding = 2 * noise[:-1] / abs(apart)
    slope = _extrapolated(differences, _RATIO, rounding)
    more = np.diff(differences[-_GROWTH_END - _GROWING : -_GROWTH_END], axis=0)
    growing = (abs(more[1:]) > _GROWTH * abs(more[:-1])).all(axis=0) & np.isfinite(more).all(axis=0)
    # Noise grows as well, but not in one direction.
    infinite = growing & (np.sign(more) == np.sign(more[-1])).all(axis=0) & (more[-1] != 0)
    return Slope(np.where(infinite, np.copysign(np.inf, more[-1]), slope.value), np.where(infinite, 0, slope.error))


def _extrapolated(differences: Any, base: float, rounding: Any) -> Slope:
    """The limit of differences whose errors go with powers of `base` from step to step."""
    values, doubts = np.array(differences), np.full(differences.shape, np.inf)
    column = differences
    # Each column of the tableau begins one step later than the one before it.
    for j in range(1, min(len(differences), _COLUMNS)):
        power = base**j
        finer = (power * column[1:] - column[:-1]) / (power - 1)
        doubt = np.maximum(abs(finer - column[1:]), abs(finer - column[:-1])) + rounding[j:]
        better = doubt < doubts[j:]
        np.copyto(values[j:], finer, where=better)
        np.copyto(doubts[j:], doubt, where=better)
        column = finer
    best, error = np.full(differences.shape[1:], np.nan), np.full(differences.shape[1:], np.inf)
    believed = np.full(differences.shape[1:], True)
    for value, doubt in zip(values[::-1], doubts[::-1], strict=True):
        agrees = np.isnan(best) | ~np.isfinite(doubt) | (abs(value - best) <= _DOUBTS * (doubt + error))
        believed &= agrees
        better = believed & (doubt < error)
        best, error = np.where(better, value, best), np.where(better, doubt, error)
    return Slope(best, error)


def _jumps(changes: Any, here: Any, noise: Any) -> Any:
    """Where the change from the point's own value does not go to zero with the step."""
    last, before = abs(changes[-1]), abs(changes[-3])
    least = np.maximum(_LEAST_JUMP * np.maximum(1, abs(here)), _DOUBTS * noise[-1])
    return np.isfinite(here) & (last > _JUMP * before) & (last > least)
