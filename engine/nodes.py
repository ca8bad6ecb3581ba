"""The nodes of table operations: what they keep for the backward pass and how they run their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .autograd.graph import Node, next_sequence
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
    """The node of a table operation: what its rules asked to keep, and which of them to run."""

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
            saved = self._recorded(saved)
        elif saved:
            saved = [value._data if isinstance(value, Tensor) else value for value in saved]
        if primitive.variadic:
            rule, needs = primitive.vjps[0]
            return rule(gradients, *needs(saved))
        results: list[Any] = []
        for (rule, needs), (node, _) in zip(primitive.vjps, self.next_functions, strict=True):
            if node is None:
                results.append(None)
            elif needs is None:
                results.append(rule(gradients))
            elif type(needs) is int:
                results.append(rule(gradients, saved[needs]))
            else:
                results.append(rule(gradients, *needs(saved)))
        return results

    def release(self) -> None:
        if self.saved:
            self.saved = None

    def _recorded(self, saved: Sequence[Any]) -> list[Any]:
        """The saved values for a pass that is itself recorded: the outputs as the tensors they were.

        They are kept as plain data, because a tensor would refer back to its node.
        """
        primitive = self.primitive
        values: list[Any] = []
        for source, value in zip(primitive.saved, saved, strict=True):
            if source == "out" or source in primitive.outputs:
                number = primitive.outputs.index(source) if source in primitive.outputs else 0
                values.append(tracked(value, self, number))
            else:
                values.append(value)
        return values


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
