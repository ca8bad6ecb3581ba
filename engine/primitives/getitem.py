"""`x[key]`: integers, slices, None, `...`, and lists or tensors of indices or booleans."""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Array, Data
from ..tensors.errors import index_error, type_error
from ..tensors.tensor import Tensor
from .arguments import check_indices, data_of
from .axes import unsqueeze
from .copying import alias
from .families import INDEXING
from .parts import select_primitive, slice_bounds, slice_primitive

private = INDEXING.private


index_primitive: Any = private(
    "index",
    lambda x, indices: np.asarray(x[indices], order="C"),
    lambda g, x_shape, indices: index_backward(g, x_shape, indices),
    moves="places",
    keeps_tensors=True,
    rows=lambda x, indices: x[indices],
    batch=lambda x, indices: _index_of_each(x, indices),
)


# Indices leave alone the dimension that counts the batch where it is the last, or if they are of the last dimensions,
# the first.


def _index_of_each(x: Any, indices: Any) -> Any:
    if indices[0] is Ellipsis:
        return index_primitive(x, indices)
    return ops.movedim(index_primitive(ops.movedim(x, 0, -1), indices), -1, 0)


def _backward_of_each(grad: Any, shape: Any, indices: Any) -> Any:
    if indices[0] is Ellipsis:
        return index_backward(grad, (len(grad), *shape), indices)
    return ops.movedim(index_backward(ops.movedim(grad, 0, -1), (*shape, len(grad)), indices), -1, 0)


@private(lambda g, indices: index_primitive(g, indices), batch=_backward_of_each)
def index_backward(grad: Data, shape: Any, indices: Data) -> Data:
    result = np.zeros(shape, grad.dtype)
    np.add.at(result, indices, grad)
    return result


def getitem(x: Tensor, key: Any) -> Tensor:
    """`x[key]`: integers, slices, None, `...`, and lists or tensors of indices or booleans, as PyTorch reads them.

    IndexError: more indices than dimensions, or one out of range.
    """
    if type(key) is int:
        return _selected(x, 0, key, 0)
    if isinstance(key, slice):
        if not x.ndim:
            raise index_error("slice() cannot be applied to a 0-dim tensor.")
        return slice_primitive(x, 0, *slice_bounds(key, x._data.shape[0]))
    if isinstance(key, list) and any(part is None or part is Ellipsis or _is_list(part) for part in key):
        key = tuple(key)
    keys = list(key) if isinstance(key, tuple) else [key]
    consumed = builtins.sum(map(_consumes, keys))
    if consumed > x.ndim:
        raise index_error(f"too many indices for tensor of dimension {x.ndim}")
    rest: list[Any] = [slice(None)] * (x.ndim - consumed)
    dim = own = 0  # of the result so far, and of x
    advanced: list[Any] = []
    result = x
    for k in _without_dots(keys, rest):
        if isinstance(k, slice):
            size = result._data.shape[dim]
            bounds = slice_bounds(k, size)
            if bounds != (0, size, 1) or k.start not in (None, 0):
                result = slice_primitive(result, dim, *bounds)
            dim += 1
            own += 1
        elif k is None:
            result = unsqueeze(result, dim)
            dim += 1
        elif _is_integer(k):
            result = _selected(result, dim, operator.index(k), own)
            own += 1
        else:
            mask = _index_array(k)
            own += _consumes(k)
            if not mask.ndim:
                result = unsqueeze(result, dim)
                mask = mask.reshape(1)
            parts = _checked_mask(mask, result, dim) if mask.dtype.kind == "b" else [mask]
            advanced.extend([slice(None)] * (dim - len(advanced)))
            advanced.extend(parts)
            dim += len(parts)
    if advanced:
        try:
            return index_primitive(result, tuple(advanced))
        except (IndexError, TypeError):
            for size, index in zip(result._data.shape, advanced, strict=False):
                if not size and not isinstance(index, slice) and index.size:
                    raise index_error("index is out of bounds for dimension with size 0") from None
            check_indices(result._data.shape, tuple(advanced))
            raise
    return alias(x) if result is x else result


def _selected(x: Tensor, dim: int, index: int, named: int) -> Tensor:
    """The slice of x at one index. IndexError, about dimension `named`: it is out of range."""
    shape = x._data.shape
    if not shape:
        raise index_error(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number",
        )
    size = shape[dim]
    if not -size <= index < size:
        raise index_error(f"index {index} is out of bounds for dimension {named} with size {size}")
    return select_primitive(x, dim, index % size)


def _without_dots(keys: list[Any], rest: list[Any]) -> list[Any]:
    """The parts of an index with whole dimensions in place of `...`."""
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    if at is None:
        return keys
    return [*keys[:at], *rest, *(k for k in keys[at + 1 :] if k is not Ellipsis)]


def _is_list(key: Any) -> bool:
    return isinstance(key, (list, tuple, slice, range)) or (isinstance(key, (Tensor, np.ndarray)) and key.ndim > 0)


def _is_integer(key: Any) -> bool:
    """Whether an index is a single whole number."""
    if isinstance(key, (Tensor, np.ndarray)):
        data = data_of(key)
        return not data.ndim and data.dtype.kind == "i"
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool)


def _consumes(key: Any) -> int:
    """How many dimensions an index uses up."""
    if key is None or key is Ellipsis or isinstance(key, (bool, np.bool_)):
        return 0
    if isinstance(key, (slice, int, np.integer)):
        return 1
    index = _index_array(key)
    return index.ndim if index.dtype.kind == "b" else 1


def _index_array(key: Any) -> Array:
    """A list or tensor of indices or booleans as an array. IndexError or TypeError: it is something else."""
    if isinstance(key, str):
        raise type_error("new(): invalid data type 'str'")
    if isinstance(key, (Tensor, np.ndarray)):
        index = np.asarray(data_of(key))
        if index.dtype == np.uint8:
            return index.astype(bool)
        if index.dtype.kind not in "bi":
            raise type_error("tensors used as indices must be long, int, byte or bool tensors", IndexError)
        return index if index.dtype.kind == "b" else index.astype(np.int64)
    if isinstance(key, (bool, np.bool_)):
        return np.asarray(key)
    if not isinstance(key, (list, tuple, range)):
        raise type_error(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(key).__name__})",
            IndexError,
        )
    index = np.array([k.item() if isinstance(k, Tensor) else k for k in key])
    return index if index.dtype.kind == "b" else index.astype(np.int64)


def _checked_mask(mask: Array, x: Tensor, dim: int) -> list[Any]:
    """The indices of a mask's true elements, for each of its dimensions. IndexError: it does not fit."""
    shape = x._data.shape
    for i, size in enumerate(mask.shape):
        if size != shape[dim + i]:
            raise index_error(
                f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape of the indexed "
                f"tensor {list(shape)} at index {dim + i}",
            )
    return list(np.nonzero(mask))
