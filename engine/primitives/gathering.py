"""Elements, and whole slices, by their indices along a dimension: picked out, put in, added, filled."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.errors import index_error, shape_error
from ..tensors.tensor import Tensor
from .arguments import check_range, check_same_dtype, check_value, data_of, dimension, indices_of, integers
from .copying import new_zeros
from .families import INDEXING
from .parts import slice_primitive
from .reshaping import expand, reshape

private, function = INDEXING.private, INDEXING.function


def _along(x: Any, dim: int, index: Any) -> tuple[Any, tuple[Any, ...]]:
    """x, as a vector if it is one number, and the places in it of the indices, each in its own row along `dim`."""
    if not x.ndim or not index.ndim:
        return x.reshape(-1), (index.reshape(-1),)
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return x, tuple(grid)


def _scattering(put: Callable[[Any, Any, Any], None]) -> Call:
    """The function that puts the elements of src into a copy of x."""

    def forward(x: Any, dim: int, index: Any, src: Any) -> Any:
        result, index = np.array(x, order="C"), integers(index)
        if index.size:
            target, places = _along(result, dim, index)
            put(target, places, src if target is result else np.reshape(src, -1))
        return result

    return forward


_scattered = _scattering(operator.setitem)


@private(
    lambda g, x_shape, dim, index: scatter_add_primitive(new_zeros(g, x_shape), dim, index, g),
    moves="places",
    rows="dimensions",
    name="gather",
)
def gather_primitive(x: Data, dim: int, index: Data) -> Data:
    x, index = np.asarray(x), integers(index)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    x, places = _along(x, dim, index)
    return x[places].reshape(index.shape)


def _scatter(name: str, forward: Call, kept: Call) -> Call:
    """The operation; `kept` is the gradient of what stays of x."""

    def taken(g: Gradient, dim: int, index: Data) -> Gradient:
        return gather_primitive(g, dim, index)

    return private(name, forward, kept, None, None, taken, promotes=(), rows="dimensions")


scatter_add_primitive = _scatter("scatter_add", _scattering(np.add.at), lambda g: g)
scatter_tensor = _scatter("scatter", _scattered, lambda g, dim, index: scatter_number(g, dim, index, 0))
scatter_number = private(
    "scatter",
    lambda x, dim, index, value: _scattered(x, dim, index, value),
    lambda g, dim, index: scatter_number(g, dim, index, 0),
    overload=1,
    rows="dimensions",
)


def _check_along(function: str, x: Any, dim: int, index: Any, src: Any = None) -> tuple[int, Any]:
    """The dimension from the front and the index, checked. RuntimeError: the index does not fit x or src."""
    index = indices_of(function, index)
    shape, places = data_of(x).shape, data_of(index)
    axis = dimension(dim, len(shape))
    if not places.size:
        return axis, index
    if max(len(shape), 1) != max(places.ndim, 1):
        tensor = "input" if function == "gather" else "self"
        raise shape_error(f"Index tensor must have the same number of dimensions as {tensor} tensor")
    if src is not None and max(data_of(src).ndim, 1) != max(places.ndim, 1):
        raise shape_error("Index tensor must have the same number of dimensions as src tensor")
    sizes, wanted = shape or (1,), places.shape or (1,)
    fits = all(d == axis or n <= sizes[d] for d, n in enumerate(wanted))
    if src is not None:
        given = data_of(src).shape or (1,)
        if not fits or any(n > m for n, m in zip(wanted, given, strict=True)):
            raise shape_error(
                f"Expected index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension "
                f"{axis} and to be no larger size than src {list(data_of(src).shape)}"
            )
    elif not fits:
        wrong = next(d for d, n in enumerate(wanted) if d != axis and n > sizes[d])
        expected = "Expected" if function == "scatter" else f"Size does not match at dimension {wrong} expected"
        raise shape_error(
            f"{expected} index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension {axis}"
        )
    message = f"index {{}} is out of bounds for dimension {axis} with size {sizes[axis]}"
    check_range(places, sizes[axis], message, RuntimeError, negative=False)
    return axis, index


def _corner(src: Any, index: Any) -> Any:
    """The part of src that an index smaller than it makes use of."""
    if not data_of(src).ndim:
        return src
    for dim, size in enumerate(data_of(index).shape):
        if data_of(src).shape[dim] != size:
            src = slice_primitive(src, dim, 0, size, 1)
    return src


@function(taken=("sparse_grad",))
def gather(x: Any, dim: int, index: Any) -> Any:
    """the elements of x at the indices along a dimension"""
    return gather_primitive(x, *_check_along("gather", x, dim, index))


@function(in_place=True, called_as={"src": "value"})
def scatter(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src, or a number, put in at the indices along a dimension"""
    if not isinstance(src, (Tensor, np.ndarray, np.generic)):
        return scatter_number(x, *_check_along("scatter", x, dim, index), src)
    check_same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter", x, dim, index, src)
    return scatter_tensor(x, axis, index, _corner(src, index))


@function(in_place=True)
def scatter_add(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src added at the indices along a dimension"""
    check_same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter_add", x, dim, index, src)
    return scatter_add_primitive(x, axis, index, _corner(src, index))


@function()
def take_along_dim(x: Any, indices: Any, dim: int | None = None) -> Any:
    """the elements of x at the indices along a dimension, the rest of the shapes broadcast together"""
    index = indices_of("torch.take_along_dim", indices, "dtype of indices should be Long but got {}")
    places = np.asarray(data_of(index))
    if isinstance(index, Tensor) and places.dtype != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {index.dtype.title}")
    if dim is None:
        return gather(reshape(x, -1), 0, places.reshape(-1))
    shape = data_of(x).shape
    if len(shape) != places.ndim:
        raise shape_error(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape)} dimensions for input, and {places.ndim} dimensions for indices"
        )
    axis = dimension(dim, len(shape))
    around = [n for d, n in enumerate(shape) if d != axis]
    other = [n for d, n in enumerate(places.shape) if d != axis]
    for d, (a, b) in enumerate(zip(around, other, strict=True)):
        if a != b and 1 not in (a, b):
            raise shape_error(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
                f"{d + (d >= axis)}"
            )
    common = list(np.broadcast_shapes(tuple(around), tuple(other)))
    own = (*common[:axis], shape[axis], *common[axis:]) if shape else ()
    wanted = (*common[:axis], places.shape[axis], *common[axis:]) if shape else ()
    # Unlike gather, this counts negative indices from the end.
    places = np.where(places < 0, places + (shape[axis] if shape else 1), places)
    return gather(expand(x, own), axis, np.broadcast_to(places, wanted))


def _indexing(put: Callable[[Any, Any, Any], None]) -> Call:
    """The function that puts the slices of src into a copy of x."""

    def forward(x: Any, dim: int, index: Any, src: Any) -> Any:
        result = np.array(x)
        put(np.atleast_1d(result), (*(slice(None),) * dim, integers(index).reshape(-1)), src)
        return result

    return forward


_index_added, _index_put = _indexing(np.add.at), _indexing(operator.setitem)


@private(
    lambda g, x_shape, dim, index: index_add_primitive(new_zeros(g, x_shape), dim, index, g, 1),
    moves="places",
    batch=lambda x, dim, index: index_select_primitive(x, dim + 1, index) if x.ndim > 1 else None,
    ranks=(None, 1),
    name="index_select",
)
def index_select_primitive(x: Data, dim: int, index: Data) -> Data:
    if not np.ndim(x):
        return np.reshape(np.asarray(x).reshape(1)[integers(index).reshape(-1)], ())
    return np.take(x, integers(index).reshape(-1), dim)


index_add_primitive: Any = private(
    "index_add",
    lambda x, dim, index, src, alpha: _index_added(x, dim, index, src if alpha == 1 else src * alpha),
    lambda g: g,
    None,
    None,
    lambda g, dim, index, alpha: index_select_primitive(g, dim, index) * alpha,
    promotes=(),
)
index_copy_primitive = private(
    "index_copy",
    _index_put,
    lambda g, dim, index: index_fill_number(g, dim, index, 0),
    None,
    None,
    lambda g, dim, index: index_select_primitive(g, dim, index),
    promotes=(),
)
_index_fill = partial(
    private,
    "index_fill",
    lambda x, dim, index, value: _index_put(x, dim, index, value),
    lambda g, dim, index: index_fill_number(g, dim, index, 0),
)
index_fill_number = _index_fill()
index_fill_tensor = _index_fill(
    None,
    None,
    # An element filled twice is still one element.
    lambda g, dim, index: index_select_primitive(g, dim, np.unique(data_of(index))),
    overload=1,
    promotes=(),
)


def _check_slices(function: str, x: Any, dim: int, index: Any, message: str) -> tuple[int, Any]:
    """The dimension from the front and the index, checked. IndexError: one is out of range, with the message."""
    index = indices_of(function, index, "Expected dtype int32 or int64 for index")
    shape = data_of(x).shape
    axis = dimension(dim, len(shape))
    if data_of(index).ndim > 1:
        raise index_error(f"{function}(): Index is supposed to be a vector{'' if function == 'index_select' else '.'}")
    size = shape[axis] if shape else 1
    negative = function == "index_fill"
    check_range(
        data_of(index), size, message.replace("{dim}", str(axis)).replace("{size}", str(size)), negative=negative
    )
    return axis, index


_OUT_OF_RANGE = "index out of range in self"
_OUT_OF_BOUNDS = "index {} is out of bounds for dimension {dim} with size {size}"
_TWO_DTYPES = "index_copy_(): self and source expected to have the same dtype, but got (self) {} and (source) {}"


def _check_source(function: str, x: Any, axis: int, index: Any, source: Any) -> None:
    """IndexError or RuntimeError: the source has not as many slices as there are indices, or not of x's shape."""
    shape, given = data_of(x).shape, data_of(source).shape
    length = given[axis] if axis < len(given) else 1
    count = data_of(index).size
    around, other = ([n for d, n in enumerate(s) if d != axis] for s in (shape, given))
    if function == "index_add":
        if count != length:
            raise shape_error(
                f"index_add_(): Number of indices ({count}) should be equal to source.size(dim): ({length}), for dim: "
                f"{axis}"
            )
        if around != other or len(shape) != len(given):
            raise shape_error(
                "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
                f"{list(shape)} source.shape = {list(given)}"
            )
        return
    if shape and given and len(shape) != len(given):
        raise index_error(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({len(given)}), destination dimensionality ({len(shape)})",
        )
    if around != other:
        raise shape_error(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, around))} at dimension {axis} and source slice shape: {' '.join(map(str, other))} at "
            "dimension 0."
        )
    if count != length:
        raise index_error(f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({length})")
    check_same_dtype(_TWO_DTYPES, x, source)


@function()
def index_select(x: Any, dim: int, index: Any) -> Any:
    """the slices of x at the indices along a dimension"""
    axis, index = _check_slices("index_select", x, dim, index, _OUT_OF_RANGE)
    if not data_of(x).ndim and data_of(index).size != 1:
        raise shape_error(f"index_select(): Index to scalar can have only 1 value, got {data_of(index).size} value(s)")
    return index_select_primitive(x, axis, index)


@function(in_place=True)
def index_add(x: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """x with the slices of source (`alpha` times) added at the indices along a dimension"""
    axis, index = _check_slices("index_add", x, dim, index, _OUT_OF_RANGE)
    check_same_dtype("index_add_(): self ({}) and source ({}) must have the same scalar type", x, source)
    _check_source("index_add", x, axis, index, source)
    return index_add_primitive(x, axis, index, source, alpha)


@function(in_place=True)
def index_copy(x: Any, dim: int, index: Any, source: Any) -> Any:
    """x with the slices of source put in at the indices along a dimension"""
    axis, index = _check_slices("index_copy", x, dim, index, f"index_copy_(): {_OUT_OF_BOUNDS}")
    _check_source("index_copy", x, axis, index, source)
    return index_copy_primitive(x, axis, index, source)


@function(in_place=True)
def index_fill(x: Any, dim: int, index: Any, value: Any) -> Any:
    """x with one value in the slices at the indices along a dimension"""
    axis, index = _check_slices("index_fill", x, dim, index, _OUT_OF_BOUNDS)
    if is_number(value):
        return index_fill_number(x, axis, index, value)
    check_value("index_fill_", value)
    return index_fill_tensor(x, axis, index, value)


# By how they take elements together that come to one place: what to begin with, and the ufunc.
_REDUCTIONS: dict[str, tuple[Any, Any]] = {
    "sum": (0, np.add),
    "mean": (0, np.add),
    "prod": (1, np.multiply),
    "amax": (-np.inf, np.maximum),
    "amin": (np.inf, np.minimum),
}


def _how_many(g: Gradient, x: Data, dim: int, index: Data, include_self: bool) -> Gradient:
    """How many elements come together in each place of x, at least 1; a tensor if the gradient is one."""
    counts = _counted(data_of(x), dim, integers(data_of(index)), include_self)
    return Tensor(counts) if isinstance(g, Tensor) else counts


def _counted(x: Any, dim: int, index: Any, include_self: bool) -> Any:
    counts = _scattering(np.add.at)(np.full(x.shape, int(include_self)), dim, index, np.ones(index.shape, np.int64))
    return np.maximum(counts, 1)


def _reduced_self_rule(
    g: Gradient, out: Data, x: Data, dim: int, index: Data, src: Data, reduce: str, include_self: bool
) -> Gradient:
    if reduce in ("sum", "mean"):
        kept = g / _how_many(g, x, dim, index, include_self) if reduce == "mean" else g
    elif reduce == "prod":
        ones = ops.where(ops.eq(x, 0), 1, x)
        kept = g * scatter_reduce_primitive(ones, dim, index, src, "prod", include_self) / ones
    else:
        kept = ops.eq(x, out) * _shared(g, out, x, dim, index, src)
    return kept if include_self else scatter_number(kept, dim, index, 0)


def _reduced_source_rule(
    g: Gradient, out: Data, x: Data, dim: int, index: Data, src: Data, reduce: str, include_self: bool
) -> Gradient:
    if reduce == "prod":
        zero = ops.eq(src, 0)
        zeros = scatter_add_primitive(new_zeros(x, data_of(x).shape), dim, index, zero * 1.0)
        single = zero * ops.eq(gather_primitive(zeros, dim, index), 1)
        others = scatter_reduce_primitive(x, dim, index, ops.where(single, 1, src), "prod", include_self)
        rest = gather_primitive(g * out, dim, index) / ops.where(zero, 1, src)
        return ops.where(single, gather_primitive(g * others, dim, index), rest)
    if reduce == "mean":
        g = g / _how_many(g, x, dim, index, include_self)
    elif reduce != "sum":
        g = _shared(g, out, x, dim, index, src)
    taken = gather_primitive(g, dim, index)
    return taken if reduce in ("sum", "mean") else ops.eq(src, gather_primitive(out, dim, index)) * taken


def _shared(g: Gradient, out: Data, x: Data, dim: int, index: Data, src: Data) -> Gradient:
    """A gradient shared among all that are the largest, or the smallest."""
    met = ops.eq(src, gather_primitive(out, dim, index)) * 1.0
    return g / scatter_add_primitive(ops.eq(x, out) * 1.0, dim, index, met)


@private(_reduced_self_rule, None, None, _reduced_source_rule, promotes=(), name="scatter_reduce")
def scatter_reduce_primitive(x: Data, dim: int, index: Data, src: Data, reduce: str, include_self: bool) -> Data:
    start, ufunc = _REDUCTIONS[reduce]
    if not include_self:
        if x.dtype.kind in "iu" and reduce in ("amax", "amin"):
            start = (np.iinfo(x.dtype).min, np.iinfo(x.dtype).max)[reduce == "amin"]
        x = _scattered(x, dim, index, x.dtype.type(start))
    result = _scattering(ufunc.at)(x, dim, index, src)
    if reduce != "mean":
        return result
    counts = _counted(x, dim, integers(index), include_self)
    return (result // counts if result.dtype.kind in "iu" else result / counts).astype(x.dtype)


@function(in_place=True)
def scatter_reduce(x: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool = True) -> Any:
    """x with the elements of src at indices along a dimension, together by `sum`, `prod`, `mean`, `amax` or `amin`"""
    reduce = {"max": "amax", "min": "amin"}.get(reduce, reduce)
    if reduce not in _REDUCTIONS:
        raise RuntimeError("reduce argument must be either sum, prod, mean, amax or amin")
    check_same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter", x, dim, index, src)
    return scatter_reduce_primitive(x, axis, index, _corner(src, index), reduce, include_self)
