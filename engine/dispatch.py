"""How an operation runs: take the data out of the tensors, promote, compute, and record a node if a gradient is wanted.

Rules call operations with NumPy values; those go straight to the forward function.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes
from .autograd.graph import describe, next_sequence
from .autograd.modes import recording
from .nodes import PrimitiveNode, UndifferentiatedNode, tracked
from .tensor import Tensor

if TYPE_CHECKING:
    from .primitive import Primitive

_FLOAT64 = np.float64
_NOWHERE = (None, 0)
MANY = ("*",)


def make_call(primitive: Primitive) -> Callable[..., Any]:
    """The function that runs `primitive`. Everything that does not change from call to call is worked out here."""
    forward = primitive.forward
    arity = len(primitive.arguments)
    promotes = primitive.promotes
    node_class = primitive.node
    save = _saver(primitive)
    slots = [i for i, rule in enumerate(primitive.rules) if rule is not None]
    every_argument = slots == list(range(arity))
    saves_arguments = primitive.saved == primitive.arguments
    new = Tensor.__new__

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != arity:
            args = bind(primitive, args, kwargs)
        data: list[Any] = []
        edges: list[Any] = []
        is_tensor = requires_grad = other_dtype = False
        for value in args:
            if isinstance(value, Tensor):
                is_tensor = True
                if value.requires_grad:
                    requires_grad = True
                    made_by = value.grad_fn
                    edges.append((made_by, value.output_nr) if made_by is not None else value._edge())
                else:
                    edges.append(_NOWHERE)
                value = value._data
                if type(value) is not _FLOAT64:
                    other_dtype = True
            else:
                edges.append(_NOWHERE)
            data.append(value)
        if not is_tensor:
            check_arrays(primitive, data)
        elif other_dtype and promotes:
            promote(primitive, data)
        try:
            out = forward(*data)
        except (ValueError, IndexError, RuntimeWarning, FloatingPointError) as error:
            out = retry(primitive, data, error)
        if not is_tensor:
            return out
        if not (requires_grad and slots and recording.enabled):
            return unrecorded(primitive, args, out, requires_grad)
        node = node_class()
        node.sequence = next_sequence()
        node.next_functions = tuple(edges if every_argument else [edges[i] for i in slots])
        if type(out) is not _FLOAT64:
            return recorded(primitive, node, save, data, out)
        node.outputs = None
        node.saved = data if saves_arguments else save(data, out)
        result = new(Tensor)
        result._data = out
        result.requires_grad = True
        result.grad_fn = node
        return result

    return call


def unrecorded(primitive: Primitive, args: Sequence[Any], out: Any, requires_grad: bool) -> Any:
    """The result of an operation that no gradient passes through."""
    if primitive.outputs:
        return named_outputs(primitive, [Tensor(_scalar(o)) for o in out])
    if requires_grad and primitive.undifferentiated and recording.enabled:
        return tracked(_scalar(out), UndifferentiatedNode(primitive, args))
    return Tensor(_scalar(out))


def make_variadic_call(primitive: Primitive) -> Callable[..., Any]:
    """As `make_call`, for an operation whose first argument is a sequence of tensors."""
    save = _saver(primitive)

    def call(*args: Any, **kwargs: Any) -> Any:
        args = bind(primitive, args, kwargs)
        tensors = list(args[0])
        data = [value._data if isinstance(value, Tensor) else value for value in tensors]
        is_tensor = any(isinstance(value, Tensor) for value in tensors)
        if is_tensor and primitive.promotes:
            data = dtypes.promote(data, primitive.floating)
        try:
            out = primitive.forward(data, *args[1:])
        except (ValueError, IndexError, RuntimeWarning, FloatingPointError) as error:
            out = retry(primitive, [data, *args[1:]], error)
        if not is_tensor:
            return out
        if not (recording.enabled and any(t.requires_grad for t in tensors if isinstance(t, Tensor))):
            return Tensor(_scalar(out))
        node = primitive.node()
        node.sequence = next_sequence()
        node.next_functions = tuple(value._edge() if isinstance(value, Tensor) else _NOWHERE for value in tensors)
        return recorded(primitive, node, save, (data, *args[1:]), out)

    return call


def recorded(primitive: Primitive, node: PrimitiveNode, save: Any, data: Any, out: Any) -> Any:
    """The result of a recorded operation, one tensor or one for each named output, tied to its node."""
    if not primitive.outputs:
        out = _scalar(out)
        node.outputs = describe(out)
        node.saved = save(data, out)
        return tracked(out, node)
    outputs = [_scalar(o) for o in out]
    node.outputs = [describe(o) or ((), np.dtype(_FLOAT64)) for o in outputs]
    node.saved = save(data, outputs)
    return named_outputs(primitive, [tracked(o, node, i) for i, o in enumerate(outputs)])


def named_outputs(primitive: Primitive, tensors: list[Tensor]) -> Any:
    """Several results as a named tuple (`.values`, `.indices`), or a plain one where they have no names."""
    if primitive.outputs == MANY:
        return tuple(tensors)
    return _result_type(primitive.name, primitive.outputs)(*tensors)


@cache
def _result_type(name: str, outputs: tuple[str, ...]) -> Any:
    return namedtuple(name, outputs)


def _scalar(out: Any) -> Any:
    return out[()] if type(out) is np.ndarray and not out.ndim else out


def _saver(primitive: Primitive) -> Callable[[Any, Any], Sequence[Any]]:
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


def _getter(primitive: Primitive, source: str) -> Callable[[Any, Any], Any]:
    if source == "out":
        return lambda data, out: out
    if source in primitive.outputs:
        number = primitive.outputs.index(source)
        return lambda data, out: out[number]
    if source in primitive.arguments:
        position = primitive.arguments.index(source)
        return lambda data, out: data[position]
    position = primitive.arguments.index(source.removesuffix("_shape"))
    return lambda data, out: shape_of(data[position])


def shape_of(value: Any) -> Any:
    """The shape of a NumPy value as a tuple, () for a number, a list of shapes for a list."""
    if isinstance(value, list):
        return [shape_of(v) for v in value]
    return getattr(value, "shape", ())


def bind(primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
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


def check_arrays(primitive: Primitive, values: Sequence[Any]) -> None:
    """TypeError unless one of the values is a NumPy one (which is how rules call operations)."""
    if not any(isinstance(value, (np.ndarray, np.generic)) for value in values):
        raise TypeError(
            f"{primitive.name}(): argument 'input' (position 1) must be Tensor, not {type(values[0]).__name__}"
        )


def promote(primitive: Primitive, data: list[Any]) -> None:
    """Casts the tensor operands in `data` to the operation's dtype, in place in the list."""
    positions = primitive.promotes
    for i, value in zip(positions, dtypes.promote([data[i] for i in positions], primitive.floating), strict=True):
        data[i] = value


def retry(primitive: Primitive, data: Sequence[Any], error: Exception) -> Any:
    """The result all the same where NumPy was told to treat inf and nan as errors; else the error, explained."""
    if isinstance(error, (RuntimeWarning, FloatingPointError)):
        with np.errstate(all="ignore"):
            return primitive.forward(*data)
    raise explain(primitive, data, error) from None


def explain(primitive: Primitive, data: Sequence[Any], error: Exception) -> Exception:
    """The error of a NumPy function in PyTorch's words: shapes that do not broadcast, a dimension out of range."""
    if isinstance(error, np.exceptions.AxisError):
        rank = max(error.ndim or 0, 1)
        return IndexError(
            f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {error.axis})"
        )
    shapes = [data[i].shape for i in primitive.promotes if hasattr(data[i], "shape")]
    mismatch = broadcast_mismatch(shapes)
    return error if mismatch is None else RuntimeError(mismatch)


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
