# pyright: strict, reportPrivateUsage=false
"""What a call leaves behind: its result as tensors, and where a gradient is wanted, a node with what it will need."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import numpy as np

from ..graph.node import describe
from ..graph.observers import node_made, watch
from ..tensors.batched import Batched
from ..tensors.memory import memory_of
from ..tensors.modes import recording
from ..tensors.symbol import is_array
from ..tensors.tensor import Tensor
from .nodes import MANY, PrimitiveNode, UndifferentiatedNode, tracked
from .record import Operation

_NOWHERE = (None, 0)
# What describes a scalar that arrays had a part in; of scalars alone, nodes say None.
_SCALAR = ((), np.dtype(np.float64))


def unrecorded(primitive: Operation, args: Sequence[Any], out: Any, requires_grad: bool) -> Any:
    """The result of an operation that no gradient passes through."""
    if primitive.outputs:
        return named_outputs(primitive, [Tensor(_settled(primitive, o)) for o in out])
    out = _settled(primitive, out)
    if requires_grad and primitive.undifferentiated and recording.enabled:
        return tracked(out, UndifferentiatedNode(primitive, args))
    return Tensor(out)


def recorded(
    primitive: Operation, node: PrimitiveNode, save: Any, args: Sequence[Any], data: Sequence[Any], out: Any
) -> Any:
    """The result of a recorded operation, one tensor or one for each named output, tied to its node."""
    if not primitive.outputs:
        out = _settled(primitive, out)
        node._outputs = describe(out) or _SCALAR
        node.saved = save(data, out)
        result = tracked(out, node)
        guard(node, args, [result])
        if watch.made:
            node_made(node, args, result)
        return result
    outputs = [_settled(primitive, o) for o in out]
    node._outputs = [describe(o) or _SCALAR for o in outputs]
    node.saved = save(data, outputs)
    results = [tracked(o, node, i) for i, o in enumerate(outputs)]
    guard(node, args, results)
    if watch.made:
        node_made(node, args, results)
    return named_outputs(primitive, results)


def guard(node: PrimitiveNode, args: Sequence[Any], results: Sequence[Tensor]) -> None:
    """Notes the versions of the arrays that the node saved, so that changing one in place is found out."""
    primitive = node.primitive
    guards: list[Any] = []
    edges = node.next_functions
    for source in primitive.needed(edges) if _NOWHERE in edges else primitive.saved:
        if source in primitive.results:
            tensor = results[primitive.results.index(source)]
        elif source in primitive.arguments and args:
            tensor = args[primitive.arguments.index(source)]
        else:
            continue
        if isinstance(tensor, Tensor) and (is_array(tensor._data) or isinstance(tensor._data, Batched)):
            if tensor._inference:
                raise RuntimeError(
                    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference "
                    "mode in computation tracked by autograd. To work around this, you can make a clone to get a "
                    "normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
                    "`torch.inference_mode()`."
                )
            memory = memory_of(tensor)
            # The node's class: the node itself may be this one, which would then hold on to itself.
            made_by = None if tensor._grad_fn is None else tensor._grad_fn.__class__
            guards.append((memory, memory.version, tensor._data, made_by, tensor.output_nr, tensor._grad_fn is node))
    if guards:
        node.guards = guards


def named_outputs(primitive: Operation, tensors: list[Tensor]) -> Any:
    """Several results as a named tuple (`.values`, `.indices`), or a plain one where they have no names."""
    if primitive.outputs == MANY:
        return tuple(tensors)
    return result_type(primitive.name, primitive.outputs)(*tensors)


@cache
def result_type(name: str, fields: tuple[str, ...]) -> Any:
    """The type of several results with names, which is shown as PyTorch's of this name."""
    made = cast(Any, namedtuple)(name, fields, module="torch.return_types")

    def text(results: Sequence[Any]) -> str:
        parts = [f"{field}={result!r}" for field, result in zip(fields, results, strict=True)]
        return f"torch.return_types.{name}(\n" + ",\n".join(parts) + ")"

    made.__repr__ = text
    return made


def _settled(primitive: Operation, out: Any) -> Any:
    """A result as a tensor holds it: without dimensions as a scalar, unless it shares memory and has to be an array."""
    return out[()] if type(out) is np.ndarray and not out.ndim and not primitive.view else out


@cache
def saver(primitive: Operation) -> Callable[[Any, Any], Sequence[Any]]:
    """The function that picks, from the arguments and the result, what the node keeps."""
    saved = primitive.saved
    if not saved:
        return lambda data, out: ()
    if saved == primitive.arguments:
        return lambda data, out: data
    if saved == ("out",):
        return lambda data, out: (out,)
    getters = [_getter(primitive, source) for source in saved]
    return lambda data, out: tuple([get(data, out) for get in getters])


def _getter(primitive: Operation, source: str) -> Callable[[Any, Any], Any]:
    if source == "out":
        return lambda data, out: out
    if source in primitive.outputs:
        number = primitive.outputs.index(source)
        return lambda data, out: out[number]
    if source in primitive.arguments:
        position = primitive.arguments.index(source)
        return lambda data, out: data[position]
    if source.endswith("_numel"):
        position = primitive.arguments.index(source.removesuffix("_numel"))
        return lambda data, out: data[position].size
    position = primitive.arguments.index(source.removesuffix("_shape"))
    return lambda data, out: shape_of(data[position])


def shape_of(value: Any) -> Any:
    """The shape of a NumPy value as a tuple, () for a number, a list of shapes for a list."""
    if isinstance(value, list):
        return [shape_of(v) for v in cast(list[Any], value)]
    return getattr(value, "shape", ())
