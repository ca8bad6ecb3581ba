"""Reductions that choose an element: what they check, and the gradient of the chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arguments import dimension
from .copying import new_zeros
from .families import ORDERING
from .gathering import scatter_tensor
from .reduction import sum
from .selection import isnan, where
from .squeezing import unreduce

private = ORDERING.private


def check_some(x: Any, name: str, dim: int) -> None:
    """IndexError: no elements along `dim`, or no such dimension."""
    axis = dimension(dim, x.ndim)
    if x.ndim and not x.shape[axis]:
        raise IndexError(f"{name}: Expected reduction dim {axis} to have non-zero size.")


def check_any(x: Any, name: str) -> None:
    if not x.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )


# Gradients


def shared(g: Any, out: Any, x: Any) -> Any:
    """The gradient of the element chosen from all, shared evenly by all that tie."""
    chosen = where(isnan(out), isnan(x), x == out)
    return where(chosen, g / sum(chosen), 0)


def shared_along(g: Any, out: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    shape = tuple(x.shape)
    chosen = x == unreduce(out, shape, dim, keepdim)
    return unreduce(g, shape, dim, keepdim) * chosen / sum(chosen, dim, True)


def put_along(g: Any, indices: Any, dim: int, shape: tuple[int, ...]) -> Any:
    """The gradient of elements taken along `dim`, in the places they were taken from."""
    return scatter_tensor(new_zeros(g, shape), dim, indices, g)


def put_selected(g: Any, indices: Any, shape: tuple[int, ...], dim: int, keepdim: bool) -> Any:
    """The same for one element taken from each line along `dim`."""
    return put_along(unreduce(g, shape, dim, keepdim), unreduce(indices, shape, dim, keepdim), dim, shape)


def selecting(name: str, choose: Callable[..., Any], overload: int = 0) -> Any:
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
