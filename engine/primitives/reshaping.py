"""The elements of a tensor in another shape, or repeated along dimensions of size 1 and summed back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.binding import sum_array_to
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Call, Data
from ..tensors.errors import shape_error
from ..tensors.memory import viewed
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, full_shape, listed, own_dimension, whole
from .copying import contiguous, contiguous_clone, is_contiguous
from .families import SHAPE

private, function = SHAPE.private, SHAPE.function


def _reshaping(name: str, view: bool) -> Call:
    return private(
        name,
        lambda x, shape: x.reshape(shape),
        lambda g, x_shape: reshape(g, x_shape),
        view=view,
        moves="order",
        function="reshape",
    )


view_primitive = _reshaping("view", view=True)
unsafe_view = _reshaping("unsafe_view", view=False)
reshape_alias = _reshaping("reshape_alias", view=True)


def _viewable(x: Any, shape: tuple[int, ...]) -> bool:
    """Whether the elements, where they lie in memory, can be seen in another shape."""
    data = data_of(x)
    return not data.size or np.may_share_memory(data.reshape(shape), data)


@function()
def reshape(x: Any, *shape: Any, **named: Any) -> Any:
    """the elements of x in another shape; one size may be -1"""
    new = full_shape(listed("reshape", shape, named, "shape"), data_of(x).size)
    if is_contiguous(x):
        return view_primitive(x, new)
    return reshape_alias(x, new) if _viewable(x, new) else unsafe_view(contiguous_clone(x), new)


@function(torch=())
def view(x: Any, *shape: Any, **named: Any) -> Any:
    """the elements of x in another shape, without copying; one size may be -1"""
    other = named.get("dtype", shape[0] if shape else None)
    if isinstance(other, dtypes.dtype):
        return viewed(x, other)
    new = full_shape(listed("view", shape, named, "size"), data_of(x).size)
    if not is_contiguous(x) and not _viewable(x, new):
        raise shape_error(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
            "two contiguous subspaces). Use .reshape(...) instead."
        )
    return view_primitive(x, new)


@function(tensors=2, torch=())
def view_as(x: Any, other: Any) -> Any:
    """the elements of x in the shape of another tensor, without copying"""
    return view(x, tuple(data_of(other).shape))


@function(tensors=2, torch=())
def reshape_as(x: Any, other: Any) -> Any:
    """the elements of x in the shape of another tensor"""
    return reshape(x, tuple(data_of(other).shape))


@function()
def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """x with the dimensions from start_dim to end_dim made one"""
    shape = data_of(x).shape or (1,)
    first, last = dimension(start_dim, len(shape)), dimension(end_dim, len(shape))
    if first == last and data_of(x).ndim:
        return x
    return reshape(x, (*shape[:first], -1, *shape[last + 1 :]))


@function()
def ravel(x: Any) -> Any:
    """x with one dimension"""
    return reshape(contiguous(x), -1)


@function()
def unflatten(x: Any, dim: int, sizes: Any) -> Any:
    """x with one dimension made several; one of their sizes may be -1"""
    shape = tuple(data_of(x).shape)
    axis = own_dimension(dim, len(shape))
    parts = tuple(map(whole, sizes))
    if not parts:
        raise shape_error("unflatten: sizes must be non-empty")
    try:
        parts = full_shape(parts, shape[axis])
    except RuntimeError:
        if parts.count(-1) > 1:
            raise
        raise shape_error(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {axis} ({shape[axis]}) in "
            "the input tensor"
        ) from None
    return view(x, (*shape[:axis], *parts, *shape[axis + 1 :]))


def sum_to_size(x: Any, shape: Any) -> Any:
    """x summed over the dimensions that broadcasting `shape` to it added or stretched."""
    shape = tuple(shape)
    current = data_of(x).shape
    if current == shape:
        return x
    if not isinstance(x, Tensor) and not is_symbolic(x):
        return sum_array_to(x, shape)
    added = len(current) - len(shape)
    dims = [i for i in range(len(current)) if i < added or (shape[i - added] == 1 and current[i] != 1)]
    x = ops.sum(x, dims, True)
    return view_primitive(x, shape) if added else x


@function(torch=())
def sum_to_size_(x: Any, *size: Any, **named: Any) -> Any:
    """x summed over the dimensions that broadcasting the size to its shape would stretch"""
    current = tuple(data_of(x).shape)
    wanted = listed("sum_to_size", size, named, "size")
    added = len(current) - len(wanted)
    if added < 0 or any(n not in (1, m) for n, m in zip(wanted, current[added:], strict=True)):
        raise shape_error(f"size {{{list(wanted)}}} is not expandable to size {{{list(current)}}}.")
    return sum_to_size(x, wanted)


@private(lambda g, x_shape: sum_to_size(g, x_shape), name="expand", view=True, moves="repeated")
def expand_primitive(x: Data, shape: Any) -> Data:
    if x.size and x.ndim <= len(shape) and x.flags.c_contiguous:
        strides = [0] * len(shape)
        place = len(shape) - x.ndim
        for size, stride in zip(x.shape, x.strides, strict=True):
            if size != 1:
                strides[place] = stride if size == shape[place] else -1
            place += 1
        if -1 not in strides:
            # `broadcast_to` takes three times as long.
            return np.ndarray(shape, x.dtype, x, 0, strides)
    expanded = np.broadcast_to(x, shape)
    if isinstance(x, np.ndarray) and x.flags.writeable:
        # NumPy fears that elements in one place are written; a part of it may have none (`memory.write` looks).
        expanded.flags.writeable = True
    return expanded


@function(torch=())
def expand(x: Any, *shape: Any, **named: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the shape; -1 keeps a size"""
    current = data_of(x).shape
    wanted = listed("expand", shape, named, "size")
    added = len(wanted) - len(current)
    if added < 0:
        raise shape_error(
            f"expand(torch.{dtypes.of(data_of(x).dtype).title}Tensor{{{list(current)}}}, size={list(wanted)}): the "
            f"number of sizes provided ({len(wanted)}) must be greater or equal to the number of dimensions in the "
            f"tensor ({len(current)})"
        )
    if any(n < 0 for n in wanted[:added]):
        raise shape_error(
            f"The expanded size of the tensor ({min(wanted[:added])}) isn't allowed in a leading, non-existing "
            f"dimension {wanted.index(min(wanted[:added]))}"
        )
    full = tuple(current[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
    for i in range(len(full) - 1, added - 1, -1):
        if current[i - added] not in (1, full[i]):
            raise shape_error(
                f"The expanded size of the tensor ({full[i]}) must match the existing size ({current[i - added]}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(current)}"
            )
    return expand_primitive(x, full)


@function()
def broadcast_to(x: Any, *size: Any, **named: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the size"""
    return expand(x, listed("broadcast_to", size, named, "size"))


@function(tensors=2, torch=())
def expand_as(x: Any, other: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the shape of another tensor"""
    return expand(x, tuple(data_of(other).shape))
