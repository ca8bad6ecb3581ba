"""Memory that tensors share: views of one base, and the count of in-place changes that guards what graphs saved.

A view shares its base's memory. Changing either changes both, so each change counts up one version for all of them,
and the graph of every live view is made anew from the base's.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .program.symbol import Symbol

if TYPE_CHECKING:
    from .tensor import Tensor

Slicing = Callable[[Any], Any]


class Memory:
    """What the tensors that share memory have in common: a version, and which of them are views of the base."""

    __slots__ = ("version", "views")

    def __init__(self) -> None:
        self.version = 0
        self.views: list[weakref.ref[Tensor]] = []

    def live_views(self) -> list[Tensor]:
        """The views that still exist."""
        views = [view for reference in self.views if (view := reference()) is not None]
        self.views = [weakref.ref(view) for view in views]
        return views


def memory_of(tensor: Tensor) -> Memory:
    """The tensor's memory record, made when it is first asked for."""
    if tensor._memory is None:
        tensor._memory = Memory()
    return tensor._memory


def shareable(tensor: Tensor) -> Any:
    """The tensor's data as an array that another tensor can share; a NumPy scalar becomes an array in place."""
    if not isinstance(tensor._data, (np.ndarray, Symbol)):
        tensor._data = np.array(tensor._data)
    return tensor._data


def share(tensor: Tensor, source: Tensor) -> None:
    """Makes `tensor`, whose data is `source`'s, count its changes together with it."""
    tensor._memory = memory_of(source)


def link_view(view: Tensor, source: Tensor, slicing: Slicing) -> None:
    """Makes `view`, with `slicing(source's array)` as its data, a view of the same base as `source`."""
    base = source if source._base is None else source._base
    inner = source._slicing
    view._base = base
    view._one_of_many = source._one_of_many
    view._slicing = slicing if inner is None else lambda array: slicing(inner(array))
    share(view, base)
    memory_of(base).views.append(weakref.ref(view))


def positions(view: Tensor) -> np.ndarray[Any, Any]:
    """Where in the base, counted through it in order, each element of a view lies."""
    base, slicing = view._base, view._slicing
    assert base is not None
    assert slicing is not None
    return slicing(np.arange(base._data.size).reshape(base._data.shape))


def write(tensor: Tensor, data: Any) -> None:
    """Changes the tensor's data in place and counts the change. RuntimeError: the shape or dtype does not fit."""
    present = tensor._data
    together = broadcast_shape(np.shape(data), present.shape)
    if together != present.shape:
        raise RuntimeError(
            f"output with shape {list(present.shape)} doesn't match the broadcast shape "
            f"{list(together or np.shape(data))}"
        )
    if isinstance(present, np.ndarray):
        if not present.flags.writeable:
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )
        present[...] = data
    else:
        tensor._data = np.asarray(data).astype(present.dtype)[()]
    memory_of(tensor).version += 1


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that two shapes broadcast to; None if they do not."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None
