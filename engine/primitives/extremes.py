"""The largest and the smallest elements, where they are, and the gradient of what a reduction chooses."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.record import EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.errors import index_error, shape_error
from .arguments import dimension, flat_batch, flat_rows
from .arithmetic import both
from .axes import unreduce
from .copying import new_zeros
from .families import ORDERING
from .gathering import scatter_tensor
from .reduction import axes_of, sum
from .selection import isnan, maximum, minimum, where

private, primitive, function = ORDERING.private, ORDERING.primitive, ORDERING.function


def check_some(x: Any, name: str, dim: int) -> None:
    """IndexError: no elements along `dim`, or no such dimension."""
    axis = dimension(dim, x.ndim)
    if x.ndim and not x.shape[axis]:
        raise index_error(f"{name}: Expected reduction dim {axis} to have non-zero size.")


def check_any(x: Any, name: str) -> None:
    if not x.size:
        raise shape_error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )


def shared(g: Gradient, out: Data, x: Data) -> Gradient:
    """The gradient of the element chosen from all, shared evenly by all that tie."""
    chosen = where(isnan(out), isnan(x), x == out)
    return where(chosen, g / sum(chosen), 0)


def shared_along(g: Gradient, out: Data, x: Data, dim: Any, keepdim: bool) -> Gradient:
    shape = tuple(x.shape)
    chosen = x == unreduce(out, shape, dim, keepdim)
    return unreduce(g, shape, dim, keepdim) * chosen / sum(chosen, dim, True)


def put_along(g: Gradient, indices: Data, dim: int, shape: tuple[int, ...]) -> Gradient:
    """The gradient of elements taken along `dim`, in the places they were taken from."""
    return scatter_tensor(new_zeros(g, shape), dim, indices, g)


def put_selected(g: Gradient, indices: Data, shape: tuple[int, ...], dim: int, keepdim: bool) -> Gradient:
    """The same for one element taken from each line along `dim`."""
    return put_along(unreduce(g, shape, dim, keepdim), unreduce(indices, shape, dim, keepdim), dim, shape)


def selecting(name: str, choose: Call, overload: int = 0) -> Call:
    """The operation that selects one element along a dimension: values and indices.

    `choose(x, axis, *parameters)` gives the indices, the dimension kept.
    """

    def forward(x: Any, dim: int, keepdim: bool = False, *parameters: Any) -> tuple[Any, Any]:
        check_some(x, f"{name}()", dim)
        if not x.ndim:
            return x, np.int64(0)
        indices = choose(x, dim, *parameters)
        values = np.take_along_axis(x, indices, dim)
        return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

    return private(
        name,
        forward,
        lambda g, indices, x_shape, dim, keepdim: put_selected(g[0], indices, x_shape, dim, keepdim),
        overload=overload,
        outputs=("values", "indices"),
        rows="dimensions",
    )


def _extremum(name: str, reduce: Any, arg: Call) -> tuple[Any, Any]:
    def of_all(x: Any) -> Any:
        check_any(x, name)
        return reduce(x)

    whole = private(
        name,
        of_all,
        shared,
        rows=lambda x: reduce(flat_rows(x), axis=0),
        batch=lambda x: getattr(ops, f"a{name}")(flat_batch(x), 1),
        overload=1,
    )
    return whole, selecting(name, lambda x, axis: np.expand_dims(arg(x, axis), axis))


max_all, max_dim = _extremum("max", np.max, np.argmax)
min_all, min_dim = _extremum("min", np.min, np.argmin)


def _of_all_or_along(name: str, which: str, of_all: Call, along: Call, of_two: Call) -> Call:
    @function(
        name=name,
        doc=f"{which} element, ties sharing the gradient; along `dim`, values and indices; of several numbers, the "
        f"{which}",
        edges=[EdgeCase((1.0, 1.0), 1.0, (0.5, 0.5))],
        of_two=of_two.__name__,
        aliases=(name.title(),),
        torch=(name,),
        called_as={"dim": "other"},
    )
    def extremum(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return of_all(x)
        return along(x, dim, keepdim) if isinstance(dim, int) else of_two(x, dim)

    return extremum


max = _of_all_or_along("max", "largest", max_all, max_dim, maximum)
min = _of_all_or_along("min", "smallest", min_all, min_dim, minimum)


def _extreme(name: str, reduce: Any, which: str) -> Call:
    def forward(x: Any, dim: Any = (), keepdim: bool = False) -> Any:
        if dim is None or (isinstance(dim, (list, tuple)) and not dim):
            check_any(x, name)
        axes = axes_of(x, dim)
        for axis in axes:
            check_some(x, f"{name}()", axis)
        return reduce(x, axis=axes, keepdims=keepdim)

    return primitive(
        name,
        forward,
        shared_along,
        doc=f"{which} element, or along `dim`; ties share the gradient",
        rows="dimensions",
        keeps_scalars=True,
    )


amax = _extreme("amax", np.max, "largest")
amin = _extreme("amin", np.min, "smallest")


def _aminmax_rule(g: Gradient, min: Any, max: Any, x: Data, dim: Any, keepdim: bool) -> Gradient:
    pairs = ((g[0], min), (g[1], max))
    return both(*(None if slope is None else shared_along(slope, out, x, dim, keepdim) for slope, out in pairs))


@primitive(_aminmax_rule, outputs=("min", "max"))
def aminmax(x: Data, dim: int | None = None, keepdim: bool = False) -> tuple[Data, Data]:
    """smallest and largest element, or along `dim`; ties share the gradient"""
    if dim is not None:
        check_some(x, "aminmax", dim)
    elif not x.size:
        raise shape_error("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
    axes = axes_of(x, dim)
    return np.min(x, axis=axes, keepdims=keepdim), np.max(x, axis=axes, keepdims=keepdim)


def _position(name: str, arg: Call, which: str) -> Call:
    def forward(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        if x.dtype.kind == "b":
            raise RuntimeError(f"{name}(): does not support bool input")
        if dim is None:
            if not x.size:
                raise index_error(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            return arg(x, axis=None, keepdims=keepdim)
        check_some(x, f"{name}()", dim)
        return arg(x, axis=dim, keepdims=keepdim) if x.ndim else np.int64(0)

    return primitive(name, forward, doc=f"index of the {which} element")


argmax, argmin = _position("argmax", np.argmax, "largest"), _position("argmin", np.argmin, "smallest")
