"""Products of two vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.registry import ops
from .arguments import dimension
from .arithmetic import mul
from .families import LINEAR_ALGEBRA
from .operands import check_ranks, titles
from .reshaping import reshape

primitive, function = LINEAR_ALGEBRA.primitive, LINEAR_ALGEBRA.function


def _dot(x: Any, y: Any) -> Any:
    if x.ndim != 1 or y.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    if x.dtype != y.dtype:
        names = titles(x, y)
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {names[0]} and {names[1]}")
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
    doc="sum of the products of two vectors' elements",
    rows=lambda x, y: np.add.reduce(x * y, axis=0),
    saved_as={"y": "tensor"},
)
vdot = primitive(
    "vdot", _dot, lambda g, y: g * y, lambda g, x: g * x, doc="sum of the products of two vectors' elements"
)


@function(tensors=2, aliases=("ger",))
def outer(x: Any, y: Any) -> Any:
    """products of each element of x with each of y"""
    check_ranks(1, "outer: Expected 1-D argument {name}, but got {ndim}-D", self=x, vec2=y)
    return mul(reshape(x, (x.shape[0], 1)), y)


@function(tensors=2)
def inner(x: Any, y: Any) -> Any:
    """sums of products along the last dimensions of x and y"""
    if not x.ndim or not y.ndim:
        return mul(x, y)
    if x.shape[-1] != y.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(x.shape)} and {list(y.shape)}"
        )
    return ops.tensordot(x, y, ([-1], [-1]))


@function(tensors=2, method=False, torch=("linalg.vecdot",))
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """sums of products along one dimension"""
    names = titles(x, y)
    if names[0] not in ("Double", "Float", "Half"):
        raise RuntimeError(f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {names[0]}")
    if names[0] != names[1]:
        raise RuntimeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{names[0]} and y of type {names[1]} instead"
        )
    if x.ndim == y.ndim == 1:
        return vdot(x, y)
    return ops.sum(mul(x, y), dim)


def _cross(x: Any, y: Any, dim: int = -1) -> Any:
    if x.ndim != y.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    axis = dimension(dim, x.ndim)
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[axis]} and {y.shape[axis]}"
        )
    if x.dtype != y.dtype:
        raise RuntimeError("expected scalar type {} but found {}".format(*titles(x, y)))
    return np.cross(x, y, axis=axis)


linalg_cross = primitive(
    "linalg_cross",
    _cross,
    lambda g, y, dim: linalg_cross(y, g, dim),
    lambda g, x, dim: linalg_cross(g, x, dim),
    doc="vector products along a dimension of size 3",
    method=False,
    torch=("linalg.cross",),
    promotes=(0, 1),
)


@function(tensors=2)
def cross(x: Any, y: Any, dim: int | None = None) -> Any:
    """vector products along a dimension of size 3, the first such where none is named"""
    if dim is None:
        if 3 not in x.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = x.shape.index(3)
    return linalg_cross(x, y, dim)
