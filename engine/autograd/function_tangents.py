"""Forward mode through operations of the user's own: their `jvp` takes the tangents of inputs to those of outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..graph.transforms import Level, forward
from ..primitives.copying import zeros_like
from ..tensors.tensor import Tensor
from .tangents import set_tangent, tangent_of

_NOT_CHANGED = (
    "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward is modifying an "
    "input inplace, then the jvp function must modify the corresponding gradient inplace."
)


def apply_with_tangents(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of a `Function`, its tangents computed by its `jvp`."""
    # Those inside the innermost in which tensors have no numbers: that one has to do with `forward` itself.
    levels: list[Level] = []
    for level in reversed(forward.levels):
        if level.numberless:
            break
        levels.insert(0, level)
    if not levels:
        return function._run(args, kwargs)[2]
    with levels[0].outside():
        node, inputs, result = function._run(args, kwargs)
    results = result if isinstance(result, tuple) else (result,)
    for level in levels:
        tangents = [tangent_of(a, level) if isinstance(a, Tensor) else None for a in inputs]
        if any(t is not None for t in tangents):
            with level.outside():
                _apply_jvp(function, node, inputs, tangents, results, level)
    return result


def _apply_jvp(
    function: Any, node: Any, args: Sequence[Any], tangents: list[Any], results: Sequence[Any], level: Level
) -> None:
    """Gives the results of a `Function` the tangents that its `jvp` returns. RuntimeError: they do not fit."""
    if node._materialize:
        tangents = [
            zeros_like(a) if t is None and isinstance(a, Tensor) and a.dtype.is_floating_point else t
            for a, t in zip(args, tangents, strict=True)
        ]
    node._for_jvp = getattr(node, "saved_for_forward", ())
    versions = [None if t is None else t._version for t in tangents]
    try:
        returned = function.jvp(node, *tangents)
    finally:
        node._for_jvp = None
    returned = returned if isinstance(returned, tuple) else (returned,)
    if len(returned) != len(results):
        raise RuntimeError(
            "Function's jvp returned an invalid number of forward gradients "
            f"(expected {len(results)} but got {len(returned)})"
        )
    for i, (tensor, tangent) in enumerate(zip(results, returned, strict=True)):
        place = next((i for i in node._written if args[i] is tensor), None)
        if place is not None and (tangent is not tangents[place] or tangent._version == versions[place]):
            raise RuntimeError(_NOT_CHANGED)
        if tangent is None:
            continue
        if not isinstance(tangent, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(tangent).__name__}) for grad output {i}.")
        _check_jvp(node, args, i, tensor, tangent, level)
        set_tangent(tensor, level, tangent)


def _check_jvp(node: Any, args: Sequence[Any], position: int, result: Any, tangent: Tensor, level: Level) -> None:
    """RuntimeError: `jvp` does not do with the tangent what `forward` did with the value."""
    differentiable = isinstance(result, Tensor) and result.dtype.is_floating_point
    if not differentiable or (node._constants and node._constants[position]):
        raise RuntimeError(
            f"Function's jvp returned a gradient at position {position}, but  the corresponding forward output is not "
            "a differentiable Tensor.You should return None at that position instead."
        )
    if any(result is other for other in args):
        return
    source = next((a for a in args if isinstance(a, Tensor) and _share_memory(a, result)), None)
    if source is None:
        return
    if tangent._base is None:
        raise RuntimeError(
            "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view."
        )
    of_source = tangent_of(source, level)
    if of_source is not None and not _share_memory(of_source, tangent):
        raise RuntimeError(
            "A custom Function is returning a view but the jvp is not returning a view of the given grad input."
        )


def _share_memory(one: Tensor, other: Tensor) -> bool:
    return one._memory is not None and one._memory is other._memory
