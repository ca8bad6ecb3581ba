"""Values of the same shape: zeros, ones, copies, the same elements in another dtype, and what is written in place."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..table.binding import broadcast_mismatch
from ..tensors import dtypes, memory
from ..tensors.aliases import Call, Data
from ..tensors.errors import shape_error
from ..tensors.tensor import Tensor
from .arguments import data_of, plain
from .families import SHAPE, WRITING

private, function = SHAPE.private, SHAPE.function

new_zeros = private("new_zeros", lambda x, shape: np.zeros(shape, x.dtype), shape_only=("x",))


def _like(what: str, forward: Call) -> Call:
    primitive = private(f"{what}_like", forward, shape_only=("x",))

    @function(method=False, name=f"{what}_like", doc=f"{what} in the shape of x")
    def like(
        x: Any,
        *,
        dtype: dtypes.dtype | None = None,
        requires_grad: bool = False,
        device: Any = None,
        memory_format: Any = None,
    ) -> Any:
        filled = primitive(x)
        if dtype is None and not requires_grad:
            return filled
        return Tensor(filled._data if dtype is None else filled._data.astype(dtype.numpy), requires_grad)

    return like


zeros_like, ones_like = _like("zeros", np.zeros_like), _like("ones", np.ones_like)


@function(method=False)
def full_like(
    x: Any,
    fill_value: Any,
    *,
    dtype: dtypes.dtype | None = None,
    requires_grad: bool = False,
    device: Any = None,
    memory_format: Any = None,
) -> Any:
    """one number in the shape of x"""
    data = data_of(x)
    value = plain(fill_value) if isinstance(fill_value, Tensor) else fill_value
    filled = np.full(data.shape, value, data.dtype if dtype is None else dtype.numpy)
    return Tensor(filled[()], requires_grad) if isinstance(x, Tensor) else filled


@private(lambda g: g, moves="order", name="clone")
def clone_primitive(x: Data) -> Data:
    # The memory is laid out as that of x, unless elements of x lie in one place.
    return np.array(x, order="C" if isinstance(x, np.ndarray) and 0 in x.strides else "K")


contiguous_clone = private("clone", lambda x: np.array(x, order="C"), lambda g: g, moves="order")


def is_contiguous(x: Any) -> bool:
    """Whether the elements of x lie in memory in order, without gaps."""
    data = data_of(x)
    return not isinstance(data, np.ndarray) or data.flags.c_contiguous


@function()
def clone(x: Any, *, memory_format: Any = None) -> Any:
    """a copy of x"""
    return clone_primitive(x)


@function(torch=())
def contiguous(x: Any, *, memory_format: Any = None) -> Any:
    """x itself if its elements lie in memory in order, else a copy of which that is true"""
    return x if is_contiguous(x) else contiguous_clone(x)


@function(method=False)
def numel(x: Tensor) -> int:
    """how many elements x has"""
    return x.numel()


@function(method=False, torch=())
def len_(x: Tensor) -> int:
    """how many elements x has along its first dimension"""
    return len(x)


@function()
def detach(x: Any) -> Any:
    """x outside the graph: no gradient passes through it"""
    return memory.detach(x) if isinstance(x, Tensor) else x


alias = private("alias", lambda x: x, lambda g: g, view=True, moves="order", function="clone")
to_copy = private("to_copy", lambda x, dtype: x.astype(dtype), lambda g: g, moves="order", elementwise=True)


def to(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """x in another dtype; x itself where it has it already."""
    return x if x.dtype is dtype else to_copy(x, dtype.numpy)


def _written(x: Any, y: Any) -> Any:
    mismatch = broadcast_mismatch([np.shape(x), np.shape(y)])
    if mismatch is not None:
        raise shape_error(mismatch)
    return np.broadcast_to(y, np.broadcast_shapes(np.shape(x), np.shape(y))).astype(x.dtype)


# What in-place operations write: another tensor, a number. `x.copy_(y)` is `copied(x, y)`.
writing = WRITING.private
copied = writing(
    "copy", _written, lambda g: zeros_like(g), lambda g: g, promotes=(), node_name="torch::autograd::CopyBackwards"
)
zeroed = writing("zero", lambda x: np.zeros_like(x), lambda g: zeros_like(g), shape_only=("x",))
_fill = partial(writing, "fill", lambda x, value: np.full_like(x, value), lambda g: zeros_like(g), shape_only=("x",))
filled_with_number = _fill(overload=2)
filled_with_tensor = _fill(lambda g: g, overload=3, promotes=())
