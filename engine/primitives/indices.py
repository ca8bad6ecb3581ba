"""Checks of indices, and of what is put where they point."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors import dtypes
from ..tensors.tensor import Tensor
from .arguments import data_of


def indices_of(function: str, index: Any, message: str = "Expected dtype int32/int64 for index") -> Any:
    """A tensor of indices, or a list of them as an array. RuntimeError: they are not whole numbers."""
    if not isinstance(index, (Tensor, np.ndarray, np.generic)):
        array = np.asarray(index)
        index = array if array.size else array.astype(np.int64)
    dtype = data_of(index).dtype
    if dtype.kind != "i" and (dtype.kind != "u" or data_of(index).size):
        raise RuntimeError(f"{function}(): {message.format(dtypes.of(dtype).title)}")
    return index


def integers(index: Any) -> np.ndarray[Any, Any]:
    return np.asarray(index).astype(np.int64)


def check_range(
    index: Any, size: int, message: str, error: type[Exception] = IndexError, negative: bool = True
) -> None:
    """The error, with the first index that is out of range, if one is; negative ones may count from the end."""
    wrong = (index >= size) | (index < (-size if negative else 0))
    if np.any(wrong):
        raise error(message.format(np.asarray(index)[wrong].flat[0]))


def check_indices(shape: tuple[int, ...], indices: tuple[Any, ...]) -> None:
    """IndexError, in PyTorch's words: an index out of range, or indices that do not broadcast together."""
    arrays = [index for index in indices if not isinstance(index, slice)]
    for dim, index in enumerate(indices):
        if not isinstance(index, slice):
            check_range(index, shape[dim], f"index {{}} is out of bounds for dimension {dim} with size {shape[dim]}")
    try:
        np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for a in arrays)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def check_same_dtype(message: str, x: Any, src: Any) -> None:
    a, b = data_of(x).dtype, data_of(src).dtype
    if a != b:
        raise RuntimeError(message.format(dtypes.of(a).title, dtypes.of(b).title))


def check_value(function: str, value: Any) -> None:
    if data_of(value).ndim:
        raise RuntimeError(
            f"{function} only supports a 0-dimensional value tensor, but got tensor with {data_of(value).ndim} "
            "dimension(s)."
        )
