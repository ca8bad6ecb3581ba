"""The node of an operation of the user's own, which is also the `ctx` that its methods are given."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.hooks import as_data, as_tensor
from ..graph.node import Node
from ..graph.saved import Packed, packed, packing, unpacked
from ..table.nodes import FREED, check_unchanged, tracked
from ..tensors.aliases import Gradient
from ..tensors.errors import shape_error
from ..tensors.memory import broadcast_shape, memory_of
from ..tensors.tensor import Tensor


class FunctionCtx:
    """What `forward` (or `setup_context`) tells `backward`, beside any attributes the user sets."""

    needs_input_grad: tuple[bool, ...] = ()
    # What `save_for_backward`, `mark_dirty` and `mark_non_differentiable` were given.
    to_save: Sequence[Tensor | None] = ()
    dirty_tensors: Sequence[Tensor] = ()
    non_differentiable: Sequence[Tensor] = ()
    _saved: list[Any] | None = None
    _materialize = True
    _materialize_non_diff_grads = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps inputs, outputs or other tensors (or None) for `backward`. TypeError: something else."""
        _check_kept(tensors, "save_for_backward can only save variables")
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for `jvp`."""
        _check_kept(tensors, "save_for_forward can only save tensors or None")
        self.saved_for_forward = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Says which inputs `forward` changed in place."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Says which outputs have no derivative."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros (the default) or None for an output that no gradient reached."""
        self._materialize = value


def _check_kept(tensors: Sequence[Any], rule: str) -> None:
    for i, tensor in enumerate(tensors):
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"{rule}, but argument {i} is of type {type(tensor).__name__}")


class FunctionNode(FunctionCtx, Node):
    """The node of a user's operation, which is also its `ctx`."""

    is_multiple = True
    # The class of the operation.
    _function: Any
    _parameters: tuple[bool, ...]
    # Which outputs are marked as not differentiable, if any.
    _constants: tuple[bool, ...] = ()
    # Which inputs are marked as changed in place, if any.
    _written: tuple[int, ...] = ()
    # What `save_for_forward` kept, while `jvp` runs: there it is what `saved_tensors` means.
    _for_jvp: tuple[Tensor | None, ...] | None = None

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` kept. RuntimeError: it was freed, or changed in place since."""
        if self._for_jvp is not None:
            return self._for_jvp
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple([None if kept is None else kept.tensor(self) for kept in self._saved])

    @property
    def _raw_saved_tensors(self) -> tuple[Any, ...]:
        """The places where tensors are kept. RuntimeError: they are freed."""
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple(self._saved)

    @property
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The old name of `saved_tensors`, with a DeprecationWarning."""
        warnings.warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2)
        return self.saved_tensors

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        """The gradients of the tensor inputs, checked. RuntimeError: too few, of a wrong shape, no tensors."""
        if self._saved is None:
            raise RuntimeError(FREED)
        rule = self._function._rule()
        arguments = [self._materialized(g, i) for i, g in enumerate(gradients)]
        returned = rule(self, *arguments)
        returned = returned if isinstance(returned, tuple) else (returned,)
        expected = len(self._parameters)
        name = type(self).__name__
        if len(returned) < expected or any(g is not None for g in returned[expected:]):
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(returned)})"
            )
        results: list[Any] = []
        for i, (gradient, is_tensor) in enumerate(zip(returned, self._parameters, strict=False)):
            if gradient is not None and not isinstance(gradient, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__})")
            if is_tensor:
                self._check_fits(gradient, i, len(results))
                results.append(as_data(gradient, create_graph))
        return results

    def apply_undefined(self, create_graph: bool) -> Sequence[Gradient]:
        """As `apply`: the user's rule is asked whatever arrived, with zeros unless `set_materialize_grads(False)`."""
        return self.apply([None] * self.output_count, create_graph)

    def release(self) -> None:
        if self._saved:
            self._saved = None

    def _materialized(self, gradient: Gradient, number: int) -> Gradient:
        if gradient is not None or not self._materialize:
            return as_tensor(gradient)
        if not self._materialize_non_diff_grads and self._constants and self._constants[number]:
            return None
        if self._outputs[number] is None:
            return None
        shape, dtype = self._outputs[number]
        return Tensor(np.zeros(shape, dtype)[()])

    def _check_fits(self, gradient: Tensor | None, position: int, slot: int) -> None:
        """RuntimeError: the shape of a gradient does not reduce to that of its input."""
        node, number = self.next_functions[slot]
        if gradient is None or node is None:
            return
        outputs = node._outputs[number] if node.is_multiple else node._outputs
        shape = () if outputs is None else outputs[0]
        if broadcast_shape(gradient.shape, shape) != gradient.shape:
            raise shape_error(
                f"Function {type(self).__name__} returned an invalid gradient at index {position} - got "
                f"{list(gradient.shape)} but expected shape compatible with {list(shape)}"
            )


class Saved:
    """A tensor as a node keeps it: with what tells whether it was changed since, or as a pack hook left it.

    An output is kept as plain data, without the tensor, which refers to the node.
    """

    __slots__ = ("data", "guard", "original", "output")

    def __init__(self, tensor: Tensor, node: Node, output: int | None) -> None:
        self.output = output
        self.original = tensor if output is None else None
        self.data: Any = tensor._data
        self.guard: Any = None
        if packing.hooks:
            self.data, self.original = packed(packing.hooks[-1], tensor), None
            return
        memory = memory_of(tensor)
        made_by = type(tensor._grad_fn) if output is None and tensor._grad_fn is not None else None
        self.guard = (memory, memory.version, tensor._data, made_by, tensor.output_nr, output is not None)

    def tensor(self, node: Node) -> Tensor:
        """The tensor again. RuntimeError: it was changed in place. TypeError: a hook returned no tensor."""
        if isinstance(self.data, Packed):
            return unpacked(self.data)
        if self.guard is not None:
            check_unchanged([self.guard])
        return self.original if self.original is not None else tracked(self.data, node, self.output or 0)
