"""Sums of products over dimensions, blocks of products, and the trace."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.tensor import Tensor
from .arguments import dimension, dimensions
from .arithmetic import mul
from .broadcasting import expand
from .copying import contiguous
from .diagonals import diagonal, diagonal_backward
from .families import LINEAR_ALGEBRA
from .matrix_products import mm
from .reshaping import flatten, reshape, unsafe_view
from .squeezing import squeeze
from .transposing import permute_primitive
from .vector_products import dot

primitive, function = LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


@function(tensors=2, method=False)
def tensordot(x: Any, y: Any, dims: Any = 2) -> Any:
    """sums of products over the last dimensions of x and the first of y, or over pairs of dimensions"""
    x_dims, y_dims = _contracted(x, y, dims)
    x_axes = [dimension(d, x.ndim) for d in x_dims]
    y_axes = [dimension(d, y.ndim) for d in y_dims]
    for i, j, named_i, named_j in zip(x_axes, y_axes, x_dims, y_dims, strict=True):
        if y.shape[j] == 1:
            x = ops.sum(x, [i], True)
        elif x.shape[i] == 1:
            y = ops.sum(y, [j], True)
        elif x.shape[i] != y.shape[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {x.shape[i]} in dim {named_i} and second "
                f"has size {y.shape[j]} in dim {named_j}"
            )
    for axes, operand in ((x_axes, x), (y_axes, y)):
        dimensions(axes, operand.ndim)
    kept_x = [i for i in range(x.ndim) if i not in x_axes]
    kept_y = [j for j in range(y.ndim) if j not in y_axes]
    shape = (*(x.shape[i] for i in kept_x), *(y.shape[j] for j in kept_y))
    left, right = permute_primitive(x, (*kept_x, *x_axes)), permute_primitive(y, (*y_axes, *kept_y))
    common = math.prod(x.shape[i] for i in x_axes)
    rows, columns = math.prod(x.shape[i] for i in kept_x), math.prod(y.shape[j] for j in kept_y)
    if rows == columns == 1:
        return reshape(_dot_of_all(left, right), shape)
    return reshape(mm(reshape(left, (rows, common)), reshape(right, (common, columns))), shape)


def _dot_of_all(x: Any, y: Any) -> Any:
    if contiguous(x) is x and contiguous(y) is y:
        return dot(flatten(x), flatten(y))
    return ops.sum(mul(squeeze(x), squeeze(y)))


def _contracted(x: Any, y: Any, dims: Any) -> tuple[list[int], list[int]]:
    if x.dtype != y.dtype:
        raise RuntimeError("both inputs should have same dtype")
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, (int, float)):
        count = int(dims)
        if count < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if count > min(x.ndim, y.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return list(range(-count, 0)), list(range(count))
    first, second = ([int(d)] if isinstance(d, (int, float)) else [int(n) for n in d] for d in dims)
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    return first, second


@function(tensors=2)
def kron(x: Any, y: Any) -> Any:
    """the products of each element of x with y, as blocks"""
    if not isinstance(y, (Tensor, np.ndarray)):
        raise TypeError(f"kron(): argument 'other' (position 2) must be Tensor, not {type(y).__name__}")
    rank = max(x.ndim, y.ndim)
    of_x = (1,) * (rank - x.ndim) + tuple(x.shape)
    of_y = (1,) * (rank - y.ndim) + tuple(y.shape)
    left = unsafe_view(x, tuple(n for size in of_x for n in (size, 1)))
    right = unsafe_view(y, tuple(n for size in of_y for n in (1, size)))
    return unsafe_view(mul(left, right), tuple(a * b for a, b in zip(of_x, of_y, strict=True)))


def _trace(x: Any) -> Any:
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    return np.trace(x)


trace = primitive(
    "trace",
    _trace,
    lambda g, x_shape: diagonal_backward(expand(g, (min(x_shape),)), x_shape, 0, 0, 1),
    doc="sum of the diagonal of a matrix",
)


@function(method=False, torch=("linalg.diagonal",))
def linalg_diagonal(x: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """the diagonals of matrices"""
    return diagonal(x, offset, dim1, dim2)
