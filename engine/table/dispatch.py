# pyright: strict, reportPrivateUsage=false
"""How an operation runs on tensors: the way of a call from its arguments to its result.

It is read in the order it happens, which is that of `_call`:

1. *Unwrap.* The data are taken out of the tensors, and for each tensor the edge is noted along which its gradient will
   go: the node that made it, or that of a leaf (`graph/history.py`).
2. *Promote.* The operands are cast to one dtype (`binding.py`).
3. *Compute.* The forward function of the record runs on NumPy values.
4. *Record.* If an argument requires grad, a node is made that has the edges and what the rules will need (`nodes.py`),
   and the result remembers the node (`recorded.py`). `autograd/passes.py` tells how a gradient comes back.

What few calls have is a step aside, taken before the first (`step_aside`): levels of forward mode and of traces, which
call again without themselves; arguments by name and `out=`. What watches is told at the end. Rules call operations with
NumPy values; for those a call is its forward function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import Edge
from ..graph.observers import node_made, watch
from ..graph.transforms import active, entered, forward
from ..tensors import dtypes
from ..tensors.aliases import Call
from ..tensors.errors import FOREIGN
from ..tensors.memory import INFERENCE, NO_GRAD, ONE_OF_MANY, link_view, shareable
from ..tensors.modes import recording
from ..tensors.size import bound, check_each, check_together
from ..tensors.tensor import Tensor
from .binding import bind, check_arrays, check_operands, explain, parameter_error, promote_operands
from .out import run_into
from .record import Operation
from .recorded import recorded, saver, unrecorded

_FLOAT64 = np.float64
_NOWHERE = (None, 0)
# What NumPy raises for operands that do not fit, and for inf and nan where it was told to treat them as errors.
FAILURES = (*FOREIGN, RuntimeError, RuntimeWarning)


def make_call(primitive: Operation) -> Call:
    """The function that runs `primitive`. Everything that does not change from call to call is worked out here."""
    forward, slots = primitive.forward, primitive.differentiated
    return _call(primitive, forward, quietly(primitive), primitive.node, saver(primitive), slots)


def _call(primitive: Operation, forward: Call, quiet: Call, new_node: Call, save: Call, slots: list[int]) -> Call:
    """As `make_call`, with what was worked out at hand."""
    arity = len(primitive.arguments)
    every_argument, picked = len(slots) == arity, edges_wanted(primitive)
    new = Tensor.__new__

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != arity or (entered and active()):
            return step_aside(call, primitive, args, kwargs)

        # Unwrap: the data of the tensors, and where their gradients go.
        data: list[Any] = []
        edges: list[Edge] = []
        is_tensor = requires_grad = False
        scalars = True
        for value in args:
            edge = _NOWHERE
            if isinstance(value, Tensor):
                is_tensor = True
                if value._requires_grad:
                    requires_grad = True
                    made_by = value._grad_fn
                    edge = value._edge() if made_by is None else (made_by, value.output_nr)
                value = value._data
                scalars = scalars and type(value) is _FLOAT64
            edges.append(edge)
            data.append(value)
        if not is_tensor:
            return run_on_arrays(primitive, data)

        # Promote.
        if not scalars:
            promote_operands(primitive, args, data)

        # Compute. To silence NumPy would take twice a scalar's time; its warnings are filtered (engine's `__init__`).
        try:
            out = forward(*data) if scalars else quiet(*data)
        except FAILURES as error:
            out = retry(primitive, data, error)
        if scalars and type(out) is np.ndarray:  # made of a list beside a scalar
            check_operands(primitive, args)

        # Record. To pick the edges one by one where all are wanted, operations of one argument take 1.1 times as long.
        if not (requires_grad and slots and recording.enabled):
            return unrecorded(primitive, args, out, requires_grad)
        node = new_node()
        node._sequence = next_sequence()
        node.next_functions = tuple(edges if every_argument else picked(edges))
        if not scalars or type(out) is not _FLOAT64:
            return recorded(primitive, node, save, args, data, out)
        # As `recorded`, for a scalar made of scalars: 1.4 times as fast, 1.1 times by passing over Tensor's checks.
        node._outputs, node.saved = None, save(data, out)
        result = new(Tensor)
        result._data, result._requires_grad, result._grad_fn = out, True, node
        if watch.made:
            node_made(node, args, result)
        return result

    return call


def step_aside(call: Call, primitive: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of what few calls are: in forward mode or a trace, by name, with `out=`, without all arguments."""
    if "out" in kwargs:
        return run_into(call, args, kwargs)
    if entered and active():
        return forward.levels[-1].propagate(call, primitive, args, kwargs)
    return call(*bind(primitive, args, kwargs))


def run_on_arrays(primitive: Operation, data: Sequence[Any]) -> Any:
    """The result of an operation without tensors, which is how rules call it: that of its forward function."""
    # To look at the first before all, for the common scalar, makes a rule's call 1.5 times as fast.
    if type(data[0]) is not _FLOAT64:
        check_arrays(primitive, data)
    try:
        return primitive.forward(*data)
    except FAILURES as error:
        return retry(primitive, data, error)


@cache
def quietly(primitive: Operation) -> Call:
    """Its forward function within the limit of elements, and without NumPy's warnings about inf and nan.

    Those are ordinary values here, as in PyTorch.
    """
    forward = primitive.forward
    check = check_together if primitive.elementwise else check_each

    # What gathers or goes along a dimension leaves its result in order, as in PyTorch, so that it can be viewed.
    ordered = bool(primitive.moves or primitive.rows == "dimensions") and not (primitive.view or primitive.outputs)

    # Not `errstate` as a decorator, which takes as long to make as all else that an operation is registered with.
    def view(*data: Any) -> Any:
        if bound.most != math.inf:
            check(*data)
        return forward(*data)

    def quiet(*data: Any) -> Any:
        if bound.most != math.inf:
            check(*data)
        with np.errstate(all="ignore"):
            out = forward(*data)
        return np.ascontiguousarray(out) if ordered and type(out) is np.ndarray and out.ndim > 1 else out

    return view if primitive.view else quiet


def make_view_call(primitive: Operation) -> Call:
    """As `make_call`, for an operation whose result shares the memory of its first argument."""
    run = make_call(primitive)

    def call(x: Any, *parameters: Any) -> Any:
        if not isinstance(x, Tensor):
            return run(x, *parameters)
        if entered and active():
            return step_aside(call, primitive, (x, *parameters), {})
        shareable(x)
        return linked(primitive, x, parameters, run(x, *parameters))

    return call


def linked(primitive: Operation, x: Tensor, parameters: Sequence[Any], result: Any) -> Any:
    """The result of an operation, one view or several of its first argument, tied to that as one."""
    forward = primitive.forward
    if x._inference:
        for view in (result,) if isinstance(result, Tensor) else result:
            view._inference = True
        return result
    unrecorded = None if recording.enabled else INFERENCE if recording.inference else NO_GRAD
    if isinstance(result, Tensor):
        link_view(result, x, lambda array: forward(array, *parameters), unrecorded)
        views: Sequence[Tensor] = (result,)
    else:
        views = result
        for i, part in enumerate(result):
            link_view(part, x, lambda array, i=i: forward(array, *parameters)[i], unrecorded or ONE_OF_MANY)
    for view in views:
        view._inference = x._inference
        # A view of what requires grad does so too, recorded or not; if not, it is a leaf.
        view._requires_grad = view._requires_grad or x._requires_grad
    return result


def make_variadic_call(primitive: Operation) -> Call:
    """As `make_call`, for an operation whose first argument is a sequence of tensors."""
    forward = quietly(primitive)

    def compute(data: Sequence[Any]) -> Any:
        try:
            return forward(*data)
        except FOREIGN as error:
            raise explain(primitive, data[0], error) from None

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != len(primitive.arguments) or (entered and active()):
            return step_aside(call, primitive, args, kwargs)
        data = [value._data if isinstance(value, Tensor) else value for value in args[0]]
        return run_on(primitive, args, [data, *args[1:]], compute)

    return call


def run_on(primitive: Operation, args: Sequence[Any], data: list[Any], compute: Callable[[Sequence[Any]], Any]) -> Any:
    """The result of an operation that `compute` finds from `data`, which are those of the complete `args`.

    As `call` in `make_call`, for any operation, and in less of a hurry.
    """
    variadic = primitive.variadic
    operands = list(args[0]) if variadic else args
    tensors = [value for value in operands if isinstance(value, Tensor)]
    if tensors and primitive.promotes:
        if variadic:
            data[0] = dtypes.promote(data[0], primitive.floating)
        else:
            promote_operands(primitive, args, data)
    out = compute(data)
    if not tensors:
        return out
    named = () if variadic else args
    requires_grad = any(t._requires_grad for t in tensors)
    if not (requires_grad and primitive.slots and recording.enabled):
        return unrecorded(primitive, named, out, requires_grad)
    edges = [value._edge() if isinstance(value, Tensor) else _NOWHERE for value in operands]
    node = primitive.node()
    node._sequence = next_sequence()
    node.next_functions = tuple(edges if variadic else edges_wanted(primitive)(edges))
    return recorded(primitive, node, saver(primitive), named, data, out)


def edges_wanted(primitive: Operation) -> Callable[[Sequence[Edge]], list[Edge]]:
    """Picks the edges of the arguments that have derivatives out of those of all.

    ParameterError: an argument that has to be a number has one too.
    """
    slots, parameters = primitive.differentiated, primitive.parameters

    def picked(edges: Sequence[Edge]) -> list[Edge]:
        for i in parameters:
            if edges[i][0] is not None:
                raise parameter_error(primitive, i)
        return [edges[i] for i in slots]

    return picked


def retry(primitive: Operation, data: Sequence[Any], error: Exception) -> Any:
    """The result all the same where NumPy was told to treat inf and nan as errors; else the error, explained."""
    if isinstance(error, (RuntimeWarning, FloatingPointError)):
        return quietly(primitive)(*data)
    raise explain(primitive, data, error) from None
