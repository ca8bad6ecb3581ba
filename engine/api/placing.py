"""Elements put where a mask, indices or a diagonal say: functions and methods made of operations of the table."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.inplace import in_place
from ..primitives.arguments import check_range, check_same_dtype
from ..primitives.places import put as put_at
from ..primitives.places import put_added
from ..table.registry import ops
from ..tensors.aliases import Array, Call
from ..tensors.tensor import Tensor


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the elements of `source`, one after another, where `mask` is true. RuntimeError: too few."""
    if mask._data.dtype.kind != "b":
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype.title}")
    shape = np.broadcast_shapes(input._data.shape, mask._data.shape)
    places = np.flatnonzero(np.broadcast_to(mask._data, shape))
    if source.numel() < len(places):
        raise RuntimeError("Number of elements of source < number of ones in mask")
    check_same_dtype("masked_scatter: expected self and source to have same dtypes but got {} and {}", input, source)
    return put_at(ops.expand(input, shape), ops.reshape(source, -1)[: len(places)], places)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with the elements of `source` put, or added, at indices counted through it in order. IndexError."""
    if index._data.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {index.dtype.title}")
    message = "self and source expected to have the same dtype, but got self.dtype = {} and source.dtype = {}"
    check_same_dtype(f"put_(): {message}", input, source)
    if index.numel() != source.numel():
        raise RuntimeError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    places: Array = np.asarray(index._data)
    size = input.numel()
    check_range(places, size, f"out of range: tried to access index {{}} on a tensor of {size} elements.")
    return (put_added if accumulate else put_at)(input, ops.reshape(source, index.shape), places % max(size, 1))


def _fill_diagonal(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Writes a number along the main diagonal; of a tall matrix again below it with `wrap`. RuntimeError: no matrix."""
    shape = self._data.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(int(np.prod(shape[d + 1 :])) for d in range(len(shape)))
    end = self.numel() if wrap and len(shape) == 2 else min(shape) * step
    places = np.arange(0, min(end, self.numel()), step)
    return put_at(self, Tensor(np.full(len(places), fill_value, self._data.dtype)), places)


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """`input` with rows of `source` taken together where `index` says, as `scatter_reduce` takes elements."""
    axis = dim % input.ndim
    column = ops.reshape(index, [-1 if d == axis else 1 for d in range(input.ndim)])
    everywhere = ops.expand(column, source.shape)
    return ops.scatter_reduce(input, dim, everywhere, source, reduce, include_self)


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The indices of the elements that are not zero: as many rows as `size`, with others of `fill_value`."""
    found = np.argwhere(input._data)[:size]
    rows = np.full((size, input.ndim), fill_value, np.int64)
    rows[: len(found)] = found
    return Tensor(rows)


_FUNCTIONS: dict[str, Call] = {
    "index_reduce": index_reduce,
    "masked_scatter": masked_scatter,
    "put": put,
}
METHODS: dict[str, Call] = {
    **_FUNCTIONS,
    **{f"{name}_": in_place(f"{name}_", function) for name, function in _FUNCTIONS.items()},
    "fill_diagonal_": in_place("fill_diagonal_", _fill_diagonal),
    "nonzero_static": nonzero_static,
}
__all__ = ["index_reduce", "masked_scatter", "nonzero_static", "put"]
