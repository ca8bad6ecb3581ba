"""`torch.autograd.graph`: what is saved (`saved`), places in a graph, and hooks that wait for several gradients."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..graph.hooks import RemovableHandle
from ..graph.node import Edge, Node
from ..graph.saved import allow_mutation_on_saved_tensors, disable_saved_tensors_hooks, save_on_cpu, saved_tensors_hooks
from ..tensors.memory import memory_of
from ..tensors.tensor import Tensor
from .passes import current_pass

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class GradientEdge(NamedTuple):
    """Output `output_nr` of `node`; `grad` and `backward` take it in a tensor's place."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    @property
    def requires_grad(self) -> bool:
        """True: there is a gradient to be had here."""
        return True

    def _edge(self) -> Edge:
        return self.node, self.output_nr


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The place in the graph where the tensor's gradient arrives. RuntimeError: it requires none."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    node, number = tensor._edge()
    assert node is not None
    return GradientEdge(node, number, node)


class _Handles(RemovableHandle):
    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Calls `fn` with the gradients of all tensors (None: not reached), or of the first to arrive with mode "any".

    ValueError: another mode.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")

    def hook(position: int, gradient: Tensor) -> None:
        running = current_pass()
        if hook not in running.notes:
            running.notes[hook] = {}, sum(running.will_reach(t._edge()[0]) for t in tensors)
        arrived, expected = running.notes[hook]
        arrived[position] = gradient
        if mode == "any":
            if len(arrived) == 1:
                fn(gradient)
        elif len(arrived) == expected:
            fn([arrived.get(i) for i in range(len(tensors))])

    return _Handles([t.register_hook(functools.partial(hook, i)) for i, t in enumerate(tensors)])


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Counts an in-place change that the engine could not see."""
    for t in (tensor,) if isinstance(tensor, Tensor) else tensor:
        memory_of(t).version += 1
