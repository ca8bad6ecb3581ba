"""Splitting, repeating, turning, and what has to do with diagonals."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided as strided
from numpy.lib.stride_tricks import sliding_window_view

from ..table.family import Family
from ..table.nodes import MANY
from ..table.record import is_number, ops
from ..tensors.memory import shareable
from ..tensors.symbol import is_formal
from ..tensors.tensor import Tensor
from .indexing import check_size_of_source, index_select
from .shape import (
    as_strided,
    cat,
    contiguous_clone,
    dimension,
    dimensions,
    expand,
    flip_primitive,
    listed,
    new_zeros,
    reshape,
    sizes,
    slice_primitive,
    stack,
    strided_sum,
    unsqueeze,
    view,
    whole,
)
from .shape import dimension as from_front

family = Family("shape")
primitive, function = family.primitive, family.function


def _data(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


# Splitting

unbind_primitive = primitive(
    "unbind",
    lambda x, dim: [x[(*(slice(None),) * dim, i, ...)] for i in range(x.shape[dim])],
    lambda g, dim: stack(g, dim),
    tensors=1,
    outputs=MANY,
    view=True,
    public=False,
)


def _pieces(x: Any, lengths: Any, dim: int) -> list[Any]:
    ends = np.cumsum(lengths).tolist()
    before = (slice(None),) * dim
    return [x[(*before, slice(end - length, end))] for end, length in zip(ends, lengths, strict=True)]


def _splitting(name: str, forward: Any, view: bool) -> Any:
    return primitive(name, forward, lambda g, dim: cat(g, dim), tensors=1, outputs=MANY, view=view, public=False)


def _copied_pieces(x: Any, lengths: Any, dim: int) -> list[Any]:
    return [np.array(piece) for piece in _pieces(x, lengths, dim)]


split_primitive = _splitting("split", _pieces, True)
split_sizes_primitive = _splitting("split_with_sizes", _pieces, True)
unsafe_split_primitive = _splitting("unsafe_split", _copied_pieces, False)
unsafe_split_sizes_primitive = _splitting("unsafe_split_with_sizes", _copied_pieces, False)


@function()
def unbind(x: Any, dim: int = 0) -> Any:
    """the slices of x along a dimension"""
    ndim = _data(x).ndim
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return unbind_primitive(x, dimension(dim, ndim))


def _axis(function: str, x: Any, dim: int) -> int:
    ndim = _data(x).ndim
    if not ndim:
        raise RuntimeError(f"{function} expects at least a 1-dimensional tensor")
    return dimension(dim, ndim)


def _equal_lengths(x: Any, length: int, axis: int) -> tuple[int, ...]:
    size = _data(x).shape[axis]
    if length < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={length}")
    if not length and size:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}")
    starts = range(0, size, length) if size else range(1)
    return tuple(min(length, size - start) for start in starts)


def _given_lengths(x: Any, lengths: Any, axis: int) -> tuple[int, ...]:
    size, lengths = _data(x).shape[axis], tuple(map(whole, lengths))
    if any(n < 0 for n in lengths):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(lengths)}"
        )
    if sum(lengths) != size:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {axis}), "
            f"but got split_sizes={list(lengths)}"
        )
    return lengths


def _chunk_length(x: Any, chunks: int, axis: int) -> int:
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return -(-_data(x).shape[axis] // chunks)


@function()
def split(x: Any, split_size_or_sections: Any, dim: int = 0) -> Any:
    """x in pieces of one length along a dimension, the last maybe shorter; or of the lengths given"""
    if not isinstance(split_size_or_sections, (int, Tensor)):
        return split_with_sizes(x, split_size_or_sections, dim)
    axis = _axis("split", x, dim)
    return split_primitive(x, _equal_lengths(x, whole(split_size_or_sections), axis), axis)


@function()
def split_with_sizes(x: Any, split_sizes: Any, dim: int = 0) -> Any:
    """x in pieces of the lengths given along a dimension"""
    axis = _axis("split", x, dim)
    return split_sizes_primitive(x, _given_lengths(x, split_sizes, axis), axis)


@function()
def chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    """x in at most so many pieces of one length along a dimension, the last maybe shorter"""
    axis = _axis("chunk", x, dim)
    length = _chunk_length(x, chunks, axis)
    return split(x, length, axis) if length else split_with_sizes(x, (0,) * chunks, axis)


# PyTorch's pieces share memory and may all the same be changed in place, as long as x is not; copies give that freedom.


@function()
def unsafe_split(x: Any, split_size: int, dim: int = 0) -> Any:
    """split, into pieces that are no views"""
    axis = _axis("split", x, dim)
    return unsafe_split_primitive(x, _equal_lengths(x, split_size, axis), axis)


@function()
def unsafe_split_with_sizes(x: Any, split_sizes: Any, dim: int = 0) -> Any:
    """split_with_sizes, into pieces that are no views"""
    axis = _axis("split", x, dim)
    return unsafe_split_sizes_primitive(x, _given_lengths(x, split_sizes, axis), axis)


@function()
def unsafe_chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    """chunk, into pieces that are no views"""
    axis = _axis("chunk", x, dim)
    length = _chunk_length(x, chunks, axis)
    return unsafe_split(x, length, axis) if length else unsafe_split_with_sizes(x, (0,) * chunks, axis)


@function()
def tensor_split(x: Any, indices_or_sections: Any, dim: int = 0) -> Any:
    """x in so many pieces of nearly one length along a dimension; or cut at the indices given"""
    ndim = _data(x).ndim
    if not ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    axis = dimension(dim, ndim)
    size = _data(x).shape[axis]
    given = indices_or_sections
    if isinstance(given, Tensor):
        given = given.tolist()
    if isinstance(given, (int, float)):
        count = whole(int(given))
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        cuts = [i * (size // count) + min(i, size % count) for i in range(count + 1)]
        return tuple(slice_primitive(x, axis, a, b, 1) for a, b in pairwise(cuts))
    cuts = [0, *map(whole, given), size]
    return tuple(_slice(x, axis, a, b) for a, b in pairwise(cuts))


def _slice(x: Any, dim: int, start: int, end: int) -> Any:
    start, end, _ = slice(start, end).indices(_data(x).shape[dim])
    return slice_primitive(x, dim, start, max(start, end), 1)


def _split_along(name: str, x: Any, given: Any, dim: int, least: int) -> Any:
    shape = _data(x).shape
    if len(shape) < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {len(shape)} "
            "dimensions!"
        )
    if is_number(given) and (given <= 0 or shape[dim] % given):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {shape[dim]} is not "
            f"divisible by the split_size {given}!"
        )
    return tensor_split(x, given, dim)


@function()
def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its second dimension, or its only one"""
    return _split_along("hsplit", x, indices_or_sections, min(1, max(_data(x).ndim - 1, 0)), 1)


@function()
def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its first dimension"""
    return _split_along("vsplit", x, indices_or_sections, 0, 2)


@function()
def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its third dimension"""
    return _split_along("dsplit", x, indices_or_sections, 2, 3)


@function()
def narrow(x: Any, dim: int, start: Any, length: int) -> Any:
    """the part of x of some length along a dimension"""
    shape = _data(x).shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    axis, first = dimension(dim, len(shape)), whole(start)
    size = shape[axis]
    if not -size <= first <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {first})")
    first += size if first < 0 else 0
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return slice_primitive(x, axis, first, first + length, 1)


# Repeating


def _repeat_rule(g: Any, x_shape: tuple[int, ...], repeats: tuple[int, ...]) -> Any:
    padded = (1,) * (len(repeats) - len(x_shape)) + tuple(x_shape)
    apart = tuple(n for pair in zip(repeats, padded, strict=True) for n in pair)
    if not apart:
        return g
    return ops.sum(reshape(g, apart), tuple(range(0, len(apart), 2)))


repeat_primitive = primitive(
    "repeat",
    lambda x, repeats: np.tile(x, repeats),
    _repeat_rule,
    tensors=1,
    promotes=(),
    public=False,
)


@function(tensors=1)
def repeat(x: Any, *repeats: Any, **named: Any) -> Any:
    """x side by side with itself, so many times along each dimension"""
    counts = listed("repeat", repeats, named, "repeats")
    if len(counts) < _data(x).ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return repeat_primitive(x, counts)


@function(tensors=1)
def tile(x: Any, *dims: Any, **named: Any) -> Any:
    """x side by side with itself, so many times along each of the last dimensions"""
    counts = listed("tile", dims, named, "dims")
    return repeat_primitive(x, (1,) * (_data(x).ndim - len(counts)) + counts)


@function(tensors=1)
def repeat_interleave(x: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None) -> Any:
    """each element of x, or each slice along a dimension, so many times in a row"""
    if repeats is None:
        counts = _data(x)
        return Tensor(np.repeat(np.arange(counts.size), counts))
    if dim is None:
        x, dim = (x if _data(x).ndim == 1 else reshape(x, -1)), 0
    shape = _data(x).shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = dimension(dim, len(shape))
    if is_number(repeats):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        wide = (*shape[: axis + 1], repeats, *shape[axis + 1 :])
        joined = (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :])
        return view(contiguous_clone(expand(unsqueeze(x, axis + 1), wide)), joined)
    counts = np.asarray(_data(repeats)).reshape(-1)
    if counts.size not in (1, shape[axis]):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size({axis}) = {shape[axis]}"
        )
    return index_select(x, axis, np.repeat(np.arange(shape[axis]), counts.astype(np.int64)))


# Turning


@function(tensors=1)
def flip(x: Any, *dims: Any, **named: Any) -> Any:
    """x in reverse order along the dimensions, or along all"""
    if not dims and not named:
        return flip_primitive(x, tuple(range(_data(x).ndim)))
    order = listed("flip", dims, named, "dims")
    return flip_primitive(x, dimensions(order, _data(x).ndim) if order else ())


@function()
def fliplr(x: Any) -> Any:
    """x in reverse order along its second dimension"""
    if _data(x).ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip_primitive(x, (1,))


@function()
def flipud(x: Any) -> Any:
    """x in reverse order along its first dimension"""
    if _data(x).ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip_primitive(x, (0,))


rot90_primitive = primitive(
    "rot90",
    lambda x, k, dims: np.array(np.rot90(x, k, dims)),
    lambda g, k, dims: rot90_primitive(g, -k, dims),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def rot90(x: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """x turned by k quarters from the first of two dimensions towards the second"""
    ndim = _data(x).ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    first, second = (dimension(d, ndim) for d in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return rot90_primitive(x, k, (first, second))


roll_primitive = primitive(
    "roll",
    lambda x, shifts, dims: np.roll(x, shifts, dims) if dims else np.roll(x, shifts[0]),
    lambda g, shifts, dims: roll_primitive(g, tuple(-n for n in shifts), dims),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def roll(x: Any, shifts: Any, dims: Any = ()) -> Any:
    """x shifted along the dimensions, or through all; what falls off one end comes in at the other"""
    by = sizes((shifts,))
    along = sizes((dims,)) if dims is not None else ()
    if not by:
        raise RuntimeError("`shifts` required")
    if len(by) != len(along) and (along or len(by) != 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}")
    if along and not _data(x).ndim:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    return roll_primitive(x, by, tuple(dimension(d, _data(x).ndim) for d in along))


# Diagonals

tril_primitive = primitive(
    "tril", lambda x, diagonal: np.tril(x, diagonal), lambda g, diagonal: tril_primitive(g, diagonal), public=False
)
triu_primitive = primitive(
    "triu", lambda x, diagonal: np.triu(x, diagonal), lambda g, diagonal: triu_primitive(g, diagonal), public=False
)


@function()
def tril(x: Any, diagonal: int = 0) -> Any:
    """x with zeros above a diagonal, in its last two dimensions"""
    return tril_primitive(_matrices("tril", x), diagonal)


@function()
def triu(x: Any, diagonal: int = 0) -> Any:
    """x with zeros below a diagonal, in its last two dimensions"""
    return triu_primitive(_matrices("triu", x), diagonal)


def _matrices(function: str, x: Any) -> Any:
    if _data(x).ndim < 2:
        raise RuntimeError(f"{function}: input tensor must have at least 2 dimensions")
    return x


def _diagonal(x: Any, offset: int, dim1: int, dim2: int) -> Any:
    # Not np.diagonal: what that returns cannot be written to.
    x = np.moveaxis(x, (dim1, dim2), (-2, -1))
    x = x[..., :, offset:] if offset >= 0 else x[..., -offset:, :]
    size = min(x.shape[-2:])
    return np.einsum("...ii->...i", x[..., :size, :size])


def _with_diagonal(x: Any, src: Any, offset: int, dim1: int, dim2: int) -> Any:
    result = np.array(x)
    _diagonal(result, offset, dim1, dim2)[...] = src
    return result


diagonal_primitive = primitive(
    "diagonal",
    _diagonal,
    lambda g, x_shape, offset, dim1, dim2: diagonal_backward(g, x_shape, offset, dim1, dim2),
    tensors=1,
    view=True,
    public=False,
)
diagonal_copy = primitive(
    "diagonal",
    lambda x, offset, dim1, dim2: np.array(_diagonal(x, offset, dim1, dim2)),
    lambda g, x_shape, offset, dim1, dim2: diagonal_backward(g, x_shape, offset, dim1, dim2),
    node_name="DiagonalBackward0_copy",
    tensors=1,
    promotes=(),
    public=False,
)
diagonal_backward = primitive(
    "diagonal_backward",
    lambda grad, shape, offset, dim1, dim2: _with_diagonal(np.zeros(shape, grad.dtype), grad, offset, dim1, dim2),
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    tensors=1,
    promotes=(),
    public=False,
)
diagonal_scatter_primitive = primitive(
    "diagonal_scatter",
    _with_diagonal,
    lambda g, src_shape, offset, dim1, dim2: diagonal_scatter_primitive(g, new_zeros(g, src_shape), offset, dim1, dim2),
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    promotes=(),
    public=False,
)


def _embedded(x: Any, offset: int, dim1: int, dim2: int) -> Any:
    size = x.shape[-1] + abs(offset)
    shape = list(x.shape[:-1])
    for dim in sorted((dim1, dim2)):
        shape.insert(dim, size)
    return _with_diagonal(np.zeros(shape, x.dtype), x, offset, dim1, dim2)


diag_embed_primitive = primitive(
    "diag_embed",
    _embedded,
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    tensors=1,
    promotes=(),
    public=False,
)


def _two_dimensions(dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    first, second = dimension(dim1, ndim), dimension(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


@function()
def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """the diagonals of x between two dimensions, as its last dimension"""
    return diagonal_primitive(x, offset, *_two_dimensions(dim1, dim2, _data(x).ndim))


@function()
def diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """zeros with the last dimension of x on a diagonal between two dimensions"""
    ndim = _data(x).ndim
    if not ndim:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got -2)")
    return diag_embed_primitive(x, offset, *_two_dimensions(dim1, dim2, ndim + 1))


@function()
def diag(x: Any, diagonal: int = 0) -> Any:
    """a diagonal of a matrix; or the matrix with a vector on that diagonal"""
    ndim = _data(x).ndim
    if ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    return diagonal_copy(x, diagonal, 0, 1) if ndim == 2 else diag_embed(x, diagonal)


@function()
def diagflat(x: Any, offset: int = 0) -> Any:
    """the matrix with all elements of x on a diagonal"""
    return diag_embed(reshape(x, -1), offset)


@function(tensors=2)
def diagonal_scatter(x: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """x with src in the place of its diagonals between two dimensions"""
    first, second = _two_dimensions(dim1, dim2, _data(x).ndim)
    check_size_of_source(src, _diagonal(np.broadcast_to(False, _data(x).shape), offset, first, second))
    return diagonal_scatter_primitive(x, src, offset, first, second)


# Windows and strides


def _windows(x: Any, dim: int, size: int, step: int) -> Any:
    return sliding_window_view(x, size, dim, writeable=True)[(*(slice(None),) * dim, slice(None, None, step))]


def _windows_summed(grad: Any, shape: Any, dim: int, size: int, step: int) -> Any:
    result = np.zeros(math.prod(shape), grad.dtype)
    np.add.at(result, _windows(np.arange(result.size).reshape(shape), dim, size, step), grad)
    return result.reshape(shape)


unfold_primitive = primitive(
    "unfold",
    _windows,
    lambda g, x_shape, dim, size, step: unfold_backward(g, x_shape, dim, size, step),
    tensors=1,
    view=True,
    public=False,
)
unfold_backward = primitive(
    "unfold_backward",
    _windows_summed,
    lambda g, dim, size, step: unfold_primitive(g, dim, size, step),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def unfold(x: Any, dimension: int, size: int, step: int) -> Any:
    """the windows of some size along a dimension, a step apart, as the last dimension"""
    shape = _data(x).shape
    axis = from_front(dimension, len(shape))
    length = shape[axis] if shape else 1
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return unfold_primitive(x, axis, size, step) if shape else slice_primitive(reshape(x, 1), 0, 0, size, 1)


def storage_of(data: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """All the elements of the memory that an array is a part of, in order."""
    while isinstance(data.base, np.ndarray):
        data = data.base
    order = np.argsort([-s for s in data.strides], kind="stable")
    return data.transpose(order).reshape(-1)


def offset_in(storage: np.ndarray[Any, Any], data: np.ndarray[Any, Any]) -> int:
    """How many elements of the storage come before the first of an array."""
    start, first = (a.__array_interface__["data"][0] for a in (storage, data))
    return (first - start) // storage.itemsize


def _strided(x: Any, size: Any, stride: Any, offset: int) -> Any:
    storage = storage_of(x)
    return strided(storage[offset:], size, [n * storage.itemsize for n in stride])


as_strided_primitive = primitive(
    "as_strided",
    lambda x, size, stride, offset, places, own, count: _strided(x, size, stride, offset),
    lambda g, places, own, count: as_strided(strided_sum(g, places, (count,)), own),
    tensors=1,
    view=True,
    public=False,
)


@function(tensors=1)
def as_strided_(x: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """the memory of x seen in a size, with so many elements from one to the next along each dimension"""
    size, stride = sizes((size,)), sizes((stride,))
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if is_formal(_data(x)) and _data(x).is_input:
        # A variable's elements lie in order.
        first = storage_offset or 0
        places = strided(np.arange(_data(x).size)[first:], size, [n * np.dtype(np.int64).itemsize for n in stride])
        return ops.take(x, Tensor(np.array(places)))
    data = shareable(x) if isinstance(x, Tensor) else np.asarray(x)
    storage = storage_of(data)
    begin = offset_in(storage, data)
    offset = begin if storage_offset is None else storage_offset
    reach = 0 if 0 in size else offset + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    itemsize = storage.itemsize
    if reach > storage.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {reach * itemsize} are out of bounds for storage of size "
            f"{storage.size * itemsize}"
        )
    counted = np.arange(storage.size)
    step = counted.itemsize
    places = np.array(strided(counted[offset:], size, [n * step for n in stride]))
    own = np.array(strided(counted[begin:], data.shape, [s // itemsize * step for s in data.strides]))
    return as_strided_primitive(x, size, stride, offset, places, own, storage.size)
