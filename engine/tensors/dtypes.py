# pyright: strict, reportPrivateUsage=false
"""Data types, the default one, and PyTorch's type promotion.

PyTorch ranks operands in three tiers (tensors with dimensions, tensors without, Python numbers) and lets a lower
tier raise the result only to a higher *category* (bool < integer < floating), never to a wider type of the same one.
Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .aliases import NumpyDtype
from .errors import type_error
from .symbol import DATA


class dtype:  # noqa: N801  (PyTorch's name)
    """A data type; prints as PyTorch's does (`torch.float64`). PyTorch's messages have its title, or C++'s name."""

    __module__ = "torch"
    __slots__ = ("c_name", "is_floating_point", "itemsize", "name", "numpy", "title")

    def __init__(self, name: str, title: str, c_name: str) -> None:
        self.name = name
        self.title = title
        self.c_name = c_name
        self.numpy = np.dtype(name)
        self.is_floating_point = self.numpy.kind == "f"
        self.itemsize = self.numpy.itemsize

    is_complex = False

    @property
    def is_signed(self) -> bool:
        """Whether it has negative numbers."""
        return self.numpy.kind in "if"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return of, (self.numpy,)


float64 = double = dtype("float64", "Double", "double")
float32 = dtype("float32", "Float", "float")
float16 = half = dtype("float16", "Half", "c10::Half")
int64 = long = dtype("int64", "Long", "long int")
int32 = dtype("int32", "Int", "int")
int16 = short = dtype("int16", "Short", "short int")
int8 = dtype("int8", "Char", "signed char")
uint8 = dtype("uint8", "Byte", "unsigned char")
bool_ = dtype("bool", "Bool", "bool")

BY_NUMPY = {d.numpy: d for d in (float64, float32, float16, int64, int32, int16, int8, uint8, bool_)}
_CATEGORY = {"b": 0, "i": 1, "u": 1, "f": 2}
_default = float64


class _Block(threading.local):
    default: dtype | None = None


_block = _Block()


def of(numpy_dtype: Any) -> dtype:
    """The dtype for a NumPy one. TypeError when the engine has none for it."""
    try:
        return BY_NUMPY[np.dtype(numpy_dtype)]
    except KeyError:
        raise type_error(f"can't convert np.ndarray of type {np.dtype(numpy_dtype)}") from None


def get_default_dtype() -> dtype:
    """The dtype of new tensors made from Python floats; float64 unless it was set."""
    return _block.default or _default


@contextmanager
def default_dtype(d: dtype) -> Generator[None]:
    """Makes a dtype the default one in this thread, for the length of a block."""
    before, _block.default = _block.default, d
    try:
        yield
    finally:
        _block.default = before


def set_default_dtype(d: object) -> None:
    """Sets the dtype of new tensors made from Python floats. TypeError unless it is a floating one."""
    global _default
    if not isinstance(d, dtype):
        raise type_error("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise type_error("only floating-point types are supported as the default type")
    _default = d


def result_type(arrays: Iterable[Any], numbers: Iterable[Any]) -> NumpyDtype:
    """The NumPy dtype of an operation on these NumPy values and Python numbers, by PyTorch's rules."""
    dimensioned: NumpyDtype | None = None
    dimensionless: NumpyDtype | None = None
    for a in arrays:
        if a.ndim:
            dimensioned = a.dtype if dimensioned is None else _wider(dimensioned, a.dtype)
        else:
            dimensionless = a.dtype if dimensionless is None else _wider(dimensionless, a.dtype)
    number: NumpyDtype | None = None
    for n in numbers:
        kind = bool_.numpy if isinstance(n, bool) else int64.numpy if isinstance(n, int) else get_default_dtype().numpy
        number = kind if number is None else _wider(number, kind)
    result: NumpyDtype | None = None
    for tier in (dimensioned, dimensionless, number):
        if tier is not None and (result is None or _CATEGORY[tier.kind] > _CATEGORY[result.kind]):
            result = tier
    assert result is not None
    return result


def widest(kinds: Iterable[NumpyDtype]) -> NumpyDtype:
    """The NumPy dtype that all of these are promoted to together."""
    return functools.reduce(_wider, kinds)


def _wider(a: NumpyDtype, b: NumpyDtype) -> NumpyDtype:
    if a is b:
        return a
    if a.kind == "f" or b.kind == "f":
        # NumPy widens int32 + float32 to float64; PyTorch keeps the floating type as it is.
        return np.promote_types(a, b) if a.kind == b.kind else a if a.kind == "f" else b
    return np.promote_types(a, b)


def promote(data: Sequence[Any], floating: bool) -> list[Any]:
    """The operands of an operation, cast to their common dtype (`floating`: an integer one becomes the default).

    Python numbers are left as they are: NumPy lets them adopt the dtype of the array beside them.
    """
    arrays: list[Any] = [d for d in data if isinstance(d, DATA)]
    first = arrays[0].dtype
    if first.kind == "f" and all(a.dtype is first for a in arrays):
        # The usual case: one floating dtype, which no Python number can raise.
        return list(data)
    common = result_type(arrays, [d for d in data if is_number(d)])
    if floating and common.kind != "f":
        common = get_default_dtype().numpy
    return [cast(d, common) if isinstance(d, DATA) else d for d in data]


def is_number(value: Any) -> bool:
    """Whether a value is a Python number: PyTorch has overloads for these (a NumPy scalar stands for a tensor)."""
    return type(value) in (int, float, bool)


def cast(data: Any, to: NumpyDtype) -> Any:
    """The NumPy value in dtype `to`; the same object where it has it already."""
    return data if data.dtype == to else data.astype(to)
