"""Elements in order: the first, the k-th, the middle, the most frequent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensors.aliases import Data, Gradient
from ..tensors.errors import shape_error
from .arguments import dimension
from .extremes import check_some, put_along, put_selected, selecting, shared
from .families import ORDERING

private, primitive, function = ORDERING.private, ORDERING.primitive, ORDERING.function


def order_along(x: Any, dim: int, descending: bool = False) -> Any:
    """The indices that sort x along `dim`, ties in their order; nan counts as larger than any number."""
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    # Sorting the reversed array in ascending order and reversing again keeps ties in their order.
    return np.ascontiguousarray(np.flip(x.shape[dim] - 1 - np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim))


def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool | None = None) -> tuple[Any, Any]:
    dimension(dim, x.ndim)
    if not x.ndim:
        return x, np.int64(0)
    indices = order_along(x, dim, descending)
    return np.take_along_axis(x, indices, dim), indices


def _sort_rule(g: Gradient, indices: Data, x_shape: tuple[int, ...], dim: int) -> Gradient:
    return put_along(g[0], indices, dim, x_shape)


sort_any, sort_stable = (
    private("sort", _sort, _sort_rule, overload=i, outputs=("values", "indices"), rows="dimensions") for i in (0, 1)
)


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
    rows="dimensions",
)


@primitive(_sort_rule, outputs=("values", "indices"), rows="dimensions")
def topk(x: Data, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Data, Data]:
    """the k largest elements along `dim`, or the k smallest: values and indices"""
    axis = dimension(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise shape_error("selected index k out of range")
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(order_along(x, axis, largest), np.arange(k), axis)
    return np.take_along_axis(x, indices, axis), indices


@primitive(
    lambda g, indices, x_shape, dim, keepdim: put_selected(g[0], indices, x_shape, dim, keepdim),
    outputs=("values", "indices"),
    rows="dimensions",
)
def kthvalue(x: Data, k: int, dim: int = -1, keepdim: bool = False) -> tuple[Data, Data]:
    """the k-th smallest element along `dim`: values and indices"""
    check_some(x, "kthvalue()", dim)
    axis = dimension(dim, x.ndim)
    if not 1 <= k <= (x.shape[axis] if x.ndim else 1):
        raise shape_error(f"kthvalue(): selected number k out of range for dimension {axis}")
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(order_along(x, dim), [k - 1], axis=dim)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def _median(x: Any) -> Any:
    if not x.size or np.isnan(x).any():
        return x.dtype.type(math.nan)
    return np.sort(x, axis=None)[(x.size - 1) // 2]


def _nanmedian(x: Any) -> Any:
    numbers = x[~np.isnan(x)]
    return _median(numbers) if numbers.size else x.dtype.type(math.nan)


def _median_indices(x: Any, dim: int) -> Any:
    middle = np.take(order_along(x, dim), [(x.shape[dim] - 1) // 2], axis=dim)
    # Where there is a nan, the first one is the median.
    spoilt = np.isnan(x)
    return np.where(spoilt.any(axis=dim, keepdims=True), np.argmax(spoilt, axis=dim, keepdims=True), middle)


def _nanmedian_indices(x: Any, dim: int) -> Any:
    count = np.add.reduce(~np.isnan(x), axis=dim, keepdims=True)
    return np.take_along_axis(order_along(x, dim), np.maximum(count - 1, 0) // 2, dim)


def _middle(name: str, of_all: Any, indices: Any) -> tuple[Any, Any]:
    return private(name, of_all, shared), selecting(name, indices, overload=1)


median_all, median_dim = _middle("median", _median, _median_indices)
nanmedian_all, nanmedian_dim = _middle("nanmedian", _nanmedian, _nanmedian_indices)


@function()
def median(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """middle element, the lower one of an even number, ties sharing the gradient; along `dim`, values and indices"""
    return median_all(x) if dim is None else median_dim(x, dim, keepdim)


@function()
def nanmedian(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """median of the elements that are not nan"""
    return nanmedian_all(x) if dim is None else nanmedian_dim(x, dim, keepdim)


def _mode_indices(x: Any, dim: int) -> Any:
    order = order_along(x, dim)
    ordered = np.moveaxis(np.take_along_axis(x, order, dim), dim, -1)
    position = np.arange(x.shape[dim])
    starts = np.concatenate([np.ones_like(ordered[..., :1], np.bool_), ordered[..., 1:] != ordered[..., :-1]], axis=-1)
    run = position - np.maximum.accumulate(np.where(starts, position, 0), axis=-1)
    # The end of the first of the longest runs: the smallest of the most frequent values, in its last place.
    ends = np.argmax(run, axis=-1, keepdims=True)
    if x.dtype.kind == "f":
        # As in PyTorch, nan is the smallest, and each is alone.
        unknown = np.isnan(ordered)
        alone = unknown.any(axis=-1, keepdims=True) & ~run.any(axis=-1, keepdims=True)
        ends = np.where(alone, np.argmax(unknown, axis=-1, keepdims=True), ends)
    return np.take_along_axis(order, np.moveaxis(ends, -1, dim), dim)


mode_primitive = selecting("mode", _mode_indices)


@function()
def mode(x: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """most frequent element along `dim`, the smallest of several: values and indices"""
    return mode_primitive(x, dim, keepdim)
