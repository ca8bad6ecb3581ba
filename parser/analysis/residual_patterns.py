"""Whether residuals come in stretches of one sign, as they do where a model misses a bend."""

from __future__ import annotations

import math

import numpy as np

_UNLIKELY = 1e-3
_FEWEST = 10


class Pattern:
    """Counts stretches of one sign: the test of Wald and Wolfowitz (Ann. Math. Stat. 11, 1940)."""

    def __init__(self) -> None:
        self.positive = 0
        self.negative = 0
        self.stretches = 0
        self._last: bool | None = None

    def begin(self) -> None:
        """A new group of rows: its first begins a stretch."""
        self._last = None

    def add(self, signs: np.ndarray) -> None:
        """Adds rows in their order: whether the residual of each is positive, (n,)."""
        if not len(signs):
            return
        self.positive += int(signs.sum())
        self.negative += int(len(signs) - signs.sum())
        self.stretches += int((signs[1:] != signs[:-1]).sum()) + (self._last is None or self._last != bool(signs[0]))
        self._last = bool(signs[-1])

    def expected(self) -> float:
        """How many stretches there are on average where the order is one of chance."""
        return 1 + 2 * self.positive * self.negative / (self.positive + self.negative)

    def probability(self) -> float:
        """How probable so few stretches are then, by the normal distribution."""
        n = self.positive + self.negative
        mean = self.expected()
        variance = (mean - 1) * (mean - 2) / (n - 1)
        return 0.5 * math.erfc((mean - self.stretches - 0.5) / math.sqrt(2 * variance)) if variance > 0 else 1.0

    def finding(self) -> str | None:
        """What there is to say; None where there is nothing."""
        if min(self.positive, self.negative) < _FEWEST or self.probability() > _UNLIKELY:
            return None
        return (
            f"the residuals keep their sign over {self.stretches:,} stretches of rows, where chance makes about "
            f"{self.expected():,.0f}: in this order the model seems to miss a bend, or the rows hang together"
        )
