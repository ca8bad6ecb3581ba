"""Making tensors from Python numbers, lists and NumPy arrays, and by size."""

from __future__ import annotations

import warnings
from itertools import chain
from typing import Any

import numpy as np

from ..primitives.filling import check_steps, filled, full, number, of_kind, shape_of
from ..tensors import dtypes
from ..tensors.aliases import Array
from ..tensors.dtypes import dtype as DType  # noqa: N812
from ..tensors.errors import shape_error, type_error, value_error
from ..tensors.spacing import spaced
from ..tensors.tensor import Tensor


def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """A tensor with a copy of `data`: a number, nested lists of numbers, or a NumPy array.

    Floats take the default dtype, integers int64, booleans bool; an array keeps its own dtype.
    ValueError: ragged lists, strings. TypeError: other things that are not numbers. RuntimeError: None, or an integer
    tensor that is to require grad.
    """
    if type(data) is float and dtype is None and dtypes.get_default_dtype() is dtypes.float64:
        return Tensor(np.float64(data), requires_grad)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=2,
        )
        array = np.array(data._data, None if dtype is None else dtype.numpy)
    else:
        array = _array(data, dtype)
    return Tensor(array[()] if array.ndim == 0 else array, requires_grad)


def _array(data: Any, dtype: DType | None) -> Array:
    """The numbers as an array, of the dtype or of that which they take of themselves."""
    if type(data) is float:
        return np.array(data, (dtype or dtypes.get_default_dtype()).numpy)
    try:
        array = np.array(data)
    except (ValueError, RuntimeError):
        # Lists of different lengths, or tensors that require grad, which NumPy may not look into.
        array = np.array(_plain(data))
    if array.dtype.kind not in "biuf":
        raise _not_a_number(data)
    return array.astype((dtype or _own_dtype(data, array)).numpy)


def _own_dtype(data: Any, array: Array) -> DType:
    """The dtype that numbers take: that of arrays and tensors among them, wide enough for the others."""
    if isinstance(data, (np.ndarray, np.generic)):
        return dtypes.of(array.dtype)
    parts, kinds = [data], {type(data)}
    while kinds and kinds <= {list, tuple}:
        parts = list(chain.from_iterable(parts))
        kinds = set(map(type, parts))
    of_kind = {bool: dtypes.bool_, int: dtypes.int64, float: dtypes.get_default_dtype()}
    found = {of_kind[kind].numpy for kind in kinds & of_kind.keys()}
    if not kinds <= of_kind.keys():
        typed = [part for part in parts if isinstance(part, (np.ndarray, np.generic, Tensor))]
        found |= {part.dtype.numpy if isinstance(part, Tensor) else part.dtype for part in typed}
    return dtypes.of(dtypes.widest(found)) if found else dtypes.get_default_dtype()


def _first(data: Any) -> Any:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return data


def _plain(data: Any, dim: int = 0) -> Any:
    """Nested lists with the numbers of tensors in place of the tensors. ValueError: their lengths differ."""
    if isinstance(data, Tensor):
        return data.tolist()
    if not isinstance(data, (list, tuple)):
        return data
    rows = [_plain(row, dim + 1) for row in data]
    lengths = [len(row) if isinstance(row, list) else None for row in rows]
    for length in lengths:
        if length != lengths[0]:
            if length is None or lengths[0] is None:
                raise type_error("not a sequence")
            raise shape_error(f"expected sequence of length {lengths[0]} at dim {dim + 1} (got {length})", ValueError)
    return rows


def _not_a_number(data: Any) -> Exception:
    """What PyTorch raises for data that no tensor can hold."""
    inner = _first(data)
    if isinstance(data, str):
        return type_error("new(): invalid data type 'str'")
    if inner is data:
        return RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    if isinstance(inner, str):
        return type_error("too many dimensions 'str'", ValueError)
    if isinstance(inner, complex):
        return type_error("complex numbers are not offered")
    return RuntimeError(f"Could not infer dtype of {type(inner).__name__}")


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """`data` as a tensor: itself if it is one, sharing the memory of a NumPy array, else as `tensor` makes it."""
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or dtype.numpy == data.dtype):
        return from_numpy(data)
    return tensor(data, dtype=dtype)


def asarray(
    obj: Any, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """`obj` as `as_tensor` makes it, or as a copy. ValueError: it is not to be a copy, and has to be."""
    made = as_tensor(obj, dtype)
    is_copy = not isinstance(obj, np.ndarray) and made is not obj
    if copy is False and is_copy:
        raise value_error("can't alias arbitrary sequence into a tensor.")
    if copy and not is_copy:
        made = made.clone()
    return made.requires_grad_() if requires_grad else made


def from_numpy(array: Array) -> Tensor:
    """A tensor that shares the memory of a NumPy array."""
    if not isinstance(array, np.ndarray):
        raise type_error(f"expected np.ndarray (got {type(array).__name__})")
    dtypes.of(array.dtype)
    return Tensor(array)


def empty(
    *shape: Any, size: Any = None, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
) -> Tensor:
    """A tensor whose elements are yet to be written; here they are zeros."""
    return filled(shape_of("empty", shape, size), 0, dtype, requires_grad)


def empty_like(
    x: Tensor,
    *,
    dtype: DType | None = None,
    requires_grad: bool = False,
    device: Any = None,
    memory_format: Any = None,
) -> Tensor:
    """A tensor in the shape of another, whose elements are yet to be written; here they are zeros."""
    return empty(tuple(x.shape), dtype=dtype or x.dtype, requires_grad=requires_grad)


def scalar_tensor(value: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor without dimensions, of the default dtype unless another is given."""
    return full((), value, dtype=dtype or dtypes.get_default_dtype(), requires_grad=requires_grad)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DType | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """`base` to the power of evenly spaced numbers, both ends among them."""
    exponents = spaced(number(start), number(end), check_steps(steps), dtypes.float64.numpy)
    return of_kind(np.power(float(base), exponents), dtype, requires_grad)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """The indices of the elements of a matrix on or below a diagonal, as two rows."""
    return Tensor(np.stack(np.tril_indices(row, offset, col)).astype((dtype or dtypes.int64).numpy))


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """The indices of the elements of a matrix on or above a diagonal, as two rows."""
    return Tensor(np.stack(np.triu_indices(row, offset, col)).astype((dtype or dtypes.int64).numpy))


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(value, Tensor)


def is_floating_point(x: Tensor) -> bool:
    """Whether the elements of a tensor are floating-point numbers."""
    return x.dtype.is_floating_point
