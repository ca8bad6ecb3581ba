"""Parts of a tensor along a dimension, tensors joined along one, and a tensor in pieces."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..table.nodes import MANY
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.errors import index_error, shape_error, type_error, value_error
from ..tensors.size import check_steps
from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, own_dimension, whole
from .copying import new_zeros
from .families import SHAPE

private, function = SHAPE.private, SHAPE.function


select_primitive = private(
    "select",
    lambda x, dim, index: x[(slice(None),) * dim + (index, ...)],
    lambda g, x_shape, dim, index: select_backward(g, x_shape, dim, index),
    view=True,
    moves="places",
    rows="dimensions",
)


def _placed(grad: Any, shape: Any, places: tuple[Any, ...]) -> Any:
    """Zeros of a shape with the gradient in some places."""
    result = np.zeros(shape, grad.dtype)
    result[places] = grad
    return result


select_backward = private(
    "select_backward",
    lambda grad, shape, dim, index: _placed(grad, shape, (slice(None),) * dim + (index,)),
    lambda g, dim, index: select_primitive(g, dim, index),
    moves="places",
    rows="dimensions",
)


@function()
def select(x: Any, dim: int, index: int) -> Any:
    """the slice of x at one index along a dimension"""
    data = data_of(x)
    if not data.ndim:
        raise index_error("select() cannot be applied to a 0-dim tensor.")
    dim = dimension(dim, data.ndim)
    size = data.shape[dim]
    if not -size <= index < size:
        raise index_error(
            f"select(): index {index} out of range for tensor of size {list(data.shape)} at dimension {dim}"
        )
    return select_primitive(x, dim, index % size)


def _slice_of(dim: int, start: Any, stop: Any, step: Any) -> tuple[slice, ...]:
    return (slice(None),) * dim + (slice(start, stop, step),)


slice_primitive = private(
    "slice",
    lambda x, dim, start, stop, step: x[_slice_of(dim, start, stop, step)],
    lambda g, x_shape, dim, start, stop, step: slice_backward(g, x_shape, dim, start, stop, step),
    view=True,
    moves="places",
    rows="dimensions",
)


slice_backward = private(
    "slice_backward",
    lambda grad, shape, dim, start, stop, step: _placed(grad, shape, _slice_of(dim, start, stop, step)),
    lambda g, dim, start, stop, step: slice_primitive(g, dim, start, stop, step),
    moves="places",
    rows="dimensions",
)


def slice_bounds(key: slice, size: int) -> tuple[int, int, int]:
    """The start, stop and step of a slice, in range. ValueError: it does not go forward."""
    start, stop, step = key.indices(size)
    if step <= 0:
        raise value_error("step must be greater than zero")
    return start, max(start, stop), step


stack_primitive = private(
    "stack",
    lambda tensors, dim: np.stack(tensors, dim),
    lambda g, dim, tensors_shape: [select_primitive(g, dim, i) for i in range(len(tensors_shape))],
    variadic=True,
    moves="places",
    rows=lambda tensors, dim: np.stack(tensors, dim % tensors[0].ndim),
    batch=lambda tensors, dim: stack_primitive(tensors, dim + 1),
)


@function(variadic=True, method=False)
def stack(tensors: Any, dim: int = 0) -> Any:
    """tensors of one shape, joined along a new dimension"""
    shapes = _shapes("stack", tensors)
    if not shapes:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise shape_error(
                f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shape)} "
                f"at entry {i}"
            )
    return stack_primitive(tensors, dimension(dim, len(shapes[0]) + 1))


def _shapes(function: str, tensors: Any) -> list[tuple[int, ...]]:
    """The shapes of tensors that are to be joined. TypeError: they are not a list of tensors."""
    if isinstance(tensors, Tensor):
        raise type_error(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    for i, value in enumerate(tensors):
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            raise type_error(f"expected Tensor as element {i} in argument 0, but got {type(value).__name__}")
    return [data_of(value).shape for value in tensors]


_NOTHING = (0,)


def _cut(g: Gradient, shapes: Any, dim: int) -> list[Gradient]:
    pieces = []
    start = 0
    for shape in shapes:
        if shape == _NOTHING:
            pieces.append(new_zeros(g, shape))
            continue
        pieces.append(slice_primitive(g, dim, start, start + shape[dim], 1))
        start += shape[dim]
    return pieces


@private(
    lambda g, dim, tensors_shape: _cut(g, tensors_shape, dim),
    variadic=True,
    moves="places",
    rows="dimensions",
    batch=lambda tensors, dim: cat_primitive([x for x in tensors if x.shape[1:] != _NOTHING] or tensors, dim + 1),
    name="cat",
)
def cat_primitive(tensors: Any, dim: int) -> Data:
    # PyTorch lets an empty vector be joined with anything.
    return np.concatenate([t for t in tensors if t.shape != _NOTHING] or tensors, dim)


@function(variadic=True, method=False, aliases=("concat", "concatenate"))
def cat(tensors: Any, dim: int = 0) -> Any:
    """tensors joined along a dimension"""
    shapes = _shapes("cat", tensors)
    if not shapes:
        raise value_error("torch.cat(): expected a non-empty list of Tensors")
    first: tuple[int, ...] = next((s for s in shapes if s != _NOTHING), _NOTHING)
    axis = dimension(dim, len(first))
    for i, shape in enumerate(shapes):
        if not shape:
            raise shape_error(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if shape == _NOTHING:
            continue
        if len(shape) != len(first):
            raise shape_error(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for d, (wanted, size) in enumerate(zip(first, shape, strict=True)):
            if d != axis and wanted != size:
                raise shape_error(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {wanted} but got size "
                    f"{size} for tensor number {i} in the list."
                )
    return cat_primitive(tensors, axis)


@private(lambda g, dim: stack(g, dim), name="unbind", outputs=MANY, view=True, rows="dimensions")
def unbind_primitive(x: Data, dim: Any) -> Data:
    return [x[(*(slice(None),) * dim, i, ...)] for i in range(x.shape[dim])]


def _pieces(x: Any, lengths: Any, dim: int) -> list[Any]:
    before = (slice(None),) * dim
    return [x[(*before, slice(end - length, end))] for end, length in zip(accumulate(lengths), lengths, strict=True)]


@function()
def unbind(x: Any, dim: int = 0) -> Any:
    """the slices of x along a dimension"""
    return unbind_primitive(x, own_dimension(dim, data_of(x).ndim))


def _axis(function: str, x: Any, dim: int) -> int:
    ndim = data_of(x).ndim
    if not ndim:
        raise shape_error(f"{function} expects at least a 1-dimensional tensor")
    return dimension(dim, ndim)


def _equal_lengths(x: Any, length: int, axis: int) -> tuple[int, ...]:
    size = data_of(x).shape[axis]
    if length < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={length}")
    if not length and size:
        raise shape_error(f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}")
    starts = range(0, size, length) if size else range(1)
    check_steps(len(starts))
    return tuple(min(length, size - start) for start in starts)


def _given_lengths(x: Any, lengths: Any, axis: int) -> tuple[int, ...]:
    size, lengths = data_of(x).shape[axis], tuple(map(whole, lengths))
    if any(n < 0 for n in lengths):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(lengths)}"
        )
    if sum(lengths) != size:
        raise shape_error(
            f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {axis}), "
            f"but got split_sizes={list(lengths)}"
        )
    return lengths


def _splitting(prefix: str, forward: Call, docs: tuple[str, str], **facts: Any) -> tuple[Call, Call, Call]:
    """What splits into pieces of one length, and the functions for given lengths and for a number of pieces."""
    equal, given = (
        private(
            f"{prefix}{name}",
            forward,
            lambda g, dim: cat_primitive(g, dim),
            outputs=MANY,
            moves="places",
            rows="dimensions",
            **facts,
        )
        for name in ("split", "split_with_sizes")
    )

    def of_length(x: Any, length: Any, dim: int) -> Any:
        axis = _axis("split", x, dim)
        return equal(x, _equal_lengths(x, whole(length), axis), axis)

    @function(name=f"{prefix}split_with_sizes", doc=docs[0])
    def of_lengths(x: Any, split_sizes: Any, dim: int = 0) -> Any:
        axis = _axis("split", x, dim)
        return given(x, _given_lengths(x, split_sizes, axis), axis)

    @function(name=f"{prefix}chunk", doc=docs[1])
    def of_count(x: Any, chunks: int, dim: int = 0) -> Any:
        axis = _axis("chunk", x, dim)
        size = data_of(x).shape[axis]
        if chunks <= 0:
            raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
        check_steps(min(chunks, size or chunks))
        return of_length(x, -(-size // chunks), axis) if size else of_lengths(x, (0,) * chunks, axis)

    return of_length, of_lengths, of_count


@function(called_as={"x": "tensor"})
def split(x: Any, split_size_or_sections: Any, dim: int = 0) -> Any:
    """x in pieces of one length along a dimension, the last maybe shorter; or of the lengths given"""
    if not isinstance(split_size_or_sections, (int, Tensor)):
        return split_with_sizes(x, split_size_or_sections, dim)
    return _split(x, split_size_or_sections, dim)


_split, split_with_sizes, chunk = _splitting(
    "",
    _pieces,
    (
        "x in pieces of the lengths given along a dimension",
        "x in at most so many pieces of one length along a dimension, the last maybe shorter",
    ),
    view=True,
)


@function()
def unsafe_split(x: Any, split_size: int, dim: int = 0) -> Any:
    """split, into pieces that are no views"""
    return _unsafe_split(x, split_size, dim)


# PyTorch's pieces share memory and may all the same be changed in place, as long as x is not; copies give that freedom.
_unsafe_split, unsafe_split_with_sizes, unsafe_chunk = _splitting(
    "unsafe_",
    lambda x, lengths, dim: [np.array(piece) for piece in _pieces(x, lengths, dim)],
    ("split_with_sizes, into pieces that are no views", "chunk, into pieces that are no views"),
)


@function(called_as={"indices_or_sections": "sections"})
def tensor_split(x: Any, indices_or_sections: Any, dim: int = 0) -> Any:
    """x in so many pieces of nearly one length along a dimension; or cut at the indices given"""
    ndim = data_of(x).ndim
    if not ndim:
        raise shape_error("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    axis = dimension(dim, ndim)
    size = data_of(x).shape[axis]
    given = indices_or_sections
    if isinstance(given, Tensor):
        given = given.tolist()
    if isinstance(given, (int, float)):
        count = whole(int(given))
        check_steps(count)
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        cuts = [i * (size // count) + min(i, size % count) for i in range(count + 1)]
        return tuple(slice_primitive(x, axis, a, b, 1) for a, b in pairwise(cuts))
    cuts = [0, *map(whole, given), size]
    return tuple(_slice(x, axis, a, b) for a, b in pairwise(cuts))


def _slice(x: Any, dim: int, start: int, end: int) -> Any:
    start, end, _ = slice(start, end).indices(data_of(x).shape[dim])
    return slice_primitive(x, dim, start, max(start, end), 1)


def _split_along(name: str, x: Any, given: Any, dim: int, least: int) -> Any:
    shape = data_of(x).shape
    if len(shape) < least:
        raise shape_error(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {len(shape)} "
            "dimensions!"
        )
    if is_number(given) and (given <= 0 or shape[dim] % given):
        raise shape_error(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {shape[dim]} is not "
            f"divisible by the split_size {given}!"
        )
    return tensor_split(x, given, dim)


@function(called_as={"indices_or_sections": "sections"})
def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its second dimension, or its only one"""
    return _split_along("hsplit", x, indices_or_sections, min(1, max(data_of(x).ndim - 1, 0)), 1)


@function(called_as={"indices_or_sections": "sections"})
def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its first dimension"""
    return _split_along("vsplit", x, indices_or_sections, 0, 2)


@function(called_as={"indices_or_sections": "sections"})
def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """x in pieces along its third dimension"""
    return _split_along("dsplit", x, indices_or_sections, 2, 3)


@function()
def narrow(x: Any, dim: int, start: Any, length: int) -> Any:
    """the part of x of some length along a dimension"""
    shape = data_of(x).shape
    if not shape:
        raise shape_error("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    axis, first = dimension(dim, len(shape)), whole(start)
    size = shape[axis]
    if not -size <= first <= size:
        raise index_error(f"start out of range (expected to be in range of [{-size}, {size}], but got {first})")
    first += size if first < 0 else 0
    if first + length > size:
        raise shape_error(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return slice_primitive(x, axis, first, first + length, 1)
