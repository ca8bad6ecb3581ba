"""What a program of the language may use."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """What a program may use: evaluated nodes, elements of one tensor, depth of calls of its own functions."""

    nodes: int = 1_000_000
    elements: int = 10_000_000
    calls: int = 1_000
