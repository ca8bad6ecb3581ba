"""Products of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..primitive import Family
from ..tensor import Tensor
from .shape import expand, reshape, squeeze_product, t_primitive, transpose, unsafe_view, unsqueeze

family = Family("linear algebra")
primitive, function = family.primitive, family.function


def _same_dtype(x: Any, y: Any, what: str) -> None:
    if x.dtype != y.dtype:
        names = dtypes.of(x.dtype).title, dtypes.of(y.dtype).title
        if what == "dot":
            raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {names[0]} and {names[1]}")
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {_C_NAMES[names[0]]} != {_C_NAMES[names[1]]}"
        )


_C_NAMES = {
    "Double": "double",
    "Float": "float",
    "Half": "c10::Half",
    "Long": "long long",
    "Int": "int",
    "Short": "short",
    "Char": "signed char",
    "Byte": "unsigned char",
    "Bool": "bool",
}


def _dot(x: Any, y: Any) -> Any:
    if x.ndim != 1 or y.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    _same_dtype(x, y, "dot")
    if x.size != y.size:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{x.size}] and src [{y.size}] to have the same number of "
            f"elements, but got {x.size} and {y.size} elements respectively"
        )
    return np.dot(x, y)


dot = primitive(
    "dot",
    _dot,
    lambda g, y: g * y,
    lambda g, x: g * x,
    promotes=(),
    doc="sum of the products of two vectors' elements",
)


def _mm(x: Any, y: Any) -> Any:
    if x.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if y.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _same_dtype(x, y, "mm")
    if x.shape[1] != y.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({x.shape[0]}x{x.shape[1]} and {y.shape[0]}x{y.shape[1]})"
        )
    return x @ y


mm = primitive(
    "mm",
    _mm,
    lambda g, y: mm(g, t_primitive(y)),
    lambda g, x: mm(t_primitive(x), g),
    promotes=(),
    doc="product of two matrices",
)


def _mv(x: Any, y: Any) -> Any:
    if x.ndim != 2 or y.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {x.ndim}, {y.ndim}")
    if x.shape[1] != y.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({x.shape[0]}), mat ({x.shape[0]}x{x.shape[1]}), vec ({y.size})")
    return x @ y


mv = primitive(
    "mv",
    _mv,
    lambda g, y: outer(g, y),
    lambda g, x: mv(t_primitive(x), g),
    promotes=(),
    doc="product of a matrix and a vector",
)


def _bmm(x: Any, y: Any) -> Any:
    for name, operand in (("batch1", x), ("batch2", y)):
        if operand.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if x.shape[0] != y.shape[0] or x.shape[2] != y.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{x.shape[0]}, {x.shape[2]}] but got: "
            f"[{y.shape[0]}, {y.shape[1]}]."
        )
    return x @ y


bmm = primitive(
    "bmm",
    _bmm,
    lambda g, y: bmm(g, transpose(y, 1, 2)),
    lambda g, x: bmm(transpose(x, 1, 2), g),
    promotes=(),
    doc="products of two equally long sequences of matrices",
)


@function(tensors=2, aliases=("ger",))
def outer(x: Any, y: Any) -> Any:
    """products of each element of x with each of y"""
    return reshape(x, (-1, 1)) * y


@function(tensors=2, symbol="@")
def matmul(x: Any, y: Any) -> Any:
    """product of vectors, matrices, or sequences of matrices"""
    for operand in (x, y):
        if not isinstance(operand, (Tensor, np.ndarray)):
            raise TypeError(f"unsupported operand type(s) for @: '{type(x).__name__}' and '{type(y).__name__}'")
    ranks = x.ndim, y.ndim
    if 0 in ranks:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D")
    if ranks == (1, 1):
        return dot(x, y)
    if ranks == (2, 1):
        return mv(x, y)
    if ranks == (1, 2):
        return squeeze_product(mm(unsqueeze(x, 0), y), 0)
    if ranks == (2, 2):
        return mm(x, y)
    if y.ndim <= 2:
        # All matrices on the left meet the same right side: one product of the stacked rows does it.
        rows = reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))
        product = mv(rows, y) if y.ndim == 1 else mm(rows, y)
        return unsafe_view(product, (*x.shape[:-1], *y.shape[1:]))
    if x.ndim == 1:
        return squeeze_product(matmul(unsqueeze(x, 0), y), y.ndim - 2)
    batch = np.broadcast_shapes(tuple(x.shape[:-2]), tuple(y.shape[:-2]))
    left = reshape(expand(x, (*batch, *x.shape[-2:])), (math.prod(batch), *x.shape[-2:]))
    right = reshape(expand(y, (*batch, *y.shape[-2:])), (math.prod(batch), *y.shape[-2:]))
    return unsafe_view(bmm(left, right), (*batch, x.shape[-2], y.shape[-1]))
