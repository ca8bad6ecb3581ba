"""Tensors and their elements so many times."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.dtypes import is_number
from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, listed
from .broadcasting import expand
from .copying import contiguous_clone
from .families import SHAPE
from .index_slices import index_select
from .reshaping import reshape, view
from .squeezing import unsqueeze

private, function = SHAPE.private, SHAPE.function


def _repeat_rule(g: Any, x_shape: tuple[int, ...], repeats: tuple[int, ...]) -> Any:
    padded = (1,) * (len(repeats) - len(x_shape)) + tuple(x_shape)
    apart = tuple(n for pair in zip(repeats, padded, strict=True) for n in pair)
    if not apart:
        return g
    return ops.sum(reshape(g, apart), tuple(range(0, len(apart), 2)))


repeat_primitive = private("repeat", lambda x, repeats: np.tile(x, repeats), _repeat_rule, moves="places")


@function(torch=())
def repeat(x: Any, *repeats: Any, **named: Any) -> Any:
    """x side by side with itself, so many times along each dimension"""
    counts = listed("repeat", repeats, named, "repeats")
    if len(counts) < data_of(x).ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return repeat_primitive(x, counts)


@function()
def tile(x: Any, *dims: Any, **named: Any) -> Any:
    """x side by side with itself, so many times along each of the last dimensions"""
    counts = listed("tile", dims, named, "dims")
    return repeat_primitive(x, (1,) * (data_of(x).ndim - len(counts)) + counts)


@function()
def repeat_interleave(x: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None) -> Any:
    """each element of x, or each slice along a dimension, so many times in a row"""
    if repeats is None:
        counts = data_of(x)
        return Tensor(np.repeat(np.arange(counts.size), counts))
    if dim is None:
        x, dim = (x if data_of(x).ndim == 1 else reshape(x, -1)), 0
    shape = data_of(x).shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = dimension(dim, len(shape))
    if is_number(repeats):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        wide = (*shape[: axis + 1], repeats, *shape[axis + 1 :])
        joined = (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :])
        return view(contiguous_clone(expand(unsqueeze(x, axis + 1), wide)), joined)
    counts = np.asarray(data_of(repeats)).reshape(-1)
    if counts.size not in (1, shape[axis]):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size({axis}) = {shape[axis]}"
        )
    return index_select(x, axis, np.repeat(np.arange(shape[axis]), counts.astype(np.int64)))
