# pyright: strict, reportPrivateUsage=false
"""The operands of a call: bound to parameters, brought to one dtype, and what is wrong with them in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..tensors import dtypes
from ..tensors.tensor import Tensor
from .record import Operation
from .registry import FUNCTIONS


class ParameterError(TypeError):
    """What has to be a number is a tensor whose gradient is asked for: there is no derivative by it, not one of 0."""


def parameter_error(primitive: Operation, position: int) -> ParameterError:
    """The error, in PyTorch's words, about an argument that is to be differentiated by and has to be a number."""
    function, name = primitive.function or primitive.name, primitive.arguments[position]
    return ParameterError(f"{function}(): argument '{name}' (position {position + 1}) must be Number, not Tensor")


def bind(primitive: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call, by position and complete. TypeError: too many, missing or unknown ones."""
    names, defaults = primitive.arguments, primitive.defaults
    function = primitive.function or primitive.name
    if len(args) > len(names):
        raise TypeError(
            f"{function}() takes {len(names)} positional argument{'s' * (len(names) != 1)} but {len(args)} were given"
        )
    values = list(args)
    for i in range(len(args), len(names)):
        if names[i] in kwargs:
            values.append(kwargs.pop(names[i]))
        elif i >= len(names) - len(defaults):
            values.append(defaults[i - len(names)])
        else:
            raise TypeError(f'{function}() missing 1 required positional arguments: "{names[i]}"')
    if kwargs:
        raise TypeError(f"{function}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    return tuple(values)


def promote_operands(primitive: Operation, args: Sequence[Any], data: list[Any]) -> None:
    """Casts the operands in `data`, those of the tensors in `args`, to the operation's dtype, in place in the list.

    TypeError: one is a list. RuntimeError: one is an array, and a tensor beside it requires grad.
    """
    if primitive.promotes:
        check_operands(primitive, args)
        promote(primitive, data)


def promote(primitive: Operation, data: list[Any]) -> None:
    """Casts the tensor operands in `data` to the operation's dtype, in place in the list."""
    positions = primitive.promotes
    for i, value in zip(positions, dtypes.promote([data[i] for i in positions], primitive.floating), strict=True):
        data[i] = value


def check_arrays(primitive: Operation, values: Sequence[Any]) -> None:
    """TypeError unless one of the values is a NumPy one (which is how rules call operations)."""
    if not any(isinstance(value, (np.ndarray, np.generic)) for value in values):
        raise TypeError(
            f"{primitive.name}(): argument 'input' (position 1) must be Tensor, not {type(values[0]).__name__}"
        )


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
