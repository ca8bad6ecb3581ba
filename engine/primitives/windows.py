"""Windows along a dimension, and memory seen with other strides."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.lib.stride_tricks import as_strided as strided
from numpy.lib.stride_tricks import sliding_window_view

from ..table.registry import ops
from ..tensors.aliases import Data
from ..tensors.batched import BatchError
from ..tensors.errors import shape_error
from ..tensors.memory import offset_in, shareable, storage_of
from ..tensors.symbol import is_formal
from ..tensors.tensor import Tensor
from .arguments import data_of, sizes
from .arguments import dimension as from_front
from .families import SHAPE
from .parts import slice_primitive
from .places import as_strided, strided_sum
from .reshaping import reshape

private, function = SHAPE.private, SHAPE.function


def _windows(x: Any, dim: int, size: int, step: int) -> Any:
    return sliding_window_view(x, size, dim, writeable=True)[(*(slice(None),) * dim, slice(None, None, step))]


unfold_primitive: Any = private(
    "unfold",
    _windows,
    lambda g, x_shape, dim, size, step: unfold_backward(g, x_shape, dim, size, step),
    batch=lambda x, dim, size, step: unfold_primitive(x, dim + 1, size, step),
    view=True,
    moves="places",
)


@private(
    lambda g, dim, size, step: unfold_primitive(g, dim, size, step),
    batch=lambda grad, shape, dim, size, step: unfold_backward(grad, (len(grad), *shape), dim + 1, size, step),
)
def unfold_backward(grad: Data, shape: Any, dim: int, size: int, step: int) -> Data:
    result = np.zeros(math.prod(shape), grad.dtype)
    np.add.at(result, _windows(np.arange(result.size).reshape(shape), dim, size, step), grad)
    return result.reshape(shape)


@function(torch=())
def unfold(x: Any, dimension: int, size: int, step: int) -> Any:
    """the windows of some size along a dimension, a step apart, as the last dimension"""
    shape = data_of(x).shape
    axis = from_front(dimension, len(shape))
    length = shape[axis] if shape else 1
    if size > length:
        raise shape_error(f"maximum size for tensor at dimension {axis} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return unfold_primitive(x, axis, size, step) if shape else slice_primitive(reshape(x, 1), 0, 0, size, 1)


def _refused(*arguments: Any) -> NoReturn:
    """BatchError, always: of a batch, each lies in memory in another way than one by itself."""
    raise BatchError("vmap: as_strided is about where the elements of one tensor lie in memory")


@private(
    lambda g, places, own, count: as_strided(strided_sum(g, places, (count,)), own),
    name="as_strided",
    view=True,
    batch=_refused,
)
def as_strided_primitive(x: Data, size: Any, stride: Any, offset: Any, places: Any, own: Any, count: Any) -> Data:
    storage = storage_of(x)
    return strided(storage[offset:], size, [n * storage.itemsize for n in stride])


@function()
def as_strided_(x: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """the memory of x seen in a size, with so many elements from one to the next along each dimension"""
    size, stride = sizes((size,)), sizes((stride,))
    if len(size) != len(stride):
        raise shape_error("mismatch in length of strides and shape")
    if is_formal(data_of(x)) and data_of(x).is_input:
        # A variable's elements lie in order.
        first = storage_offset or 0
        places = strided(np.arange(data_of(x).size)[first:], size, [n * np.dtype(np.int64).itemsize for n in stride])
        return ops.take(x, Tensor(np.array(places)))
    data = shareable(x) if isinstance(x, Tensor) else np.asarray(x)
    storage = storage_of(data)
    begin = offset_in(storage, data)
    offset = begin if storage_offset is None else storage_offset
    reach = 0 if 0 in size else offset + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    itemsize = storage.itemsize
    if reach > storage.size:
        raise shape_error(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {reach * itemsize} are out of bounds for storage of size "
            f"{storage.size * itemsize}"
        )
    counted = np.arange(storage.size)
    step = counted.itemsize
    places = np.array(strided(counted[offset:], size, [n * step for n in stride]))
    own = np.array(strided(counted[begin:], data.shape, [s // itemsize * step for s in data.strides]))
    return as_strided_primitive(x, size, stride, offset, places, own, storage.size)
