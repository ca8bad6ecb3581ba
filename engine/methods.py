"""Gives Tensor its operators and methods, read off the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .autograd.backward import backward
from .dtypes import dtype, float16, float32, float64, int64
from .primitive import FUNCTIONS, is_number
from .primitives import arithmetic, linalg, selection, shape
from .tensor import Tensor


def _reflected(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: function(other, self)


def _rdiv(self: Tensor, other: Any) -> Tensor:
    # PyTorch computes a number over a tensor this way, and its graph shows it.
    return arithmetic.reciprocal(self) * other


def _rsub(self: Tensor, other: Any) -> Tensor:
    return arithmetic.rsub_number(self, other) if is_number(other) else arithmetic.minus(other, self)


def _rpow(self: Tensor, other: Any) -> Tensor:
    return arithmetic.pow(other, self)


def _rfloordiv(self: Tensor, other: Any) -> Tensor:
    return arithmetic.floor_divide(other, self)


def _bitwise(ufunc: Any) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Tensor:
        return Tensor(ufunc(self._data, other._data if isinstance(other, Tensor) else other))

    return method


def _invert(self: Tensor) -> Tensor:
    return Tensor(np.invert(self._data))


OPERATORS: dict[str, Callable[..., Any]] = {
    "__add__": arithmetic.plus,
    "__radd__": arithmetic.plus,
    "__sub__": arithmetic.minus,
    "__rsub__": _rsub,
    "__mul__": arithmetic.mul,
    "__rmul__": arithmetic.mul,
    "__truediv__": arithmetic.true_divide,
    "__rtruediv__": _rdiv,
    "__floordiv__": arithmetic.floor_divide,
    "__rfloordiv__": _rfloordiv,
    "__mod__": arithmetic.remainder,
    "__rmod__": _reflected(arithmetic.remainder),
    "__pow__": arithmetic.pow,
    "__rpow__": _rpow,
    "__matmul__": linalg.matmul,
    "__rmatmul__": _reflected(linalg.matmul),
    "__neg__": arithmetic.neg,
    "__pos__": arithmetic.positive,
    "__abs__": selection.abs,
    "__eq__": selection.eq,
    "__ne__": selection.ne,
    "__lt__": selection.lt,
    "__le__": selection.le,
    "__gt__": selection.gt,
    "__ge__": selection.ge,
    "__and__": _bitwise(np.bitwise_and),
    "__or__": _bitwise(np.bitwise_or),
    "__xor__": _bitwise(np.bitwise_xor),
    "__invert__": _invert,
    "__getitem__": shape.getitem,
}

_CASTS = {"double": float64, "float": float32, "half": float16, "long": int64}


def _cast(to: dtype) -> Callable[[Tensor], Tensor]:
    def method(self: Tensor) -> Tensor:
        return shape.to(self, to)

    return method


def _in_place(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`x += y` and `x.add_(y)` on a tensor outside the graph: the data change, the object stays."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return self._assign(function(self.detach(), *args, **kwargs)._data)

    method.__name__ = name
    return method


def _backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the gradient of this tensor to the `.grad` of every leaf it was computed from.

    `gradient` (of this tensor's shape) is the gradient to start from; it may be left out for one element.
    RuntimeError: no graph, a graph freed by an earlier pass, or a missing `gradient`.
    """
    backward(self, gradient, retain_graph, create_graph, inputs)


def _reversed(self: Tensor) -> Tensor:
    return shape.permute_primitive(self, tuple(reversed(range(self.ndim))))


def _matrix_transpose(self: Tensor) -> Tensor:
    return shape.transpose(self, -2, -1)


def _to(self: Tensor, to: dtype | Tensor | str) -> Tensor:
    """This tensor in another dtype, or that of another tensor; a device name means nothing here."""
    if isinstance(to, str):
        return self
    return shape.to(self, to.dtype if isinstance(to, Tensor) else to)


def attach() -> None:
    """Gives Tensor every operator and method of the table."""
    for name, function in OPERATORS.items():
        setattr(Tensor, name, function)
    for name, record in FUNCTIONS.items():
        if record.method and not hasattr(Tensor, name):
            setattr(Tensor, name, record.call)
    for name, to in _CASTS.items():
        setattr(Tensor, name, _cast(to))
    for name in ("add", "sub", "mul", "div"):
        in_place = _in_place(f"{name}_", FUNCTIONS[name].call)
        setattr(Tensor, f"{name}_", in_place)
        setattr(Tensor, {"div": "__itruediv__"}.get(name, f"__i{name}__"), in_place)
    for name, attribute in {
        "backward": _backward,
        "T": property(_reversed),
        "mT": property(_matrix_transpose),
        "H": property(_matrix_transpose),
        "to": _to,
        "type_as": _to,
    }.items():
        setattr(Tensor, name, attribute)
