"""A step along a line that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 3.5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from ..tensors.aliases import Array

_DECREASE, _CURVATURE = 1e-4, 0.9
_MOST = 25


class _Point(NamedTuple):
    """A place on the line: how far, and there the value, its gradient and its slope along the line."""

    t: float
    value: float
    gradient: Any
    slope: float


def wolfe_step(
    at: Callable[[float], tuple[float, Array]],
    t: float,
    direction: Array,
    value: float,
    gradient: Array,
    slope: float,
    tolerance: float,
) -> tuple[float, Array, float, int]:
    """Value, gradient and length of the step found from `t` on, and how many points were looked at."""
    longest = float(abs(direction).max())
    count = 0

    def look(step: float) -> _Point:
        nonlocal count
        count += 1
        found, there = at(step)
        return _Point(step, found, there.copy(), float(there @ direction))

    start = _Point(0.0, value, gradient, slope)
    before, point, done = start, look(t), 0
    bracket = [start, point]
    is_found = False
    while done < _MOST:
        if point.value > value + _DECREASE * point.t * slope or (done > 1 and point.value >= before.value):
            bracket = [before, point]
            break
        if abs(point.slope) <= -_CURVATURE * slope:
            bracket, is_found = [point], True
            break
        if point.slope >= 0:
            bracket = [before, point]
            break
        low, high = point.t + 0.01 * (point.t - before.t), point.t * 10
        before, point = point, look(_least_of_cubic(before, point, (low, high)))
        done += 1
    if done == _MOST:
        bracket = [start, point]
    stuck = False
    while not is_found and done < _MOST:
        low, high = sorted(range(2), key=lambda i: bracket[i].value)
        ends = sorted(end.t for end in bracket)
        if (ends[1] - ends[0]) * longest < tolerance:
            break
        step, stuck = _inside(_least_of_cubic(bracket[0], bracket[1]), ends[0], ends[1], stuck)
        point = look(step)
        done += 1
        if point.value > value + _DECREASE * point.t * slope or point.value >= bracket[low].value:
            bracket[high] = point
            continue
        if abs(point.slope) <= -_CURVATURE * slope:
            is_found = True
        elif point.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
    best = min(bracket, key=lambda end: end.value)
    return best.value, best.gradient, best.t, count


def _inside(t: float, low: float, high: float, stuck: bool) -> tuple[float, bool]:
    """A step moved away from the ends of an interval where it is, for the second time, within a tenth of one."""
    margin = 0.1 * (high - low)
    if min(high - t, t - low) >= margin:
        return t, False
    if stuck or t >= high or t <= low:
        return (high - margin if abs(t - high) < abs(t - low) else low + margin), False
    return t, True


def _least_of_cubic(one: _Point, other: _Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through two points with their slopes is least, within bounds; else the middle of these."""
    if one.t > other.t:
        one, other = other, one
    low, high = bounds or (one.t, other.t)
    d1 = one.slope + other.slope - 3 * (one.value - other.value) / (one.t - other.t)
    square = d1 * d1 - one.slope * other.slope
    if not square >= 0:
        return (low + high) / 2
    d2 = math.sqrt(square)
    share = (other.slope + d2 - d1) / (other.slope - one.slope + 2 * d2)
    return min(max(other.t - (other.t - one.t) * share, low), high)
