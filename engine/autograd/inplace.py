"""In-place operations: the data change, the object stays, and its history is the operation's.

`x.mul_(2)` computes `x * 2` from the old history, writes the result into x's memory and makes x the result's place in
the graph. On a view, the base is what changes: its new node, CopySlices, runs the operation's rule on the part of
the gradient that belongs to the view.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.history import snapshot
from ..graph.hooks import next_sequence
from ..graph.node import Node, describe
from ..graph.transforms import active, carry_over, forward, written
from ..primitives.arguments import sizes
from ..primitives.getitem import getitem
from ..primitives.places import as_strided, check_fits
from ..primitives.places import put as index_put
from ..primitives.reshaping import expand
from ..table.scalars import note_change
from ..tensors.aliases import Array, Call, Gradient
from ..tensors.memory import (
    INFERENCE_TENSOR,
    broadcast_shape,
    memory_of,
    outdate,
    positions,
    refusal,
    resize,
    shareable,
    write,
)
from ..tensors.modes import enable_grad, recording
from ..tensors.tensor import Tensor


class CopySlices(Node):
    """The node of a base one of whose views was changed in place by the operation `inner`."""

    __slots__ = ("inner", "places", "shape")

    full_name = "torch::autograd::CopySlices"

    def __init__(self, base: Tensor, view: Tensor, inner: Node) -> None:
        self.inner = inner
        self.places = positions(view)
        self.shape = base._data.shape
        self._sequence = next_sequence()
        self.next_functions = (base._edge(), *inner.next_functions[1:])
        self._outputs = describe(base._data)

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        """The base's gradient, with the operation's rule run on the view's part, and those of its other arguments."""
        part = as_strided(gradients, self.places)
        first, *others = self.inner.apply(part, create_graph)
        zero = part * 0
        changed = zero if first is None else first + zero
        return [index_put(gradients, changed, self.places), *others]

    def release(self) -> None:
        self.inner.release()


def in_place(name: str, function: Call) -> Callable[..., Tensor]:
    """The method that does `function` in place on its first argument."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        _check_not_captured(self, name, args)
        check_allowed(self, args)
        since = next_sequence()
        result = function(snapshot(self), *args, **kwargs)
        write(self, result._data, name)
        if not self._data.ndim:
            note_change(self, since)
        if result.grad_fn is not None:
            rebase(self, result.grad_fn, result.output_nr)
        if active():
            written(self, result)
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{function.__name__}` in place."
    return method


def reshaped_in_place(name: str, function: Call) -> Callable[..., Tensor]:
    """The method that gives its first argument the shape of the view that `function` makes of it."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        _check_not_captured(self, name)
        check_allowed(self)
        before = Tensor(shareable(self))
        if self._requires_grad:
            before._requires_grad, before._grad_fn, before.output_nr = True, self._grad_fn, self.output_nr
        if active():
            carry_over(self, before)
        result = function(before, *args, **kwargs)
        change, old, shape = result._slicing, self._slicing, self._data.shape
        for view in [] if self._base is not None else memory_of(self).live_views():
            if recording.enabled and self._requires_grad and view._made is not None:
                outdate(view)
            view._slicing = _after(view._slicing, lambda array: _undone(array, change, shape))
        self._data = result._data
        memory_of(self).version += 1
        if self._base is not None:
            self._slicing = _after(change, old)
        if result.grad_fn is not None:
            _give_history(self, result.grad_fn, 0)
        if active():
            self._tangents = result._tangents
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name.rstrip('_')}` in place."
    return method


def _check_not_captured(tensor: Tensor, name: str, args: Sequence[Any] = ()) -> None:
    if forward.functions:
        from .captured import check_not_captured

        check_not_captured(tensor, name, args)


def resize_(self: Tensor, *size: Any) -> Tensor:
    """Gives this tensor another shape: the first elements stay, those that are added are zeros.

    RuntimeError: it requires grad.
    """
    if self._requires_grad and not self._inference:
        raise RuntimeError("cannot resize variables that require grad")
    _check_not_captured(self, "resize_")
    shape = sizes(size)
    if shape != self._data.shape:
        resize(self, shape)
        memory_of(self).version += 1
    return self


def resize_as_(self: Tensor, other: Tensor) -> Tensor:
    """As `resize_`, to the shape of another tensor."""
    return resize_(self, *other._data.shape)


def _after(slicing: Any, first: Any) -> Callable[[Any], Any]:
    return lambda array: slicing(first(array))


def _undone(array: Any, change: Any, shape: tuple[int, ...]) -> Any:
    """The array in the shape it had before the change."""
    before = np.empty(shape, array.dtype)
    change(before)[...] = array
    return before


def check_allowed(tensor: Tensor, others: Sequence[Any] = ()) -> None:
    """RuntimeError: the tensor is not to be changed in place by an operation that also takes `others`.

    While recording, these are a leaf that requires grad, a view of one, and a view whose history could not follow the
    change; outside inference mode, a tensor made in it.
    """
    base = tensor._base
    tensors = (tensor, *others) if base is None else (tensor, base, *others)
    if recording.enabled and any(isinstance(t, Tensor) and t._requires_grad for t in tensors):
        if base is not None:
            if tensor._made is not None:
                raise RuntimeError(refusal(tensor, "is being"))
            if base._grad_fn is None and base._requires_grad:
                raise RuntimeError(
                    "a view of a leaf Variable that requires grad is being used in an in-place operation."
                )
        if tensor._requires_grad and tensor._grad_fn is None:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if tensor._inference and not recording.inference:
        raise RuntimeError(INFERENCE_TENSOR)


def rebase(tensor: Tensor, node: Node, number: int) -> None:
    """Makes output `number` of `node` the history of a tensor that was changed in place, and of all that share it."""
    base = tensor if tensor._base is None else tensor._base
    if base is tensor:
        memory_of(base).made_by = type(node)
    else:
        node, number = CopySlices(base, tensor, node), 0
    _give_history(base, node, number)
    for view in memory_of(base).live_views():
        if view._made is None:
            regenerate(view)
        else:
            outdate(view)


def regenerate(view: Tensor) -> None:
    """Makes a view's history that of its base, as it is now."""
    assert view._base is not None
    with enable_grad():
        fresh = as_strided(view._base, positions(view))
    assert fresh.grad_fn is not None
    _give_history(view, fresh.grad_fn, 0)


def _give_history(tensor: Tensor, node: Node, number: int) -> None:
    """Makes a tensor output `number` of `node`. One that keeps its gradient keeps that of its new history."""
    if tensor.retains_grad and tensor.grad_fn is not None:
        tensor.grad_fn.own_hooks().retain.pop(tensor.output_nr, None)
        node.own_hooks().retain[number] = weakref.ref(tensor)
    tensor._grad_fn, tensor.output_nr, tensor._requires_grad = node, number, True


def setitem(tensor: Tensor, key: Any, value: Any) -> None:
    """`tensor[key] = value`: through a view where the key makes one, by putting elements in where it does not."""
    _check_not_captured(tensor, "copy_")
    value = value if isinstance(value, Tensor) else Tensor(np.asarray(value, tensor._data.dtype)[()])
    part = getitem(tensor, key)
    if part._base is None:
        places = _places(tensor, key)
        if isinstance(key, bool):
            _check_expandable(value, part)
        value = _without_leading_ones(value, places.ndim)
        check_fits(value, places)
        in_place("index_put_", lambda x, value: index_put(x, value, places))(tensor, value)
    else:
        # A view of the same shape is the whole tensor, which then is no view's base that changes but changes itself.
        target = tensor if part._data.shape == tensor._data.shape else part
        if value._data.ndim:
            _check_expandable(value, target)
            target.copy_(_without_leading_ones(value, target.ndim))
        else:
            target.fill_(value)


def _without_leading_ones(value: Tensor, rank: int) -> Tensor:
    """A value for so many dimensions: without those before them that have one element, as in NumPy."""
    shape = value._data.shape
    while len(shape) > rank and shape[0] == 1:
        shape = shape[1:]
    return value if shape == value._data.shape else value.reshape(shape)


def _check_expandable(value: Tensor, target: Tensor) -> None:
    """RuntimeError: the value does not broadcast to what it is written into."""
    value, wanted = _without_leading_ones(value, target.ndim), target._data.shape
    if broadcast_shape(value._data.shape, wanted) != wanted:
        expand(value, wanted)


def _places(tensor: Tensor, key: Any) -> Array:
    """Where in the tensor, counted through it in order, the elements lie that an index picks out."""
    counted = Tensor(np.arange(tensor._data.size).reshape(tensor._data.shape))
    return np.asarray(getitem(counted, key)._data)
