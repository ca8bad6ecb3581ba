"""Places in ascending sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.dtypes import is_number
from ..tensors.tensor import Tensor
from .families import ORDERING
from .gathering import gather_primitive

private, function = ORDERING.private, ORDERING.function


def _search(boundaries: Any, values: Any, right: bool, out_int32: bool) -> Any:
    side = "right" if right else "left"
    if boundaries.ndim == 1:
        places = np.searchsorted(boundaries, values, side)
    else:
        rows = boundaries.reshape(-1, boundaries.shape[-1])
        wanted = values.reshape(len(rows), -1)
        found = [np.searchsorted(row, sought, side) for row, sought in zip(rows, wanted, strict=True)]
        places = np.reshape(found, values.shape)
    return places.astype(np.int32 if out_int32 else np.int64)


search = private("searchsorted", _search, tensors=2, promotes=())


@function(tensors=2, method=False)
def bucketize(x: Any, boundaries: Any, out_int32: bool = False, right: bool = False) -> Any:
    """the number of the interval, between ascending boundaries, in which each element of x lies"""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return search(boundaries, Tensor(np.float64(x)) if is_number(x) else x, right, out_int32)


@function(tensors=2, method=False)
def searchsorted(
    sorted_sequence: Any,
    values: Any,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """the places in an ascending sequence at which the values would be inserted"""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if not sorted_sequence.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    values = Tensor(np.float64(values)) if is_number(values) else values
    if sorted_sequence.ndim > 1 and tuple(sorted_sequence.shape[:-1]) != tuple(values.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and "
            f"input value tensor {list(values.shape)}"
        )
    if sorter is not None:
        sorted_sequence = gather_primitive(sorted_sequence, -1, sorter)
    return search(sorted_sequence, values, right or side == "right", out_int32)
