"""Points at which derivatives are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np

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
