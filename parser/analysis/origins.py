"""What a session remembers of the graphs that its scripts record: where each node was made, and its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.graph.node import AccumulateGrad, Node
from ...engine.table.nodes import PrimitiveNode
from ...engine.tensors.memory import memory_of
from ..script.session import Origin

_MADE = "_made_in_session"


class _Array(NamedTuple):
    """An array, and the version of it that is meant."""

    data: np.ndarray
    memory: Any
    version: int


def kept(tensor: Tensor) -> Any:
    """The value of a tensor, for `value_of`. It keeps no tensor alive."""
    if not isinstance(tensor._data, np.ndarray):
        return tensor._data
    memory = memory_of(tensor)
    return _Array(tensor._data, memory, memory.version)


def value_of(kept: Any) -> Any:
    """The NumPy value of a tensor as it was; None for an array that has been changed in place since."""
    if not isinstance(kept, _Array):
        return kept
    return kept.data if kept.memory.version == kept.version else None


class Made:
    """A node as it was made: what is `kept` of its results, and of those of its inputs that are leaves (else None).

    `is_part` says that its sub-expression stands for several nodes, of which it is not the last.
    """

    __slots__ = ("guards", "is_part", "leaves", "origin", "results", "saved")

    def __init__(self, node: PrimitiveNode, result: Any, origin: Origin) -> None:
        self.origin = origin
        self.is_part = False
        # A backward pass frees these at the node; here they stay, so that it can be shown after it too.
        self.saved = node.saved
        self.guards = node.guards
        results = result if isinstance(result, (tuple, list)) else (result,)
        self.results = [kept(tensor) for tensor in results]
        # Not the leaves themselves: the gradient of one may lead back to this node.
        inputs = [child for child, _ in node.next_functions]
        self.leaves = [kept(child.variable) if isinstance(child, AccumulateGrad) else None for child in inputs]


class Origins:
    """What is known of the nodes of a session.

    It stands at the nodes themselves and goes with them. A table of weak references would run code when a node goes,
    and an interrupt that comes just then would be lost.
    """

    def __init__(self) -> None:
        self.latest: Made | None = None

    def observe(self, node: PrimitiveNode, result: Any, origin: Origin) -> None:
        """Notes a node that an operation has made."""
        made = Made(node, result, origin)
        before = self.latest
        if before is not None and before.origin[1:] == origin[1:]:
            before.is_part = True
        node.__dict__[_MADE] = self.latest = made

    def get(self, node: Node) -> Made | None:
        """What is known of a node; None for one that is of no operation in the table, such as a change of a view."""
        return node.__dict__.get(_MADE)

    @contextmanager
    def undisturbed(self, nodes: Iterable[Node]) -> Iterator[None]:
        """In the block, a backward pass through these nodes leaves them as they were.

        What an earlier pass freed is there again, and tensors that keep their gradient do not add to it.
        """
        nodes = list(nodes)
        freed = [node for node in nodes if isinstance(node, PrimitiveNode) and node.saved is None]
        retained = [(node._hooks, node._hooks.retain) for node in nodes if node._hooks is not None]
        try:
            for node in freed:
                made = self.get(node)
                if made is not None:
                    node.saved, node.guards = made.saved, made.guards
            for hooks, _ in retained:
                hooks.retain = {}
            yield
        finally:
            for node in freed:
                node.release()
            for hooks, kept in retained:
                hooks.retain = kept
