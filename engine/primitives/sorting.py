"""Elements in order, and the first of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import dimension
from .choosing import put_along
from .families import ORDERING

private, primitive, function = ORDERING.private, ORDERING.primitive, ORDERING.function


def order_along(x: Any, dim: int, descending: bool = False) -> Any:
    """The indices that sort x along `dim`, ties in their order; nan counts as larger than any number."""
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    # Sorting the reversed array in ascending order and reversing again keeps ties in their order.
    return np.flip(x.shape[dim] - 1 - np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim)


def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool | None = None) -> tuple[Any, Any]:
    dimension(dim, x.ndim)
    if not x.ndim:
        return x, np.int64(0)
    indices = order_along(x, dim, descending)
    return np.take_along_axis(x, indices, dim), indices


def _sort_rule(g: Any, indices: Any, x_shape: Any, dim: int) -> Any:
    return put_along(g[0], indices, dim, x_shape)


sort_any = private("sort", _sort, _sort_rule, outputs=("values", "indices"), rows="dimensions")
sort_stable = private("sort", _sort, _sort_rule, overload=1, outputs=("values", "indices"), rows="dimensions")


@function()
def sort(x: Any, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """elements in ascending order along `dim`: values and indices"""
    # Sorting is always stable here, but PyTorch records what was asked for.
    return (sort_any if stable is None else sort_stable)(x, dim, descending, stable)


@function()
def msort(x: Any) -> Any:
    """elements in ascending order along the first dimension"""
    return sort(x, 0)[0]


argsort = primitive(
    "argsort",
    lambda x, dim=-1, descending=False, stable=False: _sort(x, dim, descending)[1],
    doc="indices that sort the elements along `dim`",
)


def _topk(x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Any, Any]:
    axis = dimension(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(order_along(x, axis, largest), np.arange(k), axis)
    return np.take_along_axis(x, indices, axis), indices


topk = primitive(
    "topk",
    _topk,
    lambda g, indices, x_shape, dim: _sort_rule(g, indices, x_shape, dim),
    outputs=("values", "indices"),
    doc="the k largest elements along `dim`, or the k smallest: values and indices",
)
