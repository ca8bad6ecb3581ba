"""The graph that operations record: a Node for each, and the edges gradients travel back along.

A tensor refers to the node that made it and a node to the nodes of its inputs, never the other way: a graph without
its last tensor is freed by reference counts alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..tensor import Tensor

Edge = tuple["Node | None", int]

next_sequence = itertools.count().__next__


class Node:
    """One recorded operation.

    `next_functions` holds, for each differentiable argument, the node that made it and which of that node's outputs
    it is; `(None, 0)` where no gradient is wanted. `sequence` grows with each node, so that a larger one never
    leads to a node that has to run first. `outputs` describes the outputs' shapes and dtypes: as `describe` does for
    one, a list of such descriptions where the operation has several (`is_multiple`).
    """

    __slots__ = ("__weakref__", "next_functions", "outputs", "sequence")

    is_multiple = False

    @property
    def output_count(self) -> int:
        """How many outputs the operation has."""
        return len(self.outputs) if self.is_multiple else 1

    next_functions: tuple[Edge, ...]
    sequence: int
    outputs: Any

    def name(self) -> str:
        """The node's name, such as `SinBackward0`."""
        return type(self).__name__

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        """The gradients of this node's inputs, one for each of `next_functions` (None: no gradient)."""
        raise NotImplementedError

    def release(self) -> None:
        """Lets go of what was saved for the backward pass."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"


class AccumulateGrad(Node):
    """The end of an edge at a leaf: adds what arrives to the leaf's `.grad`."""

    __slots__ = ("variable",)

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.next_functions = ()
        self.sequence = -1
        self.outputs = describe(variable._data)

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"


def describe(data: Any) -> Any:
    """What a gradient of `data` has to look like: (shape, dtype), or None for the common float64 scalar."""
    return None if type(data) is np.float64 else (data.shape, data.dtype)
