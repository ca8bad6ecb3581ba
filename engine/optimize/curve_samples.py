"""Samples of a function of one variable, closer where it bends: enough of them to draw it and to find its features."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from ..tensors.aliases import Array

# Takes points of shape (n,), gives a row for the value, and rows for its first and second derivative as far as there
# are such: an array of shape (k, n). Where the function is not defined, these are nan.
Derivatives: TypeAlias = Callable[[Array], Array]

# How far a curve may be from the straight lines between samples, as a part of its height: less than is seen.
_SEEN = 5e-4
_ROUNDS = 12
_MOST = 20_000


class Samples(NamedTuple):
    """A function at the points `x`, of shape (n,) and in order: `rows` of shape (k, n), as `Derivatives` gives them."""

    x: Array
    rows: Array


def sampled(function: Derivatives, x: Array) -> Samples:
    """The function at some points and between them: halfway, again and again, where lines would not follow it."""
    x = np.sort(x)
    rows = function(x)
    low, high = central(rows[0])
    most = _SEEN * (high - low)
    left = np.arange(len(x) - 1)
    for _ in range(_ROUNDS):
        if not len(left) or len(x) + len(left) > _MOST:
            break
        middle = x[left] / 2 + x[left + 1] / 2
        inner = (middle > x[left]) & (middle < x[left + 1])
        left, middle = left[inner], middle[inner]
        between = function(middle)
        # What is far above or below the rest need not be followed as closely.
        far = _SEEN * np.abs(between[0] - (low / 2 + high / 2))
        bent = _is_bent(rows[0, left], between[0], rows[0, left + 1], most + far)
        left, middle, between = left[bent], middle[bent], between[:, bent]
        x = np.insert(x, left + 1, middle)
        rows = np.insert(rows, left + 1, between, axis=1)
        first = left + np.arange(len(left))
        left = np.sort(np.concatenate([first, first + 1]))
    return Samples(x, rows)


def _is_bent(left: Array, middle: Array, right: Array, most: Array) -> Array:
    """Where the middle is not on the line from left to right, or is defined where one of them is not."""
    with np.errstate(all="ignore"):
        off = np.abs(middle - (left / 2 + right / 2)) > most
    known = np.isfinite(left) + 0 + np.isfinite(middle) + np.isfinite(right)
    return (off & (known == 3)) | ((known > 0) & (known < 3))


def central(values: Array, part: float = 0.1) -> tuple[float, float]:
    """Where most of some values are, without the outermost `part` at both ends; (0, 0) where none is finite."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = (float(edge) for edge in np.quantile(known, [part, 1 - part]))
    if low == high:
        low, high = float(known.min()), float(known.max())
    return low, high
