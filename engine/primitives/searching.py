"""Distinct values, and places in ascending sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.aliases import Data
from ..tensors.dtypes import is_number
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .arguments import dimension, underived
from .families import ORDERING
from .gathering import gather_primitive

private, function = ORDERING.private, ORDERING.function


def _unique(x: Any, dim: int | None) -> tuple[Any, Any, Any]:
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return values, inverse.reshape(x.shape if dim is None else -1), counts


_DISTINCT = ("output", "inverse_indices", "counts")
unique_all = private("unique2", lambda x: _unique(x, None), underived("_unique2"), outputs=_DISTINCT, shaped_by="x")
unique_dim = private("unique_dim", _unique, underived("unique_dim"), outputs=_DISTINCT, shaped_by="x")


@private(underived("unique_consecutive"), outputs=_DISTINCT, shaped_by="x", name="unique_consecutive")
def unique_consecutive_primitive(x: Data, dim: int | None) -> tuple[Data, Data, Data]:
    along = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    others = tuple(range(1, along.ndim))
    differs = (along[1:] != along[:-1]).any(axis=others)
    starts = np.concatenate([np.ones(len(along[:1]), np.bool_), differs])
    first = np.flatnonzero(starts)
    values = along[first] if dim is None else np.moveaxis(along[first], 0, dim)
    inverse = (np.cumsum(starts) - 1).reshape(x.shape if dim is None else -1)
    return values, inverse, np.diff(np.append(first, len(along)))


def _wanted(results: Any, return_inverse: bool, return_counts: bool) -> Any:
    """The distinct values, and what else was asked for."""
    values, inverse, counts = results
    if not (return_inverse or return_counts):
        return values
    return (values, *([inverse] if return_inverse else []), *([counts] if return_counts else []))


@function()
def unique(
    x: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the distinct elements in ascending order; has no derivative"""
    results = unique_all(x) if dim is None else unique_dim(x, dimension(dim, x.ndim))
    return _wanted(results, return_inverse, return_counts)


@function()
def unique_consecutive(
    x: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the elements without those equal to the one before; has no derivative"""
    axis = None if dim is None else dimension(dim, x.ndim)
    return _wanted(unique_consecutive_primitive(x, axis), return_inverse, return_counts)


@private(tensors=2, promotes=(), name="searchsorted")
def search(boundaries: Any, values: Data, right: bool, out_int32: bool) -> Data:
    side = "right" if right else "left"
    if boundaries.ndim == 1:
        places = np.searchsorted(boundaries, values, side)
    else:
        rows = boundaries.reshape(-1, boundaries.shape[-1])
        wanted = values.reshape(len(rows), -1)
        found = [np.searchsorted(row, sought, side) for row, sought in zip(rows, wanted, strict=True)]
        places = np.reshape(found, values.shape)
    return places.astype(np.int32 if out_int32 else np.int64)


@function(tensors=2, method=False)
def bucketize(x: Any, boundaries: Any, out_int32: bool = False, right: bool = False) -> Any:
    """the number of the interval, between ascending boundaries, in which each element of x lies"""
    if boundaries.ndim != 1:
        raise shape_error(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return search(boundaries, Tensor(np.float64(x)) if is_number(x) else x, right, out_int32)


@function(tensors=2, method=False, called_as={"values": "input"})
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
        raise shape_error("torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension")
    values = Tensor(np.float64(values)) if is_number(values) else values
    if sorted_sequence.ndim > 1 and tuple(sorted_sequence.shape[:-1]) != tuple(values.shape[:-1]):
        raise shape_error(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and "
            f"input value tensor {list(values.shape)}"
        )
    if sorter is not None:
        sorted_sequence = gather_primitive(sorted_sequence, -1, sorter)
    return search(sorted_sequence, values, right or side == "right", out_int32)
