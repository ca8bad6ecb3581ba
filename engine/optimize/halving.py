"""The last number for which something holds, by halving the way there."""

from __future__ import annotations

from collections.abc import Callable


def last_where(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """The last number on the way from inside to outside for which something holds, as it does inside."""
    # More halvings than there are between any two floats.
    for _ in range(2200):
        middle = inside + (outside - inside) / 2
        if middle in (inside, outside):
            break
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside
