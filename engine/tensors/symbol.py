# pyright: strict, reportPrivateUsage=false
"""Symbol: what a traced tensor holds in place of numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, NoReturn, Protocol, TypeGuard

import numpy as np


class TraceError(Exception):
    """A traced function asked for the numbers themselves: it has no one program for all of them."""


class Recorder(Protocol):
    """The trace that a symbol is part of (`program/tracing.py`), as far as a symbol asks anything of it."""

    formal: bool
    at_point: bool

    @property
    def inputs(self) -> Container[Any]: ...
    @property
    def made_by(self) -> Mapping[Any, Any]: ...
    def apply(self, primitive: Any, data: Sequence[Any]) -> Any: ...
    def operator(self, name: str) -> Callable[..., Any]: ...
    def operation(self, ufunc: Any, inputs: Sequence[Any]) -> Callable[..., Any]: ...
    def cast(self, symbol: Symbol, dtype: np.dtype[Any]) -> Any: ...


class Symbol:
    """A value of known shape and dtype, computed by an equation of a program that is being traced.

    `example` is what the value would be for one set of inputs. Only its shape and dtype count; it makes them known for
    every operation, without a rule for each.
    """

    __slots__ = ("example", "trace", "variable")

    def __init__(self, trace: Recorder, variable: Any, example: Any) -> None:
        self.trace = trace
        self.variable = variable
        self.example = example

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of elements along each dimension."""
        return self.example.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self.example.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.example.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.example.size

    @property
    def is_input(self) -> bool:
        """Whether it is one of the trace's inputs, and not computed."""
        return self.variable in self.trace.inputs

    def __hash__(self) -> int:
        return id(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """A NumPy operator with an array on its left, as the operation of the table."""
        return self.trace.operation(ufunc, inputs)(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What NumPy can say of a value from its shape and dtype alone."""
        if function is np.shape:
            return self.shape
        if function in (np.zeros_like, np.ones_like):
            return function(args[0].example, **kwargs)
        raise refusal(function.__name__)

    def astype(self, dtype: np.dtype[Any]) -> Any:
        """The value in another dtype."""
        return self.trace.cast(self, dtype)

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal("Python")

    __array__ = __float__ = __int__ = __iter__ = __len__ = tolist = _refuse

    def item(self) -> Any:
        """The number, if the trace is for one point alone and nothing differentiates it. TraceError: else."""
        if not self.trace.at_point or self.dtype.kind == "f":
            raise refusal("Python")
        return self.example.item()

    def __bool__(self) -> bool:
        if not self.trace.at_point:
            raise refusal("Python")
        return bool(self.example)

    def __index__(self) -> int:
        return self.item()

    def all(self) -> bool:
        """Whether all are true, as `item` says it."""
        return bool(self.example.all()) if self.trace.at_point else self._refuse()

    def any(self) -> bool:
        """Whether any is true, as `item` says it."""
        return bool(self.example.any()) if self.trace.at_point else self._refuse()

    @property
    def base(self) -> NoReturn:
        """TraceError: where a value lies in memory is not known."""
        raise refusal("something")


def refusal(asker: str) -> TraceError:
    """The error about something that asked for a traced value's numbers."""
    return TraceError(f"{asker} asked for the numbers of a traced value, which has none")


def _operator(name: str) -> Any:
    def method(*operands: Any) -> Any:
        return operands[0].trace.operator(name)(*operands)

    return method


for _name in (
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__"),
    *("__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__pow__", "__rpow__", "__matmul__", "__rmatmul__"),
    *("__neg__", "__pos__", "__abs__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
):
    setattr(Symbol, _name, _operator(_name))


Array = np.ndarray[Any, Any]
# What a tensor can hold.
DATA = (np.ndarray, np.generic, Symbol)


# As functions, for type checkers conclude from `isinstance` alone that nothing is known of what is inside.


def is_array(value: object) -> TypeGuard[Array]:
    """Whether a value is a NumPy array (and not a scalar)."""
    return isinstance(value, np.ndarray)


def is_items(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_symbolic(value: Any) -> bool:
    """Whether the data of a tensor, or what a rule was given, have no numbers."""
    return isinstance(value, Symbol)


def is_formal(value: Any) -> bool:
    """Whether the data of a tensor are those of a trace for a formula, which holds where the original has a value."""
    return isinstance(value, Symbol) and value.trace.formal


def is_open(value: Any) -> bool:
    """Whether data have no numbers, not even for one point: what depends on them has no answer."""
    return isinstance(value, Symbol) and not value.trace.at_point


def check_not_traced(data: Any, function: str) -> None:
    """TraceError: the data are those of a trace, and the function draws other numbers each time it is called."""
    if is_symbolic(data):
        raise TraceError(f"{function} draws other numbers each time, and cannot for a traced value")
