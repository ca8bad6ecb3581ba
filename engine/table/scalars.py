# pyright: strict, reportPrivateUsage=false
"""Changes in place of tensors without dimensions, of which graphs keep the number and not the tensor.

Guarding each saved number would cost more than most operations on it. Instead a change is noted at the node that
numbers saved before it came from, and a backward pass looks for such notes only where its graph is older than the
newest change of any.
"""

from __future__ import annotations

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
    node = tensor._grad_fn or (tensor._accumulator() if tensor._accumulator else None)
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
        maker: Node | None = None
        number = 0
        if source in primitive.results:
            maker, number = node, primitive.results.index(source)
        elif source in primitive.slots:
            maker, number = node.next_functions[primitive.slots.index(source)]
        if maker is None:
            continue
        for change in maker.changes:
            if change.number == number and change.sequence > node._sequence:
                made_by = None if isinstance(maker, AccumulateGrad) else type(maker)
                made_by = made_by if maker is node else change.memory.made_by or made_by
                raise changed(value, change.memory, change.version, made_by, change.number)
