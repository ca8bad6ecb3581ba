# pyright: strict, reportPrivateUsage=false
"""The nodes of table operations: what they keep for the backward pass and how they run their rules."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Container, Sequence
from functools import cache
from typing import Any, cast

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import AccumulateGrad, Edge, Node
from ..graph.saved import Pack, Packed, Unpack, packed, packing, unpacked
from ..graph.transforms import Tangents
from ..tensors import dtypes
from ..tensors.aliases import Call, Gradient
from ..tensors.symbol import DATA, is_array, is_items
from ..tensors.tensor import Memory, Tensor
from .record import Operation

# The outputs of an operation that returns as many tensors as it does, and has no names for them.
MANY = ("*",)

FREED = (
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

    primitive: Operation
    saved: Sequence[Any] | None
    guards: Sequence[Any] | None = None
    packed = False
    tangents: dict[int, Tangents] | None = None

    def apply_towards(
        self, wanted: Container[Node | None], gradients: Gradient, create_graph: bool
    ) -> Sequence[Gradient]:
        # A rule that nobody asks for may be one that raises.
        return self.apply(gradients, create_graph, [e if e[0] in wanted else (None, 0) for e in self.next_functions])

    def apply(self, gradients: Gradient, create_graph: bool, edges: Sequence[Edge] | None = None) -> Sequence[Gradient]:
        """The gradient of each argument that wants one (else None). RuntimeError: what was saved is freed or changed.

        `edges` are the node's, with (None, 0) for arguments that no gradient is asked of.
        """
        saved = self.saved
        if saved is None or self.guards is not None or self.packed or create_graph:
            saved = self.restored(create_graph)
        sent: list[Any] = []
        vjps = self.primitive.vjps
        for position, (node, _) in enumerate(self.next_functions if edges is None else edges):
            if node is None:
                sent.append(None)
                continue
            # As `run_rule`; without that call, a pass over scalars is 1.1 times as fast.
            rule, needs = vjps[position]
            if needs is None:
                sent.append(rule(gradients))
            elif type(needs) is int:
                sent.append(rule(gradients, saved[needs]))
            else:
                sent.append(rule(gradients, *needs(saved)))
        return sent

    def apply_undefined(self, create_graph: bool) -> Sequence[Gradient]:
        # What was saved is looked at all the same, as in PyTorch: it may be freed or changed.
        self.restored(create_graph)
        return super().apply_undefined(create_graph)

    def restored(self, create_graph: bool) -> Sequence[Any]:
        """What the node keeps, checked to be what it was and brought back by the hooks that packed it.

        With `create_graph`, as tensors with their places in the graph. RuntimeError: it is freed, or was changed.
        """
        saved = self.saved
        if saved is None:
            raise RuntimeError(FREED)
        if self.guards is not None:
            check_unchanged(self.guards)
        if self.packed:
            saved = self._unpacked(saved)
        return self.as_tensors(saved) if create_graph else saved

    def saved_value(self, position: int) -> Any:
        """One of what the node keeps, as a tensor where it is one. RuntimeError: it is freed."""
        saved = self.saved
        if saved is None:
            raise RuntimeError(FREED)
        if self.packed:
            saved = self._unpacked(saved)
        if self.primitive.saved[position] not in self.primitive.needed(self.next_functions):
            return None
        value = self.as_tensors(saved)[position]
        if not isinstance(value, tuple):
            return value
        parts = cast(tuple[Any, ...], value)
        return tuple([Tensor(part) if is_array(part) else part for part in parts])

    def pack(self, hooks: tuple[Pack, Unpack], args: Sequence[Any], result: Any) -> None:
        """Keeps what `hooks` make of each saved tensor in its place."""
        if not self.saved:
            return
        primitive = self.primitive
        results = result if primitive.outputs else [result]
        needed = primitive.needed(self.next_functions)
        kept: list[Any] = []
        for source, value in zip(primitive.saved, self.saved, strict=True):
            if source not in needed:
                kept.append(value)
                continue
            if source in primitive.results:
                tensor = results[primitive.results.index(source)]
            else:
                tensor = args[primitive.arguments.index(source)] if source in primitive.arguments and args else None
                if tensor is None and packing.copies and (is_array(value) or is_items(value)):
                    value = copy.deepcopy(value)
            kept.append(packed(hooks, tensor) if isinstance(tensor, Tensor) else value)
        self.saved = kept
        self.packed = True
        self.guards = None

    def _unpacked(self, saved: Sequence[Any]) -> list[Any]:
        """What the node keeps as plain data, brought back by the hooks that packed it."""
        values = [unpacked(value) for value in saved]
        return [value._data if isinstance(value, Tensor) else value for value in values]

    def release(self) -> None:
        if self.primitive.keeps_tensors:
            self.saved = None
            if self.guards is not None:
                self.guards = None

    def as_tensors(self, saved: Sequence[Any]) -> list[Any]:
        """The saved values for a pass that is itself recorded: arguments and outputs as the tensors they were."""
        values: list[Any] = []
        for (result, slot), value in zip(self.primitive.origins, saved, strict=True):
            if result is not None:
                values.append(tracked(value, self, result))
            elif slot is not None:
                values.append(at_edge(value, self.next_functions[slot]))
            else:
                values.append(Tensor(value) if isinstance(value, DATA) else value)
        for position, held in self.tangents.items() if self.tangents else ():
            if values[position]._tangents is None:
                values[position]._tangents = held
        return values


class SavedTensor:
    """What a node keeps of one tensor: `node._raw_saved_self` and its kin. Nodes make them, nobody else may."""

    def __new__(cls) -> SavedTensor:
        raise RuntimeError("Trying to create a SavedTensor object from Python is forbidden.")

    @classmethod
    def _of(cls, node: PrimitiveNode, position: int) -> SavedTensor:
        saved = super().__new__(cls)
        saved.node, saved.position = node, position
        return saved

    node: PrimitiveNode
    position: int

    def register_hooks(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        """Keeps `pack_hook(tensor)` in the tensor's place, which `unpack_hook` brings back.

        RuntimeError: it has hooks or is freed, or the node saved no tensor here.
        """
        saved = self.node.saved
        if saved is None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need "
                "to backward through the graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        if isinstance(saved[self.position], Packed):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        tensor = self.node.as_tensors(saved)[self.position]
        if not isinstance(tensor, Tensor):
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        kept = list(saved)
        kept[self.position] = packed((pack_hook, unpack_hook), tensor)
        self.node.saved = kept
        self.node.packed = True


class VariadicNode(PrimitiveNode):
    """The node of an operation on a sequence of tensors, whose one rule returns a gradient for each."""

    __slots__ = ()

    def apply(self, gradients: Gradient, create_graph: bool, edges: Sequence[Edge] | None = None) -> Sequence[Gradient]:
        return run_rule(*self.primitive.vjps[0], gradients, self.restored(create_graph))


class JointNode(PrimitiveNode):
    """The node of an operation on several tensors whose gradients come of one computation."""

    __slots__ = ()

    def apply(self, gradients: Gradient, create_graph: bool, edges: Sequence[Edge] | None = None) -> Sequence[Gradient]:
        joint, (_, needs) = self.primitive.joint, self.primitive.vjps[0]
        assert joint is not None
        sent = run_rule(joint, needs, gradients, self.restored(create_graph))
        return [s if node else None for s, (node, _) in zip(sent, edges or self.next_functions, strict=True)]


class ManyNode(PrimitiveNode):
    """The node of an operation with as many results as it finds, which have no names: its rules are given them all."""

    __slots__ = ()

    def apply(self, gradients: Gradient, create_graph: bool, edges: Sequence[Edge] | None = None) -> Sequence[Gradient]:
        filled: list[Any] = []
        for gradient, (shape, dtype) in zip(gradients, self._outputs, strict=True):
            zeros = np.zeros(shape, dtype) if gradient is None else gradient
            filled.append(Tensor(zeros) if create_graph and gradient is None else zeros)
        return super().apply(filled, create_graph, edges)


# A node has these as properties, not by `__getattr__`, which would slow down every look at any of its attributes.


def saved_properties(primitive: Operation) -> dict[str, property]:
    """`_saved_self` and its kin, by PyTorch's names; `_raw_saved_self` stands for the place where it is kept."""
    properties: dict[str, property] = {}
    for position, source in enumerate(primitive.saved):
        name = torch_name(primitive, source)
        properties[f"_saved_{name}"], properties[f"_raw_saved_{name}"] = _saved_at(position)
    return properties


@cache
def _saved_at(position: int) -> tuple[property, property]:
    return property(lambda node: node.saved_value(position)), property(lambda node: SavedTensor._of(node, position))


def torch_name(primitive: Operation, source: str) -> str:
    """PyTorch's name for a saved value: its first argument is `self`, the second of two mostly `other`."""
    if source == "out":
        return "result"
    name, _, kind = source.partition("_")
    kind = {"shape": "_sym_sizes", "numel": "_sym_numel"}.get(kind, "")
    if kind == "":
        name = source
    usual = "self" if name == primitive.arguments[0] else "other" if name == "y" else name
    return primitive.saved_as.get(name, usual) + kind


def run_rule(rule: Call, needs: Any, gradients: Gradient, saved: Sequence[Any]) -> Any:
    """A rule's result on those of the saved values that it needs."""
    if needs is None:
        return rule(gradients)
    return rule(gradients, saved[needs]) if type(needs) is int else rule(gradients, *needs(saved))


def check_unchanged(guards: Sequence[Any]) -> None:
    """RuntimeError: an array that a node saved was changed in place since."""
    for memory, version, data, made_by, number, is_result in guards:
        if memory.version != version:
            # An argument is named after what it is now, a result after the node that saved it.
            made_by = made_by if is_result else memory.made_by or made_by
            raise changed(data, memory, version, made_by, number)


def changed(data: Any, memory: Memory, version: int, made_by: type[Any] | None, number: int) -> RuntimeError:
    """The error about data, output `number` of `made_by`, that were saved as `version` of what is in `memory`."""
    where = ""
    if made_by is not None:
        where = f", which is output {number} of {made_by.__name__.partition('Backward')[0]},"
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{dtypes.of(data.dtype).title}Tensor {list(data.shape)}]{where} is at version {memory.version}; "
        f"expected version {version} instead. Hint: enable anomaly detection to find the operation that failed to "
        "compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


class UndifferentiatedNode(Node):
    """The node of an operation that PyTorch has no derivative for: a backward pass through it is an error."""

    __slots__ = ("operation",)

    full_name = "torch::autograd::NotImplemented"

    def __init__(self, primitive: Operation, args: Sequence[Any]) -> None:
        self.operation = primitive.name
        self._sequence = next_sequence()
        self.next_functions = tuple(a._edge() for a in args if isinstance(a, Tensor) and a.requires_grad)
        self._outputs = None

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        """RuntimeError, always, that bears the name of the operation."""
        error = RuntimeError(f"derivative for aten::{self.operation} is not implemented")
        vars(error)["operation"] = self.operation
        try:
            raise error
        finally:
            # The error knows this frame, and with it the graph: a name for it here would be a cycle.
            del error


UndifferentiatedNode.__name__ = "NotImplemented"


def tracked(data: Any, node: Node, number: int = 0) -> Tensor:
    """Output `number` of `node` as a tensor; integer and boolean outputs take no part in the graph."""
    tensor = Tensor(data)
    if data.dtype.kind == "f":
        tensor._requires_grad = True
        tensor._grad_fn = node
        if number:
            tensor.output_nr = number
    return tensor


def at_edge(data: Any, edge: Edge) -> Any:
    """The tensor with this data that a gradient along `edge` belongs to; a Python number as it is."""
    node, number = edge
    if not isinstance(data, DATA):
        return data
    if node is None:
        return Tensor(data)
    if not isinstance(node, AccumulateGrad):
        return tracked(data, node, number)
    if node.variable._data is data:
        return node.variable
    # What was saved is not what the leaf holds now: it was cast, or a hook unpacked it.
    tensor = Tensor(data, requires_grad=True)
    tensor._accumulator = weakref.ref(node)
    return tensor
