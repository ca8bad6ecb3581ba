"""Largest and smallest elements, sorting, medians and quantiles, distinct values, searching."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..table.family import Family
from ..table.record import EdgeCase, is_number, ops
from ..tensors import dtypes
from ..tensors.symbol import is_formal, is_symbolic, refusal
from ..tensors.tensor import Tensor
from .indexing import gather_primitive, scatter_tensor
from .reduction import axes_of, sum
from .selection import isnan, maximum, minimum, where
from .shape import (
    dimension,
    expand,
    flatten,
    new_zeros,
    reshape,
    squeeze_product,
    to,
    transpose,
    transpose_primitive,
    unreduce,
    unsqueeze,
)

family = Family("ordering")
primitive, function = family.primitive, family.function


def _check_some(x: Any, name: str, dim: int) -> None:
    """IndexError: no elements along `dim`, or no such dimension."""
    axis = dimension(dim, x.ndim)
    if x.ndim and not x.shape[axis]:
        raise IndexError(f"{name}: Expected reduction dim {axis} to have non-zero size.")


def _check_any(x: Any, name: str) -> None:
    if not x.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )


# Gradients


def _shared(g: Any, out: Any, x: Any) -> Any:
    """The gradient of the element chosen from all, shared evenly by all that tie."""
    chosen = where(isnan(out), isnan(x), x == out)
    return where(chosen, g / sum(chosen), 0)


def _shared_along(g: Any, out: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    chosen = x == unreduce(out, shape, dim, keepdim)
    return unreduce(g, shape, dim, keepdim) * chosen / sum(chosen, dim, True)


def _put_along(g: Any, indices: Any, dim: int, shape: tuple[int, ...]) -> Any:
    """The gradient of elements taken along `dim`, in the places they were taken from."""
    return scatter_tensor(new_zeros(g, shape), dim, indices, g)


def _put_selected(g: Any, indices: Any, shape: tuple[int, ...], dim: int, keepdim: bool) -> Any:
    """The same for one element taken from each line along `dim`."""
    return _put_along(unreduce(g, shape, dim, keepdim), unreduce(indices, shape, dim, keepdim), dim, shape)


def _selecting(name: str, choose: Callable[..., Any], overload: int = 0) -> Any:
    """The operation that selects one element along a dimension: values and indices.

    `choose(x, axis, *parameters)` gives the indices, the dimension kept.
    """

    def forward(x: Any, dim: int, keepdim: bool = False, *parameters: Any) -> tuple[Any, Any]:
        _check_some(x, f"{name}()", dim)
        if not x.ndim:
            return x, np.int64(0)
        indices = choose(x, dim, *parameters)
        values = np.take_along_axis(x, indices, dim)
        return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

    return primitive(
        name,
        forward,
        lambda g, indices, x_shape, dim, keepdim: _put_selected(g[0], indices, x_shape, dim, keepdim),
        overload=overload,
        outputs=("values", "indices"),
        public=False,
    )


# The largest and the smallest


def _extremum(name: str, reduce: Any, arg: Any) -> tuple[Any, Any]:
    def of_all(x: Any) -> Any:
        _check_any(x, name)
        return reduce(x)

    whole = primitive(name, of_all, lambda g, out, x: _shared(g, out, x), overload=1, public=False)
    return whole, _selecting(name, lambda x, axis: np.expand_dims(arg(x, axis), axis))


max_all, max_dim = _extremum("max", np.max, np.argmax)
min_all, min_dim = _extremum("min", np.min, np.argmin)


@function(edges=[EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5))], tensors=1)
def max(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """largest element, ties sharing the gradient; along `dim`, values and indices; of two tensors, as maximum"""
    if dim is None:
        return max_all(x)
    return max_dim(x, dim, keepdim) if isinstance(dim, int) else maximum(x, dim)


@function(edges=[EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5))], tensors=1)
def min(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """smallest element, ties sharing the gradient; along `dim`, values and indices; of two tensors, as minimum"""
    if dim is None:
        return min_all(x)
    return min_dim(x, dim, keepdim) if isinstance(dim, int) else minimum(x, dim)


def _reduced(name: str, reduce: Any) -> Any:
    def forward(x: Any, dim: Any = (), keepdim: bool = False) -> Any:
        if dim is None or (isinstance(dim, (list, tuple)) and not dim):
            _check_any(x, name)
        axes = axes_of(x, dim)
        for axis in axes:
            _check_some(x, f"{name}()", axis)
        return reduce(x, axis=axes, keepdims=keepdim)

    return forward


amax = primitive(
    "amax",
    _reduced("amax", np.max),
    lambda g, out, x, dim, keepdim: _shared_along(g, out, x, dim, keepdim),
    doc="largest element, or along `dim`; ties share the gradient",
)
amin = primitive(
    "amin",
    _reduced("amin", np.min),
    lambda g, out, x, dim, keepdim: _shared_along(g, out, x, dim, keepdim),
    doc="smallest element, or along `dim`; ties share the gradient",
)


def _aminmax(x: Any, dim: int | None = None, keepdim: bool = False) -> tuple[Any, Any]:
    if dim is not None:
        _check_some(x, "aminmax", dim)
    elif not x.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    axes = axes_of(x, dim)
    return np.min(x, axis=axes, keepdims=keepdim), np.max(x, axis=axes, keepdims=keepdim)


def _aminmax_rule(g: Any, min: Any, max: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    slopes = [
        _shared_along(slope, out, x, dim, keepdim)
        for slope, out in zip(g, (min, max), strict=True)
        if slope is not None
    ]
    return slopes[0] if len(slopes) == 1 else slopes[0] + slopes[1]


aminmax = primitive(
    "aminmax",
    _aminmax,
    _aminmax_rule,
    outputs=("min", "max"),
    doc="smallest and largest element, or along `dim`; ties share the gradient",
)


def _position(name: str, arg: Any) -> Any:
    def forward(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        if x.dtype.kind == "b":
            raise RuntimeError(f"{name}(): does not support bool input")
        if dim is None:
            if not x.size:
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            return arg(x, axis=None, keepdims=keepdim)
        _check_some(x, f"{name}()", dim)
        return arg(x, axis=dim, keepdims=keepdim) if x.ndim else np.int64(0)

    return forward


argmax = primitive("argmax", _position("argmax", np.argmax), tensors=1, promotes=(), doc="index of the largest element")
argmin = primitive(
    "argmin", _position("argmin", np.argmin), tensors=1, promotes=(), doc="index of the smallest element"
)

# Sorting


def _order(x: Any, dim: int, descending: bool = False) -> Any:
    """The indices that sort x along `dim`, ties in their order; nan counts as larger than any number."""
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    # Sorting the reversed array in ascending order and reversing again keeps ties in their order.
    return np.flip(x.shape[dim] - 1 - np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim)


def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool | None = None) -> tuple[Any, Any]:
    dimension(dim, x.ndim)
    if not x.ndim:
        return x, np.int64(0)
    indices = _order(x, dim, descending)
    return np.take_along_axis(x, indices, dim), indices


def _sort_rule(g: Any, indices: Any, x_shape: Any, dim: int) -> Any:
    return _put_along(g[0], indices, dim, x_shape)


sort_any = primitive("sort", _sort, _sort_rule, outputs=("values", "indices"), public=False)
sort_stable = primitive("sort", _sort, _sort_rule, overload=1, outputs=("values", "indices"), public=False)


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
    tensors=1,
    promotes=(),
    doc="indices that sort the elements along `dim`",
)


def _topk(x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Any, Any]:
    axis = dimension(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(_order(x, axis, largest), np.arange(k), axis)
    return np.take_along_axis(x, indices, axis), indices


topk = primitive(
    "topk",
    _topk,
    lambda g, indices, x_shape, dim: _sort_rule(g, indices, x_shape, dim),
    tensors=1,
    outputs=("values", "indices"),
    doc="the k largest elements along `dim`, or the k smallest: values and indices",
)

# One in the order


def _check_rank(x: Any, k: int, dim: int) -> None:
    axis = dimension(dim, x.ndim)
    if not 1 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")


def _kthvalue(x: Any, k: int, dim: int = -1, keepdim: bool = False) -> tuple[Any, Any]:
    _check_some(x, "kthvalue()", dim)
    _check_rank(x, k, dim)
    if not x.ndim:
        return x, np.int64(0)
    indices = np.take(_order(x, dim), [k - 1], axis=dim)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


kthvalue = primitive(
    "kthvalue",
    _kthvalue,
    lambda g, indices, x_shape, dim, keepdim: _put_selected(g[0], indices, x_shape, dim, keepdim),
    tensors=1,
    outputs=("values", "indices"),
    doc="the k-th smallest element along `dim`: values and indices",
)


def _median(x: Any) -> Any:
    if not x.size or np.isnan(x).any():
        return x.dtype.type(math.nan)
    return np.sort(x, axis=None)[(x.size - 1) // 2]


def _nanmedian(x: Any) -> Any:
    numbers = x[~np.isnan(x)]
    return _median(numbers) if numbers.size else x.dtype.type(math.nan)


def _median_indices(x: Any, dim: int) -> Any:
    middle = np.take(_order(x, dim), [(x.shape[dim] - 1) // 2], axis=dim)
    # Where there is a nan, the first one is the median.
    spoilt = np.isnan(x)
    return np.where(spoilt.any(axis=dim, keepdims=True), np.argmax(spoilt, axis=dim, keepdims=True), middle)


def _nanmedian_indices(x: Any, dim: int) -> Any:
    count = np.add.reduce(~np.isnan(x), axis=dim, keepdims=True)
    return np.take_along_axis(_order(x, dim), np.maximum(count - 1, 0) // 2, dim)


def _middle(name: str, of_all: Any, indices: Any) -> tuple[Any, Any]:
    whole = primitive(name, of_all, lambda g, out, x: _shared(g, out, x), public=False)
    return whole, _selecting(name, indices, overload=1)


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
    order = _order(x, dim)
    ordered = np.moveaxis(np.take_along_axis(x, order, dim), dim, -1)
    position = np.arange(x.shape[dim])
    starts = np.concatenate([np.ones_like(ordered[..., :1], np.bool_), ordered[..., 1:] != ordered[..., :-1]], axis=-1)
    run = position - np.maximum.accumulate(np.where(starts, position, 0), axis=-1)
    # The end of the first of the longest runs: the smallest of the most frequent values, in its last place.
    ends = np.moveaxis(np.argmax(run, axis=-1, keepdims=True), -1, dim)
    return np.take_along_axis(order, ends, dim)


mode_primitive = _selecting("mode", _mode_indices)


@function()
def mode(x: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """most frequent element along `dim`, the smallest of several: values and indices"""
    return mode_primitive(x, dim, keepdim)


# Quantiles

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")

# PyTorch puts the quantiles first with in-place operations, which have nodes of their own.
unsqueeze_first = primitive(
    "unsqueeze", lambda x: np.expand_dims(x, 0), lambda g: reshape(g, g.shape[1:]), overload=1, view=True, public=False
)
transpose_first = primitive(
    "transpose",
    lambda x: np.swapaxes(x, 0, -1),
    lambda g: transpose_primitive(g, 0, g.ndim - 1),
    overload=1,
    view=True,
    public=False,
)


def _check_quantile(x: Any, q: Any, interpolation: str) -> None:
    if not x._data.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if x.dtype.numpy not in (np.float64, np.float32):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q.ndim > 1:
            raise RuntimeError("quantile() q must be a scalar or 1D tensor")
        if q.dtype is not x.dtype:
            raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
        if not ((q._data >= 0) & (q._data <= 1)).all():
            raise RuntimeError("quantile() q values must be in the range [0, 1]")
    elif not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}"
        )


def _sorted_last(x: Any, dim: int | None) -> Any:
    """The elements sorted along a last dimension: all of them, or those along `dim`."""
    if dim is None:
        return sort(flatten(x))[0]
    axis = dimension(dim, x.ndim)
    return sort(x if x.ndim and axis == x.ndim - 1 else transpose(unsqueeze(x, -1), axis, -1))[0]


def _ranks(ordered: Any, q: Any, ignore_nan: bool) -> Any:
    """Where each quantile lies in the sorted values, as a number between two places."""
    missing = ops.isnan(ordered)
    if ignore_nan:
        present = ops.sum(ops.logical_not(missing), -1, True)
        return ops.clamp(q * to(present - 1, ordered.dtype), 0)
    last = ordered.shape[-1] - 1
    if is_formal(ordered._data):
        return expand(q * last, (*ordered.shape[:-1], q.shape[0]))
    # The last of the sorted values is nan where there is one.
    return ops.where(ops.any(missing, -1, True), float(last), q * last)


def _at_ranks(ordered: Any, ranks: Any, interpolation: str) -> Any:
    rounded = {"lower": ops.floor, "higher": ops.ceil, "nearest": ops.round}.get(interpolation)
    if rounded is not None:
        return gather_primitive(ordered, -1, _places(rounded(ranks), ordered))
    below = ops.floor(ranks)
    weights = ops.full_like(ranks, 0.5) if interpolation == "midpoint" else ranks - below
    places = [_places(rank, ordered) for rank in (below, ops.ceil(ranks))]
    return ops.lerp(*(gather_primitive(ordered, -1, place) for place in places), weights)


def _places(ranks: Any, ordered: Any) -> Any:
    """Whole ranks as integers; in a formula as the function of them that has integers for results."""
    if is_formal(ranks._data):
        return ops.bucketize(ranks, Tensor(np.arange(ordered.shape[-1], dtype=ordered._data.dtype)))
    return to(ranks, dtypes.int64)


def _quantile(x: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str, ignore_nan: bool) -> Any:
    if isinstance(q, Tensor) and is_symbolic(q._data):
        raise refusal("quantile")
    _check_quantile(x, q, interpolation)
    shape = tuple(x.shape)
    axis = None if dim is None else dimension(dim, len(shape))
    kept = tuple(1 if axis in (None, d) else n for d, n in enumerate(shape))
    left = kept if keepdim else tuple(n for d, n in enumerate(shape) if axis is not None and d != axis)
    ordered = _sorted_last(x, dim)
    ordered = reshape(ordered, (*left, ordered.shape[-1]))
    fractions = Tensor(np.atleast_1d(q._data if isinstance(q, Tensor) else ordered._data.dtype.type(q)))
    ranks = _ranks(ordered.detach(), fractions, ignore_nan)
    result = _at_ranks(ordered, ranks, interpolation)
    if isinstance(q, Tensor) and q.ndim:
        result = transpose_first(unsqueeze_first(result))
    return squeeze_product(result, result.ndim - 1)


@function(tensors=2, numbers=True)
def quantile(x: Any, q: Any, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Any:
    """the value that a fraction q of the elements do not exceed, or along `dim`; q may be a list of fractions"""
    return _quantile(x, q, dim, keepdim, interpolation, ignore_nan=False)


@function(tensors=2, numbers=True)
def nanquantile(x: Any, q: Any, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Any:
    """quantile of the elements that are not nan"""
    return _quantile(x, q, dim, keepdim, interpolation, ignore_nan=True)


# Distinct values


def _no_derivative(name: str) -> Callable[[Any], NoReturn]:
    def rule(g: Any) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return rule


def _unique(x: Any, dim: int | None) -> tuple[Any, Any, Any]:
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return values, inverse.reshape(x.shape if dim is None else -1), counts


def _unique_consecutive(x: Any, dim: int | None) -> tuple[Any, Any, Any]:
    along = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    others = tuple(range(1, along.ndim))
    differs = (along[1:] != along[:-1]).any(axis=others)
    starts = np.concatenate([np.ones(len(along[:1]), np.bool_), differs])
    first = np.flatnonzero(starts)
    values = along[first] if dim is None else np.moveaxis(along[first], 0, dim)
    inverse = (np.cumsum(starts) - 1).reshape(x.shape if dim is None else -1)
    return values, inverse, np.diff(np.append(first, len(along)))


_DISTINCT = ("output", "inverse_indices", "counts")

unique_all = primitive(
    "unique2", lambda x: _unique(x, None), _no_derivative("_unique2"), outputs=_DISTINCT, public=False
)
unique_dim = primitive("unique_dim", _unique, _no_derivative("unique_dim"), outputs=_DISTINCT, public=False)
unique_consecutive_primitive = primitive(
    "unique_consecutive",
    _unique_consecutive,
    _no_derivative("unique_consecutive"),
    outputs=_DISTINCT,
    public=False,
)


def _wanted(results: Any, return_inverse: bool, return_counts: bool) -> Any:
    """The distinct values, and what else was asked for."""
    values, inverse, counts = results
    if not (return_inverse or return_counts):
        return values
    return (values, *([inverse] if return_inverse else []), *([counts] if return_counts else []))


@function()
def unique(
    x: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the distinct elements in ascending order; has no derivative"""
    results = unique_all(x) if dim is None else unique_dim(x, dimension(dim, x.ndim))
    return _wanted(results, return_inverse, return_counts)


@function()
def unique_consecutive(
    x: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the elements without those equal to the one before; has no derivative"""
    axis = None if dim is None else dimension(dim, x.ndim)
    return _wanted(unique_consecutive_primitive(x, axis), return_inverse, return_counts)


# Searching


def _search(boundaries: Any, values: Any, right: bool, out_int32: bool) -> Any:
    side = "right" if right else "left"
    if boundaries.ndim == 1:
        places = np.searchsorted(boundaries, values, side)
    else:
        rows = boundaries.reshape(-1, boundaries.shape[-1])
        wanted = values.reshape(len(rows), -1)
        found = [np.searchsorted(row, sought, side) for row, sought in zip(rows, wanted, strict=True)]
        places = np.reshape(found, values.shape)
    return places.astype(np.int32 if out_int32 else np.int64)


search = primitive("searchsorted", _search, tensors=2, promotes=(), public=False)


@function(tensors=2, method=False)
def bucketize(x: Any, boundaries: Any, out_int32: bool = False, right: bool = False) -> Any:
    """the number of the interval, between ascending boundaries, in which each element of x lies"""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return search(boundaries, Tensor(np.float64(x)) if is_number(x) else x, right, out_int32)


@function(tensors=2, method=False)
def searchsorted(
    sorted_sequence: Any,
    values: Any,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """the places in an ascending sequence at which the values would be inserted"""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if not sorted_sequence.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    values = Tensor(np.float64(values)) if is_number(values) else values
    if sorted_sequence.ndim > 1 and tuple(sorted_sequence.shape[:-1]) != tuple(values.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and "
            f"input value tensor {list(values.shape)}"
        )
    if sorter is not None:
        sorted_sequence = gather_primitive(sorted_sequence, -1, sorter)
    return search(sorted_sequence, values, right or side == "right", out_int32)
