"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np

_LEVELS = 12
# What may be gone beyond a number of ticks for a rounder one.
_CLOSER = Decimal("0.85")
# Beyond these sizes numbers have exponents.
_LARGE, _SMALL = 6, -4


def round_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """About so many multiples of 1, 2 or 5 times a power of ten from `low` to `high`, which is larger, with names."""
    least = (Decimal(high) - Decimal(low)) / most * _CLOSER
    exponent = least.adjusted()
    step = next(s for f in (1, 2, 5, 10) if (s := Decimal(f).scaleb(exponent)) >= least)
    first = int((Decimal(low) / step).to_integral_value(ROUND_CEILING))
    last = int((Decimal(high) / step).to_integral_value(ROUND_FLOOR))
    places = [step * number for number in range(first, last + 1)]
    return [float(place) for place in places], [_name(place, step, max(abs(low), abs(high))) for place in places]


def _name(place: Decimal, step: Decimal, largest: float) -> str:
    exponent = step.normalize().adjusted()
    if exponent >= _SMALL and largest < 10**_LARGE:
        return f"{place + 0:.{max(0, -exponent)}f}"
    if not place:
        return "0"
    text = f"{place.normalize():.{max(0, place.normalize().adjusted() - exponent)}e}"
    return text.replace("e+", "e")


def contour_levels(z: Any) -> list[float]:
    """Round numbers at which to draw contours of z, an array with finite numbers in it.

    They are spaced so that a small part that rises steeply does not take them all.
    """
    known = z[np.isfinite(z)]
    low, high = float(known.min()), float(known.max())
    inner_low, inner_high = (float(edge) for edge in np.quantile(known, [0.05, 0.95]))
    if inner_high > inner_low and (high - low) > 4 * (inner_high - inner_low):
        low, high = inner_low, inner_high
    if low == high or math.isinf(high - low):
        return [low]
    return round_ticks(low, high, _LEVELS)[0]
