"""New bodies: with as many lanes as fit the processor, and with what the numbers may differ by."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from . import vector_math
from .instructions import FORMS, FUNCTIONS
from .lanes import TYPES, Body, Lane, Refusal
from .powers import exactly, power
from .processor import vector_bytes

__all__ = ["Body", "Lane", "Refusal", "has_lanes", "lanes_for", "new_body"]


def has_lanes(dtype: str) -> bool:
    """Whether numbers of a dtype can be computed with."""
    return dtype in TYPES


def lanes_for(dtypes: Iterable[str]) -> int:
    """How many rows to compute at a time, by the widest numbers there are."""
    return vector_bytes() // max([4, *(np.dtype(dtype).itemsize for dtype in set(dtypes))])


def new_body(lanes: int, exact: bool) -> Body:
    """An empty body; with `exact`, of what has the same bits as NumPy alone."""
    if exact:
        return Body(lanes, FORMS, FUNCTIONS, exactly, lambda *wanted: None)
    return Body(lanes, FORMS, FUNCTIONS, power, vector_math.symbol)
