"""Forward-mode differentiation: dual tensors, whose tangents every operation of the table carries along.

No operation has a forward rule. Its backward rule takes a gradient g to J^T g and is linear in g, so the derivative
of <J^T g, t> with respect to g is J t, the tangent of the result: the rule is run on a stand-in for g, and what that
recorded is run backward from t.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import Edge, Node, describe
from ..graph.transforms import Level, carry_over, enter, forward, hold, leave
from ..primitives.broadcasting import expand
from ..primitives.copying import alias, clone, to_copy
from ..primitives.reshaping import view_primitive
from ..primitives.writing import copied
from ..table.dispatch import _saver, bind, promote
from ..table.nodes import run_rule
from ..tensors.memory import link_view, shareable
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .gradients import fit
from .inplace import in_place, regenerate

if TYPE_CHECKING:
    from ..table.record import Primitive

__all__ = [
    "Dual",
    "UnpackedDualTensor",
    "carry_over",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


class UnpackedDualTensor(NamedTuple):
    """A dual tensor taken apart: its value, and its tangent (None: it has none)."""

    primal: Tensor
    tangent: Tensor | None


class Dual(Level):
    """A level of forward-mode differentiation: what is computed at it has tangents."""

    __slots__ = ()

    def propagate(self, call: Callable[..., Any], primitive: Primitive, args: Any, kwargs: Any) -> Any:
        return propagate(call, primitive, args, kwargs)

    def carry_over(self, source: Tensor, target: Tensor) -> None:
        tangent = tangent_of(source, self)
        if tangent is not None:
            with outside(self):
                target._tangents = hold(target._tangents, self, clone(tangent))

    def written(self, tensor: Tensor, result: Tensor) -> None:
        present, new = tangent_of(tensor, self), tangent_of(result, self)
        if present is None and new is None:
            return
        with outside(self):
            if present is None and tensor._base is not None and self not in (tensor._tangents or ()):
                # A view of a tensor without tangent: the rest of the base has zeros.
                zeros = Tensor(np.zeros_like(tensor._base._data)[()])
                tensor._base._tangents = hold(tensor._base._tangents, self, zeros)
                present = tangent_of(tensor, self)
            if new is None:
                new = Tensor(np.zeros_like(tensor._data)[()])
            if present is None or (present._requires_grad and present._grad_fn is None and recording.enabled):
                tensor._tangents = hold(tensor._tangents, self, copied(Tensor(np.zeros_like(tensor._data)[()]), new))
            else:
                in_place("copy_", copied)(present, new)


class _UserLevel(Dual):
    """A level entered by `enter_dual_level`, of which there is one at most."""


def _user_level() -> _UserLevel | None:
    return next((level for level in forward.levels if isinstance(level, _UserLevel)), None)


def enter_dual_level() -> int:
    """Begins forward-mode differentiation; returns the level's number. RuntimeError: inside another."""
    if _user_level() is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    enter(_UserLevel())
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Ends forward-mode differentiation; all tangents are gone. RuntimeError: another level, or none was entered."""
    if level is not None and level != (0 if _user_level() else -1):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    present = _user_level()
    if present is None:
        raise RuntimeError("Dual level must be a positive number.")
    leave(present)


class dual_level(ContextDecorator):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator in which dual tensors can be made and computed with."""

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc_info: object) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A view of `tensor` that has `tangent`, a tensor of the same shape, as its tangent.

    RuntimeError: outside `dual_level`, another shape, a tensor that has a tangent already. ValueError: integers.
    """
    present = _user_level()
    if present is None or (level is not None and level < 0):
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for value, what in ((tensor, "primal"), (tangent, "tangent")):
        if not value.dtype.is_floating_point:
            raise ValueError(f"Expected {what} to be floating point or complex, but got: {value.dtype}")
    if not forward.enabled:
        return view_primitive(tensor, tuple(tensor.shape))
    return dual_at(present, tensor, tangent)


def dual_at(level: Level, tensor: Tensor, tangent: Tensor) -> Tensor:
    """As `make_dual`, at any level."""
    if tangent_of(tensor, level) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
            "supported."
        )
    with outside(level):
        dual = view_primitive(tensor, tuple(tensor.shape))
    set_tangent(dual, level, tangent)
    return dual


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """A view of a tensor that has no tangent, and the tangent; the tensor itself and None outside `dual_level`."""
    present = _user_level()
    if present is None or (level is not None and level < 0):
        return UnpackedDualTensor(tensor, None)
    return unpack_at(present, tensor)


def unpack_at(level: Level, tensor: Tensor) -> UnpackedDualTensor:
    """As `unpack_dual`, at any level."""
    with outside(level):
        primal = alias(tensor)
    primal._tangents = hold(primal._tangents, level, None)
    return UnpackedDualTensor(primal, tangent_of(tensor, level))


def __getattr__(name: str) -> Any:
    if name == "_current_level":
        return -1 if _user_level() is None else 0
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _is_fwd_grad_enabled() -> bool:
    return forward.enabled


class _set_fwd_grad_enabled(ContextDecorator):  # noqa: N801  (PyTorch's name)
    """Whether operations carry tangents along: set at once when called, until the end of the block as a manager."""

    def __init__(self, mode: bool) -> None:
        self.previous = forward.enabled
        forward.enabled = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        forward.enabled = self.previous


# Tangents of tensors


@contextmanager
def outside(level: Level) -> Iterator[None]:
    """Only the levels outside `level` are seen until the end of the block."""
    levels = forward.levels
    forward.levels = levels[: levels.index(level)]
    try:
        yield
    finally:
        forward.levels = levels


def tangent_of(tensor: Tensor, level: Level) -> Tensor | None:
    """The tangent of a tensor at a level. That of a view of a tensor with a tangent is a view of it."""
    held = tensor._tangents
    if held is not None and level in held:
        return held[level]
    base = tensor._base
    tangent = None if base is None or base._tangents is None else base._tangents.get(level)
    if tangent is None:
        return None
    part = _slice(tangent, tensor._slicing)
    tensor._tangents = hold(held, level, part)
    return part


def _slice(tensor: Tensor, slicing: Any) -> Tensor:
    """The view of a tensor that a function of arrays cuts out."""
    part = Tensor(slicing(shareable(tensor)))
    link_view(part, tensor, slicing)
    if tensor._requires_grad:
        regenerate(part)
    return part


def set_tangent(tensor: Tensor, level: Level, tangent: Tensor) -> None:
    """Gives a tensor its tangent. RuntimeError: another shape, or a tangent that has one of its own."""
    if tangent.shape != tensor.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    if tangent_of(tangent, level) is not None:
        raise RuntimeError(
            "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
        )
    tensor._tangents = hold(tensor._tangents, level, tangent)


# Tangents of results


def propagate(call: Callable[..., Any], primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `call`, which runs `primitive`, returns, with its tangent at the innermost level.

    The call runs outside that level, so that the levels further out are dealt with on the way.
    """
    levels = forward.levels
    level = levels[-1]
    forward.levels = levels[:-1]
    try:
        result = call(*args, **kwargs)
        arguments = bind(primitive, args, kwargs)
        tensors = list(arguments[0]) if primitive.variadic else list(arguments)
        tangents = [tangent_of(t, level) if isinstance(t, Tensor) else None for t in tensors]
        if any(t is not None for t in tangents):
            _carry(call, primitive, arguments, tensors, tangents, result, level)
        return result
    finally:
        forward.levels = levels


def _carry(
    call: Callable[..., Any],
    primitive: Primitive,
    arguments: Sequence[Any],
    tensors: Sequence[Any],
    tangents: Sequence[Tensor | None],
    result: Any,
    level: Level,
) -> None:
    """Gives the result its tangent, and the node what it needs for gradients to have tangents too."""
    results = [result] if isinstance(result, Tensor) else list(result)
    if primitive.undifferentiated:
        raise NotImplementedError(f"Trying to use forward AD with aten::{primitive.name} that does not support it.")
    if primitive.view and tangents[0] is not None:
        part = call(tangents[0], *arguments[1:])
        derived: Sequence[Tensor | None] = [part] if isinstance(part, Tensor) else part
    elif primitive.slots:
        derived = _tangents_of_results(primitive, arguments, tensors, tangents, results)
    else:
        return
    for tensor, tangent in zip(results, derived, strict=True):
        if tangent is not None:
            tensor._tangents = hold(tensor._tangents, level, tangent)
    node: Any = results[0]._grad_fn
    if type(node) is primitive.node and not node.packed and not primitive.variadic:
        _note_saved(primitive, node, arguments, results, level)


def _note_saved(
    primitive: Primitive, node: Any, arguments: Sequence[Any], results: Sequence[Tensor], level: Level
) -> None:
    """Keeps with a node the tangents of what it saved."""
    for position, source in enumerate(primitive.saved):
        tensor = _source(primitive, source, arguments, results)
        tangent = tangent_of(tensor, level) if isinstance(tensor, Tensor) else None
        if tangent is None:
            continue
        dtype = node.saved[position].dtype
        tangent = tangent if tangent._data.dtype == dtype else to_copy(tangent, dtype)
        if node.tangents is None:
            node.tangents = {}
        node.tangents[position] = hold(node.tangents.get(position), level, tangent)


def _source(primitive: Primitive, source: str, arguments: Sequence[Any], results: Sequence[Tensor]) -> Any:
    """What a rule means by one of its parameters: a result or an argument; None where it is but a shape."""
    if source == "out":
        return results[0]
    if source in primitive.outputs:
        return results[primitive.outputs.index(source)]
    return arguments[primitive.arguments.index(source)] if source in primitive.arguments else None


def _tangents_of_results(
    primitive: Primitive,
    arguments: Sequence[Any],
    tensors: Sequence[Any],
    tangents: Sequence[Tensor | None],
    results: Sequence[Tensor],
) -> list[Tensor | None]:
    """The tangent of each floating result, recorded if the arguments' own history asks for it."""
    was_enabled = recording.enabled
    given = [t for t in (*tensors, *tangents) if isinstance(t, Tensor)]
    record = was_enabled and (bool(forward.levels) or any(t._requires_grad for t in given))
    try:
        with np.errstate(all="ignore"):
            if primitive.elementwise:
                recording.enabled = record
                derived = [_elementwise(primitive, arguments, tangents, results[0], record or bool(forward.levels))]
            else:
                since = next_sequence()
                stand_ins = [_stand_in(r) for r in results]
                recording.enabled = True
                pairs = list(_gradients(primitive, arguments, tensors, tangents, results, stand_ins))
                recording.enabled = record
                derived = _transposed(pairs, stand_ins, since, record or bool(forward.levels))
            return [_own(d, r, tangents) for d, r in zip(derived, results, strict=True)]
    finally:
        recording.enabled = was_enabled


def _elementwise(
    primitive: Primitive, arguments: Sequence[Any], tangents: Sequence[Tensor | None], result: Tensor, on_tensors: bool
) -> Any:
    """The tangent of an operation's result where J is diagonal, so that the backward rule gives J t as well.

    Beside being faster, this leaves no trace of a branch that was not taken: going back through `where(x == 0, 0,
    g * slope)` would multiply the 0 by a slope that may be infinite.
    """
    if not result.dtype.is_floating_point:
        return None
    saved = _saved(primitive, arguments, [result])
    if not on_tensors:
        saved = [value._data if isinstance(value, Tensor) else value for value in saved]
    positions = [i for i, rule in enumerate(primitive.rules) if rule is not None]
    total: Any = None
    for position, vjp in zip(positions, primitive.vjps, strict=True):
        tangent = tangents[position]
        if tangent is None:
            continue
        g: Any = tangent if on_tensors else tangent._data
        if tangent._data.shape != result._data.shape:
            g = expand(g, result._data.shape)
        part = run_rule(*vjp, g, saved)
        total = part if total is None else total + part
    return None if total is None else fit(total, describe(result._data), 0)


def _stand_in(result: Tensor) -> Tensor | None:
    """A gradient for a result to differentiate with respect to; what it is does not matter."""
    return Tensor(np.ones_like(result._data)[()], True) if result.dtype.is_floating_point else None


def _gradients(
    primitive: Primitive,
    arguments: Sequence[Any],
    tensors: Sequence[Any],
    tangents: Sequence[Tensor | None],
    results: Sequence[Tensor],
    stand_ins: Sequence[Tensor | None],
) -> Iterator[tuple[Tensor, Tensor]]:
    """For each argument with a tangent, the gradient that its rule makes of the stand-ins, and the tangent."""
    saved = _saved(primitive, arguments, results)
    g = list(stand_ins) if primitive.outputs else stand_ins[0]
    if primitive.variadic:
        made = list(run_rule(*primitive.vjps[0], g, saved))
        positions: Sequence[int] = range(len(tensors))
    else:
        positions = [i for i, rule in enumerate(primitive.rules) if rule is not None]
        made = [
            run_rule(*vjp, g, saved) if tangents[i] is not None else None
            for i, vjp in zip(positions, primitive.vjps, strict=True)
        ]
    for position, gradient in zip(positions, made, strict=True):
        tangent = tangents[position]
        if tangent is not None and gradient is not None:
            yield fit(gradient, describe(tensors[position]._data), 0), tangent


@cache
def _saver_of(primitive: Primitive) -> Callable[[Any, Any], Sequence[Any]]:
    return _saver(primitive)


def _saved(primitive: Primitive, arguments: Sequence[Any], results: Sequence[Tensor]) -> list[Any]:
    """What the rules ask for, as tensors where it is one: cast as the operation casts its arguments."""
    if primitive.variadic:
        data: list[Any] = [[t._data if isinstance(t, Tensor) else t for t in arguments[0]], *arguments[1:]]
    else:
        data = [a._data if isinstance(a, Tensor) else a for a in arguments]
        if primitive.promotes:
            promote(primitive, data)
    outputs = [r._data for r in results]
    values = list(_saver_of(primitive)(data, outputs if primitive.outputs else outputs[0]))
    for position, source in enumerate(primitive.saved):
        tensor = _source(primitive, source, arguments, results)
        if isinstance(tensor, Tensor):
            dtype = values[position].dtype
            values[position] = tensor if tensor._data.dtype == dtype else to_copy(tensor, dtype)
        elif isinstance(tensor, np.ndarray):
            values[position] = Tensor(tensor)
    return values


def _transposed(
    pairs: Sequence[tuple[Tensor, Tensor]], stand_ins: Sequence[Tensor | None], since: int, on_tensors: bool
) -> list[Any]:
    """What arrives at the stand-ins, going back from each gradient with its tangent.

    As a backward pass, but one that looks at nothing made before `since`: the arguments' own history may be long.
    """
    ends: list[Any] = [None if s is None else s._edge()[0] for s in stand_ins]
    pending: dict[Node, Any] = {}
    queue: list[tuple[int, Node]] = []

    def send(edge: Edge, gradient: Any) -> None:
        node, number = edge
        if node is None or gradient is None or (node.sequence < since and not any(node is end for end in ends)):
            return
        gradient = fit(gradient, node.outputs, number)
        if node not in pending and node.sequence >= since:
            heapq.heappush(queue, (-node.sequence, node))
        if node.is_multiple:
            slots = pending.setdefault(node, [None] * node.output_count)
            slots[number] = gradient if slots[number] is None else slots[number] + gradient
        else:
            pending[node] = gradient if node not in pending else pending[node] + gradient

    for root, tangent in pairs:
        if root._requires_grad:
            send(root._edge(), tangent if on_tensors else tangent._data)
    while queue:
        _, node = heapq.heappop(queue)
        sent = node.apply(pending.pop(node), on_tensors)
        for edge, gradient in zip(node.next_functions, sent, strict=True):
            send(edge, gradient)
    return [None if end is None else pending.get(end) for end in ends]


def _own(derived: Any, result: Tensor, tangents: Sequence[Tensor | None]) -> Tensor | None:
    """A derived tangent as a tensor with memory of its own, zeros where nothing arrived."""
    if not result.dtype.is_floating_point:
        return None
    if derived is None:
        return Tensor(np.zeros_like(result._data)[()])
    if not isinstance(derived, Tensor):
        derived = Tensor(derived)
    data = derived._data
    shared = any(t is derived for t in tangents)
    if not shared and isinstance(data, np.ndarray):
        shared = not data.flags.writeable or any(
            t is not None and isinstance(t._data, np.ndarray) and np.may_share_memory(data, t._data) for t in tangents
        )
    return clone(derived) if shared else derived


# Operations of the user's own


def apply_function(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of a `Function`, its tangents computed by its `jvp`."""
    levels = forward.levels
    forward.levels = []
    try:
        node, inputs, result = function._run(args, kwargs)
    finally:
        forward.levels = levels
    results = result if isinstance(result, tuple) else (result,)
    for depth, level in enumerate(levels):
        tangents = [tangent_of(a, level) if isinstance(a, Tensor) else None for a in inputs]
        if all(t is None for t in tangents):
            continue
        forward.levels = levels[:depth]
        try:
            _apply_jvp(function, node, inputs, tangents, results, level)
        finally:
            forward.levels = levels
    return result


def _apply_jvp(
    function: Any, node: Any, args: Sequence[Any], tangents: list[Any], results: Sequence[Any], level: Level
) -> None:
    """Gives the results of a `Function` the tangents that its `jvp` returns. RuntimeError: they do not fit."""
    if node._materialize:
        tangents = [
            Tensor(np.zeros_like(a._data)[()])
            if t is None and isinstance(a, Tensor) and a.dtype.is_floating_point
            else t
            for a, t in zip(args, tangents, strict=True)
        ]
    node._for_jvp = getattr(node, "saved_for_forward", ())
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
        if tangent is not tangent_of(result, level):
            raise RuntimeError(
                "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward is "
                "modifying an input inplace, then the jvp function must modify the corresponding gradient inplace."
            )
    elif tangent._base is None and _shares_memory(result, args):
        raise RuntimeError(
            "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view."
        )


def _shares_memory(result: Tensor, args: Sequence[Any]) -> bool:
    return result._memory is not None and any(isinstance(a, Tensor) and a._memory is result._memory for a in args)
