# pyright: strict, reportPrivateUsage=false
"""Evenly spaced numbers, rounded where PyTorch rounds them on processors with AVX2, and so the same in every digit."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from .aliases import Array, NumpyDtype

_VECTOR = 32  # bytes


def fused(x: Any, factor: Any, summand: Any) -> Any:
    """x * factor + summand, rounded once, as processors compute it that do both in one."""
    if x.dtype.itemsize < 8:
        return (x.astype(np.float64) * np.float64(factor) + np.float64(summand)).astype(x.dtype)
    # T. J. Dekker, Numerische Mathematik 18 (1971), 224-242: the product and the sum, each with what it lost.
    product = x * factor
    high_x, low_x = _halves(x)
    high_factor, low_factor = _halves(factor)
    lost = ((high_x * high_factor - product) + high_x * low_factor + low_x * high_factor) + low_x * low_factor
    total = product + summand
    part = total - product
    exact = total + (((product - (total - part)) + (summand - part)) + lost)
    return cast(Array, np.where(np.isfinite(lost), exact, total))


def _halves(x: Any) -> tuple[Any, Any]:
    """A number as a sum of two of half the digits."""
    high = x * 134217729.0
    high = high - (high - x)
    return high, x - high


def spaced(start: float, end: float, steps: int, dtype: NumpyDtype) -> Array:
    """Evenly spaced numbers, both ends among them."""
    kind = dtype if dtype.kind == "f" and dtype.itemsize > 2 else np.dtype(np.float64)
    first, last = kind.type(start), kind.type(end)
    if steps < 2:
        return np.full(steps, first).astype(dtype)
    step = (last - first) / kind.type(steps - 1)
    # Each half is counted from its own end.
    counted = np.arange(steps)
    rising, falling = counted.astype(kind), (steps - 1 - counted).astype(kind)
    numbers = cast(Array, np.where(counted < steps // 2, fused(rising, step, first), fused(falling, -step, last)))
    return numbers.astype(dtype)


def stepped(start: float, step: float, count: int, dtype: NumpyDtype) -> Array:
    """`count` numbers from `start` on, in steps."""
    counted = np.arange(count)
    size = _VECTOR // dtype.itemsize
    # Two vectors at a time are counted from the first of each, which is rounded; those that are left over are not.
    within = np.where(counted < count - count % (2 * size), counted % size, 0)
    exact, step, start = np.dtype(np.float64).type, np.float64(step), np.float64(start)
    first = fused((counted - within).astype(exact), step, start)
    rounded = cast(Array, np.where(within > 0, first.astype(dtype).astype(exact), first))
    return fused(within.astype(exact), step, rounded).astype(dtype)
