"""Timing two things in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(run: Callable[[], object], repeat: int = 1) -> float:
    """How long one of `repeat` runs took, on average."""
    start = time.perf_counter()
    for _ in range(repeat):
        run()
    return (time.perf_counter() - start) / repeat


def ratio(a: Callable[[], object], b: Callable[[], object], rounds: int = 25, repeat: int = 1) -> tuple[float, float]:
    """How many times as long `a` takes as `b`, and how long `a` takes: medians over the rounds."""
    a(), b()
    pairs = [(seconds(a, repeat), seconds(b, repeat)) for _ in range(rounds)]
    return statistics.median(x / y for x, y in pairs), statistics.median(x for x, _ in pairs)
