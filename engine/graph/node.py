# pyright: strict, reportPrivateUsage=false
"""The graph that operations record: a Node for each, and the edges gradients travel back along.

A tensor refers to the node that made it and a node to the nodes of its inputs, never the other way: a graph without
its last tensor is freed by reference counts alone.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..tensors.aliases import Gradient
from ..tensors.dtypes import dtype, of
from ..tensors.modes import recording
from ..tensors.tensor import Memory, Tensor
from .hooks import Hooks, RemovableHandle, as_data, as_tensor

Edge = tuple["Node | None", int]


class Change(NamedTuple):
    """A change of output `number` of a node in place: when, which version it ended, and what counts the versions."""

    sequence: int
    number: int
    version: int
    memory: Memory


class Node:
    """One recorded operation.

    `next_functions` holds, for each differentiable argument, the node that made it and which of that node's outputs
    it is; `(None, 0)` where no gradient is wanted. `_sequence` grows with each node, so that a larger one never
    leads to a node that has to run first. `_outputs` describes the outputs' shapes and dtypes: as `describe` does for
    one, a list of such descriptions where the operation has several (`is_multiple`).
    """

    # What every node has is in slots; what few have (hooks, metadata) is in __dict__.
    __slots__ = ("__dict__", "__weakref__", "_outputs", "_sequence", "next_functions")

    full_name = ""
    is_multiple = False
    _hooks: Hooks | None = None
    # Changes in place of outputs without dimensions.
    changes: Sequence[Change] = ()

    @property
    def output_count(self) -> int:
        """How many outputs the operation has."""
        return len(self._outputs) if self.is_multiple else 1

    next_functions: tuple[Edge, ...]
    _sequence: int
    _outputs: Any

    def name(self) -> str:
        """The node's name, such as `SinBackward0`."""
        return self.full_name or type(self).__name__

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        """The gradients of this node's inputs, one for each of `next_functions` (None: no gradient)."""
        raise NotImplementedError

    def apply_towards(
        self, wanted: Container[Node | None], gradients: Gradient, create_graph: bool
    ) -> Sequence[Gradient]:
        """As `apply`; a gradient that leads to none of the nodes `wanted` may be left out."""
        return self.apply(gradients, create_graph)

    def apply_undefined(self, create_graph: bool) -> Sequence[Gradient]:
        """What `apply` sends on where no output received a gradient: none to each input, by no rule."""
        return [None] * len(self.next_functions)

    def release(self) -> None:
        """Lets go of what was saved for the backward pass."""

    def own_hooks(self) -> Hooks:
        """The node's hooks, made when first asked for."""
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    def register_prehook(self, hook: Any) -> RemovableHandle:
        """Calls `hook(grad_outputs)` before the node runs; what it returns, if anything, takes their place."""
        return RemovableHandle(self.own_hooks().before, hook)

    def register_hook(self, hook: Any) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)` after the node ran; a tuple it returns takes grad_inputs' place."""
        return RemovableHandle(self.own_hooks().after, hook)

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for the user's own notes about the node."""
        return self.__dict__.setdefault("_metadata", {})

    def __call__(self, *gradients: Any, **keywords: Any) -> Any:
        """Runs the node's rules alone: the gradients of its arguments, one or a tuple, given those of its outputs.

        TypeError: not as many gradients as outputs, or keyword arguments.
        """
        if keywords:
            raise TypeError("keyword arguments are not supported")
        if len(gradients) != self.output_count:
            raise TypeError(f"expected {self.output_count} arguments, got {len(gradients)} instead")
        records = recording.enabled
        given = [as_data(g, records) for g in gradients]
        if all(g is None for g in given):
            sent = self.apply_undefined(records)
        else:
            sent = self.apply(given if self.is_multiple else given[0], records)
        sent = [as_tensor(g) for g in sent]
        return sent[0] if len(sent) == 1 else tuple(sent)

    @property
    def requires_grad(self) -> bool:
        """True: a node is only made where a gradient is wanted."""
        return True

    @property
    def _input_metadata(self) -> tuple[Metadata, ...]:
        """What the gradients that arrive here have to look like, one for each output of the operation."""
        described: Sequence[Any] = self._outputs if self.is_multiple else [self._outputs]
        scalar: Any = ((), np.dtype(np.float64))
        return tuple([Metadata(list(shape), of(kind)) for shape, kind in [d or scalar for d in described]])

    def _sequence_nr(self) -> int:
        return self._sequence

    def _set_sequence_nr(self, sequence_nr: int) -> None:
        self._sequence = sequence_nr

    def _register_hook_dict(self, tensor: Tensor) -> None:
        """Nothing: the hooks of a tensor are its node's already."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"


class AccumulateGrad(Node):
    """The end of an edge at a leaf: adds what arrives to the leaf's `.grad`."""

    __slots__ = ("variable",)

    full_name = "torch::autograd::AccumulateGrad"

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.next_functions = ()
        self._sequence = -1
        self._outputs = describe(variable._data)

    # A leaf holds its node weakly, so the hooks stay with the leaf.
    @property
    def _hooks(self) -> Hooks | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.variable._leaf_hooks

    def own_hooks(self) -> Hooks:
        if self.variable._leaf_hooks is None:
            self.variable._leaf_hooks = Hooks()
        return self.variable._leaf_hooks


class Metadata(NamedTuple):
    """The shape and dtype of a gradient."""

    shape: list[int]
    dtype: dtype


def describe(data: Any) -> Any:
    """What a gradient of `data` has to look like: (shape, dtype), or None for the common float64 scalar."""
    return None if type(data) is np.float64 else (data.shape, data.dtype)
