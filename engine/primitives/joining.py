"""Tensors joined along a dimension, a new one or one they have."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of, dimension
from .copying import new_zeros
from .families import SHAPE
from .slicing import select_primitive, slice_primitive

private, function = SHAPE.private, SHAPE.function


stack_primitive = private(
    "stack",
    lambda tensors, dim: np.stack(tensors, dim),
    lambda g, dim, tensors_shape: [select_primitive(g, dim, i) for i in range(len(tensors_shape))],
    variadic=True,
    moves="places",
    rows=lambda tensors, dim: np.stack(tensors, dim % tensors[0].ndim),
)


@function(variadic=True, method=False)
def stack(tensors: Any, dim: int = 0) -> Any:
    """tensors of one shape, joined along a new dimension"""
    shapes = _shapes("stack", tensors)
    if not shapes:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shape)} "
                f"at entry {i}"
            )
    return stack_primitive(tensors, dimension(dim, len(shapes[0]) + 1))


def _shapes(function: str, tensors: Any) -> list[tuple[int, ...]]:
    """The shapes of tensors that are to be joined. TypeError: they are not a list of tensors."""
    if isinstance(tensors, Tensor):
        raise TypeError(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    for i, value in enumerate(tensors):
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(value).__name__}")
    return [data_of(value).shape for value in tensors]


_NOTHING = (0,)


def _cat(tensors: Any, dim: int) -> Any:
    # PyTorch lets an empty vector be joined with anything.
    return np.concatenate([t for t in tensors if t.shape != _NOTHING] or tensors, dim)


def _cut(g: Any, shapes: Any, dim: int) -> list[Any]:
    pieces = []
    start = 0
    for shape in shapes:
        if shape == _NOTHING:
            pieces.append(new_zeros(g, shape))
            continue
        pieces.append(slice_primitive(g, dim, start, start + shape[dim], 1))
        start += shape[dim]
    return pieces


cat_primitive = private(
    "cat",
    _cat,
    lambda g, dim, tensors_shape: _cut(g, tensors_shape, dim),
    variadic=True,
    moves="places",
    rows="dimensions",
)


@function(variadic=True, method=False, aliases=("concat", "concatenate"))
def cat(tensors: Any, dim: int = 0) -> Any:
    """tensors joined along a dimension"""
    shapes = _shapes("cat", tensors)
    if not shapes:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    first: tuple[int, ...] = next((s for s in shapes if s != _NOTHING), _NOTHING)
    axis = dimension(dim, len(first))
    for i, shape in enumerate(shapes):
        if not shape:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if shape == _NOTHING:
            continue
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for d, (wanted, size) in enumerate(zip(first, shape, strict=True)):
            if d != axis and wanted != size:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {wanted} but got size "
                    f"{size} for tensor number {i} in the list."
                )
    return cat_primitive(tensors, axis)
