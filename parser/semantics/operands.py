"""What the operators do to their operands: tensors as the engine has it, literals by the rules of float64."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.table.registry import ops
from ...engine.tensors.dtypes import is_number
from .values import Operand, tensor_of


def both(x: Operand, y: Operand) -> Operand:
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return ops.logical_and(tensor_of(x), tensor_of(y))
    return bool(x) and bool(y)


def _either(x: Operand, y: Operand) -> Operand:
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return ops.logical_or(tensor_of(x), tensor_of(y))
    return bool(x) or bool(y)


def _not(x: Operand) -> Operand:
    return ops.logical_not(x) if isinstance(x, Tensor) else not x


def _matmul(x: Operand, y: Operand) -> Tensor:
    return ops.matmul(tensor_of(x), tensor_of(y))


# Python's own operators, which the engine's tensors have too.
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
}
_BINARY = {**ARITHMETIC, "@": _matmul, "and": both, "or": _either}
UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "not": _not}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_NUMERIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "**": np.power,
}
_EXACT = 2**53


def binary_operator(op: str, x: Operand, y: Operand) -> Callable[[Any, Any], Operand]:
    """What an operator does to two such operands."""
    if type(x) is Tensor or type(y) is Tensor or op not in _NUMERIC:
        return _BINARY[op]
    return partial(_on_literals, op) if is_number(x) and is_number(y) else _BINARY[op]


def _on_literals(op: str, x: float, y: float) -> float:
    """An operator on literals: whole numbers stay whole while float64 holds them exactly, else float64's rules.

    So `2**3` can be an index, and `9**9**9**9` is inf at once and `1/0` inf.
    """
    with np.errstate(all="ignore"):
        value = float(_NUMERIC[op](np.float64(x), np.float64(y)))
    whole = isinstance(x, int) and isinstance(y, int) and op != "/"
    return int(value) if whole and abs(value) <= _EXACT and value.is_integer() else value
