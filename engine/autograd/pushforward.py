"""The tangents of what an operation of the table returns.

No operation has a forward rule. Its backward rule takes a gradient g to J^T g and is linear in g, so the derivative
of <J^T g, t> with respect to g is J t, the tangent of the result: the rule is run on a stand-in for g, and what that
recorded is run backward from t.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import describe
from ..graph.transforms import Level, forward, hold
from ..primitives.arguments import data_of
from ..primitives.copying import clone, to_copy, zeros_like
from ..primitives.reshaping import expand
from ..table.binding import bind, parameter_error, promote
from ..table.nodes import run_rule
from ..table.record import Operation
from ..table.recorded import saver
from ..tensors.aliases import Call
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .gradients import fit
from .passes import Pass
from .tangents import tangent_of


class _Call(NamedTuple):
    """A call of an operation: its `arguments`, those of them that may be tensors one by one, and its `results`.

    `tangents` are those of `tensors`, None for what has none.
    """

    primitive: Operation
    arguments: Sequence[Any]
    tensors: Sequence[Any]
    tangents: Sequence[Tensor | None]
    results: Sequence[Tensor]

    def meant_by(self, source: str) -> Any:
        """What a rule means by one of its parameters: a result or an argument; None where it is but a shape."""
        primitive = self.primitive
        if source in primitive.results:
            return self.results[primitive.results.index(source)]
        return self.arguments[primitive.arguments.index(source)] if source in primitive.arguments else None

    def saved(self) -> list[Any]:
        """What the rules ask for, as tensors where it is one: cast as the operation casts its arguments."""
        primitive = self.primitive
        if primitive.variadic:
            data: list[Any] = [[data_of(t) for t in self.arguments[0]], *self.arguments[1:]]
        else:
            data = [*map(data_of, self.arguments)]
            if primitive.promotes:
                promote(primitive, data)
        outputs = [r._data for r in self.results]
        values = list(saver(primitive)(data, outputs if primitive.outputs else outputs[0]))
        for position, source in enumerate(primitive.saved):
            tensor = self.meant_by(source)
            if isinstance(tensor, Tensor):
                values[position] = _cast(tensor, values[position].dtype)
            elif isinstance(tensor, np.ndarray):
                values[position] = Tensor(tensor)
        return values


def _cast(tensor: Tensor, dtype: np.dtype[Any]) -> Tensor:
    return tensor if tensor._data.dtype == dtype else to_copy(tensor, dtype)


def propagate(call: Call, primitive: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
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
            for i in () if primitive.variadic else primitive.parameters:
                if tangents[i] is not None:
                    raise parameter_error(primitive, i)
            results = [result] if isinstance(result, Tensor) else list(result)
            _carry(call, _Call(primitive, arguments, tensors, tangents, results), level)
        return result
    finally:
        forward.levels = levels


def _carry(again: Call, call: _Call, level: Level) -> None:
    """Gives the results their tangents, and the node what it needs for gradients to have tangents too.

    `again` calls the operation.
    """
    primitive = call.primitive
    if primitive.undifferentiated:
        raise NotImplementedError(f"Trying to use forward AD with aten::{primitive.name} that does not support it.")
    if primitive.view and call.tangents[0] is not None:
        part = again(call.tangents[0], *call.arguments[1:])
        derived: Sequence[Tensor | None] = [part] if isinstance(part, Tensor) else part
    elif primitive.slots:
        try:
            derived = _tangents_of_results(call)
        except NotImplementedError:
            raise NotImplementedError(
                f"Trying to use forward AD with {primitive.name} that does not support it because it has not been "
                "implemented yet."
            ) from None
    else:
        return
    for tensor, tangent in zip(call.results, derived, strict=True):
        if tangent is not None:
            tensor._tangents = hold(tensor._tangents, level, tangent)
    node: Any = call.results[0]._grad_fn
    if type(node) is primitive.node and not node.packed and not primitive.variadic:
        _note_saved(call, node, level)


def _note_saved(call: _Call, node: Any, level: Level) -> None:
    """Keeps with a node the tangents of what it saved."""
    for position, source in enumerate(call.primitive.saved):
        tensor = call.meant_by(source)
        tangent = tangent_of(tensor, level) if isinstance(tensor, Tensor) else None
        if tangent is None:
            continue
        if node.tangents is None:
            node.tangents = {}
        tangent = _cast(tangent, node.saved[position].dtype)
        node.tangents[position] = hold(node.tangents.get(position), level, tangent)


def _tangents_of_results(call: _Call) -> list[Tensor | None]:
    """The tangent of each floating result, recorded if the arguments' own history asks for it."""
    was_enabled = recording.enabled
    given = [t for t in (*call.tensors, *call.tangents) if isinstance(t, Tensor)]
    record = was_enabled and (bool(forward.levels) or any(t._requires_grad for t in given))
    on_tensors = record or bool(forward.levels)
    try:
        with np.errstate(all="ignore"):
            if call.primitive.elementwise:
                recording.enabled = record
                derived = [_elementwise(call, on_tensors)]
            else:
                since = next_sequence()
                stand_ins = [_stand_in(r) for r in call.results]
                recording.enabled = True
                pairs = list(_pulled_back(call, stand_ins))
                recording.enabled = record
                derived = _transposed(pairs, stand_ins, since, on_tensors)
            return [_own(d, r, call.tangents) for d, r in zip(derived, call.results, strict=True)]
    finally:
        recording.enabled = was_enabled


def _elementwise(call: _Call, on_tensors: bool) -> Any:
    """The tangent of an operation's result where J is diagonal, so that the backward rule gives J t as well.

    Beside being faster, this leaves no trace of a branch that was not taken: going back through `where(x == 0, 0,
    g * slope)` would multiply the 0 by a slope that may be infinite.
    """
    (result,) = call.results
    if not result.dtype.is_floating_point:
        return None
    saved = call.saved()
    if not on_tensors:
        saved = [*map(data_of, saved)]
    total: Any = None
    for position, vjp in zip(call.primitive.differentiated, call.primitive.vjps, strict=True):
        tangent = call.tangents[position]
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


def _pulled_back(call: _Call, stand_ins: Sequence[Tensor | None]) -> Iterator[tuple[Tensor, Tensor]]:
    """For each argument with a tangent, the gradient that its rule makes of the stand-ins, and the tangent."""
    saved = call.saved()
    primitive, tangents = call.primitive, call.tangents
    g = list(stand_ins) if primitive.outputs else stand_ins[0]
    if primitive.variadic:
        made = list(run_rule(*primitive.vjps[0], g, saved))
        positions: Sequence[int] = range(len(call.tensors))
    else:
        positions = primitive.differentiated
        made = [
            run_rule(*vjp, g, saved) if tangents[i] is not None else None
            for i, vjp in zip(positions, primitive.vjps, strict=True)
        ]
    for position, gradient in zip(positions, made, strict=True):
        tangent = tangents[position]
        if tangent is not None and gradient is not None:
            yield fit(gradient, describe(call.tensors[position]._data), 0), tangent


def _transposed(
    pairs: Sequence[tuple[Tensor, Tensor]], stand_ins: Sequence[Tensor | None], since: int, on_tensors: bool
) -> list[Any]:
    """What arrives at the stand-ins, going back from each gradient with its tangent.

    The pass looks at nothing made before `since`: the arguments' own history may be long.
    """
    ends = [(None, 0) if s is None else s._edge() for s in stand_ins]
    starts = [(root._edge(), tangent) for root, tangent in pairs if root._requires_grad]
    running = Pass([edge for edge, _ in starts], True, on_tensors, None, since).towards(ends)
    running.run([tangent if on_tensors else tangent._data for _, tangent in starts])
    return [running.captured[node][number] for node, number in ends]


def _own(derived: Any, result: Tensor, tangents: Sequence[Tensor | None]) -> Tensor | None:
    """A derived tangent as a tensor with memory of its own, zeros where nothing arrived."""
    if not result.dtype.is_floating_point:
        return None
    if derived is None:
        return zeros_like(result)
    if not isinstance(derived, Tensor):
        derived = Tensor(derived)
    data = derived._data
    shared = any(t is derived for t in tangents)
    if not shared and isinstance(data, np.ndarray):
        shared = not data.flags.writeable or any(
            t is not None and isinstance(t._data, np.ndarray) and np.may_share_memory(data, t._data) for t in tangents
        )
    return clone(derived) if shared else derived
