"""What a script may use."""

from __future__ import annotations

import math
from typing import NamedTuple


class Limits(NamedTuple):
    """What a script may use.

    Characters of its text, depth of its brackets, steps (instructions), depth of calls of its own functions, elements
    of one tensor, list or text; megabytes of memory beside what is in use before; seconds.
    """

    length: int = 1_000_000
    depth: int = 200
    steps: int = 100_000_000
    calls: int = 1_000
    elements: int = 10_000_000
    memory: int = 4_000
    seconds: float = math.inf
