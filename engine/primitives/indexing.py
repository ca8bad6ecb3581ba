"""`x[key]`, and picking elements out or putting them in by tensors of indices or by masks."""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from ..table.family import Family
from ..table.record import is_number, ops
from ..tensors import dtypes
from ..tensors.tensor import Tensor
from .shape import (
    alias,
    as_strided,
    dimension,
    expand,
    new_zeros,
    reshape,
    select,
    select_primitive,
    slice_primitive,
    strided_sum,
    unsqueeze,
    zeros_like,
)

family = Family("indexing")
primitive, function = family.primitive, family.function

# x[key]

index_primitive = primitive(
    "index",
    lambda x, indices: np.asarray(x[indices], order="C"),
    lambda g, x_shape, indices: index_backward(g, x_shape, indices),
    tensors=1,
    promotes=(),
    public=False,
)


def _index_backward(grad: Any, shape: Any, indices: Any) -> Any:
    result = np.zeros(shape, grad.dtype)
    np.add.at(result, indices, grad)
    return result


index_backward = primitive(
    "index_backward",
    _index_backward,
    lambda g, indices: index_primitive(g, indices),
    tensors=1,
    promotes=(),
    public=False,
)


def getitem(x: Tensor, key: Any) -> Tensor:
    """`x[key]`: integers, slices, None, `...`, and lists or tensors of indices or booleans, as PyTorch reads them.

    IndexError: more indices than dimensions, or one out of range.
    """
    if type(key) is int:
        return _selected(x, 0, key, 0)
    if isinstance(key, slice):
        if not x.ndim:
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        return slice_primitive(x, 0, *_bounds(key, x._data.shape[0]))
    if isinstance(key, list) and any(part is None or part is Ellipsis or _is_list(part) for part in key):
        key = tuple(key)
    keys = list(key) if isinstance(key, tuple) else [key]
    consumed = builtins.sum(map(_consumes, keys))
    if consumed > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    rest: list[Any] = [slice(None)] * (x.ndim - consumed)
    dim = own = 0  # of the result so far, and of x
    advanced: list[Any] = []
    result = x
    for k in _without_dots(keys, rest):
        if isinstance(k, slice):
            size = result._data.shape[dim]
            bounds = _bounds(k, size)
            if bounds != (0, size, 1) or k.start not in (None, 0):
                result = slice_primitive(result, dim, *bounds)
            dim += 1
            own += 1
        elif k is None:
            result = unsqueeze(result, dim)
            dim += 1
        elif _is_integer(k):
            result = _selected(result, dim, operator.index(k), own)
            own += 1
        else:
            mask = _index_array(k)
            own += _consumes(k)
            if not mask.ndim:
                result = unsqueeze(result, dim)
                mask = mask.reshape(1)
            parts = _checked_mask(mask, result, dim) if mask.dtype.kind == "b" else [mask]
            advanced.extend([slice(None)] * (dim - len(advanced)))
            advanced.extend(parts)
            dim += len(parts)
    if advanced:
        return _indexed(result, tuple(advanced))
    return alias(x) if result is x else result


def _selected(x: Tensor, dim: int, index: int, named: int) -> Tensor:
    """The slice of x at one index. IndexError, about dimension `named`: it is out of range."""
    shape = x._data.shape
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    size = shape[dim]
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {named} with size {size}")
    return select_primitive(x, dim, index % size)


def _bounds(key: slice, size: int) -> tuple[int, int, int]:
    """The start, stop and step of a slice, in range. ValueError: it does not go forward."""
    start, stop, step = key.indices(size)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    return start, max(start, stop), step


def _without_dots(keys: list[Any], rest: list[Any]) -> list[Any]:
    """The parts of an index with whole dimensions in place of `...`."""
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    if at is None:
        return keys
    return [*keys[:at], *rest, *(k for k in keys[at + 1 :] if k is not Ellipsis)]


def _is_list(key: Any) -> bool:
    return isinstance(key, (list, tuple, slice, range)) or (isinstance(key, (Tensor, np.ndarray)) and key.ndim > 0)


def _is_integer(key: Any) -> bool:
    """Whether an index is a single whole number."""
    if isinstance(key, (Tensor, np.ndarray)):
        data = _data(key)
        return not data.ndim and data.dtype.kind == "i"
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool)


def _consumes(key: Any) -> int:
    """How many dimensions an index uses up."""
    if key is None or key is Ellipsis or isinstance(key, (bool, np.bool_)):
        return 0
    if isinstance(key, (slice, int, np.integer)):
        return 1
    index = _index_array(key)
    return index.ndim if index.dtype.kind == "b" else 1


def _index_array(key: Any) -> np.ndarray[Any, Any]:
    """A list or tensor of indices or booleans as an array. IndexError or TypeError: it is something else."""
    if isinstance(key, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(key, (Tensor, np.ndarray)):
        index = np.asarray(_data(key))
        if index.dtype == np.uint8:
            return index.astype(bool)
        if index.dtype.kind not in "bi":
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return index if index.dtype.kind == "b" else index.astype(np.int64)
    if isinstance(key, (bool, np.bool_)):
        return np.asarray(key)
    if not isinstance(key, (list, tuple, range)):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(key).__name__})"
        )
    index = np.array([k.item() if isinstance(k, Tensor) else k for k in key])
    return index if index.dtype.kind == "b" else index.astype(np.int64)


def _checked_mask(mask: np.ndarray[Any, Any], x: Tensor, dim: int) -> list[Any]:
    """The indices of a mask's true elements, for each of its dimensions. IndexError: it does not fit."""
    shape = x._data.shape
    for i, size in enumerate(mask.shape):
        if size != shape[dim + i]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape of the indexed "
                f"tensor {list(shape)} at index {dim + i}"
            )
    return list(np.nonzero(mask))


def _indexed(x: Tensor, indices: tuple[Any, ...]) -> Tensor:
    try:
        return index_primitive(x, indices)
    except IndexError:
        check_indices(x._data.shape, indices)
        raise


def check_indices(shape: tuple[int, ...], indices: tuple[Any, ...]) -> None:
    """IndexError, in PyTorch's words: an index out of range, or indices that do not broadcast together."""
    arrays = [index for index in indices if not isinstance(index, slice)]
    for dim, index in enumerate(indices):
        if not isinstance(index, slice):
            check_range(index, shape[dim], f"index {{}} is out of bounds for dimension {dim} with size {shape[dim]}")
    try:
        np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for a in arrays)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def check_range(
    index: Any, size: int, message: str, error: type[Exception] = IndexError, negative: bool = True
) -> None:
    """The error, with the first index that is out of range, if one is; negative ones may count from the end."""
    wrong = (index >= size) | (index < (-size if negative else 0))
    if np.any(wrong):
        raise error(message.format(np.asarray(index)[wrong].flat[0]))


def _data(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


def indices_of(function: str, index: Any, message: str = "Expected dtype int32/int64 for index") -> Any:
    """A tensor of indices, or a list of them as an array. RuntimeError: they are not whole numbers."""
    if not isinstance(index, (Tensor, np.ndarray, np.generic)):
        array = np.asarray(index)
        index = array if array.size else array.astype(np.int64)
    dtype = _data(index).dtype
    if dtype.kind != "i" and (dtype.kind != "u" or _data(index).size):
        raise RuntimeError(f"{function}(): {message.format(dtypes.of(dtype).title)}")
    return index


def _same_dtype(message: str, x: Any, src: Any) -> None:
    a, b = _data(x).dtype, _data(src).dtype
    if a != b:
        raise RuntimeError(message.format(dtypes.of(a).title, dtypes.of(b).title))


# Along a dimension: gather and scatter


def _along(index: Any, dim: int) -> tuple[Any, ...]:
    """The index arrays that place each element of `index`, itself the position along `dim`, in its own row."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)]) if index.ndim else []
    if not grid:
        return ()
    grid[dim] = index
    return tuple(grid)


def _integers(index: Any) -> np.ndarray[Any, Any]:
    return np.asarray(index).astype(np.int64)


def _gather(x: Any, dim: int, index: Any) -> Any:
    x, index = np.asarray(x), _integers(index)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    if not x.ndim or not index.ndim:
        return x.reshape(-1)[index.reshape(-1)].reshape(index.shape)
    return x[_along(index, dim)]


def _scattered(x: Any, dim: int, index: Any, src: Any) -> Any:
    result, index = np.array(x, order="C"), _integers(index)
    if not index.size:
        return result
    if not result.ndim or not index.ndim:
        result.reshape(-1)[index.reshape(-1)] = np.reshape(src, -1)
    else:
        result[_along(index, dim)] = src
    return result


def _scatter_added(x: Any, dim: int, index: Any, src: Any) -> Any:
    result, index = np.array(x, order="C"), _integers(index)
    if not index.size:
        return result
    if not result.ndim or not index.ndim:
        np.add.at(result.reshape(-1), index.reshape(-1), np.reshape(src, -1))
    else:
        np.add.at(result, _along(index, dim), src)
    return result


gather_primitive = primitive(
    "gather",
    _gather,
    lambda g, x_shape, dim, index: scatter_add_primitive(new_zeros(g, x_shape), dim, index, g),
    tensors=1,
    promotes=(),
    public=False,
)
scatter_add_primitive = primitive(
    "scatter_add",
    _scatter_added,
    lambda g: g,
    None,
    None,
    lambda g, dim, index: gather_primitive(g, dim, index),
    promotes=(),
    public=False,
)
scatter_tensor = primitive(
    "scatter",
    _scattered,
    lambda g, dim, index: scatter_number(g, dim, index, 0),
    None,
    None,
    lambda g, dim, index: gather_primitive(g, dim, index),
    promotes=(),
    public=False,
)
scatter_number = primitive(
    "scatter",
    lambda x, dim, index, value: _scattered(x, dim, index, value),
    lambda g, dim, index: scatter_number(g, dim, index, 0),
    overload=1,
    tensors=1,
    promotes=(),
    public=False,
)


def _check_along(function: str, x: Any, dim: int, index: Any, src: Any = None) -> tuple[int, Any]:
    """The dimension from the front and the index, checked. RuntimeError: the index does not fit x or src."""
    index = indices_of(function, index)
    shape, places = _data(x).shape, _data(index)
    axis = dimension(dim, len(shape))
    if not places.size:
        return axis, index
    if max(len(shape), 1) != max(places.ndim, 1):
        tensor = "input" if function == "gather" else "self"
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {tensor} tensor")
    if src is not None and max(_data(src).ndim, 1) != max(places.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    sizes, wanted = shape or (1,), places.shape or (1,)
    fits = all(d == axis or n <= sizes[d] for d, n in enumerate(wanted))
    if src is not None:
        given = _data(src).shape or (1,)
        if not fits or any(n > m for n, m in zip(wanted, given, strict=True)):
            raise RuntimeError(
                f"Expected index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension "
                f"{axis} and to be no larger size than src {list(_data(src).shape)}"
            )
    elif not fits and function == "scatter":
        raise RuntimeError(
            f"Expected index {list(places.shape)} to be no larger than self {list(shape)} apart from dimension {axis}"
        )
    elif not fits:
        wrong = next(d for d, n in enumerate(wanted) if d != axis and n > sizes[d])
        raise RuntimeError(
            f"Size does not match at dimension {wrong} expected index {list(places.shape)} to be no larger than self "
            f"{list(shape)} apart from dimension {axis}"
        )
    message = f"index {{}} is out of bounds for dimension {axis} with size {sizes[axis]}"
    check_range(places, sizes[axis], message, RuntimeError, negative=False)
    return axis, index


def _corner(src: Any, index: Any) -> Any:
    """The part of src that an index smaller than it makes use of."""
    if not _data(src).ndim:
        return src
    for dim, size in enumerate(_data(index).shape):
        if _data(src).shape[dim] != size:
            src = slice_primitive(src, dim, 0, size, 1)
    return src


@function()
def gather(x: Any, dim: int, index: Any) -> Any:
    """the elements of x at the indices along a dimension"""
    return gather_primitive(x, *_check_along("gather", x, dim, index))


@function()
def scatter(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src, or a number, put in at the indices along a dimension"""
    if not isinstance(src, (Tensor, np.ndarray, np.generic)):
        return scatter_number(x, *_check_along("scatter", x, dim, index), src)
    _same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter", x, dim, index, src)
    return scatter_tensor(x, axis, index, _corner(src, index))


@function()
def scatter_add(x: Any, dim: int, index: Any, src: Any) -> Any:
    """x with the elements of src added at the indices along a dimension"""
    _same_dtype("scatter(): Expected self.dtype to be equal to src.dtype", x, src)
    axis, index = _check_along("scatter_add", x, dim, index, src)
    return scatter_add_primitive(x, axis, index, _corner(src, index))


@function()
def take_along_dim(x: Any, indices: Any, dim: int | None = None) -> Any:
    """the elements of x at the indices along a dimension, the rest of the shapes broadcast together"""
    index = indices_of("torch.take_along_dim", indices, "dtype of indices should be Long but got {}")
    places = np.asarray(_data(index))
    if dim is None:
        return gather(reshape(x, -1), 0, places.reshape(-1))
    shape = _data(x).shape
    if len(shape) != places.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape)} dimensions for input, and {places.ndim} dimensions for indices"
        )
    axis = dimension(dim, len(shape))
    around = [n for d, n in enumerate(shape) if d != axis]
    other = [n for d, n in enumerate(places.shape) if d != axis]
    for d, (a, b) in enumerate(zip(around, other, strict=True)):
        if a != b and 1 not in (a, b):
            raise RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
                f"{d + (d >= axis)}"
            )
    common = list(np.broadcast_shapes(tuple(around), tuple(other)))
    own = (*common[:axis], shape[axis], *common[axis:]) if shape else ()
    wanted = (*common[:axis], places.shape[axis], *common[axis:]) if shape else ()
    # Unlike gather, this counts negative indices from the end.
    places = np.where(places < 0, places + (shape[axis] if shape else 1), places)
    return gather(expand(x, own), axis, np.broadcast_to(places, wanted))


# Along a dimension: whole slices


def _slices(dim: int, index: Any) -> tuple[Any, ...]:
    return (*(slice(None),) * dim, _integers(index).reshape(-1))


def _index_select(x: Any, dim: int, index: Any) -> Any:
    if not np.ndim(x):
        return np.reshape(np.asarray(x).reshape(1)[_integers(index).reshape(-1)], ())
    return np.take(x, _integers(index).reshape(-1), dim)


def _index_added(x: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(x)
    np.add.at(np.atleast_1d(result), _slices(dim, index), np.atleast_1d(src))
    return result


def _index_copied(x: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(x)
    np.atleast_1d(result)[_slices(dim, index)] = np.atleast_1d(src)
    return result


def _index_filled(x: Any, dim: int, index: Any, value: Any) -> Any:
    result = np.array(x)
    np.atleast_1d(result)[_slices(dim, index)] = value
    return result


index_select_primitive = primitive(
    "index_select",
    _index_select,
    lambda g, x_shape, dim, index: index_add_primitive(new_zeros(g, x_shape), dim, index, g, 1),
    tensors=1,
    promotes=(),
    public=False,
)
index_add_primitive = primitive(
    "index_add",
    lambda x, dim, index, src, alpha: _index_added(x, dim, index, src if alpha == 1 else src * alpha),
    lambda g: g,
    None,
    None,
    lambda g, dim, index, alpha: index_select_primitive(g, dim, index) * alpha,
    promotes=(),
    public=False,
)
index_copy_primitive = primitive(
    "index_copy",
    _index_copied,
    lambda g, dim, index: index_fill_number(g, dim, index, 0),
    None,
    None,
    lambda g, dim, index: index_select_primitive(g, dim, index),
    promotes=(),
    public=False,
)
index_fill_number = primitive(
    "index_fill",
    lambda x, dim, index, value: _index_filled(x, dim, index, value),
    lambda g, dim, index: index_fill_number(g, dim, index, 0),
    tensors=1,
    promotes=(),
    public=False,
)
index_fill_tensor = primitive(
    "index_fill",
    _index_filled,
    lambda g, dim, index: index_fill_number(g, dim, index, 0),
    None,
    None,
    # An element filled twice is still one element.
    lambda g, dim, index: index_select_primitive(g, dim, np.unique(_data(index))),
    overload=1,
    promotes=(),
    public=False,
)


def _check_slices(function: str, x: Any, dim: int, index: Any, message: str) -> tuple[int, Any]:
    """The dimension from the front and the index, checked. IndexError: one is out of range, with the message."""
    index = indices_of(function, index, "Expected dtype int32 or int64 for index")
    shape = _data(x).shape
    axis = dimension(dim, len(shape))
    if _data(index).ndim > 1:
        raise IndexError(f"{function}(): Index is supposed to be a vector{'' if function == 'index_select' else '.'}")
    size = shape[axis] if shape else 1
    negative = function == "index_fill"
    check_range(_data(index), size, message.replace("{dim}", str(axis)).replace("{size}", str(size)), negative=negative)
    return axis, index


_OUT_OF_RANGE = "index out of range in self"
_OUT_OF_BOUNDS = "index {} is out of bounds for dimension {dim} with size {size}"


_TWO_DTYPES = "index_copy_(): self and source expected to have the same dtype, but got (self) {} and (source) {}"


def _check_source(function: str, x: Any, axis: int, index: Any, source: Any) -> None:
    """IndexError or RuntimeError: the source has not as many slices as there are indices, or not of x's shape."""
    shape, given = _data(x).shape, _data(source).shape
    length = given[axis] if axis < len(given) else 1
    count = _data(index).size
    around, other = ([n for d, n in enumerate(s) if d != axis] for s in (shape, given))
    if function == "index_add":
        if count != length:
            raise RuntimeError(
                f"index_add_(): Number of indices ({count}) should be equal to source.size(dim): ({length}), for dim: "
                f"{axis}"
            )
        if around != other or len(shape) != len(given):
            raise RuntimeError(
                "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
                f"{list(shape)} source.shape = {list(given)}"
            )
        return
    if shape and given and len(shape) != len(given):
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({len(given)}), destination dimensionality ({len(shape)})"
        )
    if around != other:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, around))} at dimension {axis} and source slice shape: {' '.join(map(str, other))} at "
            "dimension 0."
        )
    if count != length:
        raise IndexError(f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({length})")
    _same_dtype(_TWO_DTYPES, x, source)


@function()
def index_select(x: Any, dim: int, index: Any) -> Any:
    """the slices of x at the indices along a dimension"""
    axis, index = _check_slices("index_select", x, dim, index, _OUT_OF_RANGE)
    if not _data(x).ndim and _data(index).size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {_data(index).size} value(s)")
    return index_select_primitive(x, axis, index)


@function()
def index_add(x: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """x with the slices of source (`alpha` times) added at the indices along a dimension"""
    axis, index = _check_slices("index_add", x, dim, index, _OUT_OF_RANGE)
    if _data(x).dtype != _data(source).dtype:
        titles = (dtypes.of(_data(value).dtype).title for value in (x, source))
        raise RuntimeError("index_add_(): self ({}) and source ({}) must have the same scalar type".format(*titles))
    _check_source("index_add", x, axis, index, source)
    return index_add_primitive(x, axis, index, source, alpha)


@function()
def index_copy(x: Any, dim: int, index: Any, source: Any) -> Any:
    """x with the slices of source put in at the indices along a dimension"""
    axis, index = _check_slices("index_copy", x, dim, index, f"index_copy_(): {_OUT_OF_BOUNDS}")
    _check_source("index_copy", x, axis, index, source)
    return index_copy_primitive(x, axis, index, source)


@function()
def index_fill(x: Any, dim: int, index: Any, value: Any) -> Any:
    """x with one value in the slices at the indices along a dimension"""
    axis, index = _check_slices("index_fill", x, dim, index, _OUT_OF_BOUNDS)
    if is_number(value):
        return index_fill_number(x, axis, index, value)
    _check_value("index_fill_", value)
    return index_fill_tensor(x, axis, index, value)


def _check_value(function: str, value: Any) -> None:
    if _data(value).ndim:
        raise RuntimeError(
            f"{function} only supports a 0-dimensional value tensor, but got tensor with {_data(value).ndim} "
            "dimension(s)."
        )


# Anywhere


take_primitive = primitive(
    "take",
    lambda x, index: np.asarray(x).reshape(-1)[_integers(index)],
    lambda g, x_shape, index: strided_sum(g, index, x_shape),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def take(x: Any, index: Any) -> Any:
    """the elements of x at the indices, counted through x in order"""
    index = indices_of("take", index, "Expected a long tensor for index, but got {}")
    size = _data(x).size
    if not size and _data(index).size:
        raise IndexError("take(): tried to take from an empty tensor")
    check_range(_data(index), size, f"out of range: tried to access index {{}} on a tensor of {size} elements.")
    return take_primitive(x, index)


def _put(x: Any, value: Any, places: Any) -> Any:
    result = np.array(x, order="C").reshape(-1)
    result[places] = value
    return result.reshape(np.shape(x))


def _put_added(x: Any, value: Any, places: Any) -> Any:
    result = np.array(x, order="C").reshape(-1)
    # Broadcast here, because np.add.at gets it wrong when the value has fewer dimensions.
    np.add.at(result, places, np.broadcast_to(value, np.shape(places)))
    return result.reshape(np.shape(x))


put = primitive(
    "index_put",
    _put,
    lambda g, places: put(g, zeros_like(as_strided(g, places)), places),
    lambda g, places: as_strided(g, places),
    promotes=(),
    public=False,
)
put_added = primitive(
    "index_put",
    _put_added,
    lambda g: g,
    lambda g, places: as_strided(g, places),
    promotes=(),
    public=False,
)


@function(tensors=1)
def index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """x with values put in, or added, where a list of index tensors points, one for each dimension"""
    for i, index in enumerate(indices):
        if not isinstance(index, (Tensor, np.ndarray, list)):
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(index).__name__}")
    data = _data(x)
    counted = Tensor(np.arange(data.size).reshape(data.shape))
    places = np.asarray(getitem(counted, tuple(indices))._data)
    value = (
        values if isinstance(values, (Tensor, np.ndarray, np.generic)) else Tensor(np.asarray(values, data.dtype)[()])
    )
    try:
        fits = np.broadcast_shapes(_data(value).shape, places.shape) == places.shape
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(_data(value).shape)} cannot be broadcast to indexing result "
            f"of shape {list(places.shape)}"
        )
    _same_dtype(
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        x,
        value,
    )
    return (put_added if accumulate else put)(x, value, places)


# Masks


def _mask(function: str, message: str, mask: Any) -> Any:
    """A mask, which may be given as a list. RuntimeError: it is not one of booleans."""
    if not isinstance(mask, (Tensor, np.ndarray, np.generic)):
        mask = np.asarray(mask)
    dtype = _data(mask).dtype
    if dtype.kind != "b":
        raise RuntimeError(function + message.format(_C_NAMES.get(dtype.name, dtype.name)))
    return mask


_C_NAMES = {"float64": "double", "float32": "float", "float16": "c10::Half", "int64": "long int", "int32": "int"}


def _masked_put(x: Any, value: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask))
    result = np.array(np.broadcast_to(x, shape), order="C")
    result[np.broadcast_to(mask, shape)] = value
    return result


masked_fill_number = primitive(
    "masked_fill",
    lambda x, mask, value: _masked_put(x, value, mask),
    lambda g, mask: masked_fill_number(g, mask, 0),
    tensors=1,
    promotes=(),
    public=False,
)
masked_fill_tensor = primitive(
    "masked_fill",
    lambda x, mask, value: _masked_put(x, value, mask),
    lambda g, mask: masked_fill_number(g, mask, 0),
    None,
    lambda g, mask: ops.where(mask, g, 0),
    overload=1,
    promotes=(),
    public=False,
)


@function()
def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """x with one value where the mask is true"""
    mask = _mask("masked_fill_", " only supports boolean masks, but got mask with dtype {}", mask)
    if is_number(value):
        return masked_fill_number(x, mask, value)
    _check_value("masked_fill_", value)
    return masked_fill_tensor(x, mask, value)


def _masked_select(x: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(x), np.shape(mask))
    return np.broadcast_to(x, shape)[np.broadcast_to(mask, shape)]


def _masked_select_backward(grad: Any, mask: Any, shape: Any) -> Any:
    shape = np.broadcast_shapes(shape, np.shape(mask))
    result = np.zeros(shape, grad.dtype)
    result[np.broadcast_to(mask, shape)] = grad
    return result


masked_select_primitive = primitive(
    "masked_select",
    _masked_select,
    lambda g, mask, x_shape: masked_select_backward(g, mask, x_shape),
    tensors=1,
    promotes=(),
    public=False,
)
masked_select_backward = primitive(
    "masked_select_backward",
    _masked_select_backward,
    lambda g, mask: masked_select_primitive(g, mask),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def masked_select(x: Any, mask: Any) -> Any:
    """the elements of x where the mask is true, in one dimension"""
    return masked_select_primitive(x, _mask("masked_select", ": expected BoolTensor for mask", mask))


# Slices put in


def _placed(x: Any, src: Any, where: tuple[Any, ...]) -> Any:
    result = np.array(x)
    result[where] = src
    return result


select_scatter_primitive = primitive(
    "select_scatter",
    lambda x, src, dim, index: _placed(x, src, (*(slice(None),) * dim, index)),
    lambda g, dim, index: select_scatter_primitive(g, zeros_like(select_primitive(g, dim, index)), dim, index),
    lambda g, dim, index: select_primitive(g, dim, index),
    promotes=(),
    public=False,
)
slice_scatter_primitive = primitive(
    "slice_scatter",
    lambda x, src, dim, start, end, step: _placed(x, src, (*(slice(None),) * dim, slice(start, end, step))),
    lambda g, dim, start, end, step: slice_scatter_primitive(
        g, zeros_like(slice_primitive(g, dim, start, end, step)), dim, start, end, step
    ),
    lambda g, dim, start, end, step: slice_primitive(g, dim, start, end, step),
    promotes=(),
    public=False,
)


def check_size_of_source(src: Any, part: Any) -> None:
    """RuntimeError: what is to be put in has not the shape of what it takes the place of."""
    if _data(src).shape != _data(part).shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(_data(src).shape)}, slice size "
            f"= {list(_data(part).shape)}"
        )


@function(tensors=2)
def select_scatter(x: Any, src: Any, dim: int, index: int) -> Any:
    """x with src in the place of its slice at one index along a dimension"""
    check_size_of_source(src, select(_data(x) if isinstance(x, np.ndarray) else Tensor(_data(x)), dim, index))
    shape = _data(x).shape
    axis = dimension(dim, len(shape))
    return select_scatter_primitive(x, src, axis, index % shape[axis])


@function(tensors=2)
def slice_scatter(
    x: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """x with src in the place of its slice from start to end along a dimension"""
    data = _data(x)
    axis = dimension(dim, data.ndim)
    start, end, step = _bounds(slice(start, end, step), data.shape[axis])
    check_size_of_source(src, slice_primitive(np.broadcast_to(False, data.shape), axis, start, end, step))
    return slice_scatter_primitive(x, src, axis, start, end, step)


# Places of what is not zero or false


@function(method=True)
def nonzero(x: Any, *, as_tuple: bool = False) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    found = np.nonzero(np.atleast_1d(_data(x)))
    found = found if _data(x).ndim else found[:0]
    if as_tuple:
        return tuple(Tensor(index) for index in (found or np.nonzero(np.atleast_1d(_data(x)))))
    count = np.count_nonzero(_data(x))
    return Tensor(np.stack(found, 1) if found else np.zeros((count, 0), np.int64))


@function(method=True)
def argwhere(x: Any) -> Any:
    """the indices of the elements that are not zero, one row for each"""
    return nonzero(x)
