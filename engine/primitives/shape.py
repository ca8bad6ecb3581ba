"""Rearranging, cutting and joining tensors; nothing here computes with the elements."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes
from ..primitive import Family, is_number, ops
from ..tensor import Tensor

family = Family("shape")
primitive, function = family.primitive, family.function

# Values of the same shape

zeros_like = primitive("zeros_like", np.zeros_like, tensors=1, doc="zeros in the shape of x", method=False)
ones_like = primitive("ones_like", np.ones_like, tensors=1, doc="ones in the shape of x", method=False)
clone = primitive("clone", lambda x: np.array(x), lambda g: g, promotes=(), doc="a copy of x")
alias = primitive("alias", lambda x: x, lambda g: g, promotes=(), public=False)
to_copy = primitive(
    "to_copy",
    lambda x, dtype: x.astype(dtype),
    lambda g: g,
    promotes=(),
    public=False,
)

# Shapes


def sizes(shape: Sequence[Any]) -> tuple[int, ...]:
    """The sizes given as one sequence or as separate arguments."""
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = shape[0]
    return tuple(int(n) for n in shape)


def full_shape(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """The shape with its -1 worked out. RuntimeError when `numel` elements do not fill it."""
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    if -1 in shape:
        if known and numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in shape)
    elif known == numel:
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")


view_primitive = primitive(
    "view",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    promotes=(),
    public=False,
)
unsafe_view = primitive(
    "unsafe_view",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    promotes=(),
    public=False,
)


def _data(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


def _contiguous(x: Any) -> bool:
    data = _data(x)
    return not isinstance(data, np.ndarray) or data.flags.c_contiguous


@function(tensors=1)
def reshape(x: Any, *shape: Any) -> Any:
    """the elements of x in another shape; one size may be -1"""
    new = full_shape(sizes(shape), _data(x).size)
    return view_primitive(x, new) if _contiguous(x) else unsafe_view(clone(x), new)


@function(tensors=1)
def view(x: Any, *shape: Any) -> Any:
    """the elements of x in another shape, without copying; one size may be -1"""
    if not _contiguous(x):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
            "two contiguous subspaces). Use .reshape(...) instead."
        )
    return view_primitive(x, full_shape(sizes(shape), _data(x).size))


@function()
def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """x with the dimensions from start_dim to end_dim made one"""
    shape = _data(x).shape or (1,)
    first, last = dimension(start_dim, len(shape)), dimension(end_dim, len(shape))
    if first == last and _data(x).ndim:
        return x
    return reshape(x, (*shape[:first], -1, *shape[last + 1 :]))


@function()
def ravel(x: Any) -> Any:
    """x with one dimension"""
    return reshape(x, -1)


def dimension(dim: int, ndim: int) -> int:
    """A dimension counted from the front. IndexError when a tensor of `ndim` dimensions lacks it."""
    rank = max(ndim, 1)
    if not -rank <= dim < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    return dim % rank


def dimensions(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that `dim` names: one, several, or all for None and ()."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return tuple(range(ndim))
    if isinstance(dim, int):
        dim = (dim,)
    result = tuple(dimension(d, ndim) for d in dim)
    for d in result:
        if result.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return result if ndim else ()


def sum_array_to(x: Any, shape: tuple[int, ...]) -> Any:
    """A NumPy value summed over the dimensions that broadcasting `shape` to it added or stretched."""
    x = np.asarray(x)
    added = x.ndim - len(shape)
    stretched = tuple(i for i in range(added, x.ndim) if shape[i - added] == 1 and x.shape[i] != 1)
    x = x.sum(axis=(*range(added), *stretched), keepdims=True)
    return x.reshape(shape)


def sum_to_size(x: Any, shape: Any) -> Any:
    """x summed over the dimensions that broadcasting `shape` to it added or stretched."""
    shape = tuple(shape)
    current = _data(x).shape
    if current == shape:
        return x
    if not isinstance(x, Tensor):
        return sum_array_to(x, shape)
    added = len(current) - len(shape)
    dims = [i for i in range(len(current)) if i < added or (shape[i - added] == 1 and current[i] != 1)]
    x = ops.sum(x, dim=dims, keepdim=True)
    return view_primitive(x, shape) if added else x


def _expand(x: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(x, shape)


expand_primitive = primitive("expand", _expand, lambda g, x_shape: sum_to_size(g, x_shape), promotes=(), public=False)


@function(tensors=1)
def expand(x: Any, *shape: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the shape; -1 keeps a size"""
    current = _data(x).shape
    wanted = sizes(shape)
    added = len(wanted) - len(current)
    if added < 0:
        raise RuntimeError(
            f"expand(torch.{dtypes.of(_data(x).dtype).title}Tensor{{{list(current)}}}, size={list(wanted)}): the "
            f"number of sizes provided ({len(wanted)}) must be greater or equal to the number of dimensions in the "
            f"tensor ({len(current)})"
        )
    full = tuple(current[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
    for i in range(len(full) - 1, added - 1, -1):
        if current[i - added] not in (1, full[i]):
            raise RuntimeError(
                f"The expanded size of the tensor ({full[i]}) must match the existing size ({current[i - added]}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(current)}"
            )
    return expand_primitive(x, full)


def unreduce(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """A reduced value with the reduced dimensions back, of size 1, so that it broadcasts against the input."""
    if keepdim or not shape:
        return g
    dims = dimensions(dim, len(shape))
    for d in sorted(dims):
        g = unsqueeze(g, d)
    return g


permute_primitive = primitive(
    "permute",
    lambda x, dims: np.transpose(x, dims),
    lambda g, dims: permute_primitive(g, tuple(int(i) for i in np.argsort(dims))),
    promotes=(),
    public=False,
)


@function(tensors=1)
def permute(x: Any, *dims: Any) -> Any:
    """x with its dimensions in another order"""
    ndim = _data(x).ndim
    order = sizes(dims)
    if len(order) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(order)}"
        )
    return permute_primitive(x, tuple(dimension(d, ndim) for d in order))


transpose_primitive = primitive(
    "transpose",
    lambda x, dim0, dim1: np.swapaxes(x, dim0, dim1),
    lambda g, dim0, dim1: transpose_primitive(g, dim0, dim1),
    tensors=1,
    promotes=(),
    public=False,
)


@function(aliases=("swapaxes", "swapdims"))
def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """x with two dimensions swapped"""
    ndim = _data(x).ndim
    return transpose_primitive(x, dimension(dim0, ndim), dimension(dim1, ndim))


t_primitive = primitive("t", np.transpose, lambda g: t_primitive(g), promotes=(), public=False)


@function()
def t(x: Any) -> Any:
    """transpose of a matrix"""
    if _data(x).ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {_data(x).ndim}D")
    return t_primitive(x)


unsqueeze_primitive = primitive(
    "unsqueeze",
    lambda x, dim: np.expand_dims(x, dim),
    lambda g, dim: squeeze_one(g, dim),
    promotes=(),
    public=False,
)


@function()
def unsqueeze(x: Any, dim: int) -> Any:
    """x with a new dimension of size 1"""
    return unsqueeze_primitive(x, dimension(dim, _data(x).ndim + 1))


def _squeeze(x: Any, dims: Any) -> Any:
    return x.reshape([n for i, n in enumerate(x.shape) if i not in dims or n != 1])


squeeze_all = primitive(
    "squeeze",
    lambda x: np.squeeze(x),
    lambda g, x_shape: reshape(g, x_shape),
    promotes=(),
    public=False,
)
squeeze_one = primitive(
    "squeeze",
    lambda x, dim: _squeeze(x, (dim,)),
    lambda g, x_shape: reshape(g, x_shape),
    overload=1,
    promotes=(),
    public=False,
)
squeeze_several = primitive(
    "squeeze",
    _squeeze,
    lambda g, x_shape: reshape(g, x_shape),
    overload=2,
    promotes=(),
    public=False,
)
squeeze_product = primitive(
    "squeeze",
    lambda x, dim: _squeeze(x, (dim,)),
    lambda g, x_shape: reshape(g, x_shape),
    overload=4,
    promotes=(),
    public=False,
)


@function()
def squeeze(x: Any, dim: Any = None) -> Any:
    """x without its dimensions of size 1, or without those of them named by `dim`"""
    ndim = _data(x).ndim
    if dim is None:
        return squeeze_all(x)
    return squeeze_one(x, dimension(dim, ndim)) if isinstance(dim, int) else squeeze_several(x, dimensions(dim, ndim))


# Parts

select_primitive = primitive(
    "select",
    lambda x, dim, index: x[(slice(None),) * dim + (index,)],
    lambda g, x_shape, dim, index: select_backward(g, x_shape, dim, index),
    tensors=1,
    promotes=(),
    public=False,
)


def _select_backward(grad: Any, shape: Any, dim: int, index: int) -> Any:
    result = np.zeros(shape, grad.dtype)
    result[(slice(None),) * dim + (index,)] = grad
    return result


select_backward = primitive(
    "select_backward",
    _select_backward,
    lambda g, dim, index: select_primitive(g, dim, index),
    tensors=1,
    promotes=(),
    public=False,
)


@function()
def select(x: Any, dim: int, index: int) -> Any:
    """the slice of x at one index along a dimension"""
    data = _data(x)
    if not data.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = dimension(dim, data.ndim)
    size = data.shape[dim]
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")
    return select_primitive(x, dim, index % size)


def _slice_of(dim: int, start: Any, stop: Any, step: Any) -> tuple[slice, ...]:
    return (slice(None),) * dim + (slice(start, stop, step),)


slice_primitive = primitive(
    "slice",
    lambda x, dim, start, stop, step: x[_slice_of(dim, start, stop, step)],
    lambda g, x_shape, dim, start, stop, step: slice_backward(g, x_shape, dim, start, stop, step),
    tensors=1,
    promotes=(),
    public=False,
)


def _slice_backward(grad: Any, shape: Any, dim: int, start: Any, stop: Any, step: Any) -> Any:
    result = np.zeros(shape, grad.dtype)
    result[_slice_of(dim, start, stop, step)] = grad
    return result


slice_backward = primitive(
    "slice_backward",
    _slice_backward,
    lambda g, dim, start, stop, step: slice_primitive(g, dim, start, stop, step),
    tensors=1,
    promotes=(),
    public=False,
)
index_primitive = primitive(
    "index",
    lambda x, indices: x[indices],
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
    keys = list(key) if isinstance(key, tuple) else [key]
    consumed = builtins.sum(_consumes(k) for k in keys)
    if consumed > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    if any(k is Ellipsis for k in keys):
        at = next(i for i, k in enumerate(keys) if k is Ellipsis)
        if len(keys) == 1:
            return alias(x)
        keys[at : at + 1] = [slice(None)] * (x.ndim - consumed)
    advanced: list[Any] = []
    dim = 0
    for k in keys:
        if k is None:
            x = unsqueeze(x, dim)
        elif isinstance(k, slice):
            if k != slice(None):
                start, stop, step = k.indices(x.shape[dim])
                if step <= 0:
                    raise ValueError("step must be greater than zero")
                x = slice_primitive(x, dim, start, stop, step)
        elif is_number(k) and not isinstance(k, bool):
            x = select(x, dim, k)
            continue
        else:
            index = np.asarray(_data(k) if isinstance(k, Tensor) else k)
            advanced.extend([None] * (dim - len(advanced)))
            if index.dtype.kind == "b":
                advanced.extend(np.nonzero(index))
                dim += index.ndim
            else:
                advanced.append(index.astype(np.int64))
                dim += 1
            continue
        dim += 1
    if not advanced:
        return x if x.grad_fn is not None or any(k != slice(None) for k in keys) else alias(x)
    return index_primitive(x, tuple(slice(None) if i is None else i for i in advanced))


def _consumes(key: Any) -> int:
    """How many dimensions an index uses up."""
    if key is None or key is Ellipsis:
        return 0
    if isinstance(key, (Tensor, np.ndarray, list)):
        index = np.asarray(_data(key) if isinstance(key, Tensor) else key)
        return index.ndim if index.dtype.kind == "b" else 1
    return 1


# Joining and repeating

stack = primitive(
    "stack",
    lambda tensors, dim=0: np.stack(tensors, dim),
    lambda g, dim, tensors_shape: [
        select_primitive(g, dim % (len(tensors_shape[0]) + 1), i) for i in range(len(tensors_shape))
    ],
    variadic=True,
    method=False,
    doc="tensors of one shape, joined along a new dimension",
)


def _cut(g: Any, shapes: Any, dim: int) -> list[Any]:
    pieces = []
    start = 0
    axis = dim % len(shapes[0])
    for shape in shapes:
        pieces.append(slice_primitive(g, axis, start, start + shape[axis], 1))
        start += shape[axis]
    return pieces


cat = primitive(
    "cat",
    lambda tensors, dim=0: np.concatenate(tensors, dim),
    lambda g, dim, tensors_shape: _cut(g, tensors_shape, dim),
    variadic=True,
    method=False,
    aliases=("concat", "concatenate"),
    doc="tensors joined along a dimension",
)
flip_primitive = primitive(
    "flip",
    lambda x, dims: np.flip(x, dims),
    lambda g, dims: flip_primitive(g, dims),
    promotes=(),
    public=False,
)


@function(tensors=1, defaults={})
def flip(x: Any, *dims: Any) -> Any:
    """x in reverse order along the dimensions, or along all"""
    return flip_primitive(x, dimensions(sizes(dims) if dims else None, _data(x).ndim))


# dtypes


def to(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """x in another dtype; x itself where it has it already."""
    return x if x.dtype is dtype else to_copy(x, dtype.numpy)
