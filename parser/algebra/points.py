"""Points at which derivatives are compared, and what formulas are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np

from ...engine.api.creation import tensor
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..syntax.records import Program

STEP = 1e-9  # in parts of a value, to one nearby

# Intervals to draw points from, as functions are defined on different ones.
_INTERVALS = ((0.1, 0.9), (-2.5, 2.5), (1.1, 3.0), (0.1, 4.0), (2.5, 9.0), (-0.9, 0.9))


def point_of(
    names: Sequence[str], shapes: Mapping[str, tuple[int, ...]], random: Random, attempt: int
) -> dict[str, Any]:
    """Values for the variables: all from one interval, or each from one of its own."""
    common = _INTERVALS[attempt % len(_INTERVALS)]
    point: dict[str, Any] = {}
    for name in names:
        low, high = common if attempt % 2 else random.choice(_INTERVALS)
        shape = shapes.get(name, ())
        count = int(np.prod(shape))
        point[name] = np.array([random.uniform(low, high) for _ in range(count)]).reshape(shape)
    return point


def stands_for(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether broadcasting makes an array of a shape one of the other."""
    try:
        return np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False


def value_at(program: Program, point: Mapping[str, Any], limits: Limits) -> Any:
    """What a program computes there, as a NumPy array."""
    free = free_variables(program)
    given = {name: tensor(v.tolist()) for name, v in point.items() if name in free}
    return evaluate(program, given, limits)._data


def noise_at(program: Program, point: Mapping[str, Any], value: Any, limits: Limits) -> Any:
    """By how much an expression jumps about where the point hardly changes: its terms cancel."""
    near = [{n: v * (1 + k * STEP) for n, v in point.items()} for k in range(1, 6)]
    return np.maximum.reduce([abs(value_at(program, p, limits) - value) for p in near])
