"""Triangles and diagonals of matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensors.aliases import Call, Data
from ..tensors.errors import dimension_error, shape_error
from ..tensors.size import check_count
from .arguments import data_of, dimension, whole_argument
from .copying import new_zeros
from .families import SHAPE
from .places import check_size_of_source
from .reshaping import reshape

private, function = SHAPE.private, SHAPE.function


def _triangle(name: str, forward: Call, side: str) -> Call:
    call = private(
        name,
        lambda x, diagonal: forward(x, diagonal),
        lambda g, diagonal: call(g, diagonal),
        moves="places",
        rows="matrices",
    )

    @function(in_place=True, name=name, doc=f"x with zeros {side} a diagonal, in its last two dimensions")
    def triangle(x: Any, diagonal: int = 0) -> Any:
        if data_of(x).ndim < 2:
            raise shape_error(f"{name}: input tensor must have at least 2 dimensions")
        return call(x, whole_argument(diagonal, f"{name}(): argument 'diagonal' (position 2)"))

    return triangle


tril, triu = _triangle("tril", np.tril, "above"), _triangle("triu", np.triu, "below")


def _diagonal(x: Any, offset: int, dim1: int, dim2: int) -> Any:
    # Not np.diagonal: what that returns cannot be written to.
    x = np.moveaxis(x, (dim1, dim2), (-2, -1))
    x = x[..., :, offset:] if offset >= 0 else x[..., -offset:, :]
    size = min(x.shape[-2:])
    return np.einsum("...ii->...i", x[..., :size, :size])


def _with_diagonal(x: Any, src: Any, offset: int, dim1: int, dim2: int) -> Any:
    result = np.array(x)
    _diagonal(result, offset, dim1, dim2)[...] = src
    return result


def _taking(forward: Call, **facts: Any) -> Any:
    call = private(
        "diagonal",
        forward,
        lambda g, x_shape, offset, dim1, dim2: diagonal_backward(g, x_shape, offset, dim1, dim2),
        moves="places",
        batch=lambda x, offset, dim1, dim2: call(x, offset, dim1 + 1, dim2 + 1),
        **facts,
    )
    return call


diagonal_primitive = _taking(_diagonal, view=True)
diagonal_copy = _taking(
    lambda x, offset, dim1, dim2: np.array(_diagonal(x, offset, dim1, dim2)), node_name="DiagonalBackward0_copy"
)
diagonal_backward = private(
    "diagonal_backward",
    lambda grad, shape, offset, dim1, dim2: _with_diagonal(np.zeros(shape, grad.dtype), grad, offset, dim1, dim2),
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    moves="places",
    batch=lambda grad, shape, offset, dim1, dim2: diagonal_backward(
        grad, (len(grad), *shape), offset, dim1 + 1, dim2 + 1
    ),
)
diagonal_scatter_primitive = private(
    "diagonal_scatter",
    _with_diagonal,
    lambda g, src_shape, offset, dim1, dim2: diagonal_scatter_primitive(g, new_zeros(g, src_shape), offset, dim1, dim2),
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    promotes=(),
)


@private(
    lambda g, offset, dim1, dim2: diagonal_primitive(g, offset, dim1, dim2),
    moves="places",
    batch=lambda x, offset, dim1, dim2: diag_embed_primitive(x, offset, dim1 + 1, dim2 + 1),
    name="diag_embed",
)
def diag_embed_primitive(x: Data, offset: int, dim1: int, dim2: int) -> Data:
    size = x.shape[-1] + abs(offset)
    shape = list(x.shape[:-1])
    for dim in sorted((dim1, dim2)):
        shape.insert(dim, size)
    check_count(math.prod(shape))
    return _with_diagonal(np.zeros(shape, x.dtype), x, offset, dim1, dim2)


def _two_dimensions(dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    first, second = dimension(dim1, ndim), dimension(dim2, ndim)
    if first == second:
        raise shape_error(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


@function()
def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """the diagonals of x between two dimensions, as its last dimension"""
    return diagonal_primitive(x, offset, *_two_dimensions(dim1, dim2, data_of(x).ndim))


@function()
def diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """zeros with the last dimension of x on a diagonal between two dimensions"""
    ndim = data_of(x).ndim
    if not ndim:
        raise dimension_error(-2, 1)
    return diag_embed_primitive(x, offset, *_two_dimensions(dim1, dim2, ndim + 1))


@function()
def diag(x: Any, diagonal: int = 0) -> Any:
    """a diagonal of a matrix; or the matrix with a vector on that diagonal"""
    ndim = data_of(x).ndim
    if ndim not in (1, 2):
        raise shape_error(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    return diagonal_copy(x, diagonal, 0, 1) if ndim == 2 else diag_embed(x, diagonal)


@function()
def diagflat(x: Any, offset: int = 0) -> Any:
    """the matrix with all elements of x on a diagonal"""
    return diag_embed(reshape(x, -1), offset)


@function(tensors=2)
def diagonal_scatter(x: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """x with src in the place of its diagonals between two dimensions"""
    first, second = _two_dimensions(dim1, dim2, data_of(x).ndim)
    check_size_of_source(src, _diagonal(np.broadcast_to(False, data_of(x).shape), offset, first, second))
    return diagonal_scatter_primitive(x, src, offset, first, second)
