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

# The first step as a part of x (or of 1, if that is more), and how much shorter each next one is. No simple fraction:
# of `floor(x)`, steps of 4, 2 and 1 all have the slope 1.
_FIRST_STEP = 1 / (4 * math.pi)
_RATIO = 2.0
_COLUMNS = 7
_EPSILON = float(np.finfo(float).eps)
# The last step as a part of x, or of the least number that x is taken for.
_LAST_STEP = 16 * _EPSILON
_LEAST = 1e-30
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
# Steps down to this, as a part of x (of 1 for 0), tell of a slope that goes on growing: by as much from step to step.
_GROWTH_STEP = 2e-10
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
    small.
    """

    central: Slope
    left: Slope
    right: Slope
    jump: Any
    finite: Any
    size: Any


def slopes(function: Callable[[float], Any], x: float) -> Slopes:
    """The slopes at `x` of a function of a number that returns a number or an array, always of one shape.

    Where the function is not finite on one side, or has no slope there, that side and the centre are nan.
    """
    with np.errstate(all="ignore"):
        first = _FIRST_STEP * max(1.0, abs(x))
        steps = [first / _RATIO**k for k in range(1 + math.ceil(math.log(first / _last_step(x), _RATIO)))]
        above = np.array([function(x + h) for h in steps], float)
        below = np.array([function(x - h) for h in steps], float)
        here = np.asarray(function(x), float)
        column = (-1,) + (1,) * here.ndim
        # What the steps really are, once x is added to them.
        up = np.array([(x + h) - x for h in steps]).reshape(column)
        down = np.array([x - (x - h) for h in steps]).reshape(column)
        above_noise, below_noise = _noise(above, up, x), _noise(below, down, x)
        noise = np.maximum(above_noise, below_noise)
        central = _extrapolated((above - below) / (up + down), _RATIO**2, noise / np.minimum(up, down))
        right = _one_sided(above, up, above_noise, x)
        left = _one_sided(below, -down, below_noise, x)
        jump = _jumps(above - here, here, above_noise) | _jumps(below - here, here, below_noise)
        largest = np.max([np.where(np.isfinite(v), abs(v), 0).max(axis=0) for v in (above, below)], axis=0)
        return Slopes(central, left, right, jump, np.isfinite(here), largest / first)


def _last_step(x: float) -> float:
    """Short beside x; for an x of 0 beside 1."""
    return _LAST_STEP * (max(abs(x), _LEAST) if x else 1.0)


def _noise(values: Any, steps: Any, x: float) -> Any:
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
    narrow = steps[_FINER + 2 : -2] < _STAIR * min(1.0, abs(x) or 1.0)
    stairs = np.where(sudden & steady & narrow, np.maximum(bends[_FINER:-1], bends[: -_FINER - 1]), 0).max(axis=0)
    return np.maximum(finer[at], np.maximum(stairs, _first_stair(values, steps, x))) + rounding


def _first_stair(values: Any, steps: Any, x: float) -> Any:
    """How far values move at once that stayed the same over all shorter steps; 0 where the function is constant."""
    moved = values[:-2] != values[-1]
    last = len(moved) - 1 - np.argmax(moved[::-1], axis=0)
    stair = abs(np.take_along_axis(values, last[None], axis=0)[0] - values[-1])
    same = (values[-2] == values[-1]) & moved.any(axis=0) & np.isfinite(stair)
    return np.where(same & (np.take(steps.ravel(), last) < _PLATEAU * min(1.0, abs(x) or 1.0)), stair, 0)


def _one_sided(values: Any, offsets: Any, noise: Any, x: float) -> Slope:
    apart = offsets[:-1] - offsets[1:]
    differences = (values[:-1] - values[1:]) / apart
    rounding = 2 * noise[:-1] / abs(apart)
    slope = _extrapolated(differences, _RATIO, rounding)
    end = int((abs(offsets) > _GROWTH_STEP * (abs(x) or 1.0)).sum())
    more = np.diff(differences[end - _GROWING : end], axis=0)
    growing = (abs(more[1:]) > _GROWTH * abs(more[:-1])).all(axis=0) & np.isfinite(more).all(axis=0)
    # Noise grows as well, but not in one direction.
    infinite = growing & (np.sign(more) == np.sign(more[-1])).all(axis=0) & (more[-1] != 0)
    return Slope(np.where(infinite, np.copysign(np.inf, more[-1]), slope.value), np.where(infinite, 0, slope.error))


def _extrapolated(differences: Any, base: float, rounding: Any) -> Slope:
    """The limit of differences whose errors go with powers of `base` from step to step."""
    values, doubts = np.array(differences), np.full(differences.shape, np.inf)
    previous: list[Any] = []
    for k, difference in enumerate(differences):
        row = [difference]
        for j in range(1, min(len(previous), _COLUMNS - 1) + 1):
            power = base**j
            row.append((power * row[j - 1] - previous[j - 1]) / (power - 1))
            doubt = np.maximum(abs(row[j] - row[j - 1]), abs(row[j] - previous[j - 1])) + rounding[k]
            better = doubt < doubts[k]
            values[k] = np.where(better, row[j], values[k])
            doubts[k] = np.where(better, doubt, doubts[k])
        previous = row
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
