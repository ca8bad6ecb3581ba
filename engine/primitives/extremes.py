"""The largest and the smallest elements, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.record import EdgeCase
from .arguments import flat_rows
from .choosing import check_any, check_some, selecting, shared, shared_along
from .families import ORDERING
from .reduction import axes_of
from .selection import maximum, minimum

private, primitive, function = ORDERING.private, ORDERING.primitive, ORDERING.function


# The largest and the smallest


def _extremum(name: str, reduce: Any, arg: Any) -> tuple[Any, Any]:
    def of_all(x: Any) -> Any:
        check_any(x, name)
        return reduce(x)

    whole = private(
        name, of_all, lambda g, out, x: shared(g, out, x), rows=lambda x: reduce(flat_rows(x), axis=0), overload=1
    )
    return whole, selecting(name, lambda x, axis: np.expand_dims(arg(x, axis), axis))


max_all, max_dim = _extremum("max", np.max, np.argmax)
min_all, min_dim = _extremum("min", np.min, np.argmin)


@function(edges=[EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5))], tensors=1, of_two="maximum", aliases=("Max",), torch=("max",))
def max(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """largest element, ties sharing the gradient; along `dim`, values and indices; of several numbers, the largest"""
    if dim is None:
        return max_all(x)
    return max_dim(x, dim, keepdim) if isinstance(dim, int) else maximum(x, dim)


@function(edges=[EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5))], tensors=1, of_two="minimum", aliases=("Min",), torch=("min",))
def min(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """smallest element, ties sharing the gradient; along `dim`, values and indices; of several numbers, the smallest"""
    if dim is None:
        return min_all(x)
    return min_dim(x, dim, keepdim) if isinstance(dim, int) else minimum(x, dim)


def _reduced(name: str, reduce: Any) -> Any:
    def forward(x: Any, dim: Any = (), keepdim: bool = False) -> Any:
        if dim is None or (isinstance(dim, (list, tuple)) and not dim):
            check_any(x, name)
        axes = axes_of(x, dim)
        for axis in axes:
            check_some(x, f"{name}()", axis)
        return reduce(x, axis=axes, keepdims=keepdim)

    return forward


amax = primitive(
    "amax",
    _reduced("amax", np.max),
    lambda g, out, x, dim, keepdim: shared_along(g, out, x, dim, keepdim),
    doc="largest element, or along `dim`; ties share the gradient",
    rows="dimensions",
    keeps_scalars=True,
)
amin = primitive(
    "amin",
    _reduced("amin", np.min),
    lambda g, out, x, dim, keepdim: shared_along(g, out, x, dim, keepdim),
    doc="smallest element, or along `dim`; ties share the gradient",
    rows="dimensions",
    keeps_scalars=True,
)


def _aminmax(x: Any, dim: int | None = None, keepdim: bool = False) -> tuple[Any, Any]:
    if dim is not None:
        check_some(x, "aminmax", dim)
    elif not x.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    axes = axes_of(x, dim)
    return np.min(x, axis=axes, keepdims=keepdim), np.max(x, axis=axes, keepdims=keepdim)


def _aminmax_rule(g: Any, min: Any, max: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    slopes = [
        shared_along(slope, out, x, dim, keepdim) for slope, out in zip(g, (min, max), strict=True) if slope is not None
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
        check_some(x, f"{name}()", dim)
        return arg(x, axis=dim, keepdims=keepdim) if x.ndim else np.int64(0)

    return forward


argmax = primitive("argmax", _position("argmax", np.argmax), tensors=1, promotes=(), doc="index of the largest element")
argmin = primitive(
    "argmin", _position("argmin", np.argmin), tensors=1, promotes=(), doc="index of the smallest element"
)
