"""torch.special: the functions that PyTorch gathers here, many of them also without `special.`."""

from __future__ import annotations

from typing import Any

from .api.offered import lacking
from .primitives.selection import round_decimals
from .table.composed import called_by_name
from .table.registry import functions_of

_FUNCTIONS = {name: called_by_name(function) for name, function in functions_of("special").items()}
globals().update(_FUNCTIONS)

__all__ = ["round", *_FUNCTIONS]
__getattr__ = lacking("torch.special")


def round(x: Any, *, decimals: int = 0) -> Any:
    """x to `decimals` places, halves to the even neighbour."""
    return round_decimals(x, decimals)
