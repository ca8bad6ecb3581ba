"""A step along a line that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 3.5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

_DECREASE, _CURVATURE = 1e-4, 0.9


class Point(NamedTuple):
    """A place on the line: how far, and there the value, its gradient and its slope along the line."""

    t: float
    value: float
    gradient: Any
    slope: float


def wolfe_step(at: Callable[[float], Point], t: float, start: Point, least: float, most: int) -> tuple[Point, int]:
    """The point found from `t` on, and how many were looked at: one, and at most `most` others.

    A bracket shorter than `least` is not searched.
    """

    def is_too_high(point: Point) -> bool:
        return point.value > start.value + _DECREASE * point.t * start.slope

    def is_level(point: Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * start.slope

    before, point, looks = start, at(t), 1
    while looks <= most:
        if is_too_high(point) or (looks > 2 and point.value >= before.value):
            break
        if is_level(point):
            return point, looks
        if point.slope >= 0:
            break
        bounds = (point.t + 0.01 * (point.t - before.t), point.t * 10)
        before, point = point, at(_least_of_cubic(before, point, bounds))
        looks += 1
    else:
        before = start
    low, high, is_stuck = *_in_order(before, point), False
    while looks <= most and abs(high.t - low.t) >= least:
        ends = (min(low.t, high.t), max(low.t, high.t))
        t, is_stuck = _inside(_least_of_cubic(low, high, ends), ends, is_stuck)
        point = at(t)
        looks += 1
        if is_too_high(point) or point.value >= low.value:
            low, high = _in_order(low, point)
        elif is_level(point):
            return point, looks
        else:
            low, high = point, low if point.slope * (high.t - low.t) >= 0 else high
    return low, looks


def _in_order(one: Point, other: Point) -> tuple[Point, Point]:
    return (one, other) if one.value <= other.value else (other, one)


def _inside(t: float, ends: tuple[float, float], is_stuck: bool) -> tuple[float, bool]:
    """A step moved away from the ends of an interval where it is, for the second time, within a tenth of one."""
    low, high = ends
    margin = 0.1 * (high - low)
    if min(high - t, t - low) >= margin:
        return t, False
    if is_stuck or t >= high or t <= low:
        return (high - margin if abs(t - high) < abs(t - low) else low + margin), False
    return t, True


def _least_of_cubic(one: Point, other: Point, bounds: tuple[float, float]) -> float:
    """Where the cubic through two points with their slopes is least, within bounds; else the middle of these."""
    if one.t > other.t:
        one, other = other, one
    low, high = bounds
    d1 = one.slope + other.slope - 3 * (one.value - other.value) / (one.t - other.t)
    square = d1 * d1 - one.slope * other.slope
    if not square >= 0:
        return (low + high) / 2
    d2 = math.sqrt(square)
    share = (other.slope + d2 - d1) / (other.slope - one.slope + 2 * d2)
    return min(max(other.t - (other.t - one.t) * share, low), high)
