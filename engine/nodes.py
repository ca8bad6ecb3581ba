"""The nodes of table operations: what they keep for the backward pass and how they run their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .autograd.graph import AccumulateGrad, Edge, Node, next_sequence
from .tensor import Tensor

if TYPE_CHECKING:
    from .primitive import Primitive

_FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


class PrimitiveNode(Node):
    """The node of a table operation: what its rules asked to keep, and which of them to run.

    `saved` holds plain data, without the tensors around it: an output's tensor would refer back to this node. The
    edges say all there is to know of an argument's tensor, should a recorded pass need it again.
    """

    __slots__ = ("saved",)

    primitive: Primitive
    saved: Sequence[Any] | None

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        """The gradient of each argument that wants one (else None). RuntimeError: what was saved is freed."""
        saved = self.saved
        if saved is None:
            raise RuntimeError(_FREED)
        primitive = self.primitive
        if create_graph:
            saved = self._as_tensors(saved)
        if primitive.variadic:
            rule, needs = primitive.vjps[0]
            return _run(rule, needs, gradients, saved)
        results: list[Any] = []
        for position, (node, _) in enumerate(self.next_functions):
            if node is None:
                results.append(None)
                continue
            rule, needs = primitive.vjps[position]
            # As `_run`, without the call: this is the innermost loop of every backward pass.
            if needs is None:
                results.append(rule(gradients))
            elif type(needs) is int:
                results.append(rule(gradients, saved[needs]))
            else:
                results.append(rule(gradients, *needs(saved)))
        return results

    def release(self) -> None:
        if self.saved:
            self.saved = None

    def _as_tensors(self, saved: Sequence[Any]) -> list[Any]:
        """The saved values for a pass that is itself recorded: arguments and outputs as the tensors they were."""
        primitive = self.primitive
        values: list[Any] = []
        for source, value in zip(primitive.saved, saved, strict=True):
            if source == "out":
                values.append(tracked(value, self))
            elif source in primitive.outputs:
                values.append(tracked(value, self, primitive.outputs.index(source)))
            elif source in primitive.slots:
                values.append(at_edge(value, self.next_functions[primitive.slots.index(source)]))
            elif isinstance(value, (np.ndarray, np.generic)):
                values.append(Tensor(value))
            else:
                values.append(value)
        return values


def _run(rule: Any, needs: Any, gradients: Any, saved: Sequence[Any]) -> Any:
    """A rule's result on those of the saved values that it needs."""
    if needs is None:
        return rule(gradients)
    return rule(gradients, saved[needs]) if type(needs) is int else rule(gradients, *needs(saved))


class UndifferentiatedNode(Node):
    """The node of an operation that PyTorch has no derivative for: a backward pass through it is an error."""

    __slots__ = ("operation",)

    def __init__(self, primitive: Primitive, args: Sequence[Any]) -> None:
        self.operation = primitive.name
        self.sequence = next_sequence()
        self.next_functions = tuple(a._edge() for a in args if isinstance(a, Tensor) and a.requires_grad)
        self.outputs = None

    def name(self) -> str:
        return "torch::autograd::NotImplemented"

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        """RuntimeError, always."""
        raise RuntimeError(f"derivative for aten::{self.operation} is not implemented")


UndifferentiatedNode.__name__ = "NotImplemented"


def tracked(data: Any, node: Node, number: int = 0) -> Tensor:
    """Output `number` of `node` as a tensor; integer and boolean outputs take no part in the graph."""
    tensor = Tensor(data)
    if data.dtype.kind == "f":
        tensor.requires_grad = True
        tensor.grad_fn = node
        if number:
            tensor.output_nr = number
    return tensor


def at_edge(data: Any, edge: Edge) -> Any:
    """The tensor with this data that a gradient along `edge` belongs to; a Python number as it is."""
    node, number = edge
    if not isinstance(data, (np.ndarray, np.generic)):
        return data
    if node is None:
        return Tensor(data)
    return node.variable if isinstance(node, AccumulateGrad) else tracked(data, node, number)
