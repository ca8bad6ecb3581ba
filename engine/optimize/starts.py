"""Points to start from, the same in each run, that leave no large gap in a box."""

from __future__ import annotations

import numpy as np

from ..tensors.aliases import Array


def spread(low: Array, high: Array, count: int) -> Array:
    """So many points of a box, of shape (count, n), the first of them its middle.

    They are multiples of a vector of irrational numbers, modulo 1 (Roberts, The unreasonable effectiveness of
    quasirandom sequences, 2018: the vector is of powers of the root of x^(n+1) = x + 1).
    """
    size = len(low)
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (size + 1))
    steps = root ** -np.arange(1.0, size + 1)
    parts = (0.5 + np.arange(count)[:, None] * steps) % 1
    return low + parts * (high - low)
