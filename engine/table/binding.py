# pyright: strict, reportPrivateUsage=false
"""The operands of a call: bound to parameters, brought to one dtype, and what is wrong with them in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..tensors import dtypes
from ..tensors.errors import ParameterError, dimension_error, is_foreign, misused, no_tensor, shape_error, type_error
from ..tensors.tensor import Tensor
from .record import Operation
from .registry import FUNCTIONS


def parameter_error(primitive: Operation, position: int) -> ParameterError:
    """The error, in PyTorch's words, about an argument that is to be differentiated by and has to be a number."""
    function, name = primitive.function or primitive.name, primitive.arguments[position]
    return ParameterError(f"{function}(): argument '{name}' (position {position + 1}) must be Number, not Tensor")


def bind(primitive: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call, by position and complete. TypeError: too many, missing or unknown ones."""
    names, defaults = primitive.arguments, primitive.defaults
    if not kwargs and len(args) == len(names):
        return args
    if kwargs:
        kwargs = primitive.own_names(kwargs)
    function = primitive.function or primitive.name
    if len(args) > len(names):
        raise type_error(
            f"{function}() takes {len(names)} positional argument{'s' * (len(names) != 1)} but {len(args)} were given"
        )
    values = list(args)
    for i in range(len(args), len(names)):
        if names[i] in kwargs:
            values.append(kwargs.pop(names[i]))
        elif i >= len(names) - len(defaults):
            values.append(defaults[i - len(names)])
        else:
            raise type_error(f'{function}() missing 1 required positional arguments: "{primitive.called(names[i])}"')
    if kwargs:
        raise type_error(f"{function}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    return tuple(values)


def promote_operands(primitive: Operation, args: Sequence[Any], data: list[Any]) -> None:
    """Casts the operands in `data`, those of the tensors in `args`, to the operation's dtype, in place in the list.

    TypeError: one is a list. RuntimeError: one is an array, and a tensor beside it requires grad.
    """
    dtype = None
    for i in primitive.promotes:
        value = data[i]
        if not isinstance(args[i], Tensor):
            if type(value) is float or type(value) is int:
                continue
            break
        if dtype is None:
            dtype = value.dtype
        if value.dtype is not dtype or dtype.kind != "f":
            break
    else:
        # The usual case: tensors of one floating dtype, which no Python number can raise.
        if dtype is not None:
            return
    if primitive.promotes:
        check_operands(primitive, args)
        try:
            promote(primitive, data)
        except IndexError as error:  # the tensors are no operands
            raise wrong_operand(primitive, args, numbers=False) or error from None


def promote(primitive: Operation, data: list[Any]) -> None:
    """Casts the tensor operands in `data` to the operation's dtype, in place in the list."""
    positions = primitive.promotes
    for i, value in zip(positions, dtypes.promote([data[i] for i in positions], primitive.floating), strict=True):
        data[i] = value


def check_arrays(primitive: Operation, values: Sequence[Any]) -> None:
    """TypeError unless one of the values is a NumPy one (which is how rules call operations)."""
    if not any(isinstance(value, (np.ndarray, np.generic)) for value in values):
        raise no_tensor(primitive.name, "input", 0, values[0])


def explain(primitive: Operation, data: Sequence[Any], error: Exception) -> Exception:
    """The error of a forward function: ours as it is, NumPy's and Python's in PyTorch's words."""
    if not is_foreign(error):
        return error
    if isinstance(error, np.exceptions.AxisError):
        return dimension_error(error.axis, error.ndim or 0)
    if isinstance(error, (TypeError, AttributeError)):
        known = wrong_operand(primitive, data, numbers=isinstance(error, TypeError))
    else:
        together = range(primitive.tensors) if primitive.elementwise else primitive.promotes
        mismatch = broadcast_mismatch([data[i].shape for i in together if hasattr(data[i], "shape")])
        known = mismatch and shape_error(mismatch)
    return known or misused(primitive.function or primitive.name, error, data)


def wrong_operand(primitive: Operation, data: Sequence[Any], numbers: bool = True) -> Exception | None:
    """PyTorch's error about an operand that is no tensor, and no number where it may be one; None if all are."""
    for i, value in enumerate(data[: primitive.tensors]):
        if (numbers and type(value) in (int, float, bool)) or isinstance(value, (Tensor, np.ndarray, np.generic)):
            continue
        if primitive.family == "arithmetic" and (symbol := FUNCTIONS[primitive.name].symbol) and len(data) > 1:
            given = type(value).__name__
            names = (given, "Tensor") if i == 0 else ("Tensor", given)
            called = f"{symbol} or pow()" if symbol == "**" else symbol
            return type_error(f"unsupported operand type(s) for {called}: '{names[0]}' and '{names[1]}'")
        return no_tensor(primitive.name, ("input", "other")[min(i, 1)], i, value)
    return None


def check_operands(primitive: Operation, args: Sequence[Any]) -> None:
    """TypeError: one is no tensor and no number. RuntimeError: one is an array, while a tensor requires grad."""
    for i in primitive.promotes:
        # NumPy takes anything beside an array without elements. Bounds and weights may be None.
        is_optional = args[i] is None and primitive.tensors > 2
        if not (isinstance(args[i], (int, float)) or hasattr(args[i], "dtype") or is_optional):
            raise wrong_operand(primitive, args) or type_error(f"{primitive.name}() takes no {type(args[i]).__name__}")
        if isinstance(args[i], np.ndarray):
            for other in args:
                if isinstance(other, Tensor):
                    other.numpy()


def sum_array_to(x: Any, shape: tuple[int, ...]) -> Any:
    """A NumPy value summed over the dimensions that broadcasting `shape` to it added or stretched."""
    x = np.asarray(x)
    added = x.ndim - len(shape)
    stretched = tuple(i for i in range(added, x.ndim) if shape[i - added] == 1 and x.shape[i] != 1)
    x = x.sum(axis=(*range(added), *stretched), keepdims=True)
    return x.reshape(shape)


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
