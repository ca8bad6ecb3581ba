"""Tensors side by side, as rows, columns or blocks; broadcast together; every combination of their elements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..graph.history import snapshot
from ..table.binding import broadcast_mismatch
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import get_default_dtype
from ..tensors.errors import shape_error, type_error
from ..tensors.size import check_count
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import data_of
from .arranging import flip
from .axes import unsqueeze
from .copying import contiguous_clone
from .families import SHAPE
from .parts import cat, slice_primitive, stack
from .places import masked_select
from .reshaping import expand, reshape, unsafe_view, view

private, function = SHAPE.private, SHAPE.function


def listed_tensors(tensors: tuple[Any, ...]) -> list[Any]:
    """Tensors given as separate arguments or as one list."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        return list(tensors[0])
    return [part for value in tensors for part in (value if isinstance(value, (list, tuple)) else [value])]


def _at_least(x: Any, ndim: int) -> Any:
    """x with dimensions of size 1 added, before for a matrix or less, after it for a third."""
    have = data_of(x).ndim
    if not have and ndim:
        return reshape(x, (1,) * ndim)
    if have == 1 and ndim >= 2:
        x = unsqueeze(x, 0)
    return unsqueeze(x, -1) if ndim == 3 and 0 < have < 3 else x


def _raising(ndim: int, doc: str) -> Call:
    @function(name=f"atleast_{ndim}d", doc=doc)
    def raised(*tensors: Any) -> Any:
        if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
            return _at_least(tensors[0], ndim)
        return tuple(_at_least(x, ndim) for x in listed_tensors(tensors))

    return raised


atleast_1d = _raising(1, "x, with one dimension if it has none")
atleast_2d = _raising(2, "x, made a matrix of one row if it has fewer than two dimensions")
atleast_3d = _raising(3, "x, with dimensions of size 1 added if it has fewer than three")


def _not_empty(function: str, tensors: Any) -> Any:
    if isinstance(tensors, Tensor):
        raise type_error(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    if not len(tensors):
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    return tensors


@function(variadic=True, method=False)
def hstack(tensors: Any) -> Any:
    """tensors joined along the second dimension, vectors along their only one"""
    parts = [_at_least(x, 1) for x in _not_empty("hstack", tensors)]
    return cat(parts, min(1, data_of(parts[0]).ndim - 1))


@function(variadic=True, method=False, aliases=("row_stack",))
def vstack(tensors: Any) -> Any:
    """tensors joined along the first dimension, each vector as a row"""
    return cat([_at_least(x, 2) for x in _not_empty("vstack", tensors)], 0)


@function(variadic=True, method=False)
def dstack(tensors: Any) -> Any:
    """tensors joined along a third dimension"""
    return cat([_at_least(x, 3) for x in _not_empty("dstack", tensors)], 2)


@function(variadic=True, method=False)
def column_stack(tensors: Any) -> Any:
    """tensors joined along the second dimension, each vector as a column"""
    parts = [
        x if data_of(x).ndim > 1 else reshape(x, (data_of(x).size, 1)) for x in _not_empty("column_stack", tensors)
    ]
    return cat(parts, 1)


def _matrix_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    return (1, 1) if not shape else (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])


def _blocks_rule(g: Gradient, tensors_shape: Sequence[tuple[int, ...]]) -> list[Gradient]:
    pieces = []
    row = column = 0
    for shape in tensors_shape:
        rows, columns = _matrix_shape(shape)
        piece = slice_primitive(slice_primitive(g, 0, row, row + rows, 1), 1, column, column + columns, 1)
        pieces.append(reshape(piece, shape))
        row, column = row + rows, column + columns
    return pieces


@private(_blocks_rule, variadic=True, name="block_diag")
def blocks(tensors: Any) -> Data:
    shapes = [_matrix_shape(x.shape) for x in tensors]
    size = (sum(r for r, _ in shapes), sum(c for _, c in shapes))
    check_count(size[0] * size[1])
    result = np.zeros(size, tensors[0].dtype)
    row = column = 0
    for x, (rows, columns) in zip(tensors, shapes, strict=True):
        result[row : row + rows, column : column + columns] = x
        row, column = row + rows, column + columns
    return result


@function(variadic=True, method=False)
def block_diag(*tensors: Any) -> Any:
    """zeros with the matrices along the diagonal"""
    parts = listed_tensors(tensors)
    for i, x in enumerate(parts):
        if data_of(x).ndim > 2:
            raise shape_error(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {data_of(x).ndim} "
                "dimensions"
            )
    return blocks(parts) if parts else Tensor(np.zeros((1, 0), get_default_dtype().numpy))


@function(variadic=True, method=False)
def broadcast_tensors(*tensors: Any) -> Any:
    """the tensors, each expanded to the shape they broadcast to"""
    parts = listed_tensors(tensors)
    shape: tuple[int, ...] = ()
    for x in parts:
        mismatch = broadcast_mismatch([shape, data_of(x).shape])
        if mismatch is not None:
            raise shape_error(mismatch)
        shape = np.broadcast_shapes(shape, data_of(x).shape)
    check_count(math.prod(shape))
    return tuple(x if data_of(x).shape == shape else expand(x, shape) for x in parts)


@function(variadic=True, method=False)
def meshgrid(*tensors: Any, indexing: str | None = None) -> Any:
    """the coordinates of a grid, one tensor for each vector of them"""
    parts = listed_tensors(tensors)
    for x in parts:
        if data_of(x).ndim > 1:
            raise shape_error(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
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
        raise shape_error(f"Expect a 1D vector, but got shape {list(data_of(x).shape)}")
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
        raise shape_error("x must be a one-dimensional tensor.")
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
