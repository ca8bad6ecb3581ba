"""Values that a fraction of the elements do not exceed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Data
from ..tensors.errors import shape_error
from ..tensors.symbol import is_formal, is_symbolic, refusal
from ..tensors.tensor import Tensor
from .arguments import dimension
from .axes import squeeze_product, transpose, transpose_primitive, unsqueeze
from .copying import to
from .families import ORDERING
from .gathering import gather_primitive
from .reshaping import expand, flatten, reshape
from .sorting import sort

private, function = ORDERING.private, ORDERING.function


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


# PyTorch puts the quantiles first with in-place operations, which have nodes of their own.
unsqueeze_first = private(
    "unsqueeze", lambda x: np.expand_dims(x, 0), lambda g: reshape(g, g.shape[1:]), overload=1, view=True, moves="order"
)


@private(lambda g: transpose_primitive(g, 0, g.ndim - 1), name="transpose", overload=1, view=True, moves="places")
def transpose_first(x: Data) -> Data:
    return np.swapaxes(x, 0, -1)


def _check_quantile(x: Any, q: Any, interpolation: str) -> None:
    if not x._data.size:
        raise shape_error("quantile() input tensor must be non-empty")
    if x.dtype.numpy not in (np.float64, np.float32):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q.ndim > 1:
            raise shape_error("quantile() q must be a scalar or 1D tensor")
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
    fractions = reshape(q, (-1,)) if isinstance(q, Tensor) else Tensor(np.atleast_1d(ordered._data.dtype.type(q)))
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
