"""What callers give, checked: sizes, dimensions and shapes, as one sequence or as separate arguments; indices."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Array, Gradient
from ..tensors.errors import ParameterError, dimension_error, index_error, shape_error, type_error, type_name, unlike
from ..tensors.symbol import is_formal, numbers_of
from ..tensors.tensor import Tensor


def data_of(x: Any) -> Any:
    return x._data if isinstance(x, Tensor) else x


def flat_rows(x: Any) -> Any:
    """Many values, the axis that counts them last, each with its elements in one dimension."""
    return x.reshape(-1, x.shape[-1])


def flat_batch(x: Any) -> Any:
    """A batch of tensors, the dimension that counts them first, each with its elements in one dimension."""
    return ops.reshape(x, (len(x), math.prod(x.shape[1:])))


def sizes(shape: Sequence[Any]) -> tuple[int, ...]:
    """The sizes given as one sequence or as separate arguments."""
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = shape[0]
    return tuple(n if type(n) is int else whole(n) for n in shape)


def whole(n: Any) -> int:
    """A size, a dimension or an index as a Python number; a tensor may hold it as a float, if it is a whole one.

    ParameterError: the tensor is to be differentiated by.
    """
    if isinstance(n, Tensor):
        value = plain(n)
        if value == int(value):
            return int(value)
    return operator.index(n)


def whole_argument(n: Any, called: str) -> int:
    """The same, of an argument whose name and place `called` are said where it is no whole number: a TypeError."""
    if not isinstance(n, Tensor) and not hasattr(n, "__index__"):
        raise type_error(f"{called} must be int, not {type(n).__name__}")
    return whole(n)


def plain(value: Tensor) -> Any:
    """The number that a tensor holds. ParameterError: the tensor is to be differentiated by."""
    if value._requires_grad:
        raise ParameterError("a number is needed here, not a Tensor that requires grad")
    return value.item()


def listed(function: str, values: Sequence[Any], named: dict[str, Any], name: str) -> tuple[int, ...]:
    """Sizes or dimensions given as one sequence, as separate arguments, or by name. TypeError: not given at all."""
    if name in named:
        values = (named.pop(name),)
    elif not values:
        raise type_error(f'{function}() missing 1 required positional arguments: "{name}"')
    if named:
        raise type_error(f"{function}() got an unexpected keyword argument '{next(iter(named))}'")
    return sizes(values)


def full_shape(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """The shape with its -1 worked out. RuntimeError when `numel` elements do not fill it."""
    if shape.count(-1) > 1:
        raise shape_error("only one dimension can be inferred")
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    if -1 in shape:
        if not known and not numel:
            raise shape_error(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if known and numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in shape)
    elif known == numel:
        return shape
    raise shape_error(f"shape '{list(shape)}' is invalid for input of size {numel}")


def dimension(dim: int, ndim: int) -> int:
    """A dimension counted from the front. IndexError: a tensor of `ndim` dimensions lacks it. TypeError: no integer."""
    if not isinstance(dim, (int, np.integer)):
        given = "Tensor" if isinstance(dim, np.ndarray) else type(dim).__name__
        raise type_error(f"argument 'dim' must be int, not {given}")
    rank = max(ndim, 1)
    if not -rank <= dim < rank:
        raise dimension_error(dim, ndim)
    return dim % rank


def own_dimension(dim: int, ndim: int) -> int:
    """As `dimension`. IndexError: the tensor has none."""
    if not ndim:
        raise index_error(f"Dimension specified as {dim} but tensor has no dimensions")
    return dimension(dim, ndim)


def dimensions(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that `dim` names: one, several, or all for None and ()."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return tuple(range(ndim))
    if not isinstance(dim, (list, tuple)):
        dim = (dim,)
    result = tuple([dimension(d, ndim) for d in dim])
    if len(set(result)) < len(result):
        d = next(d for d in result if result.count(d) > 1)
        raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return result if ndim else ()


def indices_of(function: str, index: Any, message: str = "Expected dtype int32/int64 for index") -> Any:
    """A tensor of indices, or a list of them as an array. RuntimeError: they are not whole numbers."""
    if not isinstance(index, (Tensor, np.ndarray, np.generic)):
        array = np.asarray(index)
        index = array if array.size else array.astype(np.int64)
    dtype = data_of(index).dtype
    if dtype.kind != "i" and (dtype.kind != "u" or data_of(index).size):
        raise RuntimeError(f"{function}(): {message.format(dtypes.of(dtype).title)}")
    return index


def in_dtype_of(x: Any, value: Any, name: str = "value") -> Any:
    """A number given beside x, in the dtype of x. TypeError: it is none, which NumPy would make one of or nan."""
    if not isinstance(value, (int, float)) and getattr(value, "ndim", 1):
        raise type_error(f"argument '{name}' must be Number, not {type_name(value)}")
    return x.dtype.type(value)


def integers(index: Any) -> Array:
    return np.asarray(index).astype(np.int64)


def check_range(
    index: Any, size: int, message: str, error: type[Exception] = IndexError, negative: bool = True
) -> None:
    """The error, with the first index that is out of range, if one is; negative ones may count from the end."""
    if is_formal(index):
        return
    index = numbers_of(index)
    wrong = (index >= size) | (index < (-size if negative else 0))
    if np.any(wrong):
        raise shape_error(message.format(np.asarray(index)[wrong].flat[0]), error)


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
        raise index_error(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def titles(*values: Any) -> list[str]:
    """PyTorch's names of the dtypes of tensors or arrays, such as Double."""
    return [dtypes.of(data_of(value).dtype).title for value in values]


def c_names(*values: Any) -> list[str]:
    """C++'s names of the dtypes of tensors or arrays, such as double."""
    return [dtypes.of(data_of(value).dtype).c_name for value in values]


def check_same_dtype(message: str, x: Any, y: Any, names: Callable[..., list[str]] = titles) -> None:
    """RuntimeError with the message, the names of the two dtypes put in, if they differ."""
    if data_of(x).dtype != data_of(y).dtype:
        raise unlike(message.format(*names(x, y)))


def check_floating(x: Any, name: str) -> None:
    """RuntimeError, about the function that is named, unless the elements are floating."""
    if data_of(x).dtype.kind != "f":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {titles(x)[0]}")


def check_computed(x: Any, kernel: str) -> None:
    """NotImplementedError, in the name of PyTorch's function, unless the elements are floating."""
    if data_of(x).dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{titles(x)[0]}'")


def underived(what: str) -> Callable[[Any], NoReturn]:
    """The rule of an argument that an operation has a derivative for in principle, but PyTorch has not."""

    def rule(g: Gradient) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{what}' is not implemented.")

    return rule


def check_value(function: str, value: Any) -> None:
    if data_of(value).ndim:
        raise shape_error(
            f"{function} only supports a 0-dimensional value tensor, but got tensor with {data_of(value).ndim} "
            "dimension(s)."
        )
