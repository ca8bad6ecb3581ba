"""Spread and dependence: variance, standard deviation, covariance, correlation."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .arithmetic import both, times_number
from .axes import squeeze_all, t_primitive, unreduce, unsqueeze
from .copying import zeros_like
from .elementary import sqrt
from .families import STATISTICS
from .reduction import axes_of, count_along, mean, spread, sum
from .reshaping import reshape
from .selection import clamp_numbers, where

private, function = STATISTICS.private, STATISTICS.function


def _squared_deviations(x: Any, dim: Any, correction: float, keepdim: bool) -> tuple[Any, Any]:
    """The variance and the mean."""
    axes = axes_of(x, dim)
    count = count_along(x.shape, dim)
    centre = np.add.reduce(x, axis=axes, keepdims=True) / x.dtype.type(count)
    freedom = count - correction if count > correction else 0
    centred = x - centre
    variance = np.add.reduce(centred * centred, axis=axes, keepdims=keepdim) / x.dtype.type(freedom)
    return variance, centre.reshape(np.shape(variance))


def _deviations(x: Any, dim: Any, correction: float, keepdim: bool) -> tuple[Any, Any]:
    """The standard deviation and the mean."""
    variance, centre = _squared_deviations(x, dim, correction, keepdim)
    return np.sqrt(variance), centre


def _var_rule(g: Gradient, x: Data, dim: Any, correction: float, keepdim: bool) -> Gradient:
    shape = tuple(x.shape)
    freedom = count_along(shape, dim) - correction
    if freedom <= 0 and (dim is None or not shape):
        return g * where(x == mean(x), math.nan, math.inf)
    scale = 2 / freedom if freedom else math.inf
    return scale * unreduce(g, shape, dim, keepdim) * (x - mean(x, dim, True))


def _std_rule(g: Gradient, out: Data, x: Data, dim: Any, correction: float, keepdim: bool) -> Gradient:
    return _var_rule(where(out == 0, 0, g / (out * 2)), x, dim, correction, keepdim)


def _with_mean(rule_of_spread: Any, g: Gradient, x: Data, dim: Any, keepdim: bool) -> Gradient:
    """The gradient through a spread and the mean, of which one may have received none."""
    shape = tuple(x.shape)
    through_mean = None if g[1] is None else spread(g[1], shape, dim, keepdim) / count_along(shape, dim)
    return both(None if g[0] is None else rule_of_spread(g[0]), through_mean)


var_primitive = private(
    "var",
    lambda x, dim, correction, keepdim: _squared_deviations(x, dim, correction, keepdim)[0],
    _var_rule,
    rows="dimensions",
)
std_primitive = private(
    "std", lambda x, dim, correction, keepdim: _deviations(x, dim, correction, keepdim)[0], _std_rule, rows="dimensions"
)
var_mean_primitive = private(
    "var_mean",
    _squared_deviations,
    lambda g, x, dim, correction, keepdim: _with_mean(
        lambda slope: _var_rule(slope, x, dim, correction, keepdim), g, x, dim, keepdim
    ),
    outputs=("var", "mean"),
    rows="dimensions",
)
std_mean_primitive = private(
    "std_mean",
    _deviations,
    lambda g, std, x, dim, correction, keepdim: _with_mean(
        lambda slope: _std_rule(slope, std, x, dim, correction, keepdim), g, x, dim, keepdim
    ),
    outputs=("std", "mean"),
    rows="dimensions",
)


def _options(name: str, x: Any, dim: Any, unbiased: bool | None, correction: float | None) -> tuple[Any, float]:
    """The dimensions and the correction that a call means; a warning where that leaves no degrees of freedom."""
    if isinstance(dim, bool):
        # PyTorch's older form has the flag in the first place: std(False).
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    elif correction is None:
        correction = 1
    data = x._data if isinstance(x, Tensor) else x
    if data.dtype.kind != "f":
        names = "std and var" if name in ("std", "var") else name
        raise RuntimeError(f"{names} only support floating point and complex dtypes")
    if (count_along(data.shape, dim) if data.size else 0) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
            stacklevel=3,
        )
    return dim, correction


def _spread(name: str, compute: Call, doc: str, method: bool = True) -> Call:
    """The function of that name, which computes what its options mean."""

    @function(method=method, name=name, doc=doc)
    def spread_of(
        x: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, correction: float | None = 1
    ) -> Any:
        dim, correction = _options(name, x, dim, unbiased, correction)
        result = compute(x, dim, correction, keepdim)
        return tuple(result) if isinstance(result, tuple) else result

    return spread_of


var = _spread("var", var_primitive, "variance: squared deviations from the mean over n - correction")
std = _spread("std", std_primitive, "standard deviation: square root of the variance")
var_mean = _spread("var_mean", var_mean_primitive, "variance and mean", method=False)
std_mean = _spread("std_mean", std_mean_primitive, "standard deviation and mean", method=False)


# Several variables, one a row


def _check_weights(name: str, weights: Tensor, observations: int, floating: bool) -> None:
    """RuntimeError unless these can weigh the observations."""
    if weights.ndim > 1:
        raise shape_error(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} dimensions"
        )
    if weights.dtype.is_floating_point != floating:
        raise RuntimeError(
            f"cov(): expected {name} to have {'floating point' if floating else 'integral'} dtype but got {name} with "
            f"{weights.dtype.title} dtype"
        )
    if weights.numel() != observations:
        raise shape_error(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights.numel()} != {observations}"
        )
    if (weights._data < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")


def _weights(fweights: Any, aweights: Any, observations: int) -> Any:
    """How much each observation counts, or None where all count once."""
    if fweights is not None:
        _check_weights("fweights", fweights, observations, floating=False)
    if aweights is not None:
        _check_weights("aweights", aweights, observations, floating=True)
    if fweights is None or aweights is None:
        return aweights if fweights is None else fweights
    return fweights * aweights


def _freedom(total: Any, weights: Any, aweights: Any, correction: int) -> Any:
    """What the sum of products is divided by; 0, with a warning, where the correction leaves nothing."""
    if aweights is not None and correction:
        lost = times_number(sum(weights * aweights), correction) / total
        freedom = total - lost
    else:
        freedom = total - correction if correction else total
    if freedom._data <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            stacklevel=4,
        )
        return zeros_like(freedom)
    return freedom


def _check_variables(name: str, x: Any) -> None:
    if x.ndim > 2:
        raise shape_error(
            f"{name}(): expected input to have two or fewer dimensions but got an input with {x.ndim} dimensions"
        )
    if x.dtype is dtypes.bool_:
        raise RuntimeError(f"{name}(): bool dtype is not supported for input")


@function()
def cov(x: Any, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """covariances of the rows of x, each a variable, over n - correction"""
    _check_variables("cov", x)
    rows = x if x.ndim == 2 else reshape(x, (1, -1))
    weights = _weights(fweights, aweights, rows.shape[1])
    if weights is None:
        total: Any = Tensor(np.float64(rows.shape[1]).astype(x.dtype.numpy))
    else:
        total = sum(weights)
        if not total._data:
            raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    centre = sum(rows if weights is None else rows * weights, 1) / total
    freedom = _freedom(total, weights, aweights, correction)
    centred = rows - unsqueeze(centre, 1)
    weighted = centred if weights is None else centred * weights
    return squeeze_all(ops.mm(centred, t_primitive(weighted)) / freedom)


@function()
def corrcoef(x: Any) -> Any:
    """correlations of the rows of x, each a variable"""
    _check_variables("corrcoef", x)
    covariances = cov(x)
    if not covariances.ndim:
        return covariances / covariances
    spreads = sqrt(ops.diagonal(covariances))
    return clamp_numbers(covariances / reshape(spreads, (-1, 1)) / reshape(spreads, (1, -1)), -1, 1)
