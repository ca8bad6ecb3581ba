"""Making tensors from Python numbers, lists and NumPy arrays, and by size."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import dtype as DType  # noqa: N812
from .primitives.shape import sizes
from .tensor import Tensor


def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: a number, nested lists of numbers, or a NumPy array.

    Floats take the default dtype, integers int64, booleans bool; an array keeps its own dtype.
    ValueError: ragged lists. TypeError: something that is not a number. RuntimeError: an integer tensor that is to
    require grad.
    """
    if type(data) is float and dtype is None and dtypes.get_default_dtype() is dtypes.float64:
        return Tensor(np.float64(data), requires_grad)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=2,
        )
        array = np.array(data._data)
    else:
        array = _array(data)
    if dtype is not None:
        array = array.astype(dtype.numpy)
    return Tensor(array[()] if array.ndim == 0 else array, requires_grad)


def _array(data: Any) -> np.ndarray[Any, Any]:
    if isinstance(data, float) and type(data) is float:
        return np.array(data, dtypes.get_default_dtype().numpy)
    try:
        array = np.array(data)
    except ValueError as error:
        raise ValueError(f"expected sequences of equal length: {error}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"not a number, or not one the engine has a type for: {data!r}")
    given = _first(data)
    if not isinstance(given, (np.ndarray, np.generic)):
        kind = array.dtype.kind
        target = dtypes.get_default_dtype().numpy if kind == "f" or not array.size else None
        if kind in "iu" and array.size:
            target = dtypes.int64.numpy
        if target is not None:
            array = array.astype(target)
    return array


def _first(data: Any) -> Any:
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return data


def as_tensor(data: Any, dtype: DType | None = None) -> Tensor:
    """`data` as a tensor: itself if it is one, else as `tensor` makes it."""
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else data.to(dtype)
    return tensor(data, dtype=dtype)


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares the memory of a NumPy array."""
    dtypes.of(array.dtype)
    return Tensor(array)


def _filled(shape: tuple[Any, ...], value: Any, dtype: DType | None, requires_grad: bool) -> Tensor:
    numpy_dtype = (dtype or dtypes.get_default_dtype()).numpy
    return Tensor(np.full(sizes(shape), value, numpy_dtype)[()], requires_grad)


def zeros(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor of zeros."""
    return _filled(shape, 0, dtype, requires_grad)


def ones(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor of ones."""
    return _filled(shape, 1, dtype, requires_grad)


def full(shape: Any, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor of one value; its dtype is that of the value unless given."""
    kind = tensor(fill_value).dtype if dtype is None else dtype
    return _filled((shape,), fill_value, kind, requires_grad)


def eye(n: int, m: int | None = None, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A matrix with ones on its diagonal and zeros elsewhere."""
    return Tensor(np.eye(n, m, dtype=(dtype or dtypes.get_default_dtype()).numpy), requires_grad)


def arange(
    start: Any, end: Any = None, step: Any = 1, *, dtype: DType | None = None, requires_grad: bool = False
) -> Tensor:
    """Numbers from `start` (0 if only one is given) up to but not including `end`, in steps."""
    if end is None:
        start, end = 0, start
    integers = all(isinstance(v, int) for v in (start, end, step))
    kind = dtype or (dtypes.int64 if integers else dtypes.get_default_dtype())
    return Tensor(np.arange(start, end, step).astype(kind.numpy), requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: DType | None = None, requires_grad: bool = False
) -> Tensor:
    """Evenly spaced numbers, both ends among them."""
    kind = dtype or dtypes.get_default_dtype()
    return Tensor(np.linspace(start, end, steps).astype(kind.numpy), requires_grad)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(value, Tensor)
