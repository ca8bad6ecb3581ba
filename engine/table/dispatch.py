"""How an operation runs: take the data out of the tensors, promote, compute, and record a node if a gradient is wanted.

Rules call operations with NumPy values; those go straight to the forward function.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from ..graph.hooks import next_sequence
from ..graph.node import describe
from ..graph.observers import node_made, watch
from ..graph.transforms import active, entered, forward
from ..tensors import dtypes
from ..tensors.memory import INFERENCE, NO_GRAD, ONE_OF_MANY, link_view, memory_of, shareable
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .nodes import MANY, PrimitiveNode, UndifferentiatedNode, tracked
from .out import run_into
from .record import Operation
from .registry import FUNCTIONS

_FLOAT64 = np.float64
_NOWHERE = (None, 0)
# What describes a scalar that arrays had a part in; of scalars alone, nodes say None.
_SCALAR = ((), np.dtype(_FLOAT64))


def make_call(primitive: Operation) -> Callable[..., Any]:
    """The function that runs `primitive`. Everything that does not change from call to call is worked out here."""
    forward = primitive.forward
    quiet = quietly(forward)
    arity = len(primitive.arguments)
    promotes = primitive.promotes
    several = len(promotes) > 1
    node_class = primitive.node
    save = _saver(primitive)
    slots = [i for i, rule in enumerate(primitive.rules) if rule is not None]
    every_argument = slots == list(range(arity))
    saves_arguments = primitive.saved == primitive.arguments
    new = Tensor.__new__

    def call(*args: Any, **kwargs: Any) -> Any:
        if entered and active():
            return propagate(call, primitive, args, kwargs)
        if kwargs or len(args) != arity:
            if "out" in kwargs:
                return run_into(call, args, kwargs)
            args = bind(primitive, args, kwargs)
        data: list[Any] = []
        edges: list[Any] = []
        is_tensor = requires_grad = other_dtype = others = False
        for value in args:
            if isinstance(value, Tensor):
                is_tensor = True
                if value._requires_grad:
                    requires_grad = True
                    made_by = value._grad_fn
                    edges.append((made_by, value.output_nr) if made_by is not None else value._edge())
                else:
                    edges.append(_NOWHERE)
                value = value._data
                if type(value) is not _FLOAT64:
                    other_dtype = True
            else:
                edges.append(_NOWHERE)
                others = several
            data.append(value)
        if not is_tensor:
            check_arrays(primitive, data)
        elif other_dtype and promotes:
            if others:
                check_operands(primitive, args)
            promote(primitive, data)
        try:
            # Silencing NumPy costs more than most operations on a scalar, whose warnings are filtered (see __init__).
            out = quiet(*data) if other_dtype else forward(*data)
        except (ValueError, IndexError, TypeError, AttributeError, RuntimeWarning, FloatingPointError) as error:
            out = retry(primitive, data, error)
        if not is_tensor:
            return out
        if others and type(out) is np.ndarray and not other_dtype:
            # NumPy makes an array of a list beside a scalar.
            check_operands(primitive, args)
        if not (requires_grad and slots and recording.enabled):
            return unrecorded(primitive, args, out, requires_grad)
        node = node_class()
        node.sequence = next_sequence()
        node.next_functions = tuple(edges if every_argument else [edges[i] for i in slots])
        if other_dtype or type(out) is not _FLOAT64:
            return recorded(primitive, node, save, args, data, out)
        node.outputs = None
        node.saved = data if saves_arguments else save(data, out)
        result = new(Tensor)
        result._data = out
        result._requires_grad = True
        result._grad_fn = node
        if watch.made:
            node_made(node, args, result)
        return result

    return call


def propagate(call: Callable[..., Any], primitive: Operation, args: Any, kwargs: Any) -> Any:
    """The result of an operation inside forward-mode differentiation or a trace: the innermost level's affair."""
    if "out" in kwargs:
        return run_into(call, args, kwargs)
    return forward.levels[-1].propagate(call, primitive, args, kwargs)


def unrecorded(primitive: Operation, args: Sequence[Any], out: Any, requires_grad: bool) -> Any:
    """The result of an operation that no gradient passes through."""
    if primitive.outputs:
        return named_outputs(primitive, [Tensor(_settled(primitive, o)) for o in out])
    out = _settled(primitive, out)
    if requires_grad and primitive.undifferentiated and recording.enabled:
        return tracked(out, UndifferentiatedNode(primitive, args))
    return Tensor(out)


def quietly(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The function without NumPy's warnings about inf and nan, which are ordinary values here, as in PyTorch."""

    # Not `errstate` as a decorator, which takes as long to make as all else that an operation is registered with.
    def quiet(*data: Any) -> Any:
        with np.errstate(all="ignore"):
            return forward(*data)

    return quiet


def make_view_call(primitive: Operation) -> Callable[..., Any]:
    """As `make_call`, for an operation whose result shares the memory of its first argument."""
    run = make_call(primitive)
    forward = primitive.forward

    def call(x: Any, *parameters: Any) -> Any:
        if not isinstance(x, Tensor):
            return run(x, *parameters)
        if entered and active():
            return propagate(call, primitive, (x, *parameters), {})
        shareable(x)
        result = run(x, *parameters)
        unrecorded = None if recording.enabled else INFERENCE if recording.inference else NO_GRAD
        if isinstance(result, Tensor):
            link_view(result, x, lambda array: forward(array, *parameters), unrecorded)
            views = (result,)
        else:
            views = result
            for i, part in enumerate(result):
                link_view(part, x, lambda array, i=i: forward(array, *parameters)[i], unrecorded or ONE_OF_MANY)
        for view in views:
            view._inference = x._inference
            # A view of what requires grad does so too, recorded or not; if not, it is a leaf.
            view._requires_grad = view._requires_grad or x._requires_grad
        return result

    return call


def make_variadic_call(primitive: Operation) -> Callable[..., Any]:
    """As `make_call`, for an operation whose first argument is a sequence of tensors."""
    save = _saver(primitive)
    forward = quietly(primitive.forward)

    def call(*args: Any, **kwargs: Any) -> Any:
        if entered and active():
            return propagate(call, primitive, args, kwargs)
        if "out" in kwargs:
            return run_into(call, args, kwargs)
        args = bind(primitive, args, kwargs)
        tensors = list(args[0])
        data = [value._data if isinstance(value, Tensor) else value for value in tensors]
        is_tensor = any(isinstance(value, Tensor) for value in tensors)
        if is_tensor and primitive.promotes:
            data = dtypes.promote(data, primitive.floating)
        try:
            out = forward(data, *args[1:])
        except (ValueError, IndexError) as error:
            raise explain(primitive, data, error) from None
        if not is_tensor:
            return out
        if not (recording.enabled and any(t.requires_grad for t in tensors if isinstance(t, Tensor))):
            return Tensor(_settled(primitive, out))
        node = primitive.node()
        node.sequence = next_sequence()
        node.next_functions = tuple(value._edge() if isinstance(value, Tensor) else _NOWHERE for value in tensors)
        return recorded(primitive, node, save, (), (data, *args[1:]), out)

    return call


def recorded(
    primitive: Operation, node: PrimitiveNode, save: Any, args: Sequence[Any], data: Sequence[Any], out: Any
) -> Any:
    """The result of a recorded operation, one tensor or one for each named output, tied to its node."""
    if not primitive.outputs:
        out = _settled(primitive, out)
        node.outputs = describe(out) or _SCALAR
        node.saved = save(data, out)
        result = tracked(out, node)
        guard(node, args, [result])
        if watch.made:
            node_made(node, args, result)
        return result
    outputs = [_settled(primitive, o) for o in out]
    node.outputs = [describe(o) or _SCALAR for o in outputs]
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
        if source == "out":
            tensor = results[0]
        elif source in primitive.outputs:
            tensor = results[primitive.outputs.index(source)]
        elif source in primitive.arguments and args:
            tensor = args[primitive.arguments.index(source)]
        else:
            continue
        if isinstance(tensor, Tensor) and isinstance(tensor._data, np.ndarray):
            if tensor._inference:
                raise RuntimeError(
                    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference "
                    "mode in computation tracked by autograd. To work around this, you can make a clone to get a "
                    "normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
                    "`torch.inference_mode()`."
                )
            memory = memory_of(tensor)
            # The node's class: the node itself may be this one, which would then hold on to itself.
            made_by = None if tensor._grad_fn is None else type(tensor._grad_fn)
            guards.append((memory, memory.version, tensor._data, made_by, tensor.output_nr, tensor._grad_fn is node))
    if guards:
        node.guards = guards


def named_outputs(primitive: Operation, tensors: list[Tensor]) -> Any:
    """Several results as a named tuple (`.values`, `.indices`), or a plain one where they have no names."""
    if primitive.outputs == MANY:
        return tuple(tensors)
    return _result_type(primitive.name, primitive.outputs)(*tensors)


@cache
def _result_type(name: str, outputs: tuple[str, ...]) -> Any:
    return namedtuple(name, outputs)


def _settled(primitive: Operation, out: Any) -> Any:
    """A result as a tensor holds it: without dimensions as a scalar, unless it shares memory and has to be an array."""
    return out[()] if type(out) is np.ndarray and not out.ndim and not primitive.view else out


@cache
def _saver(primitive: Operation) -> Callable[[Any, Any], Sequence[Any]]:
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
        return [shape_of(v) for v in value]
    return getattr(value, "shape", ())


def bind(primitive: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call, by position and complete. TypeError: too many, missing or unknown ones."""
    names, defaults = primitive.arguments, primitive.defaults
    if len(args) > len(names):
        raise TypeError(
            f"{primitive.name}() takes {len(names)} positional argument{'s' * (len(names) != 1)} but "
            f"{len(args)} were given"
        )
    values = list(args)
    for i in range(len(args), len(names)):
        if names[i] in kwargs:
            values.append(kwargs.pop(names[i]))
        elif i >= len(names) - len(defaults):
            values.append(defaults[i - len(names)])
        else:
            raise TypeError(f'{primitive.name}() missing 1 required positional arguments: "{names[i]}"')
    if kwargs:
        raise TypeError(f"{primitive.name}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    return tuple(values)


def check_arrays(primitive: Operation, values: Sequence[Any]) -> None:
    """TypeError unless one of the values is a NumPy one (which is how rules call operations)."""
    if not any(isinstance(value, (np.ndarray, np.generic)) for value in values):
        raise TypeError(
            f"{primitive.name}(): argument 'input' (position 1) must be Tensor, not {type(values[0]).__name__}"
        )


def promote(primitive: Operation, data: list[Any]) -> None:
    """Casts the tensor operands in `data` to the operation's dtype, in place in the list."""
    positions = primitive.promotes
    for i, value in zip(positions, dtypes.promote([data[i] for i in positions], primitive.floating), strict=True):
        data[i] = value


def retry(primitive: Operation, data: Sequence[Any], error: Exception) -> Any:
    """The result all the same where NumPy was told to treat inf and nan as errors; else the error, explained."""
    if isinstance(error, (RuntimeWarning, FloatingPointError)):
        return quietly(primitive.forward)(*data)
    raise explain(primitive, data, error) from None


def explain(primitive: Operation, data: Sequence[Any], error: Exception) -> Exception:
    """The error of a NumPy function in PyTorch's words: shapes that do not broadcast, a dimension out of range."""
    if isinstance(error, np.exceptions.AxisError):
        rank = max(error.ndim or 0, 1)
        return IndexError(
            f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {error.axis})"
        )
    if isinstance(error, (TypeError, AttributeError)):
        return wrong_operand(primitive, data, numbers=isinstance(error, TypeError)) or error
    together = range(primitive.tensors) if primitive.elementwise else primitive.promotes
    shapes = [data[i].shape for i in together if hasattr(data[i], "shape")]
    mismatch = broadcast_mismatch(shapes)
    return error if mismatch is None else RuntimeError(mismatch)


def wrong_operand(primitive: Operation, data: Sequence[Any], numbers: bool = True) -> Exception | None:
    """PyTorch's error about an operand that is no tensor, and no number where it may be one; None if all are."""
    for i, value in enumerate(data[: primitive.tensors]):
        if (numbers and type(value) in (int, float, bool)) or isinstance(value, (Tensor, np.ndarray, np.generic)):
            continue
        given = type(value).__name__
        if primitive.family == "arithmetic" and (symbol := FUNCTIONS[primitive.name].symbol) and len(data) > 1:
            names = (given, "Tensor") if i == 0 else ("Tensor", given)
            return TypeError(f"unsupported operand type(s) for {symbol}: '{names[0]}' and '{names[1]}'")
        argument = ("input", "other")[min(i, 1)]
        return TypeError(f"{primitive.name}(): argument '{argument}' (position {i + 1}) must be Tensor, not {given}")
    return None


def check_operands(primitive: Operation, args: Sequence[Any]) -> None:
    """TypeError: an operand is a list. RuntimeError: one is an array, and a tensor beside it requires grad."""
    for i in primitive.promotes:
        if isinstance(args[i], (list, tuple)):
            raise wrong_operand(primitive, args) or TypeError(f"{primitive.name}() takes no {type(args[i]).__name__}")
        if isinstance(args[i], np.ndarray):
            for other in args:
                if isinstance(other, Tensor):
                    other.numpy()


def broadcast_mismatch(shapes: Sequence[tuple[int, ...]]) -> str | None:
    """PyTorch's sentence about the first two shapes that do not broadcast together; None if all do."""
    for a, b in pairwise(shapes):
        rank = max(len(a), len(b))
        for k in range(1, min(len(a), len(b)) + 1):
            if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
                return (
                    f"The size of tensor a ({a[-k]}) must match the size of tensor b ({b[-k]}) at non-singleton "
                    f"dimension {rank - k}"
                )
    return None
