"""What becomes of the outputs of a user's operation: results of its node, views of inputs, inputs changed in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.node import Edge, Node, describe
from ..tensors.aliases import Gradient
from ..tensors.memory import CUSTOM, ONE_OF_MANY, detach, link_view, memory_of
from ..tensors.tensor import Tensor
from .function_node import FunctionNode, Saved
from .inplace import check_allowed, rebase


def _view_of(tensor: Tensor) -> Tensor:
    """A view of all of a tensor, outside the graph."""
    result = detach(tensor)
    link_view(result, tensor, lambda array: array, CUSTOM)
    return result


def passed_on(output: Any, inputs: Sequence[Any], node: FunctionNode) -> Any:
    """An output that is not recorded: an input that comes back as it is, as a tensor of its own."""
    if not isinstance(output, Tensor) or among(output, node.dirty_tensors):
        return output
    if not among(output, inputs):
        if output._base is not None:
            output._made = CUSTOM
        return output
    return detach(output) if output._requires_grad else _view_of(output)


def recorded(node: FunctionNode, inputs: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
    """The outputs tied to the node, in place where they are inputs marked dirty."""
    zero = (), np.dtype(np.float64)
    node._outputs = [(describe(o._data) or zero) if isinstance(o, Tensor) else None for o in outputs]
    results: list[Any] = []
    for number, output in enumerate(outputs):
        earlier = next((i for i in range(number) if outputs[i] is output), None)
        if earlier is not None and isinstance(output, Tensor):
            # One tensor is one output: the last of its places.
            results.append(results[earlier])
            if results[-1]._grad_fn is node:
                results[-1].output_nr = number
        else:
            results.append(_tied(node, number, output, inputs))
    _keep(node, outputs, results)
    node.to_save = node.dirty_tensors = node.non_differentiable = ()
    return results


def _tied(node: FunctionNode, number: int, output: Any, inputs: Sequence[Any]) -> Any:
    """An output as a result of the node, if it can have a gradient."""
    constant = isinstance(output, Tensor) and among(output, node.non_differentiable)
    if not isinstance(output, Tensor) or (constant and not among(output, inputs)):
        return output
    if among(output, node.dirty_tensors):
        if output.requires_grad and output.grad_fn is None:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
        check_allowed(output)
        memory_of(output).version += 1
        if not constant:
            rebase(output, node if output._base is None else _OneOutput(node, number, output._edge()), number)
        return output
    result = _view_of(output) if among(output, inputs) else output
    if result._base is not None:
        result._made = CUSTOM if sum(isinstance(d, tuple) for d in node._outputs) < 2 else ONE_OF_MANY
    if result.dtype.is_floating_point and not constant:
        result._requires_grad = True
        result._grad_fn = node
        result.output_nr = number
    return result


class _OneOutput(Node):
    """One output of a user's operation, an input's view changed in place, as the operation on that view alone."""

    def __init__(self, node: FunctionNode, number: int, edge: Edge) -> None:
        self.node = node
        self.number = number
        self.place = node.next_functions.index(edge)
        self._sequence = node._sequence
        self._outputs = node._outputs[number]
        edges = list(node.next_functions)
        self.next_functions = (edges.pop(self.place), *edges)

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        """The gradients of the inputs, that of the view first."""
        arrived = [None] * len(self.node._outputs)
        arrived[self.number] = gradients
        sent = list(self.node.apply(arrived, create_graph))
        return [sent.pop(self.place), *sent]

    def release(self) -> None:
        self.node.release()


def _keep(node: FunctionNode, outputs: Sequence[Any], results: Sequence[Any]) -> None:
    """Keeps what `save_for_backward` was given."""
    kept: list[Any] = []
    for tensor in node.to_save:
        number = next((i for i, o in enumerate(outputs) if o is tensor), None) if tensor is not None else None
        is_result = number is not None and results[number]._grad_fn is node
        kept.append(None if tensor is None else Saved(tensor, node, number if is_result else None))
    node._saved = kept


def among(tensor: Tensor, others: Sequence[Any]) -> bool:
    return any(tensor is other for other in others)
