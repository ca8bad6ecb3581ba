"""Products of matrices, and of matrices and vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.binding import broadcast_mismatch
from ..tensors import dtypes
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .broadcasting import expand
from .copying import contiguous
from .families import LINEAR_ALGEBRA
from .operands import c_names, check_ranks, titles
from .reshaping import reshape, unsafe_view
from .squeezing import squeeze, squeeze_product, unsqueeze
from .transposing import t, t_primitive, transpose
from .vector_products import dot, outer

primitive, function = LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


# Matrices


def _mm(x: Any, y: Any) -> Any:
    if x.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if y.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if x.dtype != y.dtype:
        names = c_names(x, y)
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {names[0]} != {names[1]}")
    return product_of_matrices(x, y)


def product_of_matrices(x: Any, y: Any) -> Any:
    if x.shape[1] != y.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({x.shape[0]}x{x.shape[1]} and {y.shape[0]}x{y.shape[1]})"
        )
    return x @ y


def _matrices_of_rows(x: Any, y: Any) -> Any:
    return np.moveaxis(np.moveaxis(x, -1, 0) @ np.moveaxis(y, -1, 0), 0, -1)


mm = primitive(
    "mm",
    _mm,
    lambda g, y: mm(g, t_primitive(y)),
    lambda g, x: mm(t_primitive(x), g),
    doc="product of two matrices",
    rows=_matrices_of_rows,
    saved_as={"y": "mat2"},
)


def _mv(x: Any, y: Any) -> Any:
    # For errors PyTorch counts the result as an argument: one of the vector's dtype.
    return product_with_vector(x, y, x.shape[0] if x.ndim else 1, 1, y.dtype)


def product_with_vector(x: Any, y: Any, size: int, rank: int, dtype: Any) -> Any:
    """The product of a matrix and a vector that is to be added to something of a size, rank and dtype."""
    if x.ndim != 2 or y.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {rank}, {x.ndim}, {y.ndim}")
    if x.shape[1] != y.shape[0] or size not in (1, x.shape[0]):
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({x.shape[0]}x{x.shape[1]}), vec ({y.size})")
    if not dtype == x.dtype == y.dtype:
        names = dtypes.of(dtype).title, *titles(x, y)
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"
        )
    return x @ y


mv = primitive(
    "mv",
    _mv,
    lambda g, y: outer(g, y),
    lambda g, x: mv(t_primitive(x), g),
    doc="product of a matrix and a vector",
    rows=lambda x, y: np.add.reduce(x * y, axis=1),
    saved_as={"y": "vec"},
)


def batched_product(x: Any, y: Any) -> Any:
    check_ranks(3, "{name} must be a 3D tensor", batch1=x, batch2=y)
    if x.shape[0] != y.shape[0] or x.shape[2] != y.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{x.shape[0]}, {x.shape[2]}] but got: "
            f"[{y.shape[0]}, {y.shape[1]}]."
        )
    if x.dtype != y.dtype:
        raise RuntimeError("expected scalar type {} but found {}".format(*titles(x, y)))
    return x @ y


bmm = primitive(
    "bmm",
    batched_product,
    lambda g, y: bmm(g, transpose(y, 1, 2)),
    lambda g, x: bmm(transpose(x, 1, 2), g),
    doc="products of two equally long sequences of matrices",
    rows=_matrices_of_rows,
)


@function(tensors=2, symbol="@", torch=("matmul", "linalg.matmul"))
def matmul(x: Any, y: Any) -> Any:
    """product of vectors, matrices, or sequences of matrices"""
    if type(x) is np.ndarray and type(y) is np.ndarray:
        return np.matmul(x, y)
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
    if _can_be_rows(x, y):
        return _product_of_rows(x, y)
    if ranks == (3, 3) and x.shape[0] != y.shape[0]:
        # One matrix for all is cheaper to multiply with, and to find the gradient of, than copies of it.
        if x.shape[0] == 1 and _wants_gradient(x):
            return matmul(squeeze(x, 0), y)
        if y.shape[0] == 1 and _wants_gradient(y):
            return matmul(x, squeeze(y, 0))
    return _product_of_batches(x, y)


def _wants_gradient(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def _can_be_rows(x: Any, y: Any) -> bool:
    """Whether PyTorch stacks the matrices of the larger operand, to multiply them all by the other at once."""
    larger, other = (x, y) if x.ndim >= y.ndim else (transpose(y, -2, -1), x)
    if larger.ndim < 3 or other.ndim > 2:
        return False
    if _wants_gradient(other):
        return True
    if x.ndim == 2:
        return False
    data = larger._data if isinstance(larger, Tensor) else larger
    data = data.example if is_symbolic(data) else data
    return not data.size or all(
        data.strides[i] == data.strides[i + 1] * data.shape[i + 1] for i in range(data.ndim - 2)
    )


def _product_of_rows(x: Any, y: Any) -> Any:
    turned = y.ndim > x.ndim
    larger, other = (transpose(y, -2, -1), t(x) if x.ndim == 2 else x) if turned else (x, y)
    rows = reshape(larger, (math.prod(larger.shape[:-1]), larger.shape[-1]))
    product = mv(rows, other) if other.ndim == 1 else mm(rows, other)
    product = unsafe_view(product, (*larger.shape[:-1], *other.shape[1:]))
    return contiguous(transpose(product, -2, -1)) if turned and other.ndim == 2 else product


def _product_of_batches(x: Any, y: Any) -> Any:
    batches = tuple(x.shape[:-2]), tuple(y.shape[:-2])
    try:
        batch = np.broadcast_shapes(*batches)
    except ValueError:
        raise RuntimeError(broadcast_mismatch(batches) or "") from None
    count = math.prod(batch)
    rows, inner_x = x.shape[-2] if x.ndim > 1 else 1, x.shape[-1]
    left = reshape(expand(x, (*batch, rows, inner_x)), (count, rows, inner_x))
    if y.ndim == 1:
        right = unsqueeze(reshape(expand(y, (*batch, y.shape[0])), (count, y.shape[0])), 2)
        return unsafe_view(squeeze(bmm(left, right), -1), (*batch, rows))
    right = reshape(expand(y, (*batch, *y.shape[-2:])), (count, *y.shape[-2:]))
    return unsafe_view(bmm(left, right), (*batch, *x.shape[-2:-1], y.shape[-1]))
