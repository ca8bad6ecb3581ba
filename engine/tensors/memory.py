# pyright: strict, reportPrivateUsage=false
"""Memory that tensors share: views of one base, and the count of in-place changes that guards what graphs saved.

A view shares its base's memory. Changing either changes both, so each change counts up one version for all of them,
and the graph of every live view is made anew from the base's.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import dtypes
from .aliases import Array
from .errors import shape_error, type_error
from .symbol import Numberless, is_symbolic
from .tensor import Memory, Slicing, Tensor

# The C library of Linux gives memory of up to so many bytes back to the system each time, until it has seen as much let
# go of: passes over arrays of megabytes would take half as long again, for new pages.
_KEPT = 1 << 24
np.empty(_KEPT, np.uint8)


def memory_of(tensor: Tensor) -> Memory:
    """The tensor's memory record, made when it is first asked for."""
    if tensor._memory is None:
        tensor._memory = Memory()
    return tensor._memory


def shareable(tensor: Tensor) -> Any:
    """The tensor's data as an array that another tensor can share; a NumPy scalar becomes an array in place."""
    data = tensor._data
    if not isinstance(data, (np.ndarray, Numberless)):
        tensor._data = np.array(data)
    return tensor._data


def storage_of(data: Array) -> Array:
    """All the elements of the memory that an array is a part of, in order."""
    while isinstance(data.base, np.ndarray):
        data = data.base
    order = np.argsort([-s for s in data.strides], kind="stable")
    return data.transpose(order).reshape(-1)


def offset_in(storage: Array, data: Array) -> int:
    """How many elements of the storage come before the first of an array."""
    start, first = (a.__array_interface__["data"][0] for a in (storage, data))
    return (first - start) // storage.itemsize


def share(tensor: Tensor, source: Tensor) -> None:
    """Makes `tensor`, whose data is `source`'s, count its changes together with it."""
    tensor._memory = memory_of(source)


def detach(tensor: Tensor) -> Tensor:
    """The same data as a tensor of its own, outside the graph; the two share memory."""
    data = shareable(tensor)
    detached = Tensor(data.detached() if is_symbolic(data) else data)
    share(detached, tensor)
    return detached


@property
def data(tensor: Tensor) -> Tensor:
    """The same data as a tensor outside the graph, whose changes this one does not notice."""
    return Tensor(shareable(tensor))


@data.setter
def data(tensor: Tensor, value: object) -> None:
    if not isinstance(value, Tensor):
        raise type_error(f"Variable data has to be a tensor, but got {type(value).__name__}")
    tensor._data = value._data


@data.deleter
def data(tensor: Tensor) -> None:
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


def link_view(view: Tensor, source: Tensor, slicing: Slicing, made: str | None = None) -> None:
    """Makes `view`, with `slicing(source's array)` as its data, a view of the same base as `source`.

    `made` says how, where that forbids to change the view in place while recording: one of the keys of `REFUSALS`.
    """
    base = source if source._base is None else source._base
    inner = source._slicing
    view._base = base
    view._made = made or source._made
    view._slicing = slicing if inner is None else lambda array: slicing(inner(array))
    share(view, base)
    memory_of(base).views.append(weakref.ref(view))


_CLEARER = (
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
    "the view and the inplace either both inside the {0} block (if you don't want the inplace to be tracked) or both "
    "outside (if you want the inplace to be tracked)."
)
ONE_OF_MANY, CUSTOM, NO_GRAD, INFERENCE = "one of many", "custom", "no_grad", "inference"
REFUSALS = {
    ONE_OF_MANY: " This view is the output of a function that returns multiple views. Such functions do not allow the "
    "output views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
    CUSTOM: " This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
    "logic to handle view+inplace would override the custom backward associated with the custom Function, leading to "
    "incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.",
    NO_GRAD: _CLEARER.format("no_grad"),
    INFERENCE: _CLEARER.format("inference_mode"),
}


def refusal(view: Tensor, what_changes: str) -> str:
    """Why neither `view` nor its base may change in place while recording, for how the view was made."""
    made, node = view._made, view._grad_fn
    assert made is not None
    output = "" if node is None else f"Output {view.output_nr} of {node.name().partition('Backward')[0]} is a view"
    if node is not None and made in (ONE_OF_MANY, CUSTOM):
        return f"{output} and {what_changes} modified inplace.{REFUSALS[made]}"
    start = f"{output} of a view which was created in" if output else "A view was created in"
    if made == INFERENCE:
        return f"{start} inference mode and {what_changes} modified inplace in normal mode.{REFUSALS[made]}"
    return f"{start} no_grad mode and {what_changes} modified inplace with grad mode enabled.{REFUSALS[made]}"


def outdate(view: Tensor) -> None:
    """Takes a view's history away because its base changed: asking for it is an error from now on."""
    view._outdated = refusal(view, "its base or another view of its base has been")
    view._grad_fn = None
    view._requires_grad = True


INFERENCE_TENSOR = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)


def positions(view: Tensor) -> Array:
    """Where in the base, counted through it in order, each element of a view lies."""
    base, slicing = view._base, view._slicing
    assert base is not None
    assert slicing is not None
    count: int = base._data.size
    return slicing(np.arange(count).reshape(base._data.shape))


def _overlaps(data: Any) -> bool:
    """Whether elements of an array lie in one place, as where it was expanded."""
    strides: tuple[int, ...] = data.strides
    shape: tuple[int, ...] = data.shape
    return 0 not in shape and any(stride == 0 and size > 1 for stride, size in zip(strides, shape, strict=True))


def write(tensor: Tensor, data: Any, change: str = "copy_") -> None:
    """Changes the data in place, as a method does, and counts that. RuntimeError: the shape or dtype does not fit."""
    present = tensor._data
    together = broadcast_shape(np.shape(data), present.shape)
    if together != present.shape:
        raise shape_error(
            f"output with shape {list(present.shape)} doesn't match the broadcast shape "
            f"{list(together or np.shape(data))}"
        )
    kind = getattr(data, "dtype", present.dtype)
    if kind != present.dtype and not np.can_cast(kind, present.dtype, casting="same_kind"):
        result, wanted = dtypes.of(kind).title, dtypes.of(present.dtype).title
        raise RuntimeError(f"result type {result} can't be cast to the desired output type {wanted}")
    if is_symbolic(present):
        present.write(data)
    elif is_symbolic(data):
        raise data.unwritable(present.shape, change)
    elif isinstance(present, np.ndarray):
        if 0 in present.strides and _overlaps(present):
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )
        present[...] = data
    else:
        tensor._data = np.asarray(data).astype(present.dtype)[()]
    memory_of(tensor).version += 1


def viewed(tensor: Tensor, dtype: dtypes.dtype) -> Tensor:
    """The bytes of a tensor read as another dtype. RuntimeError: they do not come out even."""
    data, kind = shareable(tensor), dtype.numpy
    if data.dtype.itemsize != kind.itemsize and not data.ndim:
        raise shape_error(
            f"self.dim() cannot be 0 to view {tensor.dtype.title} as {dtype.title} (different element sizes)"
        )
    try:
        made = Tensor(data.view(kind))
    except ValueError:
        raise shape_error(
            f"self.size(-1) must be divisible by {kind.itemsize // data.dtype.itemsize} to view "
            f"{tensor.dtype.title} as {dtype.title} (different element sizes), but got {data.shape[-1]}"
        ) from None
    share(made, tensor)
    return made


class unsafe_preserve_version_counter:  # noqa: N801  (PyTorch's name)
    """In the block, changes of these tensors in place do not count."""

    def __init__(self, tensors: Tensor | Sequence[Tensor]) -> None:
        self.memories = [memory_of(t) for t in ([tensors] if isinstance(tensors, Tensor) else tensors)]

    def __enter__(self) -> None:
        self.versions = [memory.version for memory in self.memories]

    def __exit__(self, *exc_info: object) -> None:
        for memory, version in zip(self.memories, self.versions, strict=True):
            memory.version = version


def resize(tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Gives a tensor another shape and memory of its own: the first elements stay, those that are added are zeros."""
    present = np.ravel(tensor._data)
    data = np.zeros(shape, present.dtype)
    count = min(data.size, present.size)
    data.reshape(-1)[:count] = present[:count]
    memory = Memory()
    memory.version = 0 if tensor._memory is None else tensor._memory.version
    tensor._data, tensor._memory, tensor._base, tensor._slicing = data[()], memory, None, None


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that two shapes broadcast to; None if they do not."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None
