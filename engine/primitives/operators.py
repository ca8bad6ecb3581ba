"""Python's operators on tensors, as operations of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..table.binding import broadcast_mismatch
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.aliases import Call
from ..tensors.dtypes import dtype, is_number
from ..tensors.errors import shape_error, type_error
from ..tensors.tensor import Tensor
from . import arithmetic


def _reflected(function: Call) -> Call:
    """The operator with the tensor on its right, which leaves to Python what is neither tensor nor number."""

    def method(self: Tensor, other: Any) -> Any:
        return function(other, self) if isinstance(other, _OPERANDS) else NotImplemented

    return method


_OPERANDS = (Tensor, int, float, np.ndarray, np.generic)


def _named(name: str) -> Call:
    """The operator that is a function of a module that is not imported before it is used."""
    return lambda *operands: getattr(ops, name)(*operands)


def _comparison(name: str) -> Call:
    """The operator, which leaves to Python what is neither tensor nor number: unequal, and not to be ordered."""

    def method(self: Tensor, other: Any) -> Any:
        if isinstance(other, _OPERANDS):
            return getattr(ops, name)(self, other)
        return NotImplemented

    return method


def _divided_by(other: Any, self: Tensor) -> Tensor:
    # PyTorch computes a number over a tensor this way, and its graph shows it.
    return arithmetic.reciprocal(self) * other


def _less(other: Any, self: Tensor) -> Tensor:
    return arithmetic.rsub_number(self, other) if is_number(other) else arithmetic.minus(other, self)


def _getitem(self: Tensor, key: Any) -> Tensor:
    # Imported when it is first used, in whose place it then is.
    from .getitem import getitem

    OPERATORS["__getitem__"] = getitem
    Tensor.__getitem__ = getitem  # pyrefly: ignore[bad-assignment]
    return getitem(self, key)


def _bitwise(ufunc: Any, name: str = "") -> Call:
    """The operator on whole numbers and booleans. NotImplementedError, in PyTorch's words: one is a float."""

    def method(self: Tensor, other: Any) -> Any:
        if not isinstance(other, _OPERANDS):
            return NotImplemented
        for kind in (self.dtype, _kind(other)):
            if kind.is_floating_point:
                raise _no_bits(name or ufunc.__name__, kind)
        data = self._data, other._data if isinstance(other, Tensor) else other
        if name and isinstance(other, int):
            data = data[0], self._data.dtype.type(other)
        mismatch = broadcast_mismatch([np.shape(part) for part in data])
        if mismatch is not None:
            raise shape_error(mismatch)
        return Tensor(ufunc(*data))

    return method


def _kind(operand: Any) -> dtype:
    """The dtype that a tensor of this operand has."""
    if isinstance(operand, (Tensor, np.ndarray, np.generic)):
        return operand.dtype if isinstance(operand, Tensor) else dtypes.of(operand.dtype)
    return dtypes.get_default_dtype() if isinstance(operand, float) else dtypes.int64


def _no_bits(name: str, kind: dtype) -> NotImplementedError:
    return NotImplementedError(f"\"{name}_cpu\" not implemented for '{kind.title}'")


def inverted(self: Tensor) -> Tensor:
    """The bits of each element turned over. TypeError: they are no whole numbers."""
    if self.dtype.is_floating_point:
        raise type_error("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return Tensor(np.invert(self._data))


BITWISE = {
    "bitwise_and": _bitwise(np.bitwise_and),
    "bitwise_or": _bitwise(np.bitwise_or),
    "bitwise_xor": _bitwise(np.bitwise_xor),
    "bitwise_left_shift": _bitwise(np.left_shift, "lshift"),
    "bitwise_right_shift": _bitwise(np.right_shift, "rshift"),
}


def _shifted_by(name: str) -> Call:
    """The operator with a number on its left."""

    def method(self: Tensor, other: Any) -> Any:
        return BITWISE[name](Tensor(np.asarray(other, self._data.dtype)[()]), self)

    return method


OPERATORS: dict[str, Call] = {
    "__add__": arithmetic.plus,
    "__radd__": _reflected(lambda other, self: arithmetic.plus(self, other)),
    "__sub__": arithmetic.minus,
    "__rsub__": _reflected(_less),
    "__mul__": arithmetic.mul,
    "__rmul__": arithmetic.mul,
    "__truediv__": arithmetic.true_divide,
    "__rtruediv__": _reflected(_divided_by),
    "__rdiv__": _reflected(_divided_by),
    "__floordiv__": arithmetic.floor_divide,
    "__rfloordiv__": _reflected(arithmetic.floor_divide),
    "__mod__": arithmetic.remainder,
    "__rmod__": _reflected(arithmetic.remainder),
    "__pow__": arithmetic.pow,
    "__rpow__": _reflected(arithmetic.pow),
    "__matmul__": _named("matmul"),
    "__rmatmul__": _reflected(_named("matmul")),
    "__neg__": arithmetic.neg,
    "__pos__": arithmetic.positive,
    "__abs__": _named("abs"),
    **{f"__{name}__": _comparison(name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{f"__{r}{name}__": BITWISE[f"bitwise_{name}"] for name in ("and", "or", "xor") for r in ("", "r")},
    "__lshift__": BITWISE["bitwise_left_shift"],
    "__rlshift__": _shifted_by("bitwise_left_shift"),
    "__rshift__": BITWISE["bitwise_right_shift"],
    "__rrshift__": _shifted_by("bitwise_right_shift"),
    "__invert__": inverted,
    "__getitem__": _getitem,
}
# Those that change a tensor in place, such as `x += y`.
IN_PLACE_OPERATORS: dict[str, Call] = {
    "__iadd__": arithmetic.add,
    "__isub__": arithmetic.sub,
    "__imul__": arithmetic.mul,
    "__itruediv__": arithmetic.div,
    "__ifloordiv__": arithmetic.floor_divide,
    "__imod__": arithmetic.remainder,
    "__ipow__": arithmetic.pow,
    **{f"__i{name}__": BITWISE[f"bitwise_{name}"] for name in ("and", "or", "xor")},
    "__ilshift__": BITWISE["bitwise_left_shift"],
    "__irshift__": BITWISE["bitwise_right_shift"],
}


# NumPy's functions as operations of the table.
_OPERATIONS: dict[Any, Call] = {
    np.add: arithmetic.plus,
    np.subtract: arithmetic.minus,
    np.multiply: arithmetic.mul,
    np.true_divide: arithmetic.true_divide,
    np.floor_divide: arithmetic.floor_divide,
    np.power: arithmetic.power_tensor,
    np.remainder: arithmetic.remainder_tensor,
    np.less: _named("lt"),
    np.less_equal: _named("le"),
    np.greater: _named("gt"),
    np.greater_equal: _named("ge"),
    np.equal: _named("eq"),
    np.not_equal: _named("ne"),
}
_ON_TRUTHS: dict[Any, Call] = {
    np.bitwise_and: _named("logical_and"),
    np.bitwise_or: _named("logical_or"),
    np.bitwise_xor: _named("logical_xor"),
    np.invert: _named("logical_not"),
}


def operation_of(ufunc: Any, inputs: Sequence[Any]) -> Call | None:
    """The operation of the table that does what a NumPy function does with its inputs; None: there is none."""
    if ufunc in _ON_TRUTHS and all(getattr(value, "dtype", None) == np.bool_ for value in inputs):
        return _ON_TRUTHS[ufunc]
    return _OPERATIONS.get(ufunc)
