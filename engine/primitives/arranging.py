"""Tensors and their elements so many times; turned over, turned round, shifted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.errors import shape_error
from ..tensors.size import check_count
from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, dimensions, listed, own_dimension, sizes, whole_argument
from .axes import unsqueeze
from .copying import contiguous_clone
from .families import SHAPE
from .gathering import index_select
from .reshaping import expand, reshape, view

private, function = SHAPE.private, SHAPE.function


def _repeat_rule(g: Gradient, x_shape: tuple[int, ...], repeats: tuple[int, ...]) -> Gradient:
    padded = (1,) * (len(repeats) - len(x_shape)) + tuple(x_shape)
    apart = tuple(n for pair in zip(repeats, padded, strict=True) for n in pair)
    if not apart:
        return g
    return ops.sum(reshape(g, apart), tuple(range(0, len(apart), 2)))


@private(_repeat_rule, name="repeat", moves="places")
def repeat_primitive(x: Data, repeats: tuple[int, ...]) -> Data:
    check_count(x.size * math.prod(repeats))
    return np.tile(x, repeats)


@function(torch=())
def repeat(x: Any, *repeats: Any, **named: Any) -> Any:
    """x side by side with itself, so many times along each dimension"""
    counts = listed("repeat", repeats, named, "repeats")
    if len(counts) < data_of(x).ndim:
        raise shape_error("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
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
        check_count(int(counts.sum()))
        return Tensor(np.repeat(np.arange(counts.size), counts))
    if dim is None:
        x, dim = (x if data_of(x).ndim == 1 else reshape(x, -1)), 0
    shape = data_of(x).shape
    axis = own_dimension(dim, len(shape))
    if is_number(repeats):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        wide = (*shape[: axis + 1], repeats, *shape[axis + 1 :])
        joined = (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :])
        return view(contiguous_clone(expand(unsqueeze(x, axis + 1), wide)), joined)
    counts = np.asarray(data_of(repeats)).reshape(-1)
    if counts.size not in (1, shape[axis]):
        raise shape_error(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size({axis}) = {shape[axis]}"
        )
    check_count(int(counts.sum()) * math.prod(shape[:axis] + shape[axis + 1 :]))
    return index_select(x, axis, np.repeat(np.arange(shape[axis]), counts.astype(np.int64)))


flip_primitive = private(
    "flip",
    lambda x, dims: np.flip(x, dims).copy(),
    lambda g, dims: flip_primitive(g, dims),
    moves="places",
    rows="dimensions",
)


@function()
def flip(x: Any, *dims: Any, **named: Any) -> Any:
    """x in reverse order along the dimensions, or along all"""
    if not dims and not named:
        return flip_primitive(x, tuple(range(data_of(x).ndim)))
    order = listed("flip", dims, named, "dims")
    return flip_primitive(x, dimensions(order, data_of(x).ndim) if order else ())


@function()
def fliplr(x: Any) -> Any:
    """x in reverse order along its second dimension"""
    if data_of(x).ndim < 2:
        raise shape_error("Input must be >= 2-d.")
    return flip_primitive(x, (1,))


@function()
def flipud(x: Any) -> Any:
    """x in reverse order along its first dimension"""
    if data_of(x).ndim < 1:
        raise shape_error("Input must be >= 1-d.")
    return flip_primitive(x, (0,))


rot90_primitive = private(
    "rot90",
    lambda x, k, dims: np.array(np.rot90(x, k, dims)),
    lambda g, k, dims: rot90_primitive(g, -k, dims),
    moves="places",
)


@function()
def rot90(x: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """x turned by k quarters from the first of two dimensions towards the second"""
    ndim = data_of(x).ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise shape_error(f"expected total dims >= 2, but got total dims = {ndim}")
    first, second = (dimension(d, ndim) for d in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return rot90_primitive(x, whole_argument(k, "rot90(): argument 'k' (position 2)"), (first, second))


roll_primitive = private(
    "roll",
    lambda x, shifts, dims: np.roll(x, shifts, dims) if dims else np.roll(x, shifts[0]),
    lambda g, shifts, dims: roll_primitive(g, tuple(-n for n in shifts), dims),
    moves="places",
)


@function()
def roll(x: Any, shifts: Any, dims: Any = ()) -> Any:
    """x shifted along the dimensions, or through all; what falls off one end comes in at the other"""
    by = sizes((shifts,))
    along = sizes((dims,)) if dims is not None else ()
    if not by:
        raise RuntimeError("`shifts` required")
    if len(by) != len(along) and (along or len(by) != 1):
        raise shape_error(f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}")
    return roll_primitive(x, by, tuple(own_dimension(d, data_of(x).ndim) for d in along))
