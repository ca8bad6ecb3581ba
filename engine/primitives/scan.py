"""Running sums, products and extrema; differences and integrals of samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import BESIDE_ZERO
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.errors import index_error, shape_error, type_error
from ..tensors.tensor import Tensor
from .arguments import dimension, dimensions, own_dimension
from .arithmetic import over_number, times_number
from .arranging import flip_primitive
from .axes import unsqueeze
from .copying import copied, new_zeros, ones_like, zeros_like
from .elementary import exp
from .families import SCAN
from .gathering import scatter_add_primitive
from .parts import cat, select, slice_primitive, stack
from .reduction import has_zero, sum, summable
from .reshaping import reshape
from .selection import logical_xor, where

primitive, function = SCAN.primitive, SCAN.function


def _running(accumulate: Any) -> Call:
    def forward(x: Any, dim: int, dtype: Any = None) -> Any:
        axis = dimension(dim, x.ndim)
        x = summable(x, dtype)
        return accumulate(x, axis=axis) if x.ndim else x

    return forward


cumsum = primitive(
    "cumsum",
    _running(np.add.accumulate),
    lambda g, dim: _reversed_cumsum(g, dim),
    assumed={"dim": -1},
    doc="sums of the elements up to each along `dim`",
    rows="dimensions",
    keeps_scalars=True,
    in_place=True,
)


def _reversed_cumsum(g: Gradient, dim: int) -> Gradient:
    if not g.ndim:
        return g
    dims = dimensions(dim, g.ndim)
    return flip_primitive(cumsum(flip_primitive(g, dims), dim), dims)


def _cumprod_rule(g: Gradient, out: Data, x: Data, dim: int) -> Gradient:
    if not x.ndim:
        return g
    if not has_zero(x):
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
        share = g * without
        if not isinstance(x, Tensor):
            # As in PyTorch, products with a zero in them have no part in it, also where g is nan.
            share = np.where(without == 0, 0, share)
        tail = slice_primitive(share, axis, i, size, 1)
        gradients.append(sum(tail, axis))
    return stack(gradients, axis)


cumprod = primitive(
    "cumprod",
    _running(np.multiply.accumulate),
    _cumprod_rule,
    assumed={"dim": -1},
    domain=BESIDE_ZERO,
    doc="products of the elements up to each along `dim`",
    rows="dimensions",
    keeps_scalars=True,
    in_place=True,
)


def _logcumsumexp_rule(g: Gradient, out: Data, x: Data, dim: int) -> Gradient:
    """One row for each result, with the shares that the elements have in its sum."""
    shape = tuple(x.shape)
    if not shape:
        return g
    axis = dim % len(shape)
    size = shape[axis]
    summed = np.tri(size, dtype=np.bool_).reshape((size, size) + (1,) * (len(shape) - axis - 1))
    distance = where(summed, unsqueeze(x, axis) - unsqueeze(out, axis + 1), -math.inf)
    return sum(where(summed, unsqueeze(g, axis + 1) * exp(distance), 0), axis)


logcumsumexp = primitive(
    "logcumsumexp",
    _running(np.logaddexp.accumulate),
    _logcumsumexp_rule,
    floating=True,
    assumed={"dim": -1},
    doc="logs of the sums of exp(x) up to each element along `dim`, without overflow",
    rows="dimensions",
)


def _running_extremum(name: str, extremum: Any, doc: str) -> Call:
    def forward(x: Any, dim: int) -> tuple[Any, Any]:
        axis = dimension(dim, x.ndim)
        if not x.ndim:
            return x, np.int64(0)
        values = extremum.accumulate(x, axis=axis)
        position = np.arange(x.shape[axis]).reshape([-1 if d == axis else 1 for d in range(x.ndim)])
        # The last of several equal ones counts, and nan is the extremum from the first nan on.
        reached = (x == values) | np.isnan(x)
        return values, np.maximum.accumulate(np.where(reached, position, 0), axis=axis)

    return primitive(
        name,
        forward,
        lambda g, indices, x_shape, dim: scatter_add_primitive(new_zeros(g[0], x_shape), dim, indices, g[0]),
        outputs=("values", "indices"),
        rows="dimensions",
        assumed={"dim": -1},
        doc=doc,
    )


cummax = _running_extremum("cummax", np.maximum, "largest elements up to each along `dim`: values and indices")
cummin = _running_extremum("cummin", np.minimum, "smallest elements up to each along `dim`: values and indices")


def _part(x: Any, dim: int, start: int, stop: int) -> Any:
    return slice_primitive(x, dim, start, stop, 1)


def _check_extension(x: Any, extension: Any, dim: int) -> None:
    """RuntimeError unless this can be joined to x along `dim`."""
    if extension.ndim != x.ndim:
        raise shape_error("diff expects prepend or append to be the same dimension as input")
    for i, (n, m) in enumerate(zip(x.shape, extension.shape, strict=True)):
        if i != dim and n != m:
            raise shape_error(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({i}) = {n}, but got tensor.size({i}) = {m}"
            )


@function()
def diff(x: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """differences of neighbours along `dim`, taken n times"""
    if not x.ndim:
        raise shape_error("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    dim = dimension(dim, x.ndim)
    for extension in (prepend, append):
        if extension is not None:
            _check_extension(x, extension, dim)
    if n == 0:
        return copied(zeros_like(x), x)
    parts = [part for part in (prepend, x, append) if part is not None]
    if len(parts) > 1:
        x = cat(parts, dim)
    boolean = x._data.dtype.kind == "b"
    if n >= x.shape[dim] > 1:
        x = _part(x, dim, 0, 1)  # of which nothing is left, as of all
    for _ in range(n if n < x.shape[dim] else x.shape[dim]):
        size = x.shape[dim]
        later, earlier = _part(x, dim, 1, size), _part(x, dim, 0, size - 1)
        x = logical_xor(later, earlier) if boolean else later - earlier
    return x


# Integrals


def _widths(x: Any, y: Any, dim: int) -> Any:
    """The distances between the places x of the samples y, shaped to broadcast against y's slices along `dim`."""
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise shape_error("trapezoid: There must be one `x` value for each sample point")
        x = reshape(x, [-1 if d == dim else 1 for d in range(y.ndim)])
    elif x.ndim < y.ndim:
        x = reshape(x, (1,) * (y.ndim - x.ndim) + tuple(x.shape))
    size = x.shape[dim]
    left, right = _part(x, dim, 0, size - 1), _part(x, dim, 1, size)
    return right - left


def _neighbours(y: Any, dim: int) -> Any:
    """The sums of neighbouring samples."""
    size = y.shape[dim]
    left, right = _part(y, dim, 0, size - 1), _part(y, dim, 1, size)
    return left + right


def _check_samples(name: str, y: Any, x: Any, dx: Any) -> None:
    if x is not None and dx is not None:
        raise type_error(f"{name}() received an invalid combination of arguments")
    for argument, value in (("y", y), ("x", x)):
        if value is not None and value._data.dtype.kind == "b":
            raise RuntimeError(f"{name}: received a bool input for `{argument}`, but bool is not supported")


@function(tensors=2, method=False, aliases=("trapz",))
def trapezoid(y: Any, x: Any = None, dim: int = -1, dx: Any = None) -> Any:
    """integral of samples y along `dim` by the trapezoidal rule, at the places x or `dx` (1) apart"""
    dim = own_dimension(dim, y.ndim)
    _check_samples("trapezoid", y, x, dx)
    if not y.shape[dim]:
        return Tensor(np.zeros([n for d, n in enumerate(y.shape) if d != dim], y.dtype.numpy)[()])
    if x is not None:
        return over_number(sum(_neighbours(y, dim) * _widths(x, y, dim), dim), 2.0)
    ends = select(y, dim, 0) + select(y, dim, -1)
    return times_number(sum(y, dim) - times_number(ends, 0.5), 1.0 if dx is None else dx)


@function(tensors=2, method=False)
def cumulative_trapezoid(y: Any, x: Any = None, dim: int = -1, dx: Any = None) -> Any:
    """integrals of samples y up to each along `dim` by the trapezoidal rule, at the places x or `dx` (1) apart"""
    if not y.ndim:
        raise index_error("slice() cannot be applied to a 0-dim tensor.")
    _check_samples("cumulative_trapezoid", y, x, dx)
    dim = dimension(dim, y.ndim)
    if x is not None:
        return over_number(cumsum(_neighbours(y, dim) * _widths(x, y, dim), dim), 2.0)
    return cumsum(times_number(_neighbours(y, dim), (1.0 if dx is None else dx) / 2), dim)


# Derivatives of samples


def _evenly_spaced(x: Any, dim: int, spacing: float, edge_order: int) -> Any:
    n = x.shape[dim]
    inside = over_number(over_number(_part(x, dim, 2, n) - _part(x, dim, 0, n - 2), spacing), 2)
    if edge_order == 1:
        first = over_number(_part(x, dim, 1, 2) - _part(x, dim, 0, 1), spacing)
        last = over_number(_part(x, dim, n - 1, n) - _part(x, dim, n - 2, n - 1), spacing)
        return cat([first, inside, last], dim)

    def term(place: int, factor: float) -> Any:
        return times_number(_part(x, dim, place, place + 1), factor)

    first = over_number(term(0, -1.5) + term(1, 2) - term(2, 0.5), spacing)
    last = over_number(term(n - 3, 0.5) - term(n - 2, 2) + term(n - 1, 1.5), spacing)
    return cat([first, inside, last], dim)


def _at_places(x: Any, dim: int, places: Any, edge_order: int) -> Any:
    n = x.shape[dim]
    steps = diff(places)
    before, after = _part(steps, 0, 0, n - 2), _part(steps, 0, 1, n - 1)
    shape = [-1 if d == dim else 1 for d in range(x.ndim)]
    inside = (
        reshape(-after / (before * (before + after)), shape) * _part(x, dim, 0, n - 2)
        + reshape((after - before) / (before * after), shape) * _part(x, dim, 1, n - 1)
        + reshape(before / (after * (before + after)), shape) * _part(x, dim, 2, n)
    )

    edge = _line_at_edge if edge_order == 1 else _parabola_at_edge
    return cat([edge(x, dim, steps, first=True), inside, edge(x, dim, steps, first=False)], dim)


def _line_at_edge(x: Any, dim: int, steps: Any, first: bool) -> Any:
    """The slope of the line through the two samples at one end."""
    n = x.shape[dim]
    left, right = (0, 1) if first else (n - 2, n - 1)
    return (_part(x, dim, right, right + 1) - _part(x, dim, left, left + 1)) / select(steps, 0, 0 if first else -1)


def _parabola_at_edge(x: Any, dim: int, steps: Any, first: bool) -> Any:
    """The slope, at one end, of the parabola through the three samples there."""
    start = 0 if first else x.shape[dim] - 3
    samples = [_part(x, dim, start + i, start + i + 1) for i in range(3)]
    outer, inner = (select(steps, 0, at) for at in ((0, 1) if first else (-1, -2)))
    both = outer + inner
    slopes = [
        -(times_number(outer, 2.0) + inner) / (outer * both),
        both / (outer * inner),
        -outer / (inner * both),
    ]
    if not first:
        slopes = [-slope for slope in reversed(slopes)]
    return slopes[0] * samples[0] + slopes[1] * samples[1] + slopes[2] * samples[2]


def _spacings(x: Any, spacing: Any, dim: Any, dims: tuple[int, ...]) -> list[Any]:
    """For each dimension, the distance between samples or their places. RuntimeError: not as many as dimensions."""
    if spacing is None or is_number(spacing):
        return [1.0 if spacing is None else spacing] * len(dims)
    given = [spacing] if isinstance(spacing, Tensor) else list(spacing)
    if len(given) == len(dims):
        return given
    expected = "torch.gradient expected spacing to be unspecified, a scalar"
    if dim is None:
        raise shape_error(
            f"{expected}, or a list of length equal to 'self.dim() = {x.ndim}', since dim argument was not given, but "
            f"got a list of length {len(given)}"
        )
    raise RuntimeError(
        f"{expected} or it's spacing and dim arguments to have the same length, but got a spacing argument of length "
        f"{len(given)} and a dim argument of length {len(dims)}."
    )


@function(method=False)
def gradient(x: Any, spacing: Any = None, dim: Any = None, edge_order: int = 1) -> Any:
    """derivatives of samples x along each of the dimensions, by differences; `spacing`: a distance, or the places"""
    dims = dimensions(dim, x.ndim)
    spacings = _spacings(x, spacing, dim, dims)
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if any(x.shape[d] <= edge_order for d in dims):
        raise shape_error("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple(
        _evenly_spaced(x, d, space, edge_order) if is_number(space) else _at_places(x, d, space, edge_order)
        for d, space in zip(dims, spacings, strict=True)
    )
