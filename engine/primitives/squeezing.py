"""Dimensions of size 1 put in and taken out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, dimensions
from .families import SHAPE
from .reshaping import reshape

private, function = SHAPE.private, SHAPE.function
unsqueeze_primitive = private(
    "unsqueeze", lambda x, dim: np.expand_dims(x, dim), lambda g, dim: squeeze_one(g, dim), view=True, moves="order"
)
unsqueezed_in_place = private(
    "unsqueeze",
    lambda x, dim: np.expand_dims(x, dim),
    lambda g, dim: squeeze_one(g, dim),
    overload=1,
    view=True,
    moves="order",
)


def unsqueeze_(x: Tensor, dim: int) -> Tensor:
    """`x.unsqueeze_(dim)`, as a view of x that is yet to take its place."""
    return unsqueezed_in_place(x, dimension(dim, x.ndim + 1))


@function(in_place=unsqueeze_)
def unsqueeze(x: Any, dim: int) -> Any:
    """x with a new dimension of size 1"""
    return unsqueeze_primitive(x, dimension(dim, data_of(x).ndim + 1))


def _squeeze(x: Any, dims: Any) -> Any:
    return x.reshape([n for i, n in enumerate(x.shape) if i not in dims or n != 1])


def _squeezing(forward: Any, overload: int) -> Any:
    return private(
        "squeeze", forward, lambda g, x_shape: reshape(g, x_shape), overload=overload, view=True, moves="order"
    )


# PyTorch has one more of each for changes in place, and one that its products use.
squeeze_all = _squeezing(lambda x: np.squeeze(x), 0)
squeeze_one = _squeezing(lambda x, dim: _squeeze(x, (dim,)), 1)
squeeze_several = _squeezing(_squeeze, 2)
squeeze_all_in_place = _squeezing(lambda x: np.squeeze(x), 3)
squeeze_product = _squeezing(lambda x, dim: _squeeze(x, (dim,)), 4)
squeeze_several_in_place = _squeezing(_squeeze, 5)


def squeeze_(x: Tensor, dim: Any = None) -> Tensor:
    """`x.squeeze_()`, as a view of x that is yet to take its place."""
    if dim is None:
        return squeeze_all_in_place(x)
    if isinstance(dim, int):
        return squeeze_product(x, dimension(dim, x.ndim))
    return squeeze_several_in_place(x, dimensions(dim, x.ndim) if dim else ())


@function(in_place=squeeze_)
def squeeze(x: Any, dim: Any = None, *dims: int) -> Any:
    """x without its dimensions of size 1, or without those of them named by `dim`"""
    ndim = data_of(x).ndim
    if dims:
        dim = (dim, *dims)
    if dim is None:
        return squeeze_all(x)
    if isinstance(dim, int):
        return squeeze_one(x, dimension(dim, ndim))
    return squeeze_several(x, dimensions(dim, ndim) if dim else ())


def unreduce(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """A reduced value with the reduced dimensions back, of size 1, so that it broadcasts against the input."""
    if keepdim or not shape:
        return g
    dims = dimensions(dim, len(shape))
    for d in sorted(dims):
        g = unsqueeze(g, d)
    return g
