"""Elements by where they lie: counted through a tensor in order, under a mask, or in a slice."""

from __future__ import annotations

import operator
from functools import partial
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Call, Data
from ..tensors.dtypes import is_number
from ..tensors.errors import index_error, shape_error, type_error
from ..tensors.memory import broadcast_shape
from ..tensors.tensor import Tensor
from .arguments import c_names, check_range, check_same_dtype, check_value, data_of, dimension, indices_of, integers
from .copying import zeros_like
from .families import INDEXING
from .getitem import getitem
from .parts import select, select_primitive, slice_bounds, slice_primitive

private, function = INDEXING.private, INDEXING.function


as_strided: Any = private(
    "as_strided",
    lambda x, positions: x.reshape(-1)[positions],
    lambda g, positions, x_shape: strided_sum(g, positions, x_shape),
)


@private(lambda g, positions: as_strided(g, positions), name="as_strided_backward")
def strided_sum(grad: Data, positions: Any, shape: Any) -> Data:
    result = np.zeros(int(np.prod(shape)), grad.dtype)
    np.add.at(result, positions, grad)
    return result.reshape(shape)


@private(lambda g, x_shape, index: strided_sum(g, index, x_shape), name="take", moves="places")
def take_primitive(x: Data, index: Data) -> Data:
    return np.asarray(x).reshape(-1)[integers(index)]


@function()
def take(x: Any, index: Any) -> Any:
    """the elements of x at the indices, counted through x in order"""
    index = indices_of("take", index, "Expected a long tensor for index, but got {}")
    size = data_of(x).size
    if not size and data_of(index).size:
        raise index_error("take(): tried to take from an empty tensor")
    check_range(data_of(index), size, f"out of range: tried to access index {{}} on a tensor of {size} elements.")
    return take_primitive(x, index)


def _putting(kept: Call, change: Call) -> Call:
    """The operation; `kept` is the rule of what stays of x."""

    def forward(x: Any, value: Any, places: Any) -> Any:
        result = np.array(x, order="C").reshape(-1)
        # Broadcast here, because np.add.at gets it wrong when the value has fewer dimensions.
        change(result, places, np.broadcast_to(value, np.shape(places)))
        return result.reshape(np.shape(x))

    facts = {"promotes": (), "keeps_tensors": True}
    return private("index_put", forward, kept, lambda g, places: as_strided(g, places), **facts)


put = _putting(lambda g, places: put(g, zeros_like(as_strided(g, places)), places), operator.setitem)
put_added = _putting(lambda g: g, np.add.at)


def check_fits(value: Any, places: Array) -> None:
    """RuntimeError: the value does not broadcast to the shape of the places that it is to be put in."""
    shape = data_of(value).shape
    if broadcast_shape(shape, places.shape) != places.shape:
        raise shape_error(
            f"shape mismatch: value tensor of shape {list(shape)} cannot be broadcast to indexing result of shape "
            f"{list(places.shape)}"
        )


@function(in_place=True, written=True)
def index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """x with values put in, or added, where a list of index tensors points, one for each dimension"""
    for i, index in enumerate(indices):
        if not isinstance(index, (Tensor, np.ndarray, list)):
            raise type_error(f"expected Tensor as element {i} in argument 1, but got {type(index).__name__}")
    data = data_of(x)
    counted = Tensor(np.arange(data.size).reshape(data.shape))
    places = np.asarray(getitem(counted, tuple(indices))._data)
    value = (
        values if isinstance(values, (Tensor, np.ndarray, np.generic)) else Tensor(np.asarray(values, data.dtype)[()])
    )
    check_fits(value, places)
    check_same_dtype(
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        x,
        value,
    )
    return (put_added if accumulate else put)(x, value, places)


def _mask(function: str, message: str, mask: Any) -> Any:
    """A mask, which may be given as a list. RuntimeError: it is not one of booleans."""
    if not isinstance(mask, (Tensor, np.ndarray, np.generic)):
        mask = np.asarray(mask)
    if data_of(mask).dtype.kind != "b":
        raise RuntimeError(function + message.format(*c_names(mask)))
    return mask


def _masked_put(x: Any, mask: Any, value: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask), np.shape(value))
    result = np.array(np.broadcast_to(x, shape), order="C")
    where = np.broadcast_to(mask, shape)
    result[where] = np.broadcast_to(value, shape)[where] if np.ndim(value) else value
    return result


_masked_fill = partial(
    private,
    "masked_fill",
    _masked_put,
    lambda g, mask: masked_fill_number(g, mask, 0),
    elementwise=True,
    formula="where(mask, value, x)",
)
masked_fill_number = _masked_fill()
masked_fill_tensor = _masked_fill(None, lambda g, mask: ops.where(mask, g, 0), overload=1, promotes=())


@function(in_place=True)
def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """x with one value where the mask is true"""
    mask = _mask("masked_fill_", " only supports boolean masks, but got mask with dtype {}", mask)
    if is_number(value):
        return masked_fill_number(x, mask, value)
    check_value("masked_fill_", value)
    return masked_fill_tensor(x, mask, value)


@private(
    lambda g, mask, x_shape: masked_select_backward(g, mask, x_shape),
    moves="places",
    shaped_by="mask",
    name="masked_select",
)
def masked_select_primitive(x: Data, mask: Data) -> Data:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask))
    return np.broadcast_to(x, shape)[np.broadcast_to(mask, shape)]


@private(lambda g, mask: masked_select_primitive(g, mask), moves="places", shaped_by="mask")
def masked_select_backward(grad: Data, mask: Data, shape: Any) -> Data:
    shape = np.broadcast_shapes(shape, np.shape(mask))
    result = np.zeros(shape, grad.dtype)
    result[np.broadcast_to(mask, shape)] = grad
    return result


@function()
def masked_select(x: Any, mask: Any) -> Any:
    """the elements of x where the mask is true, in one dimension"""
    return masked_select_primitive(x, _mask("masked_select", ": expected BoolTensor for mask", mask))


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
        raise shape_error(
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


@function(method=True)
def nonzero(x: Any, *, as_tuple: bool = False) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    data = data_of(x)
    found = np.nonzero(np.atleast_1d(data))
    if as_tuple:
        return tuple(map(Tensor, found))
    # The indices of each dimension lie together.
    return Tensor(np.stack(found).T if data.ndim else np.zeros((np.count_nonzero(data), 0), np.int64))


@function(method=True)
def argwhere(x: Any) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    return nonzero(x)
