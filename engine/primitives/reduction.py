"""Sums, means, products, extrema, spreads and the other operations that run along dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..primitive import NONZERO, EdgeCase, Family
from .elementary import exp
from .selection import abs, isnan, maximum, minimum, sgn, where
from .shape import (
    cat,
    dimensions,
    expand,
    flip_primitive,
    ones_like,
    reshape,
    slice_primitive,
    stack,
    unreduce,
)

family = Family("reduction")
primitive, function = family.primitive, family.function


def _axes(x: Any, dim: Any) -> tuple[int, ...]:
    return dimensions(dim, x.ndim)


def _count(shape: tuple[int, ...], dim: Any) -> int:
    return math.prod(shape[d] for d in dimensions(dim, len(shape)))


def _spread(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """The gradient of a reduced value, repeated over the elements it was reduced from."""
    return expand(unreduce(g, shape, dim, keepdim), shape)


def _accumulates(x: Any) -> Any:
    # PyTorch sums every integer type as int64.
    return x.astype(np.int64) if x.dtype.kind in "bui" else x


def _sum(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return np.add.reduce(_accumulates(x), axis=_axes(x, dim), keepdims=keepdim)


sum_all = primitive(
    "sum", lambda x: np.add.reduce(_accumulates(x), axis=None), lambda g, x_shape: expand(g, x_shape), public=False
)
sum_dim = primitive(
    "sum",
    _sum,
    lambda g, x_shape, dim, keepdim: _spread(g, x_shape, dim, keepdim),
    overload=1,
    public=False,
)


@function()
def sum(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """sum of the elements, or along `dim`"""
    return sum_all(x) if dim is None and not keepdim else sum_dim(x, dim, keepdim)


def _mean(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    if x.dtype.kind != "f":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {dtypes.of(x.dtype).title}"
        )
    count = _count(x.shape, dim)
    return np.add.reduce(x, axis=_axes(x, dim), keepdims=keepdim) / x.dtype.type(count)


mean_all = primitive("mean", _mean, lambda g, x_shape, x_numel: expand(g, x_shape) / x_numel, public=False, tensors=1)
mean_dim = primitive(
    "mean",
    _mean,
    lambda g, x_shape, dim, keepdim: _spread(g, x_shape, dim, keepdim) / _count(x_shape, dim),
    overload=1,
    public=False,
)


@function()
def mean(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """mean of the elements, or along `dim`"""
    return mean_all(x) if dim is None and not keepdim else mean_dim(x, dim, keepdim)


def _has_zero(x: Any) -> bool:
    return bool(np.any(getattr(x, "_data", x) == 0))


def _products_of_others(x: Any, dim: int) -> Any:
    """For each element along `dim`, the product of all the others; right where some are zero."""
    size = x.shape[dim]
    others = []
    for i in range(size):
        before = slice_primitive(x, dim, 0, i, 1)
        after = slice_primitive(x, dim, i + 1, size, 1)
        others.append(prod(cat([before, after], dim), dim))
    return stack(others, dim)


def _prod_rule(g: Any, out: Any, x: Any) -> Any:
    if not x.ndim:
        return g
    if _has_zero(x):
        return g * reshape(_products_of_others(reshape(x, (-1,)), 0), tuple(x.shape))
    return g * out / x


def _prod_dim_rule(g: Any, out: Any, x: Any, dim: int, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    g = unreduce(g, shape, dim, keepdim)
    if not shape:
        return g
    if _has_zero(x):
        return g * _products_of_others(x, dim % len(shape))
    return g * unreduce(out, shape, dim, keepdim) / x


prod_all = primitive("prod", lambda x: np.multiply.reduce(_accumulates(x), axis=None), _prod_rule, public=False)
prod_dim = primitive(
    "prod",
    lambda x, dim, keepdim: np.multiply.reduce(_accumulates(x), axis=_axes(x, dim), keepdims=keepdim),
    _prod_dim_rule,
    overload=1,
    public=False,
)


@function(domain=NONZERO)
def prod(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """product of the elements, or along `dim`"""
    return prod_all(x) if dim is None else prod_dim(x, dim, keepdim)


# Extrema


def _shared(g: Any, out: Any, x: Any) -> Any:
    """The gradient of the largest (or smallest) element, shared evenly by all that tie."""
    chosen = where(isnan(out), isnan(x), x == out)
    return where(chosen, g / sum(chosen), 0)


def _shared_along(g: Any, out: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    chosen = x == unreduce(out, shape, dim, keepdim)
    return unreduce(g, shape, dim, keepdim) * chosen / sum(chosen, dim, True)


def _check_nonempty(x: Any, name: str) -> Any:
    if not x.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )
    return x


def _extremum(name: str, reduce: Any, arg: Any) -> tuple[Any, Any]:
    def along(x: Any, dim: int, keepdim: bool = False) -> tuple[Any, Any]:
        axis = dimensions(dim, x.ndim)
        if not axis:
            return x, np.int64(0)
        indices = np.expand_dims(arg(x, axis[0]), axis[0])
        values = np.take_along_axis(x, indices, axis[0])
        return (values, indices) if keepdim else (values.squeeze(axis[0]), indices.squeeze(axis[0]))

    whole = primitive(
        name,
        lambda x: reduce(_check_nonempty(x, name)),
        lambda g, out, x: _shared(g, out, x),
        overload=1,
        public=False,
    )
    single = primitive(
        name,
        along,
        lambda g, indices, x_shape, dim, keepdim: _scatter_selected(g[0], indices, x_shape, dim, keepdim),
        outputs=("values", "indices"),
        public=False,
    )
    return whole, single


def _scatter_selected(g: Any, indices: Any, shape: tuple[int, ...], dim: int, keepdim: bool) -> Any:
    if not shape:
        return g
    return put_along(unreduce(g, shape, dim, keepdim), unreduce(indices, shape, dim, keepdim), dim, shape)


def _put_along(grad: Any, indices: Any, dim: int, shape: Any) -> Any:
    result = np.zeros(shape, grad.dtype)
    np.put_along_axis(result, indices, grad, dim)
    return result


put_along = primitive(
    "value_selecting_reduction_backward",
    _put_along,
    lambda g, indices, dim: take_along(g, indices, dim),
    tensors=1,
    promotes=(),
    public=False,
)
take_along = primitive(
    "gather",
    lambda x, indices, dim: np.take_along_axis(x, indices, dim),
    lambda g, indices, dim, x_shape: put_along(g, indices, dim, x_shape),
    tensors=1,
    promotes=(),
    public=False,
)

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


amax = primitive(
    "amax",
    lambda x, dim=(), keepdim=False: _check_nonempty(x, "amax").max(axis=_axes(x, dim), keepdims=keepdim),
    lambda g, out, x, dim, keepdim: _shared_along(g, out, x, dim, keepdim),
    doc="largest element, or along `dim`; ties share the gradient",
)
amin = primitive(
    "amin",
    lambda x, dim=(), keepdim=False: _check_nonempty(x, "amin").min(axis=_axes(x, dim), keepdims=keepdim),
    lambda g, out, x, dim, keepdim: _shared_along(g, out, x, dim, keepdim),
    doc="smallest element, or along `dim`; ties share the gradient",
)
argmax = primitive(
    "argmax",
    lambda x, dim=None, keepdim=False: np.argmax(x, axis=dim, keepdims=keepdim),
    tensors=1,
    promotes=(),
    doc="index of the largest element",
)
argmin = primitive(
    "argmin",
    lambda x, dim=None, keepdim=False: np.argmin(x, axis=dim, keepdims=keepdim),
    tensors=1,
    promotes=(),
    doc="index of the smallest element",
)


def _lower_median(x: Any) -> Any:
    if not x.size or np.isnan(x).any():
        return x.dtype.type(math.nan)
    return np.sort(x, axis=None)[(x.size - 1) // 2] if x.ndim else x


def _median_along(x: Any, dim: int, keepdim: bool) -> tuple[Any, Any]:
    if not x.ndim:
        return x, np.int64(0)
    order = np.argsort(x, axis=dim, kind="stable")
    middle = np.take(order, [(x.shape[dim] - 1) // 2], axis=dim)
    # A nan is sorted last and is the median wherever there is one.
    spoilt = np.isnan(x).any(axis=dim, keepdims=True)
    indices = np.where(spoilt, np.argmax(np.isnan(x), axis=dim, keepdims=True), middle)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


median_all = primitive("median", _lower_median, lambda g, out, x: _shared(g, out, x), public=False)
median_dim = primitive(
    "median",
    _median_along,
    lambda g, indices, x_shape, dim, keepdim: _scatter_selected(g[0], indices, x_shape, dim, keepdim),
    overload=1,
    outputs=("values", "indices"),
    public=False,
)


@function()
def median(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """middle element, the lower one of an even number, ties sharing the gradient; along `dim`, values and indices"""
    return median_all(x) if dim is None else median_dim(x, dim, keepdim)


# Spread


def _variance(x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    if x.dtype.kind != "f":
        raise RuntimeError("std and var only support floating point and complex dtypes")
    axes = _axes(x, dim)
    count = _count(x.shape, dim)
    centred = x - np.add.reduce(x, axis=axes, keepdims=True) / x.dtype.type(count)
    freedom = count - correction if count > correction else 0
    return np.add.reduce(centred * centred, axis=axes, keepdims=keepdim) / x.dtype.type(freedom)


def _var_rule(g: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    freedom = _count(shape, dim) - correction
    if freedom <= 0 and (dim is None or not shape):
        return g * where(x == mean(x), math.nan, math.inf)
    scale = 2 / freedom if freedom else math.inf
    return scale * unreduce(g, shape, dim, keepdim) * (x - mean(x, dim, True))


def _std_rule(g: Any, out: Any, x: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    return _var_rule(where(out == 0, 0, g / (out * 2)), x, dim, correction, keepdim)


var_primitive = primitive("var", _variance, _var_rule, public=False)
std_primitive = primitive(
    "std",
    lambda x, dim, correction, keepdim: np.sqrt(_variance(x, dim, correction, keepdim)),
    _std_rule,
    public=False,
)


def _correction(dim: Any, unbiased: bool | None, correction: float | None) -> tuple[Any, float]:
    # PyTorch's older form has the flag in the first place: std(False).
    if isinstance(dim, bool):
        return None, float(dim)
    if unbiased is not None:
        return dim, float(unbiased)
    return dim, 1 if correction is None else correction


@function()
def var(
    x: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, correction: float | None = 1
) -> Any:
    """variance: squared deviations from the mean over n - correction"""
    dim, correction = _correction(dim, unbiased, correction)
    return var_primitive(x, dim, correction, keepdim)


@function()
def std(
    x: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, correction: float | None = 1
) -> Any:
    """standard deviation: square root of the variance"""
    dim, correction = _correction(dim, unbiased, correction)
    return std_primitive(x, dim, correction, keepdim)


# Along a dimension


def _logsumexp(x: Any, dim: Any, keepdim: bool = False) -> Any:
    axes = _axes(x, dim)
    top = x.max(axis=axes, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.add.reduce(np.exp(x - top), axis=axes, keepdims=True)) + top
    return total if keepdim else total.reshape([n for i, n in enumerate(x.shape) if i not in axes])


def _logsumexp_rule(g: Any, out: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    return unreduce(g, shape, dim, keepdim) * exp(x - unreduce(out, shape, dim, keepdim))


logsumexp = primitive(
    "logsumexp",
    _logsumexp,
    _logsumexp_rule,
    floating=True,
    tensors=1,
    defaults={"dim": None},
    doc="log of the sum of exp(x) along `dim`, without overflow",
)


def _softmax(x: Any, dim: int) -> Any:
    axes = _axes(x, dim)
    z = np.exp(x - x.max(axis=axes, keepdims=True, initial=-math.inf))
    return z / np.add.reduce(z, axis=axes, keepdims=True)


def _log_softmax(x: Any, dim: int) -> Any:
    axes = _axes(x, dim)
    shifted = x - x.max(axis=axes, keepdims=True, initial=-math.inf)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axes, keepdims=True))


softmax = primitive(
    "softmax",
    _softmax,
    lambda g, out, dim: g * out - out * sum(g * out, dim, True),
    floating=True,
    tensors=1,
    defaults={"dim": -1},
    doc="exp(x) scaled to a sum of 1 along `dim`",
)
log_softmax = primitive(
    "log_softmax",
    _log_softmax,
    lambda g, out, dim: g - exp(out) * sum(g, dim, True),
    floating=True,
    tensors=1,
    defaults={"dim": -1},
    doc="log of softmax, without overflow",
)


def _running(accumulate: Any) -> Any:
    def forward(x: Any, dim: int) -> Any:
        axes = dimensions(dim, x.ndim)
        return accumulate(_accumulates(x), axis=axes[0]) if axes else _accumulates(x)

    return forward


cumsum = primitive(
    "cumsum",
    _running(np.add.accumulate),
    lambda g, dim: _reversed_cumsum(g, dim),
    tensors=1,
    defaults={"dim": -1},
    doc="sums of the elements up to each along `dim`",
)


def _reversed_cumsum(g: Any, dim: int) -> Any:
    if not g.ndim:
        return g
    dims = dimensions(dim, g.ndim)
    return flip_primitive(cumsum(flip_primitive(g, dims), dim), dims)


def _cumprod_rule(g: Any, out: Any, x: Any, dim: int) -> Any:
    if not x.ndim:
        return g
    if not _has_zero(x):
        return _reversed_cumsum(g * out, dim) / x
    axis = dim % x.ndim
    size = x.shape[axis]
    gradients = []
    for i in range(size):
        # Element i appears once in every product from the i-th on: replace it by 1 and start there.
        before = slice_primitive(x, axis, 0, i, 1)
        one = ones_like(slice_primitive(x, axis, i, i + 1, 1))
        after = slice_primitive(x, axis, i + 1, size, 1)
        without = cumprod(cat([before, one, after], axis), axis)
        tail = slice_primitive(g * without, axis, i, size, 1)
        gradients.append(sum(tail, axis))
    return stack(gradients, axis)


cumprod = primitive(
    "cumprod",
    _running(np.multiply.accumulate),
    _cumprod_rule,
    tensors=1,
    defaults={"dim": -1},
    domain=NONZERO,
    doc="products of the elements up to each along `dim`",
)


def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> tuple[Any, Any]:
    if not x.ndim:
        return x, np.int64(0)
    # Sorting the reversed array in ascending order and reversing again keeps ties in their order.
    indices = (
        np.flip(x.shape[dim] - 1 - np.argsort(np.flip(x, dim), axis=dim, kind="stable"), dim)
        if descending
        else np.argsort(x, axis=dim, kind="stable")
    )
    return np.take_along_axis(x, indices, dim), indices


sort = primitive(
    "sort",
    _sort,
    lambda g, indices, x_shape, dim: put_along(g[0], indices, dim, x_shape) if x_shape else g[0],
    outputs=("values", "indices"),
    doc="elements in ascending order along `dim`: values and indices",
)


def _norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Any:
    axes = _axes(x, dim)
    size = np.abs(x)
    if ord == math.inf:
        return size.max(axis=axes, keepdims=keepdim)
    if ord == -math.inf:
        return size.min(axis=axes, keepdims=keepdim)
    if ord == 0:
        return np.add.reduce((x != 0).astype(x.dtype), axis=axes, keepdims=keepdim)
    if ord == 1:
        return np.add.reduce(size, axis=axes, keepdims=keepdim)
    if ord == 2:
        return np.sqrt(np.add.reduce(x * x, axis=axes, keepdims=keepdim))
    return np.add.reduce(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


def _norm_rule(g: Any, out: Any, x: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    g, out = unreduce(g, shape, dim, keepdim), unreduce(out, shape, dim, keepdim)
    if ord == 0:
        return None
    if ord == 1:
        return g * sgn(x)
    if ord == 2:
        return g * where(out == 0, 0, x / out)
    size = abs(x)
    if ord in (math.inf, -math.inf):
        chosen = where(isnan(out), isnan(size), size == out)
        return where(chosen, g * sgn(x) / sum(chosen, dim, True), 0)
    if ord < 1:
        scaled = where(x == 0, 0, sgn(x) * size ** (ord - 1))
        return where(out == 0, 0, g * scaled * out ** (1 - ord))
    scale = where(out == 0, 0, g / out ** (ord - 1))
    return (sgn(x) * size ** (ord - 1) if ord < 2 else x * size ** (ord - 2)) * scale


vector_norm_primitive = primitive("linalg_vector_norm", _norm, _norm_rule, floating=True, tensors=1, public=False)


@function(method=False)
def vector_norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """norm of the elements: the root of the sum of their powers; 0 gradient at the zero vector"""
    return vector_norm_primitive(x, ord, dim, keepdim)


@function(edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, 0.0)), EdgeCase((3.0, 4.0), 5.0, (0.6, 0.8))])
def norm(x: Any, p: Any = None, dim: Any = None, keepdim: bool = False) -> Any:
    """Euclidean norm, or the one of order p"""
    return vector_norm_primitive(x, 2 if p in (None, "fro") else p, dim, keepdim)
