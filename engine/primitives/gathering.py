"""Elements along a dimension, each by an index of its own: picked out, put in, added."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of, dimension
from .broadcasting import expand
from .copying import new_zeros
from .families import INDEXING
from .indices import check_range, check_same_dtype, indices_of, integers
from .reshaping import reshape
from .slicing import slice_primitive

private, function = INDEXING.private, INDEXING.function


# Along a dimension: gather and scatter


def _along(index: Any, dim: int) -> tuple[Any, ...]:
    """The index arrays that place each element of `index`, itself the position along `dim`, in its own row."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)]) if index.ndim else []
    if not grid:
        return ()
    grid[dim] = index
    return tuple(grid)


def _gather(x: Any, dim: int, index: Any) -> Any:
    x, index = np.asarray(x), integers(index)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    if not x.ndim or not index.ndim:
        return x.reshape(-1)[index.reshape(-1)].reshape(index.shape)
    return x[_along(index, dim)]


def _scattered(x: Any, dim: int, index: Any, src: Any) -> Any:
    result, index = np.array(x, order="C"), integers(index)
    if not index.size:
        return result
    if not result.ndim or not index.ndim:
        result.reshape(-1)[index.reshape(-1)] = np.reshape(src, -1)
    else:
        result[_along(index, dim)] = src
    return result


def _scatter_added(x: Any, dim: int, index: Any, src: Any) -> Any:
    result, index = np.array(x, order="C"), integers(index)
    if not index.size:
        return result
    if not result.ndim or not index.ndim:
        np.add.at(result.reshape(-1), index.reshape(-1), np.reshape(src, -1))
    else:
        np.add.at(result, _along(index, dim), src)
    return result


gather_primitive = private(
    "gather",
    _gather,
    lambda g, x_shape, dim, index: scatter_add_primitive(new_zeros(g, x_shape), dim, index, g),
    moves="places",
    rows="dimensions",
)
scatter_add_primitive = private(
    "scatter_add",
    _scatter_added,
    lambda g: g,
    None,
    None,
    lambda g, dim, index: gather_primitive(g, dim, index),
    promotes=(),
    rows="dimensions",
)
scatter_tensor = private(
    "scatter",
    _scattered,
    lambda g, dim, index: scatter_number(g, dim, index, 0),
    None,
    None,
    lambda g, dim, index: gather_primitive(g, dim, index),
    promotes=(),
    rows="dimensions",
)
scatter_number = private(
    "scatter",
    lambda x, dim, index, value: _scattered(x, dim, index, value),
    lambda g, dim, index: scatter_number(g, dim, index, 0),
    overload=1,
    rows="dimensions",
)


def _check_along(function: str, x: Any, dim: int, index: Any, src: Any = None) -> tuple[int, Any]:
    """The dimension from the front and the index, checked. RuntimeError: the index does not fit x or src."""
    index = indices_of(function, index)
    shape, places = data_of(x).shape, data_of(index)
    axis = dimension(dim, len(shape))
    if not places.size:
        return axis, index
    if max(len(shape), 1) != max(places.ndim, 1):
        tensor = "input" if function == "gather" else "self"
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {tensor} tensor")
    if src is not None and max(data_of(src).ndim, 1) != max(places.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    sizes, wanted = shape or (1,), places.shape or (1,)
    fits = all(d == axis or n <= sizes[d] for d, n in enumerate(wanted))
    if src is not None:
        given = data_of(src).shape or (1,)
        if not fits or any(n > m for n, m in zip(wanted, given, strict=True)):
            raise RuntimeError(
                f"Expected index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension "
                f"{axis} and to be no larger size than src {list(data_of(src).shape)}"
            )
    elif not fits and function == "scatter":
        raise RuntimeError(
            f"Expected index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension {axis}"
        )
    elif not fits:
        wrong = next(d for d, n in enumerate(wanted) if d != axis and n > sizes[d])
        raise RuntimeError(
            f"Size does not match at dimension {wrong} expected index {list(places.shape)} to be no larger than self "
            f"{list(shape)} apart from dimension {axis}"
        )
    message = f"index {{}} is out of bounds for dimension {axis} with size {sizes[axis]}"
    check_range(places, sizes[axis], message, RuntimeError, negative=False)
    return axis, index


def _corner(src: Any, index: Any) -> Any:
    """The part of src that an index smaller than it makes use of."""
    if not data_of(src).ndim:
        return src
    for dim, size in enumerate(data_of(index).shape):
        if data_of(src).shape[dim] != size:
            src = slice_primitive(src, dim, 0, size, 1)
    return src


@function()
def gather(x: Any, dim: int, index: Any) -> Any:
    """the elements of x at the indices along a dimension"""
    return gather_primitive(x, *_check_along("gather", x, dim, index))


@function(in_place=True)
def scatter(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src, or a number, put in at the indices along a dimension"""
    if not isinstance(src, (Tensor, np.ndarray, np.generic)):
        return scatter_number(x, *_check_along("scatter", x, dim, index), src)
    check_same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter", x, dim, index, src)
    return scatter_tensor(x, axis, index, _corner(src, index))


@function(in_place=True)
def scatter_add(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src added at the indices along a dimension"""
    check_same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter_add", x, dim, index, src)
    return scatter_add_primitive(x, axis, index, _corner(src, index))


@function()
def take_along_dim(x: Any, indices: Any, dim: int | None = None) -> Any:
    """the elements of x at the indices along a dimension, the rest of the shapes broadcast together"""
    index = indices_of("torch.take_along_dim", indices, "dtype of indices should be Long but got {}")
    places = np.asarray(data_of(index))
    if dim is None:
        return gather(reshape(x, -1), 0, places.reshape(-1))
    shape = data_of(x).shape
    if len(shape) != places.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape)} dimensions for input, and {places.ndim} dimensions for indices"
        )
    axis = dimension(dim, len(shape))
    around = [n for d, n in enumerate(shape) if d != axis]
    other = [n for d, n in enumerate(places.shape) if d != axis]
    for d, (a, b) in enumerate(zip(around, other, strict=True)):
        if a != b and 1 not in (a, b):
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
                f"{d + (d >= axis)}"
            )
    common = list(np.broadcast_shapes(tuple(around), tuple(other)))
    own = (*common[:axis], shape[axis], *common[axis:]) if shape else ()
    wanted = (*common[:axis], places.shape[axis], *common[axis:]) if shape else ()
    # Unlike gather, this counts negative indices from the end.
    places = np.where(places < 0, places + (shape[axis] if shape else 1), places)
    return gather(expand(x, own), axis, np.broadcast_to(places, wanted))
