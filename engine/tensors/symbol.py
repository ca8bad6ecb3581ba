# pyright: strict, reportPrivateUsage=false
"""What tensors hold in place of numbers: Symbol, where they are traced, and others of its kind."""

from __future__ import annotations

from typing import Any, NoReturn, TypeGuard

import numpy as np

from .aliases import Array, NumpyDtype


class TraceError(Exception):
    """A traced function asked for the numbers themselves: it has no one program for all of them."""


class Numberless:
    """What a tensor holds in place of numbers inside a level that is handed every operation.

    `example` is a value of its shape and dtype. It makes them known for every operation, without a rule for each.
    `trace` is the level, which does for it what NumPy does for an array (`program/tracing.py`, `autograd/batching.py`).
    """

    __slots__ = ()

    trace: Any
    example: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of elements along each dimension."""
        return self.example.shape

    @property
    def dtype(self) -> NumpyDtype:
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

    def detached(self) -> Any:
        """The same outside any graph that what it stands for may be a part of."""
        return self

    def __hash__(self) -> int:
        return id(self)

    def __len__(self) -> int:
        return self.example.shape[0]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """A NumPy operator with an array on its left, as the operation of the table."""
        return self.trace.operation(ufunc, inputs)(*inputs)

    def __and__(self, other: Any) -> Any:
        return np.bitwise_and(self, other)

    def __or__(self, other: Any) -> Any:
        return np.bitwise_or(self, other)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What NumPy can say of a value from its shape and dtype alone."""
        if function is np.shape:
            return self.shape
        if function in (np.zeros_like, np.ones_like):
            return function(args[0].example, **kwargs)
        raise self.refusal(function.__name__)

    def astype(self, dtype: NumpyDtype) -> Any:
        """The value in another dtype."""
        return self.trace.cast(self, dtype)

    def copied(self) -> Any:
        """The same in memory of its own."""
        return self.trace.copied(self)

    def write(self, data: Any) -> None:
        """Changes in place what it stands for."""
        self.trace.write(self, data)

    def text(self) -> str:
        """How a tensor of it is printed."""
        raise self.refusal("Python")

    def numbers(self) -> Array:
        """All the numbers that it stands for. An error: there are none."""
        raise self.refusal("Python")

    def refusal(self, asker: str) -> Exception:
        """The error about something that asked for the numbers."""
        raise NotImplementedError

    def unwritable(self, shape: tuple[int, ...], change: str) -> Exception:
        """The error about a change in place that would write it into a tensor of that shape which has numbers."""
        return self.refusal("something")

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise self.refusal("Python")

    __array__ = __float__ = __int__ = __iter__ = tolist = item = all = any = _refuse

    def __bool__(self) -> bool:
        self._refuse()

    def __index__(self) -> int:
        return self.item()

    @property
    def base(self) -> NoReturn:
        """An error: where a value lies in memory is not known."""
        raise self.refusal("something")


class Symbol(Numberless):
    """A value computed by an equation of a program that is being traced; `example` is it for one set of inputs."""

    __slots__ = ("example", "trace", "variable")

    def __init__(self, trace: Any, variable: Any, example: Any) -> None:
        self.trace = trace
        self.variable = variable
        self.example = example

    @property
    def is_input(self) -> bool:
        """Whether it is one of the trace's inputs, and not computed."""
        return self.variable in self.trace.inputs

    def refusal(self, asker: str) -> TraceError:
        """The error about something that asked for the numbers."""
        return refusal(asker)

    def item(self) -> Any:
        """The number, if the trace is for one point alone and nothing differentiates it. TraceError: else."""
        if not self.trace.at_point or self.dtype.kind == "f":
            raise refusal("Python")
        return self.example.item()

    def __bool__(self) -> bool:
        if not self.trace.at_point:
            raise refusal("Python")
        return bool(self.example)

    def all(self) -> bool:  # pyrefly: ignore[bad-override]
        """Whether all are true, as `item` says it."""
        return bool(self.example.all()) if self.trace.at_point else self._refuse()

    def any(self) -> bool:  # pyrefly: ignore[bad-override]
        """Whether any is true, as `item` says it."""
        return bool(self.example.any()) if self.trace.at_point else self._refuse()


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
    setattr(Numberless, _name, _operator(_name))


# What a tensor can hold.
DATA = (np.ndarray, np.generic, Numberless)


# As functions, for type checkers conclude from `isinstance` alone that nothing is known of what is inside.


def is_array(value: object) -> TypeGuard[Array]:
    """Whether a value is a NumPy array (and not a scalar)."""
    return isinstance(value, np.ndarray)


def is_items(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_symbolic(value: Any) -> bool:
    """Whether the data of a tensor, or what a rule was given, have no numbers."""
    return isinstance(value, Numberless)


def is_formal(value: Any) -> bool:
    """Whether the data of a tensor are those of a trace for a formula, which holds where the original has a value."""
    return isinstance(value, Numberless) and value.trace.formal


def is_open(value: Any) -> bool:
    """Whether data have no numbers, not even for one point: what depends on them has no answer."""
    return isinstance(value, Numberless) and not value.trace.at_point


def numbers_of(data: Any) -> Any:
    """All the numbers that the data of a tensor are, or stand for. TraceError: those of a trace have none."""
    return data.numbers() if isinstance(data, Numberless) else data
