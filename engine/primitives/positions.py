"""Elements anywhere, by where they lie, counted through a tensor in order: taken out, put in, added."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of
from .copying import zeros_like
from .families import INDEXING
from .getitem import getitem
from .indices import check_range, check_same_dtype, indices_of, integers

private, function = INDEXING.private, INDEXING.function
as_strided = private(
    "as_strided",
    lambda x, positions: x.reshape(-1)[positions],
    lambda g, positions, x_shape: strided_sum(g, positions, x_shape),
)


def _strided_sum(grad: Any, positions: Any, shape: Any) -> Any:
    result = np.zeros(int(np.prod(shape)), grad.dtype)
    np.add.at(result, positions, grad)
    return result.reshape(shape)


strided_sum = private("as_strided_backward", _strided_sum, lambda g, positions: as_strided(g, positions))


# Anywhere


take_primitive = private(
    "take",
    lambda x, index: np.asarray(x).reshape(-1)[integers(index)],
    lambda g, x_shape, index: strided_sum(g, index, x_shape),
    moves="places",
)


@function()
def take(x: Any, index: Any) -> Any:
    """the elements of x at the indices, counted through x in order"""
    index = indices_of("take", index, "Expected a long tensor for index, but got {}")
    size = data_of(x).size
    if not size and data_of(index).size:
        raise IndexError("take(): tried to take from an empty tensor")
    check_range(data_of(index), size, f"out of range: tried to access index {{}} on a tensor of {size} elements.")
    return take_primitive(x, index)


def _put(x: Any, value: Any, places: Any) -> Any:
    result = np.array(x, order="C").reshape(-1)
    result[places] = value
    return result.reshape(np.shape(x))


def _put_added(x: Any, value: Any, places: Any) -> Any:
    result = np.array(x, order="C").reshape(-1)
    # Broadcast here, because np.add.at gets it wrong when the value has fewer dimensions.
    np.add.at(result, places, np.broadcast_to(value, np.shape(places)))
    return result.reshape(np.shape(x))


put = private(
    "index_put",
    _put,
    lambda g, places: put(g, zeros_like(as_strided(g, places)), places),
    lambda g, places: as_strided(g, places),
    promotes=(),
)
put_added = private("index_put", _put_added, lambda g: g, lambda g, places: as_strided(g, places), promotes=())


@function(in_place=True)
def index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """x with values put in, or added, where a list of index tensors points, one for each dimension"""
    for i, index in enumerate(indices):
        if not isinstance(index, (Tensor, np.ndarray, list)):
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(index).__name__}")
    data = data_of(x)
    counted = Tensor(np.arange(data.size).reshape(data.shape))
    places = np.asarray(getitem(counted, tuple(indices))._data)
    value = (
        values if isinstance(values, (Tensor, np.ndarray, np.generic)) else Tensor(np.asarray(values, data.dtype)[()])
    )
    try:
        fits = np.broadcast_shapes(data_of(value).shape, places.shape) == places.shape
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(data_of(value).shape)} cannot be broadcast to indexing "
            f"result of shape {list(places.shape)}"
        )
    check_same_dtype(
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        x,
        value,
    )
    return (put_added if accumulate else put)(x, value, places)
