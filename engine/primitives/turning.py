"""Elements in another order: turned over, turned round, shifted."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import data_of, dimension, dimensions, listed, sizes
from .families import SHAPE

private, function = SHAPE.private, SHAPE.function
flip_primitive = private(
    "flip",
    lambda x, dims: np.flip(x, dims).copy(),
    lambda g, dims: flip_primitive(g, dims),
    moves="places",
    rows="dimensions",
)


@function()
def flip(x: Any, *dims: Any, **named: Any) -> Any:
    """x in reverse order along the dimensions, or along all"""
    if not dims and not named:
        return flip_primitive(x, tuple(range(data_of(x).ndim)))
    order = listed("flip", dims, named, "dims")
    return flip_primitive(x, dimensions(order, data_of(x).ndim) if order else ())


@function()
def fliplr(x: Any) -> Any:
    """x in reverse order along its second dimension"""
    if data_of(x).ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip_primitive(x, (1,))


@function()
def flipud(x: Any) -> Any:
    """x in reverse order along its first dimension"""
    if data_of(x).ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip_primitive(x, (0,))


rot90_primitive = private(
    "rot90",
    lambda x, k, dims: np.array(np.rot90(x, k, dims)),
    lambda g, k, dims: rot90_primitive(g, -k, dims),
    moves="places",
)


@function()
def rot90(x: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """x turned by k quarters from the first of two dimensions towards the second"""
    ndim = data_of(x).ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    first, second = (dimension(d, ndim) for d in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return rot90_primitive(x, k, (first, second))


roll_primitive = private(
    "roll",
    lambda x, shifts, dims: np.roll(x, shifts, dims) if dims else np.roll(x, shifts[0]),
    lambda g, shifts, dims: roll_primitive(g, tuple(-n for n in shifts), dims),
    moves="places",
)


@function()
def roll(x: Any, shifts: Any, dims: Any = ()) -> Any:
    """x shifted along the dimensions, or through all; what falls off one end comes in at the other"""
    by = sizes((shifts,))
    along = sizes((dims,)) if dims is not None else ()
    if not by:
        raise RuntimeError("`shifts` required")
    if len(by) != len(along) and (along or len(by) != 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}")
    if along and not data_of(x).ndim:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    return roll_primitive(x, by, tuple(dimension(d, data_of(x).ndim) for d in along))
