"""Rearranging, cutting and joining tensors; nothing here computes with the elements."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..table.family import Family
from ..table.record import ops
from ..tensors import dtypes
from ..tensors.tensor import Tensor

family = Family("shape")
primitive, function = family.primitive, family.function

# Values of the same shape

zeros_primitive = primitive("zeros_like", np.zeros_like, tensors=1, promotes=(), public=False)
ones_primitive = primitive("ones_like", np.ones_like, tensors=1, promotes=(), public=False)
new_zeros = primitive("new_zeros", lambda x, shape: np.zeros(shape, x.dtype), tensors=1, promotes=(), public=False)


@function(method=False)
def zeros_like(x: Any, *, dtype: dtypes.dtype | None = None, requires_grad: bool = False, device: Any = None) -> Any:
    """zeros in the shape of x"""
    zeros = zeros_primitive(x)
    return zeros if dtype is None and not requires_grad else _made(zeros, dtype, requires_grad)


@function(method=False)
def ones_like(x: Any, *, dtype: dtypes.dtype | None = None, requires_grad: bool = False, device: Any = None) -> Any:
    """ones in the shape of x"""
    ones = ones_primitive(x)
    return ones if dtype is None and not requires_grad else _made(ones, dtype, requires_grad)


@function(method=False)
def full_like(
    x: Any, fill_value: Any, *, dtype: dtypes.dtype | None = None, requires_grad: bool = False, device: Any = None
) -> Any:
    """one number in the shape of x"""
    data = _data(x)
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    filled = np.full(data.shape, value, data.dtype if dtype is None else dtype.numpy)
    return Tensor(filled[()], requires_grad) if isinstance(x, Tensor) else filled


def _made(x: Any, dtype: dtypes.dtype | None, requires_grad: bool) -> Tensor:
    """A new tensor with the data of one that nothing else refers to."""
    data = x._data if dtype is None else x._data.astype(dtype.numpy)
    return Tensor(data, requires_grad)


def _copied(x: Any) -> Any:
    # The memory is laid out as that of x, unless elements of x lie in one place.
    return np.array(x, order="C" if isinstance(x, np.ndarray) and 0 in x.strides else "K")


clone_primitive = primitive("clone", _copied, lambda g: g, promotes=(), public=False)
contiguous_clone = primitive("clone", lambda x: np.array(x, order="C"), lambda g: g, promotes=(), public=False)


@function()
def clone(x: Any, *, memory_format: Any = None) -> Any:
    """a copy of x"""
    return clone_primitive(x)


@function()
def contiguous(x: Any, *, memory_format: Any = None) -> Any:
    """x itself if its elements lie in memory in order, else a copy of which that is true"""
    return x if is_contiguous(x) else contiguous_clone(x)


@function()
def detach(x: Any) -> Any:
    """x outside the graph: no gradient passes through it"""
    return x.detach() if isinstance(x, Tensor) else x


alias = primitive("alias", lambda x: x, lambda g: g, view=True, public=False)
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
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = shape[0]
    return tuple(n if type(n) is int else whole(n) for n in shape)


def whole(n: Any) -> int:
    """A size, a dimension or an index as a Python number; a tensor may hold it as a float, if it is a whole one."""
    if isinstance(n, Tensor):
        value = n.item()
        if value == int(value):
            return int(value)
    return operator.index(n)


def listed(function: str, values: Sequence[Any], named: dict[str, Any], name: str) -> tuple[int, ...]:
    """Sizes or dimensions given as one sequence, as separate arguments, or by name. TypeError: not given at all."""
    if name in named:
        values = (named.pop(name),)
    elif not values:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{name}"')
    if named:
        raise TypeError(f"{function}() got an unexpected keyword argument '{next(iter(named))}'")
    return sizes(values)


def full_shape(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """The shape with its -1 worked out. RuntimeError when `numel` elements do not fill it."""
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    if -1 in shape:
        if not known and not numel:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if known and numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in shape)
    elif known == numel:
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")


view_primitive = primitive(
    "view",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    view=True,
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


def is_contiguous(x: Any) -> bool:
    """Whether the elements of x lie in memory in order, without gaps."""
    data = _data(x)
    return not isinstance(data, np.ndarray) or data.flags.c_contiguous


reshape_alias = primitive(
    "reshape_alias",
    lambda x, shape: x.reshape(shape),
    lambda g, x_shape: reshape(g, x_shape),
    view=True,
    public=False,
)


def _viewable(x: Any, shape: tuple[int, ...]) -> bool:
    """Whether the elements, where they lie in memory, can be seen in another shape."""
    data = _data(x)
    return not data.size or np.may_share_memory(data.reshape(shape), data)


@function(tensors=1)
def reshape(x: Any, *shape: Any, **named: Any) -> Any:
    """the elements of x in another shape; one size may be -1"""
    new = full_shape(listed("reshape", shape, named, "shape"), _data(x).size)
    if is_contiguous(x):
        return view_primitive(x, new)
    return reshape_alias(x, new) if _viewable(x, new) else unsafe_view(contiguous_clone(x), new)


@function(tensors=1)
def view(x: Any, *shape: Any, **named: Any) -> Any:
    """the elements of x in another shape, without copying; one size may be -1"""
    new = full_shape(listed("view", shape, named, "size"), _data(x).size)
    if not is_contiguous(x) and not _viewable(x, new):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
            "two contiguous subspaces). Use .reshape(...) instead."
        )
    return view_primitive(x, new)


@function(tensors=2)
def view_as(x: Any, other: Any) -> Any:
    """the elements of x in the shape of another tensor, without copying"""
    return view(x, tuple(_data(other).shape))


@function(tensors=2)
def reshape_as(x: Any, other: Any) -> Any:
    """the elements of x in the shape of another tensor"""
    return reshape(x, tuple(_data(other).shape))


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
    return reshape(contiguous(x), -1)


@function()
def unflatten(x: Any, dim: int, sizes: Any) -> Any:
    """x with one dimension made several; one of their sizes may be -1"""
    shape = tuple(_data(x).shape)
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = dimension(dim, len(shape))
    parts = tuple(map(whole, sizes))
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        parts = full_shape(parts, shape[axis])
    except RuntimeError as error:
        if "inferred" in str(error):
            raise
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {axis} ({shape[axis]}) in "
            "the input tensor"
        ) from None
    return view(x, (*shape[:axis], *parts, *shape[axis + 1 :]))


def dimension(dim: int, ndim: int) -> int:
    """A dimension counted from the front. IndexError: a tensor of `ndim` dimensions lacks it. TypeError: no integer."""
    if not isinstance(dim, (int, np.integer)):
        raise TypeError(f"argument 'dim' must be int, not {type(dim).__name__}")
    rank = max(ndim, 1)
    if not -rank <= dim < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    return dim % rank


def dimensions(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that `dim` names: one, several, or all for None and ()."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return tuple(range(ndim))
    if not isinstance(dim, (list, tuple)):
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


@function(tensors=1)
def sum_to_size_(x: Any, *size: Any, **named: Any) -> Any:
    """x summed over the dimensions that broadcasting the size to its shape would stretch"""
    current = tuple(_data(x).shape)
    wanted = listed("sum_to_size", size, named, "size")
    added = len(current) - len(wanted)
    if added < 0 or any(n not in (1, m) for n, m in zip(wanted, current[added:], strict=True)):
        raise RuntimeError(f"size {{{list(wanted)}}} is not expandable to size {{{list(current)}}}.")
    return sum_to_size(x, wanted)


def _expand(x: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(x, shape)


expand_primitive = primitive("expand", _expand, lambda g, x_shape: sum_to_size(g, x_shape), view=True, public=False)


@function(tensors=1)
def expand(x: Any, *shape: Any, **named: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the shape; -1 keeps a size"""
    current = _data(x).shape
    wanted = listed("expand", shape, named, "size")
    added = len(wanted) - len(current)
    if added < 0:
        raise RuntimeError(
            f"expand(torch.{dtypes.of(_data(x).dtype).title}Tensor{{{list(current)}}}, size={list(wanted)}): the "
            f"number of sizes provided ({len(wanted)}) must be greater or equal to the number of dimensions in the "
            f"tensor ({len(current)})"
        )
    if any(n < 0 for n in wanted[:added]):
        raise RuntimeError(
            f"The expanded size of the tensor ({min(wanted[:added])}) isn't allowed in a leading, non-existing "
            f"dimension {wanted.index(min(wanted[:added]))}"
        )
    full = tuple(current[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
    for i in range(len(full) - 1, added - 1, -1):
        if current[i - added] not in (1, full[i]):
            raise RuntimeError(
                f"The expanded size of the tensor ({full[i]}) must match the existing size ({current[i - added]}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(current)}"
            )
    return expand_primitive(x, full)


@function(tensors=1)
def broadcast_to(x: Any, *size: Any, **named: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the size"""
    return expand(x, listed("broadcast_to", size, named, "size"))


@function(tensors=2)
def expand_as(x: Any, other: Any) -> Any:
    """x repeated along dimensions of size 1 until it has the shape of another tensor"""
    return expand(x, tuple(_data(other).shape))


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
    view=True,
    public=False,
)


@function(tensors=1)
def permute(x: Any, *dims: Any, **named: Any) -> Any:
    """x with its dimensions in another order"""
    ndim = _data(x).ndim
    order = listed("permute", dims, named, "dims")
    if len(order) != ndim:
        raise RuntimeError(
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
    ndim = _data(x).ndim
    sources = tuple(dimension(d, ndim) for d in ((source,) if isinstance(source, int) else source))
    targets = tuple(dimension(d, ndim) for d in ((destination,) if isinstance(destination, int) else destination))
    if len(sources) != len(targets):
        raise RuntimeError(
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


transpose_primitive = primitive(
    "transpose",
    lambda x, dim0, dim1: np.swapaxes(x, dim0, dim1) if x.ndim else x,
    lambda g, dim0, dim1: transpose_primitive(g, dim0, dim1),
    tensors=1,
    view=True,
    public=False,
)


@function(aliases=("swapaxes", "swapdims"))
def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """x with two dimensions swapped"""
    ndim = _data(x).ndim
    return transpose_primitive(x, dimension(dim0, ndim), dimension(dim1, ndim))


transposed_in_place = primitive(
    "transpose",
    lambda x, dim0, dim1: np.swapaxes(x, dim0, dim1) if x.ndim else x,
    lambda g, dim0, dim1: transpose_primitive(g, dim0, dim1),
    tensors=1,
    overload=1,
    view=True,
    public=False,
)

t_primitive = primitive("t", np.transpose, lambda g: t_primitive(g), view=True, public=False)
t_in_place = primitive("t", np.transpose, lambda g: t_primitive(g), overload=1, view=True, public=False)


@function()
def t(x: Any) -> Any:
    """transpose of a matrix"""
    if _data(x).ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {_data(x).ndim}D")
    return t_primitive(x)


@function()
def adjoint(x: Any) -> Any:
    """x with its last two dimensions swapped"""
    return _matrices_transposed(x, "adjoint()")


def _matrices_transposed(x: Any, name: str) -> Any:
    ndim = _data(x).ndim
    if not ndim:
        return x
    if ndim < 2:
        raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. Got {ndim}-D tensor.")
    return transpose_primitive(x, ndim - 2, ndim - 1)


def reversed_dimensions(x: Any) -> Any:
    """`x.T`: the dimensions of x in reverse order."""
    return permute_primitive(x, tuple(reversed(range(_data(x).ndim))))


def matrix_transpose(x: Any) -> Any:
    """`x.mT`: the last two dimensions of x swapped."""
    return _matrices_transposed(x, "mT")


def adjoint_property(x: Any) -> Any:
    """`x.mH`: the last two dimensions of x swapped, as there are no complex numbers."""
    return _matrices_transposed(x, "mH")


def conjugate_transpose(x: Any) -> Any:
    """`x.H`: the transpose of a matrix, as there are no complex numbers."""
    ndim = _data(x).ndim
    if ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor."
            + (" For batches of matrices, consider using tensor.mH" if ndim > 2 else "")
        )
    return transpose_primitive(x, 0, 1) if ndim else x


unsqueeze_primitive = primitive(
    "unsqueeze",
    lambda x, dim: np.expand_dims(x, dim),
    lambda g, dim: squeeze_one(g, dim),
    view=True,
    public=False,
)
unsqueezed_in_place = primitive(
    "unsqueeze",
    lambda x, dim: np.expand_dims(x, dim),
    lambda g, dim: squeeze_one(g, dim),
    overload=1,
    view=True,
    public=False,
)


@function()
def unsqueeze(x: Any, dim: int) -> Any:
    """x with a new dimension of size 1"""
    return unsqueeze_primitive(x, dimension(dim, _data(x).ndim + 1))


def _squeeze(x: Any, dims: Any) -> Any:
    return x.reshape([n for i, n in enumerate(x.shape) if i not in dims or n != 1])


def _squeezing(forward: Any, overload: int) -> Any:
    return primitive(
        "squeeze", forward, lambda g, x_shape: reshape(g, x_shape), overload=overload, view=True, public=False
    )


# PyTorch has one more of each for changes in place, and one that its products use.
squeeze_all = _squeezing(lambda x: np.squeeze(x), 0)
squeeze_one = _squeezing(lambda x, dim: _squeeze(x, (dim,)), 1)
squeeze_several = _squeezing(_squeeze, 2)
squeeze_all_in_place = _squeezing(lambda x: np.squeeze(x), 3)
squeeze_product = _squeezing(lambda x, dim: _squeeze(x, (dim,)), 4)
squeeze_several_in_place = _squeezing(_squeeze, 5)


@function()
def squeeze(x: Any, dim: Any = None, *dims: int) -> Any:
    """x without its dimensions of size 1, or without those of them named by `dim`"""
    ndim = _data(x).ndim
    if dims:
        dim = (dim, *dims)
    if dim is None:
        return squeeze_all(x)
    if isinstance(dim, int):
        return squeeze_one(x, dimension(dim, ndim))
    return squeeze_several(x, dimensions(dim, ndim) if dim else ())


# Parts

select_primitive = primitive(
    "select",
    lambda x, dim, index: x[(slice(None),) * dim + (index, ...)],
    lambda g, x_shape, dim, index: select_backward(g, x_shape, dim, index),
    tensors=1,
    view=True,
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
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(data.shape)} at dimension {dim}"
        )
    return select_primitive(x, dim, index % size)


def _slice_of(dim: int, start: Any, stop: Any, step: Any) -> tuple[slice, ...]:
    return (slice(None),) * dim + (slice(start, stop, step),)


slice_primitive = primitive(
    "slice",
    lambda x, dim, start, stop, step: x[_slice_of(dim, start, stop, step)],
    lambda g, x_shape, dim, start, stop, step: slice_backward(g, x_shape, dim, start, stop, step),
    tensors=1,
    view=True,
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
as_strided = primitive(
    "as_strided",
    lambda x, positions: x.reshape(-1)[positions],
    lambda g, positions, x_shape: strided_sum(g, positions, x_shape),
    tensors=1,
    promotes=(),
    public=False,
)


def _strided_sum(grad: Any, positions: Any, shape: Any) -> Any:
    result = np.zeros(int(np.prod(shape)), grad.dtype)
    np.add.at(result, positions, grad)
    return result.reshape(shape)


strided_sum = primitive(
    "as_strided_backward",
    _strided_sum,
    lambda g, positions: as_strided(g, positions),
    tensors=1,
    promotes=(),
    public=False,
)


# Joining

stack_primitive = primitive(
    "stack",
    lambda tensors, dim: np.stack(tensors, dim),
    lambda g, dim, tensors_shape: [select_primitive(g, dim, i) for i in range(len(tensors_shape))],
    variadic=True,
    public=False,
)


@function(variadic=True, method=False)
def stack(tensors: Any, dim: int = 0) -> Any:
    """tensors of one shape, joined along a new dimension"""
    shapes = _shapes("stack", tensors)
    if not shapes:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shape)} "
                f"at entry {i}"
            )
    return stack_primitive(tensors, dimension(dim, len(shapes[0]) + 1))


def _shapes(function: str, tensors: Any) -> list[tuple[int, ...]]:
    """The shapes of tensors that are to be joined. TypeError: they are not a list of tensors."""
    if isinstance(tensors, Tensor):
        raise TypeError(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    for i, value in enumerate(tensors):
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(value).__name__}")
    return [_data(value).shape for value in tensors]


_NOTHING = (0,)


def _cat(tensors: Any, dim: int) -> Any:
    # PyTorch lets an empty vector be joined with anything.
    return np.concatenate([t for t in tensors if t.shape != _NOTHING] or tensors, dim)


def _cut(g: Any, shapes: Any, dim: int) -> list[Any]:
    pieces = []
    start = 0
    for shape in shapes:
        if shape == _NOTHING:
            pieces.append(new_zeros(g, shape))
            continue
        pieces.append(slice_primitive(g, dim, start, start + shape[dim], 1))
        start += shape[dim]
    return pieces


cat_primitive = primitive(
    "cat",
    _cat,
    lambda g, dim, tensors_shape: _cut(g, tensors_shape, dim),
    variadic=True,
    public=False,
)


@function(variadic=True, method=False, aliases=("concat", "concatenate"))
def cat(tensors: Any, dim: int = 0) -> Any:
    """tensors joined along a dimension"""
    shapes = _shapes("cat", tensors)
    if not shapes:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    first: tuple[int, ...] = next((s for s in shapes if s != _NOTHING), _NOTHING)
    axis = dimension(dim, len(first))
    for i, shape in enumerate(shapes):
        if not shape:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if shape == _NOTHING:
            continue
        if len(shape) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}")
        for d, (wanted, size) in enumerate(zip(first, shape, strict=True)):
            if d != axis and wanted != size:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {wanted} but got size "
                    f"{size} for tensor number {i} in the list."
                )
    return cat_primitive(tensors, axis)


flip_primitive = primitive(
    "flip",
    lambda x, dims: np.flip(x, dims).copy(),
    lambda g, dims: flip_primitive(g, dims),
    promotes=(),
    public=False,
)

# dtypes


def to(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """x in another dtype; x itself where it has it already."""
    return x if x.dtype is dtype else to_copy(x, dtype.numpy)


# In place: the same memory in another shape. Each takes what the function of its name takes.


def t_(x: Tensor) -> Tensor:
    """`x.t_()`, as a view of x that is yet to take its place."""
    if x.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return t_in_place(x)


def transpose_(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """`x.transpose_(dim0, dim1)`, as a view of x that is yet to take its place."""
    return transposed_in_place(x, dimension(dim0, x.ndim), dimension(dim1, x.ndim))


def unsqueeze_(x: Tensor, dim: int) -> Tensor:
    """`x.unsqueeze_(dim)`, as a view of x that is yet to take its place."""
    return unsqueezed_in_place(x, dimension(dim, x.ndim + 1))


def squeeze_(x: Tensor, dim: Any = None) -> Tensor:
    """`x.squeeze_()`, as a view of x that is yet to take its place."""
    if dim is None:
        return squeeze_all_in_place(x)
    if isinstance(dim, int):
        return squeeze_product(x, dimension(dim, x.ndim))
    return squeeze_several_in_place(x, dimensions(dim, x.ndim) if dim else ())
