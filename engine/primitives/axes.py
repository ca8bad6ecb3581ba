"""Dimensions in another order; those of size 1 put in and taken out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors.aliases import Call, Gradient
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .arguments import data_of, dimension, dimensions, listed
from .copying import alias
from .families import SHAPE
from .reshaping import reshape

private, function = SHAPE.private, SHAPE.function


permute_primitive = private(
    "permute",
    lambda x, dims: np.transpose(x, dims),
    lambda g, dims: permute_primitive(g, tuple(int(i) for i in np.argsort(dims))),
    view=True,
    moves="places",
    rows=lambda x, dims: np.transpose(x, (*(d % (x.ndim - 1) for d in dims), x.ndim - 1)),
    batch=lambda x, dims: permute_primitive(x, (0, *(d % (x.ndim - 1) + 1 for d in dims))),
)


@function()
def permute(x: Any, *dims: Any, **named: Any) -> Any:
    """x with its dimensions in another order"""
    ndim = data_of(x).ndim
    order = listed("permute", dims, named, "dims")
    if len(order) != ndim:
        raise shape_error(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(order)}"
        )
    order = tuple(dimension(d, ndim) for d in order)
    if len(set(order)) != ndim:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permute_primitive(x, order)


@function(aliases=("moveaxis",))
def movedim(x: Any, source: Any, destination: Any) -> Any:
    """x with some dimensions moved to other places, the rest in the order they have"""
    ndim = data_of(x).ndim
    sources = tuple(dimension(d, ndim) for d in ((source,) if isinstance(source, int) else source))
    targets = tuple(dimension(d, ndim) for d in ((destination,) if isinstance(destination, int) else destination))
    if len(sources) != len(targets):
        raise shape_error(
            f"movedim: Invalid source or destination dims: source ({list(sources)} dims) should contain the same "
            f"number of dims as destination ({list(targets)} dims)"
        )
    for name, dims in (("source", sources), ("destination", targets)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(dims)})")
    if not ndim:
        return alias(x)
    rest = iter([d for d in range(ndim) if d not in sources])
    origin = dict(zip(targets, sources, strict=True))
    return permute_primitive(x, tuple(origin[d] if d in origin else next(rest) for d in range(ndim)))


# PyTorch has one more of these for changes in place.
transpose_primitive, transposed_in_place = (
    private(
        "transpose",
        lambda x, dim0, dim1: np.swapaxes(x, dim0, dim1) if x.ndim else x,
        lambda g, dim0, dim1: transpose_primitive(g, dim0, dim1),
        overload=overload,
        view=True,
        moves="places",
        rows="dimensions",
    )
    for overload in (0, 1)
)


def transpose_(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """`x.transpose_(dim0, dim1)`, as a view of x that is yet to take its place."""
    return transposed_in_place(x, dimension(dim0, x.ndim), dimension(dim1, x.ndim))


@function(aliases=("swapaxes", "swapdims"), in_place=transpose_, called_as={"dim0": "axis0", "dim1": "axis1"})
def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """x with two dimensions swapped"""
    ndim = data_of(x).ndim
    return transpose_primitive(x, dimension(dim0, ndim), dimension(dim1, ndim))


t_primitive, t_in_place = (
    private(
        "t",
        np.transpose,
        lambda g: t_primitive(g),
        overload=i,
        view=True,
        moves="places",
        rows=lambda x: np.swapaxes(x, 0, 1) if x.ndim == 3 else x,
        batch=lambda x: transpose_primitive(x, 1, 2) if x.ndim == 3 else alias(x),
    )
    for i in (0, 1)
)


def t_(x: Tensor) -> Tensor:
    """`x.t_()`, as a view of x that is yet to take its place."""
    return t_in_place(_no_batch("t_()", x))


def _no_batch(function: str, x: Any) -> Any:
    if data_of(x).ndim > 2:
        raise shape_error(f"{function} expects a tensor with <= 2 dimensions, but self is {data_of(x).ndim}D")
    return x


@function(in_place=t_)
def t(x: Any) -> Any:
    """transpose of a matrix"""
    return t_primitive(_no_batch("t()", x))


@function()
def adjoint(x: Any) -> Any:
    """x with its last two dimensions swapped"""
    return _matrices_transposed(x, "adjoint()")


def _matrices_transposed(x: Any, name: str) -> Any:
    ndim = data_of(x).ndim
    if not ndim:
        return x
    if ndim < 2:
        raise shape_error(f"tensor.{name} is only supported on matrices or batches of matrices. Got {ndim}-D tensor.")
    return transpose_primitive(x, ndim - 2, ndim - 1)


def reversed_dimensions(x: Any) -> Any:
    """`x.T`: the dimensions of x in reverse order."""
    return permute_primitive(x, tuple(reversed(range(data_of(x).ndim))))


def matrix_transpose(x: Any) -> Any:
    """`x.mT`: the last two dimensions of x swapped."""
    return _matrices_transposed(x, "mT")


def adjoint_property(x: Any) -> Any:
    """`x.mH`: the last two dimensions of x swapped, as there are no complex numbers."""
    return _matrices_transposed(x, "mH")


def conjugate_transpose(x: Any) -> Any:
    """`x.H`: the transpose of a matrix, as there are no complex numbers."""
    ndim = data_of(x).ndim
    if ndim not in (0, 2):
        raise shape_error(
            f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor."
            + (" For batches of matrices, consider using tensor.mH" if ndim > 2 else "")
        )
    return transpose_primitive(x, 0, 1) if ndim else x


unsqueeze_primitive, unsqueezed_in_place = (
    private(
        "unsqueeze",
        lambda x, dim: np.expand_dims(x, dim),
        lambda g, dim: squeeze_one(g, dim),
        overload=overload,
        view=True,
        moves="order",
    )
    for overload in (0, 1)
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


def _squeezing(forward: Call, overload: int) -> Call:
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


def unreduce(g: Gradient, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Gradient:
    """A reduced value with the reduced dimensions back, of size 1, so that it broadcasts against the input."""
    if keepdim or not shape:
        return g
    dims = dimensions(dim, len(shape))
    for d in sorted(dims):
        g = unsqueeze(g, d)
    return g
