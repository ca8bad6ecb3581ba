"""A tensor with something else in the place of one of its slices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of, dimension
from .copying import zeros_like
from .families import INDEXING
from .slicing import select, select_primitive, slice_bounds, slice_primitive

private, function = INDEXING.private, INDEXING.function


def _placed(x: Any, src: Any, where: tuple[Any, ...]) -> Any:
    result = np.array(x)
    result[where] = src
    return result


select_scatter_primitive = private(
    "select_scatter",
    lambda x, src, dim, index: _placed(x, src, (*(slice(None),) * dim, index)),
    lambda g, dim, index: select_scatter_primitive(g, zeros_like(select_primitive(g, dim, index)), dim, index),
    lambda g, dim, index: select_primitive(g, dim, index),
    promotes=(),
)
slice_scatter_primitive = private(
    "slice_scatter",
    lambda x, src, dim, start, end, step: _placed(x, src, (*(slice(None),) * dim, slice(start, end, step))),
    lambda g, dim, start, end, step: slice_scatter_primitive(
        g, zeros_like(slice_primitive(g, dim, start, end, step)), dim, start, end, step
    ),
    lambda g, dim, start, end, step: slice_primitive(g, dim, start, end, step),
    promotes=(),
)


def check_size_of_source(src: Any, part: Any) -> None:
    """RuntimeError: what is to be put in has not the shape of what it takes the place of."""
    if data_of(src).shape != data_of(part).shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(data_of(src).shape)}, "
            f"slice size = {list(data_of(part).shape)}"
        )


@function(tensors=2)
def select_scatter(x: Any, src: Any, dim: int, index: int) -> Any:
    """x with src in the place of its slice at one index along a dimension"""
    check_size_of_source(src, select(data_of(x) if isinstance(x, np.ndarray) else Tensor(data_of(x)), dim, index))
    shape = data_of(x).shape
    axis = dimension(dim, len(shape))
    return select_scatter_primitive(x, src, axis, index % shape[axis])


@function(tensors=2)
def slice_scatter(
    x: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """x with src in the place of its slice from start to end along a dimension"""
    data = data_of(x)
    axis = dimension(dim, data.ndim)
    start, end, step = slice_bounds(slice(start, end, step), data.shape[axis])
    check_size_of_source(src, slice_primitive(np.broadcast_to(False, data.shape), axis, start, end, step))
    return slice_scatter_primitive(x, src, axis, start, end, step)
