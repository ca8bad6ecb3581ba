"""Functions of whole numbers: bit by bit, whether they are among others, where they count to, how often they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.inplace import in_place
from ..primitives.operators import BITWISE, inverted
from ..table.out import run_into
from ..table.registry import ops
from ..tensors.aliases import Array, Call
from ..tensors.errors import no_tensor, type_error
from ..tensors.tensor import Tensor


def _tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else Tensor(np.asarray(value)[()])


def _named(call: Call, name: str) -> Call:
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{name}` of each two elements. NotImplementedError: they are no whole numbers."
    return call


def _of_two(name: str) -> Call:
    def call(input: Any, other: Any, *, out: Any = None) -> Tensor:
        if out is not None:
            return run_into(call, (input, other), {"out": out})
        return BITWISE[name](_tensor(input), other)

    return _named(call, name)


_FUNCTIONS: dict[str, Call] = {name: _of_two(name) for name in BITWISE}


def bitwise_not(input: Tensor) -> Tensor:
    """The bits of each element turned over. NotImplementedError: they are no whole numbers."""
    if input.dtype.is_floating_point:
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{input.dtype.title}'")
    return inverted(input)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element is one of others."""
    return Tensor(np.asarray(np.isin(_tensor(elements)._data, _tensor(test_elements)._data, invert=invert))[()])


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Where elements are that are counted through a shape in order, along each dimension. TypeError: no indices."""
    if not isinstance(indices, Tensor):
        raise no_tensor("unravel_index", "indices", 0, indices)
    if indices.dtype.is_floating_point:
        raise type_error(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    left: Array = np.asarray(indices._data)
    found: list[Tensor] = []
    for size in reversed(sizes):
        found.append(Tensor((left % size)[()]))
        left = left // size
    return tuple(reversed(found))


def _on_whole_numbers(name: str, ufunc: Callable[..., Any]) -> Call:
    def call(input: Any, other: Any) -> Tensor:
        for i, value in enumerate((input, other)):
            if not isinstance(value, Tensor):
                raise no_tensor(name, ("input", "other")[i], i, value)
            if value.dtype.is_floating_point:
                raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{value.dtype.title}'")
        return Tensor(ufunc(input._data, other._data))

    return _named(call, name)


gcd, lcm = _on_whole_numbers("gcd", np.gcd), _on_whole_numbers("lcm", np.lcm)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 on is among the elements of a vector, or the sum of their weights."""
    if input.dtype.is_floating_point:
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{input.dtype.title}'")
    data = np.asarray(input._data)
    if data.ndim != 1 or (data.size and data.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return Tensor(np.bincount(data, minlength=minlength).astype(np.int64))
    return Tensor(np.bincount(data, weights._data, minlength).astype(weights._data.dtype))


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements are in each of as many parts of the range from `min` to `max`, or of their own."""
    data = np.asarray(input._data)
    ends = (float(min), float(max))
    if ends[0] == ends[1] and data.size:
        ends = (float(data.min()), float(data.max()))
    if ends[0] == ends[1]:
        ends = (ends[0] - 1, ends[1] + 1)
    return Tensor(np.histogram(data, bins, ends)[0].astype(data.dtype))


def signbit(input: Tensor) -> Tensor:
    """Whether each element has the sign of negative numbers."""
    data = input._data
    return Tensor(np.signbit(data) if data.dtype.kind == "f" else data < 0)


def isreal(input: Tensor) -> Tensor:
    """True: all numbers are real."""
    return Tensor(np.ones(input._data.shape, bool)[()])


def isposinf(input: Tensor) -> Tensor:
    """Whether each element is positive infinity."""
    return ops.isinf(input) & ~signbit(input)


def isneginf(input: Tensor) -> Tensor:
    """Whether each element is negative infinity."""
    return ops.isinf(input) & signbit(input)


globals().update(_FUNCTIONS)
METHODS: dict[str, Call] = {
    **_FUNCTIONS,
    **{f"{name}_": in_place(f"{name}_", function) for name, function in _FUNCTIONS.items()},
    "bitwise_not": bitwise_not,
    "bitwise_not_": in_place("bitwise_not_", bitwise_not),
    "bincount": bincount,
    "gcd": gcd,
    "histc": histc,
    "isneginf": isneginf,
    "isposinf": isposinf,
    "isreal": isreal,
    "lcm": lcm,
    "signbit": signbit,
}
__all__ = [
    *_FUNCTIONS,
    "bincount",
    "bitwise_not",
    "gcd",
    "histc",
    "isin",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "signbit",
    "unravel_index",
]
