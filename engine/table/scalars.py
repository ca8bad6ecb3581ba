"""Changes in place of tensors without dimensions, of which graphs keep the number and not the tensor.

Guarding each saved number would cost more than most operations on it. Instead a change is noted at the node that
numbers saved before it came from, and a backward pass looks for such notes only where its graph is older than the
newest change of any.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.node import AccumulateGrad, Change, Node
from ..tensors.memory import memory_of
from ..tensors.tensor import Tensor
from .nodes import PrimitiveNode, changed


class _Newest:
    sequence = 0


newest = _Newest()


def note_change(tensor: Tensor, sequence: int) -> None:
    """Notes that a tensor without dimensions was changed in place by an operation that began at `sequence`."""
    node = tensor._grad_fn or (tensor._accumulator and tensor._accumulator())
    if node is None:
        return
    memory = memory_of(tensor)
    node.changes = [*node.changes, Change(sequence, tensor.output_nr, memory.version - 1, memory)]
    newest.sequence = sequence


def check_numbers(node: Node) -> None:
    """RuntimeError: a tensor without dimensions was changed in place since `node` saved its number."""
    if not isinstance(node, PrimitiveNode) or node.saved is None or node.packed:
        return
    primitive = node.primitive
    needed = primitive.needed(node.next_functions)
    for source, value in zip(primitive.saved, node.saved, strict=True):
        if source not in needed or not isinstance(value, np.generic):
            continue
        origin: Any = (None, 0)
        if source in primitive.results:
            origin = (node, primitive.results.index(source))
        elif source in primitive.slots:
            origin = node.next_functions[primitive.slots.index(source)]
        for change in origin[0].changes if origin[0] is not None else ():
            if change.number == origin[1] and change.sequence > node.sequence:
                made_by = None if isinstance(origin[0], AccumulateGrad) else type(origin[0])
                made_by = made_by if origin[0] is node else change.memory.made_by or made_by
                raise changed(value, change.memory, change.version, made_by, change.number)
