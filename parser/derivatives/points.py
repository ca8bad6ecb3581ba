"""Points at which derivatives are compared: ordinary ones, and extreme values of each variable in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

import numpy as np

from ...engine.tensors.aliases import Array
from .traced import Shapes

# Values of variables, each with a row for every point.
Points = Mapping[str, Array]

# Intervals to draw points from, as functions are defined on different ones.
_INTERVALS = ((0.1, 0.9), (-2.5, 2.5), (1.1, 3.0), (0.1, 4.0), (2.5, 9.0), (-0.9, 0.9))
# Ends of domains; where 1 - tanh(x) and x**2 + 1 have lost their digits, exp(2*x), exp(x) and exp(x/10) are beyond the
# largest number, and squares beyond it or 0.
_SIZES = (0, 1e-300, 1e-20, 1e-9, 1e-3, 1, 2, 20, 30, 100, 400, 800, 1e4, 1e6, 1e16, 1e20, 1e200, 1e300, float("inf"))
EXTREMES = np.array([sign * size for size in _SIZES for sign in (1.0, -1.0)])
# Those at which digits are lost soonest, by the engine and a form alike.
SUSPECT = np.isin(EXTREMES, (1e-20, 1e-9, 1e16))


def ordinary(shapes: Shapes, count: int) -> Points:
    """Random values: at a point all from one interval, or each from one of its own."""
    random = Random(0)
    points = {name: np.empty((count, *shape)) for name, shape in shapes.items()}
    for attempt in range(count):
        common = _INTERVALS[attempt % len(_INTERVALS)]
        for values in points.values():
            low, high = common if attempt % 2 else random.choice(_INTERVALS)
            values[attempt] = np.reshape(
                [random.uniform(low, high) for _ in range(values[attempt].size)], values.shape[1:]
            )
    return points


def extreme(near: Mapping[str, float], names: Iterable[str]) -> Points:
    """Extreme values of each of these variables, one after the other; others are as `near`."""
    names = list(names)
    points = {name: np.full((len(names), len(EXTREMES)), value) for name, value in near.items()}
    for i, name in enumerate(names):
        points[name][i] = EXTREMES
    return {name: values.ravel() for name, values in points.items()}


def moved(points: Points, by: float) -> Points:
    """Points near these, by parts of their values."""
    with np.errstate(over="ignore"):
        return {name: values * (1 + by) for name, values in points.items()}


def picked(points: Points, rows: Array) -> Points:
    """Some of the points."""
    return {name: values[rows] for name, values in points.items()}


def joined(first: Points, second: Points) -> Points:
    """The points of two tables."""
    return {name: np.concatenate([values, second[name]]) for name, values in first.items()}
