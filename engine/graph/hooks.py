# pyright: strict, reportPrivateUsage=false
"""Functions of the user's that a backward pass calls on its way: with a tensor's gradient, or around a node."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Sequence
from typing import Any, cast

from ..tensors.aliases import Call, Gradient
from ..tensors.errors import shape_error
from ..tensors.symbol import DATA
from ..tensors.tensor import Tensor

next_sequence = itertools.count().__next__


class RemovableHandle:
    """What registering a hook returns: `remove()` takes it away, and so does leaving a `with` block."""

    def __init__(self, hooks: dict[int, Any], hook: Call) -> None:
        self.hooks = hooks
        self.id = next_sequence()
        hooks[self.id] = hook

    def remove(self) -> None:
        """Takes the hook away; again does nothing."""
        self.hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one node, each kind in the order it was registered.

    `tensor` holds, by output, functions of that output's gradient; `retain` the tensors that keep an output's
    gradient as their `.grad`; `before` functions of all the gradients that arrived; `after` functions of the
    gradients sent on and of those that arrived. A function returns None, or what to go on with.
    """

    __slots__ = ("after", "before", "retain", "tensor")

    def __init__(self) -> None:
        self.tensor: dict[int, dict[int, Call]] = {}
        self.retain: dict[int, weakref.ref[Tensor]] = {}
        self.before: dict[int, Call] = {}
        self.after: dict[int, Call] = {}

    def run_tensor(self, arrived: list[Any], create_graph: bool) -> list[Any]:
        """The gradients that arrived, one for each output, as the tensors' hooks leave them; keeps retained ones.

        TypeError, RuntimeError: a hook returned something that is no tensor, of another shape or dtype, or a tensor
        where there is no gradient.
        """
        for number, hooks in self.tensor.items():
            for hook in list(hooks.values()):
                answer = hook(as_tensor(arrived[number]))
                if answer is not None:
                    arrived[number] = _checked(hook, arrived[number], answer, create_graph)
        for number, reference in self.retain.items():
            tensor = reference()
            if tensor is not None and arrived[number] is not None:
                gradient = as_tensor(arrived[number])
                gradient = gradient if create_graph else gradient.detach().clone()
                tensor._grad = gradient if tensor._grad is None else tensor._grad + gradient
        return arrived

    def run_before(self, arrived: Sequence[Any], create_graph: bool) -> Sequence[Any]:
        """The gradients a node is to run with, as the hooks before it leave them. Errors: as `run_tensor`."""
        for hook in list(self.before.values()):
            arrived = _answered(hook, arrived, create_graph, _as_tensors(arrived))
        return arrived

    def run_after(self, sent: Sequence[Any], arrived: Sequence[Any], create_graph: bool) -> Sequence[Any]:
        """The gradients that a node sends on, as the hooks leave them. Errors: as `run_tensor`."""
        for hook in list(self.after.values()):
            sent = _answered(hook, sent, create_graph, _as_tensors(sent), _as_tensors(arrived))
        return sent


def run_post_accumulate(leaf: Tensor) -> None:
    """Calls the hooks of a leaf to whose `.grad` a gradient was added.

    TypeError, RuntimeError: one returned something else than None or the leaf.
    """
    for hook in list((leaf._post_accumulate_hooks or {}).values()):
        returned = hook(leaf)
        if returned is None or returned is leaf:
            continue
        if not isinstance(returned, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")
        raise RuntimeError("Tensor post accumulate grad hooks should return None.")


def _answered(hook: Call, gradients: Sequence[Gradient], create_graph: bool, *args: Any) -> Sequence[Gradient]:
    """The gradients, or what `hook(*args)` returns in their place: a tuple of as many, None again for None."""
    returned: Any = hook(*args)
    if returned is None:
        return gradients
    if not isinstance(returned, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(returned).__name__}'")
    answers = cast(tuple[Any, ...], returned)
    if len(answers) != len(gradients):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(answers)}, but expected "
            f"{len(gradients)})"
        )
    return [None if a is None else _checked(hook, g, a, create_graph) for g, a in zip(gradients, answers, strict=True)]


def _checked(hook: Call, gradient: Gradient, answer: Any, create_graph: bool) -> Gradient:
    """What a hook returned in a gradient's place, as a pass carries it."""
    if gradient is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not isinstance(answer, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
    before = as_tensor(gradient)
    if answer.dtype is not before.dtype:
        raise RuntimeError(
            f"hook '{_name(hook)}' has changed the type of value (was torch.{before.dtype.title}Tensor got "
            f"torch.{answer.dtype.title}Tensor)"
        )
    if answer.shape != before.shape:
        raise shape_error(f"hook '{_name(hook)}' has changed the size of value")
    return as_data(answer, create_graph)


def _name(hook: Call) -> str:
    return getattr(hook, "__name__", "<unknown>")


def _as_tensors(gradients: Sequence[Gradient]) -> tuple[Gradient, ...]:
    return tuple([as_tensor(g) for g in gradients])


def as_tensor(gradient: Gradient) -> Gradient:
    """A gradient as a user sees it: a tensor, or None."""
    return Tensor(gradient) if isinstance(gradient, DATA) else gradient


def as_data(gradient: Gradient, create_graph: bool) -> Gradient:
    """A gradient as a backward pass carries it: plain data, unless the pass is recorded."""
    return gradient if create_graph or gradient is None else gradient._data
