"""Parts of a tensor along one dimension: a slice at one index, or from one to another."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import data_of, dimension
from .families import SHAPE

private, function = SHAPE.private, SHAPE.function


# Parts

select_primitive = private(
    "select",
    lambda x, dim, index: x[(slice(None),) * dim + (index, ...)],
    lambda g, x_shape, dim, index: select_backward(g, x_shape, dim, index),
    view=True,
    moves="places",
    rows="dimensions",
)


def _select_backward(grad: Any, shape: Any, dim: int, index: int) -> Any:
    result = np.zeros(shape, grad.dtype)
    result[(slice(None),) * dim + (index,)] = grad
    return result


select_backward = private(
    "select_backward",
    _select_backward,
    lambda g, dim, index: select_primitive(g, dim, index),
    moves="places",
    rows="dimensions",
)


@function()
def select(x: Any, dim: int, index: int) -> Any:
    """the slice of x at one index along a dimension"""
    data = data_of(x)
    if not data.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = dimension(dim, data.ndim)
    size = data.shape[dim]
    if not -size <= index < size:
        raise IndexError(
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


def _slice_backward(grad: Any, shape: Any, dim: int, start: Any, stop: Any, step: Any) -> Any:
    result = np.zeros(shape, grad.dtype)
    result[_slice_of(dim, start, stop, step)] = grad
    return result


slice_backward = private(
    "slice_backward",
    _slice_backward,
    lambda g, dim, start, stop, step: slice_primitive(g, dim, start, stop, step),
    moves="places",
    rows="dimensions",
)


def slice_bounds(key: slice, size: int) -> tuple[int, int, int]:
    """The start, stop and step of a slice, in range. ValueError: it does not go forward."""
    start, stop, step = key.indices(size)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    return start, max(start, stop), step
