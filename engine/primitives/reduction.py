"""Sums, means, products, norms, softmax: what combines all elements, or those along dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import BESIDE_ZERO, EdgeCase
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import shape_error
from ..tensors.size import check_together
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import check_floating, dimensions, flat_batch, flat_rows
from .arranging import flip_primitive
from .axes import unreduce, unsqueeze
from .copying import ones_like, to, zeros_like
from .elementary import exp
from .families import REDUCTION
from .parts import cat, slice_primitive
from .reshaping import expand_primitive, reshape
from .selection import abs, isnan, logical_not, sgn, where

private, primitive, function = REDUCTION.private, REDUCTION.primitive, REDUCTION.function


def axes_of(x: Any, dim: Any) -> tuple[int, ...]:
    """The axes of a NumPy value that `dim` names: one, several, or all for None and ()."""
    return dimensions(dim, x.ndim)


def count_along(shape: tuple[int, ...], dim: Any) -> int:
    """How many elements each result of a reduction along `dim` is made from."""
    return math.prod(shape[d] for d in dimensions(dim, len(shape)))


def spread(g: Gradient, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Gradient:
    """The gradient of a reduced value, repeated over the elements it was reduced from."""
    return expand_primitive(unreduce(g, shape, dim, keepdim), shape)


def summable(x: Any, dtype: Any = None) -> Any:
    """The elements as they are summed: in `dtype`, else integers and booleans as int64."""
    if dtype is not None:
        return x.astype(dtype.numpy, copy=False)
    return x.astype(np.int64) if x.dtype.kind in "bui" else x


def _sum(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return np.add.reduce(summable(x, dtype), axis=axes_of(x, dim), keepdims=keepdim)


sum_all = private(
    "sum",
    lambda x, dtype=None: np.add.reduce(summable(x, dtype), axis=None),
    lambda g, x_shape: expand_primitive(g, x_shape),
    rows=lambda x, dtype: np.add.reduce(flat_rows(x), axis=0, dtype=dtype),
    batch=lambda x, dtype: sum_dim(flat_batch(x), 1, False, dtype),
)
sum_dim = private(
    "sum", _sum, lambda g, x_shape, dim, keepdim: spread(g, x_shape, dim, keepdim), overload=1, rows="dimensions"
)


@function()
def sum(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """sum of the elements, or along `dim`"""
    return sum_all(x, dtype) if dim is None and not keepdim else sum_dim(x, dim, keepdim, dtype)


@primitive(
    lambda g, x, dim, keepdim: spread(g, tuple(x.shape), dim, keepdim) * logical_not(isnan(x)), rows="dimensions"
)
def nansum(x: Data, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Data:
    """sum of the elements that are not nan, or along `dim`"""
    return _sum(np.where(np.isnan(x), x.dtype.type(0), x), dim, keepdim, dtype)


def _mean(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    kind = "Input" if dtype is None else "Optional"
    wanted = x.dtype if dtype is None else dtype.numpy
    if wanted.kind in "iub":
        raise RuntimeError(
            f"mean(): could not infer output dtype. {kind} dtype must be either a floating point or complex dtype. "
            f"Got: {dtypes.of(wanted).title}"
        )
    x = x.astype(wanted, copy=False)
    return np.add.reduce(x, axis=axes_of(x, dim), keepdims=keepdim) / x.dtype.type(count_along(x.shape, dim))


def _mean_of_rows(x: Any, dtype: Any) -> Any:
    total = np.add.reduce(flat_rows(x), axis=0, dtype=dtype)
    return total / total.dtype.type(x.size // x.shape[-1])


mean_all = private(
    "mean",
    lambda x, dtype=None: _mean(x, None, False, dtype),
    lambda g, x_shape, x_numel: expand_primitive(g, x_shape) / x_numel,
    rows=_mean_of_rows,
    batch=lambda x, dtype: mean_dim(flat_batch(x), 1, False, dtype),
)
mean_dim = private(
    "mean",
    _mean,
    lambda g, x_shape, dim, keepdim: spread(g, x_shape, dim, keepdim) / count_along(x_shape, dim),
    overload=1,
    rows="dimensions",
)


@function()
def mean(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """mean of the elements, or along `dim`"""
    return mean_all(x, dtype) if dim is None and not keepdim else mean_dim(x, dim, keepdim, dtype)


@function()
def nanmean(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """mean of the elements that are not nan, or along `dim`"""
    if not x.dtype.is_floating_point:
        raise RuntimeError(f"nanmean(): expected input to have floating point or complex dtype but got {x.dtype.title}")
    return nansum(x, dim, keepdim, dtype) / sum(logical_not(isnan(x)), dim, keepdim)


def has_zero(x: Any) -> bool:
    """Whether some element is zero: then a product cannot be divided by its factors. One of a trace may be."""
    data = getattr(x, "_data", x)
    return is_symbolic(data) or bool(np.any(data == 0))


def _products_before(x: Any, dim: int) -> Any:
    """For each element along `dim`, the product of all before it."""
    one = ones_like(slice_primitive(x, dim, 0, 1, 1))
    return ops.cumprod(cat([one, slice_primitive(x, dim, 0, x.shape[dim] - 1, 1)], dim), dim)


def _products_of_others(x: Any, dim: int) -> Any:
    """For each element along `dim`, the product of all the others; right where some are zero."""
    after = flip_primitive(_products_before(flip_primitive(x, (dim,)), dim), (dim,))
    return _products_before(x, dim) * after


def _prod_rule(g: Gradient, out: Data, x: Data) -> Gradient:
    if not x.ndim:
        return g
    if has_zero(x):
        if not isinstance(x, Tensor) and np.count_nonzero(x == 0) > 1:
            # All products of the others are 0, and stay so where g is nan: as in PyTorch, if nothing is recorded.
            return np.zeros_like(x)
        return g * reshape(_products_of_others(reshape(x, (-1,)), 0), tuple(x.shape))
    return g * out / x


def _prod_dim_rule(g: Gradient, out: Data, x: Data, dim: int, keepdim: bool) -> Gradient:
    shape = tuple(x.shape)
    g = unreduce(g, shape, dim, keepdim)
    if not shape:
        return g
    if has_zero(x):
        return g * _products_of_others(x, dim % len(shape))
    return g * unreduce(out, shape, dim, keepdim) / x


prod_all = private(
    "prod",
    lambda x, dtype=None: np.multiply.reduce(summable(x, dtype), axis=None),
    _prod_rule,
    rows=lambda x, dtype: np.multiply.reduce(flat_rows(x), axis=0, dtype=dtype),
    batch=lambda x, dtype: prod_dim(flat_batch(x), 1, False, dtype),
    keeps_scalars=True,
)


@private(_prod_dim_rule, name="prod", overload=1, rows="dimensions", keeps_scalars=True)
def prod_dim(x: Data, dim: Any, keepdim: bool, dtype: Any) -> Data:
    return np.multiply.reduce(summable(x, dtype), axis=axes_of(x, dim), keepdims=keepdim)


@function(domain=BESIDE_ZERO)
def prod(x: Any, dim: int | None = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """product of the elements, or along `dim`"""
    return prod_all(x, dtype) if dim is None else prod_dim(x, dim, keepdim, dtype)


def _truth(combine: Any) -> Call:
    def forward(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        # PyTorch combines along all dimensions for None, and along none for ().
        axes = dimensions(dim, x.ndim) if dim is None or isinstance(dim, int) or dim else ()
        result = combine(x.astype(np.bool_), axis=axes, keepdims=keepdim)
        return result.astype(np.uint8) if x.dtype == np.uint8 else result

    return forward


all = primitive("all", _truth(np.logical_and.reduce), doc="whether all elements are nonzero, or all along `dim`")
any = primitive("any", _truth(np.logical_or.reduce), doc="whether some element is nonzero, or some along `dim`")
count_nonzero = primitive(
    "count_nonzero",
    lambda x, dim=None: np.add.reduce((x != 0).astype(np.int64), axis=axes_of(x, dim)),
    doc="number of nonzero elements, or along `dim`",
)


def _logsumexp_rule(g: Gradient, out: Data, x: Data, dim: Any, keepdim: bool) -> Gradient:
    shape = tuple(x.shape)
    return unreduce(g, shape, dim, keepdim) * exp(x - unreduce(out, shape, dim, keepdim))


@primitive(
    _logsumexp_rule, floating=True, assumed={"dim": None}, rows="dimensions", torch=("logsumexp", "special.logsumexp")
)
def logsumexp(x: Data, dim: Any, keepdim: bool = False) -> Data:
    """log of the sum of exp(x) along `dim`, without overflow"""
    axes = axes_of(x, dim)
    top = x.max(axis=axes, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.add.reduce(np.exp(x - top), axis=axes, keepdims=True)) + top
    return total if keepdim else total.reshape([n for i, n in enumerate(x.shape) if i not in axes])


@private(lambda g, out, dim: g * out - out * sum(g * out, dim, True), floating=True, rows="dimensions", name="softmax")
def softmax_primitive(x: Data, dim: int) -> Data:
    axes = axes_of(x, dim)
    z = np.exp(x - x.max(axis=axes, keepdims=True, initial=-math.inf))
    return z / np.add.reduce(z, axis=axes, keepdims=True)


@private(lambda g, out, dim: g - exp(out) * sum(g, dim, True), floating=True, rows="dimensions", name="log_softmax")
def log_softmax_primitive(x: Data, dim: int) -> Data:
    axes = axes_of(x, dim)
    shifted = x - x.max(axis=axes, keepdims=True, initial=-math.inf)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axes, keepdims=True))


@function(assumed={"dim": -1}, torch=("softmax", "special.softmax", "nn.functional.softmax"), module="Softmax")
def softmax(x: Any, dim: int, dtype: Any = None) -> Any:
    """exp(x) scaled to a sum of 1 along `dim`"""
    return softmax_primitive(x if dtype is None else to(x, dtype), dim)


@function(
    assumed={"dim": -1}, torch=("log_softmax", "special.log_softmax", "nn.functional.log_softmax"), module="LogSoftmax"
)
def log_softmax(x: Any, dim: int, dtype: Any = None) -> Any:
    """log of softmax, without overflow"""
    return log_softmax_primitive(x if dtype is None else to(x, dtype), dim)


def _check_norm(x: Any, ord: float, dim: Any) -> None:
    """RuntimeError: not floating, or no elements to take a norm without identity (inf, or a negative order) of."""
    check_floating(x, "linalg.vector_norm")
    if x.size or not (ord == math.inf or ord < 0):
        return
    problem = f"linalg.vector_norm cannot compute the {ord:g} norm on"
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        raise shape_error(f"{problem} an empty tensor because the operation does not have an identity")
    for axis in axes_of(x, dim):
        if not x.shape[axis]:
            raise shape_error(
                f"{problem} the dimension {axis}because this dimension is empty and the operation does not have an "
                "identity"
            )


def _norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Any:
    _check_norm(x, ord, dim)
    axes = axes_of(x, dim)
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


def _norm_rule(g: Gradient, out: Data, x: Data, ord: float, dim: Any, keepdim: bool) -> Gradient:
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
        return sgn(x) * (where(chosen, ones_like(x), 0) * (g / sum(chosen, dim, True)))
    if ord < 1:
        scaled = where(x == 0, 0, sgn(x) * size ** (ord - 1))
        return scaled * (g * out ** (1 - ord))
    # Not the quotient chosen where the root is not 0: in forward mode 0 times its infinite slope would be nan.
    nonzero = where(out == 0, 1, out)
    scale = where(out == 0, 0, g / nonzero ** (ord - 1))
    return (sgn(x) * size ** (ord - 1) if ord < 2 else x * size ** (ord - 2)) * scale


@primitive(_norm_rule, method=False, rows="dimensions", torch=("linalg.vector_norm",), name="linalg_vector_norm")
def vector_norm(x: Data, ord: float = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Data:
    """norm of the elements: the root of the sum of their powers; 0 gradient at the zero vector"""
    if dtype is None:
        return _norm(x, ord, dim, keepdim)
    if dtype.itemsize < x.dtype.itemsize:
        raise RuntimeError(
            f"linalg.vector_norm: the dtype of the input ({dtypes.of(x.dtype).title}) should be convertible without "
            f"narrowing to the specified dtype ({dtype.title})"
        )
    return _norm(x.astype(dtype.numpy, copy=False), ord, dim, keepdim)


@function(edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, 0.0)), EdgeCase((3.0, 4.0), 5.0, (0.6, 0.8))])
def norm(x: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """Euclidean norm, or the one of order p; "nuc": the sum of a matrix's singular values"""
    if p is None or p == "fro":
        return vector_norm(x, 2, dim, keepdim, dtype)
    if not isinstance(p, str):
        return vector_norm(x, p, dim, keepdim, dtype)
    if p != "nuc":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if x.ndim < 2:
        raise shape_error("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    return ops.matrix_norm(x, "nuc", tuple(range(x.ndim)) if dim is None else tuple(dim), keepdim)


@primitive(
    lambda g, out, x, y, p: _norm_rule(g, out, x - y, p, None, False),
    lambda g, out, x, y, p: _norm_rule(g, out, y - x, p, None, False),
)
def dist(x: Data, y: Data, p: float = 2) -> Data:
    """norm of the difference of x and y"""
    check_together(x, y)
    return _norm(x - y, p)


def _distance_rule(g: Gradient, out: Data, x: Data, y: Data, p: float) -> Gradient:
    """The gradient of each difference: that of a norm, but of equal largest differences each counts in full."""
    difference = unsqueeze(x, -2) - unsqueeze(y, -3)
    if p == 0:
        return zeros_like(difference)
    if p == 1:
        return unsqueeze(g, -1) * where(isnan(difference), difference, sgn(difference))
    if p == math.inf:
        shorter = abs(difference) - unsqueeze(out, -1)
        return unsqueeze(g, -1) * where(isnan(shorter), shorter, where(shorter == 0, sgn(difference), 0))
    return _norm_rule(g, out, difference, p, -1, False)


@private(
    lambda g, out, x, y, p: sum(_distance_rule(g, out, x, y, p), (-2,)),
    lambda g, out, x, y, p: -sum(_distance_rule(g, out, x, y, p), (-3,)),
    name="cdist",
)
def cdist_primitive(x: Data, y: Data, p: float) -> Data:
    x, y = np.expand_dims(x, -2), np.expand_dims(y, -3)
    check_together(x, y)
    if p == 0:
        # Other than a norm of order 0, it is nan where a difference is.
        return np.add.reduce(np.minimum(np.ceil(np.abs(x - y)), 1), axis=-1)
    return _norm(x - y, p, -1)


@function(tensors=2, method=False, called_as={"x": "x1", "y": "x2"})
def cdist(x: Any, y: Any, p: float = 2.0, compute_mode: str | None = None) -> Any:
    """norm of the difference of each row of x and each row of y"""
    for name, value in (("X1", x), ("X2", y)):
        if value.ndim < 2:
            raise shape_error(f"cdist only supports at least 2D tensors, {name} got: {value.ndim}D")
    if x.shape[-1] != y.shape[-1]:
        raise shape_error(f"X1 and X2 must have the same number of columns. X1: {x.shape[-1]} X2: {y.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    return cdist_primitive(x, y, float(p))


def _other_dims(ndim: int, dim: int) -> tuple[int, ...]:
    kept = dim % ndim
    return tuple(d for d in range(ndim) if d != kept)


def _renorm_rule(g: Gradient, x: Data, p: float, dim: int, maxnorm: float) -> Gradient:
    others = _other_dims(len(x.shape), dim)
    size = vector_norm(x, p, others, True)
    inverse = 1 / (size + _NO_DIVISION_BY_ZERO)
    along_size = _norm_rule(sum(x * g, others, True), size, x, p, others, True)
    return where(size > maxnorm, maxnorm * inverse * (g - inverse * along_size), g)


_NO_DIVISION_BY_ZERO = 1e-7


@primitive(_renorm_rule, in_place=True)
def renorm(x: Data, p: float, dim: int, maxnorm: float) -> Data:
    """x with each slice along `dim` scaled down to a norm, of order p, of at most `maxnorm`"""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if x.ndim < 2:
        raise shape_error(f"renorm: input needs at least 2 dimensions, got {x.ndim} dimensions")
    dimensions(dim, x.ndim)
    size = _norm(x, p, _other_dims(x.ndim, dim), True)
    return np.where(size > maxnorm, x * (maxnorm / (size + _NO_DIVISION_BY_ZERO)), x)
