"""The elements of a tensor in another shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import data_of, dimension, full_shape, listed, whole
from .copying import contiguous, contiguous_clone, is_contiguous
from .families import SHAPE

private, function = SHAPE.private, SHAPE.function
view_primitive = private(
    "view",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    view=True,
    moves="order",
    function="reshape",
)
unsafe_view = private(
    "unsafe_view",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    moves="order",
    function="reshape",
)
reshape_alias = private(
    "reshape_alias",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    view=True,
    moves="order",
    function="reshape",
)


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
    new = full_shape(listed("view", shape, named, "size"), data_of(x).size)
    if not is_contiguous(x) and not _viewable(x, new):
        raise RuntimeError(
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
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = dimension(dim, len(shape))
    parts = tuple(map(whole, sizes))
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        parts = full_shape(parts, shape[axis])
    except RuntimeError:
        if parts.count(-1) > 1:
            raise
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {axis} ({shape[axis]}) in "
            "the input tensor"
        ) from None
    return view(x, (*shape[:axis], *parts, *shape[axis + 1 :]))
