"""Where searches start: at the values given, and at points spread over ranges, within bounds, or around them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...engine.optimize.minimum import Bounds
from ...engine.optimize.starts import spread
from ...engine.optimize.unknowns import Unknowns

Ends = tuple[float, float]
# How far around a value, in its size, and at least.
_AROUND, _LEAST = 10, 10


def box_of(unknowns: Unknowns, given: np.ndarray, ranges: Mapping[str, Ends], within: Bounds) -> Bounds:
    """What to spread points over: the range of an unknown, or else what is within its bounds and around its value."""
    width = np.maximum(_AROUND * np.abs(given), _LEAST)
    low = np.where(np.isfinite(within.low), within.low, np.minimum(given, within.high) - width)
    high = np.where(np.isfinite(within.high), within.high, np.maximum(given, within.low) + width)
    for name, ends in ranges.items():
        low[unknowns.part(name)], high[unknowns.part(name)] = min(ends), max(ends)
    return Bounds(low, high)


def starting_points(given: np.ndarray, box: Bounds, count: int, in_ranges: bool) -> list[np.ndarray]:
    """So many points of a box; the values given are the first of them, unless they stand for ranges."""
    return [*([] if in_ranges else [given]), *spread(box.low, box.high, count)[0 if in_ranges else 1 :]]
