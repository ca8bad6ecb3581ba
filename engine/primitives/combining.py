"""Tensors broadcast together, and every combination of their elements."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from ..graph.history import snapshot
from ..table.binding import broadcast_mismatch
from ..table.registry import ops
from ..tensors.size import check_count
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import data_of
from .broadcasting import expand
from .copying import contiguous_clone
from .families import SHAPE
from .joining import stack
from .masking import masked_select
from .reshaping import unsafe_view, view
from .slicing import slice_primitive
from .squeezing import unsqueeze
from .stacking import listed_tensors
from .turning import flip

function = SHAPE.function


# Combinations


@function(variadic=True, method=False)
def broadcast_tensors(*tensors: Any) -> Any:
    """the tensors, each expanded to the shape they broadcast to"""
    parts = listed_tensors(tensors)
    shape: tuple[int, ...] = ()
    for x in parts:
        shape = _broadcast(shape, data_of(x).shape)
    check_count(math.prod(shape))
    return tuple(x if data_of(x).shape == shape else expand(x, shape) for x in parts)


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    mismatch = broadcast_mismatch([a, b])
    if mismatch is not None:
        raise RuntimeError(mismatch)
    return np.broadcast_shapes(a, b)


@function(variadic=True, method=False)
def meshgrid(*tensors: Any, indexing: str | None = None) -> Any:
    """the coordinates of a grid, one tensor for each vector of them"""
    parts = listed_tensors(tensors)
    for x in parts:
        if data_of(x).ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    order = list(range(len(parts)))
    if indexing == "xy" and len(parts) > 1:
        order[:2] = [1, 0]
    lengths = [data_of(parts[i]).size for i in order]
    check_count(math.prod(lengths))
    grids = []
    for i, x in enumerate(parts):
        place = order.index(i)
        line = view(x, tuple(lengths[place] if d == place else 1 for d in range(len(parts))))
        grids.append(expand(line, tuple(lengths)))
    return tuple(grids)


def _vector(x: Any) -> Any:
    if data_of(x).ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(data_of(x).shape)}")
    return x


@function(variadic=True, method=False)
def cartesian_prod(*tensors: Any) -> Any:
    """every choice of one element from each vector, one row for each"""
    parts = [_vector(x) for x in listed_tensors(tensors)]
    if len(parts) == 1:
        return parts[0]
    return stack([unsafe_view(contiguous_clone(grid), (data_of(grid).size,)) for grid in meshgrid(parts)], 1)


@function()
def combinations(x: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """every choice of r elements of a vector, in order, one row for each"""
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    size = data_of(_vector(x)).size
    if r == 0:
        return Tensor(np.zeros(0, data_of(x).dtype))
    check_count((r + 1) * max(size, 1) ** min(r, 64))
    indices = np.indices((size,) * r)
    mask = np.ones((size,) * r, bool)
    for a, b in pairwise(indices):
        mask &= a <= b if with_replacement else a < b
    return stack([masked_select(grid, mask) for grid in meshgrid([x] * r)], 1)


@function()
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803  (PyTorch's name)
    """the powers of the elements of a vector, a row for each, falling from the first to the last"""
    if data_of(x).ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    size = data_of(x).size
    count = size if N is None else N
    check_count(size * count)
    dtype = data_of(x).dtype
    if is_symbolic(data_of(x)):
        powers = unsqueeze(x, 1) ** Tensor(np.arange(count, dtype=dtype))
        return powers if increasing else flip(powers, 1)
    result: Any = Tensor(np.ones((size, count), np.int64 if dtype.kind in "bui" else dtype))
    if count > 1:
        # As PyTorch does it, written into a tensor that was made before: the graph shows it.
        # But there the rule of cumprod finds its argument overwritten; here it keeps a copy.
        slice_primitive(result, 1, 1, count, 1).copy_(unsqueeze(x, 1))
        powers = ops.cumprod(snapshot(slice_primitive(result, 1, 1, count, 1)), 1)
        slice_primitive(result, 1, 1, count, 1).copy_(powers)
    return result if increasing else flip(result, 1)
