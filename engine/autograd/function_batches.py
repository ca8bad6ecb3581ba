"""An operation of the user's own done for a batch of inputs: by its `vmap`, by its `forward`, or for each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..graph.transforms import forward
from ..primitives.axes import movedim
from ..primitives.parts import stack
from ..tensors.errors import type_error
from ..tensors.modes import set_grad_enabled
from ..tensors.tensor import Tensor
from .batching import Batch, histories
from .nesting import leaves, mapped, rebuilt, spread
from .vmap import at_index


class VmapInfo(NamedTuple):
    """What the `vmap` of an operation is told: how many there are, and what `vmap` was told of random numbers."""

    batch_size: int
    randomness: str


_SEE = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"


def batch_of(inputs: Sequence[Any]) -> Batch | None:
    """The innermost level, if it is a batch and one of the inputs stands for many at it."""
    level = forward.levels[-1] if forward.levels else None
    return level if isinstance(level, Batch) and any(level.holds(t) for t in leaves(list(inputs))) else None


def done_for_batch(function: Any, level: Batch, args: tuple[Any, ...], records: bool, has_vmap: bool) -> Any:
    """What the `forward` of an operation would return for each of a batch.

    RuntimeError: the operation does not say how it is done for a batch, or says it in two ways.
    """
    name = function.__name__
    if function.generate_vmap_rule and has_vmap:
        raise RuntimeError(
            f"You tried to vmap over {name}, but it has both generate_vmap_rule=True and an overridden vmap "
            f"staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid "
            f"ambiguity. {_SEE}"
        )
    if not (function.generate_vmap_rule or has_vmap):
        raise RuntimeError(
            f"You tried to vmap over {name}, but it does not have vmap support. Please override and implement the vmap "
            f"staticmethod or set generate_vmap_rule=True. {_SEE}"
        )
    values = mapped(lambda t: t._data.value if level.holds(t) else t, args)
    in_dims = mapped(lambda t: 0 if level.holds(t) else None, args)
    if has_vmap:
        with level.outside(), set_grad_enabled(records):
            returned = function.vmap(VmapInfo(level.size, level.randomness), in_dims, *values)
        return _wrapped(name, level, returned)
    outside = [h for t in leaves(values) if isinstance(t, Tensor) for h in histories(t)]
    if not any(t._tangents or (records and t._requires_grad) for t in outside):
        return function.forward(*args)
    with level.outside(), set_grad_enabled(records):
        rows = [function.apply(*at_index(values, [*leaves(in_dims)], i)) for i in range(level.size)]
        columns = zip(*[list(leaves(row)) for row in rows], strict=True)
        return rebuilt(rows[0], iter([level.batched(stack(list(column))) for column in columns]))


def _wrapped(name: str, level: Batch, returned: Any) -> Any:
    """The output of an operation's `vmap`. ValueError: it is not of an output and where its batches are."""
    if not (isinstance(returned, tuple) and len(returned) == 2):
        given = f"{len(returned)} returns" if isinstance(returned, tuple) else f"a {type(returned)}"
        raise RuntimeError(
            "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure "
            f"compatible with the output. Got {given} instead"
        )
    output, out_dims = returned
    dims = spread(out_dims, output)
    if dims is None:
        raise type_error(
            f"The vmap staticmethod of {name} returned out_dims={out_dims}, which is not compatible with the structure "
            "of its output.",
            ValueError,
        )
    wrapped = [
        t if dim is None or not isinstance(t, Tensor) else level.batched(movedim(t, dim, 0) if dim else t)
        for t, dim in zip(leaves(output), dims, strict=True)
    ]
    return rebuilt(output, iter(wrapped))
