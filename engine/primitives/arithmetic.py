"""The operators `+ - * / // % **` in all of PyTorch's overloads, and the functions they stand for.

To add an operation: add its record to the module of its family. `family.primitive(name, forward, rule, ...)` takes a
NumPy function and one rule for each tensor argument; `family.function` takes a function made of other operations.
A rule's parameters say what it needs: `g`, `out`, an argument's name, `<argument>_shape`. That is all: the name in
expressions, the method, the grad_fn name, the list of functions and the tests follow from the record.
Rules are those of PyTorch's derivatives.yaml where a point (a kink, a zero) leaves a choice.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..dtypes import float64
from ..primitive import NONZERO, POSITIVE, REAL, EdgeCase, Family, is_number, ops
from ..tensor import Tensor
from .shape import to, zeros_like

family = Family("arithmetic")
primitive, function = family.primitive, family.function


plus = primitive("add", operator.add, lambda g: g, lambda g: g, public=False)
plus_scaled = primitive(
    "add",
    lambda x, y, alpha: x + alpha * y,
    lambda g: g,
    lambda g, alpha: g * alpha,
    public=False,
)


@function(tensors=2, symbol="+")
def add(x: Any, y: Any, alpha: Any = 1) -> Any:
    """sum of x and y (`alpha` times y)"""
    return plus(x, y) if alpha == 1 else plus_scaled(x, y, alpha)


minus = primitive("sub", operator.sub, lambda g: g, lambda g: -g, public=False)
minus_scaled = primitive(
    "sub",
    lambda x, y, alpha: x - alpha * y,
    lambda g: g,
    lambda g, alpha: -g * alpha,
    public=False,
)


@function(tensors=2, symbol="-", aliases=("subtract",))
def sub(x: Any, y: Any, alpha: Any = 1) -> Any:
    """difference x - y (`alpha` times y)"""
    return minus(x, y) if alpha == 1 else minus_scaled(x, y, alpha)


rsub_tensor = primitive(
    "rsub",
    lambda x, y, alpha=1: y - alpha * x,
    lambda g, alpha: -g if alpha == 1 else -g * alpha,
    lambda g: g,
    public=False,
)
rsub_number = primitive(
    "rsub",
    lambda x, y, alpha=1: y - alpha * x,
    lambda g, alpha: -g if alpha == 1 else -g * alpha,
    tensors=2,
    overload=1,
    public=False,
)


@function(tensors=2)
def rsub(x: Any, y: Any, alpha: Any = 1) -> Any:
    """difference y - x (`alpha` times x)"""
    return rsub_number(x, y, alpha) if is_number(y) else rsub_tensor(x, y, alpha)


mul = primitive(
    "mul",
    operator.mul,
    lambda g, y: g * y,
    lambda g, x: g * x,
    doc="product of x and y",
    symbol="*",
    aliases=("multiply",),
    edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, 0.0))],
)

neg = primitive("neg", operator.neg, lambda g: -g, doc="x with its sign changed", symbol="-", aliases=("negative",))


@function()
def positive(x: Any) -> Any:
    """x itself"""
    return x


true_divide = primitive(
    "div",
    operator.truediv,
    lambda g, y: g / y,
    lambda g, x, y: -g * ((x / y) / y),
    floating=True,
    public=False,
)
floor_div = primitive(
    "div", np.floor_divide, lambda g: zeros_like(g), lambda g: zeros_like(g), overload=2, public=False
)


def _trunc_divide(x: Any, y: Any) -> Any:
    if np.result_type(x, y).kind == "f":
        return np.trunc(x / y)
    return np.floor_divide(x - np.fmod(x, y), y)


trunc_div = primitive(
    "div",
    _trunc_divide,
    lambda g: zeros_like(g),
    lambda g: zeros_like(g),
    overload=2,
    public=False,
)


@function(
    tensors=2,
    symbol="/",
    domain=(REAL, NONZERO),
    aliases=("divide", "true_divide"),
    edges=[EdgeCase((1.0, 0.0), math.inf, (math.inf, -math.inf))],
)
def div(x: Any, y: Any, rounding_mode: str | None = None) -> Any:
    """quotient x / y; rounded down with rounding_mode "floor", towards zero with "trunc" """
    if rounding_mode is None:
        return true_divide(x, y)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return floor_div(x, y) if rounding_mode == "floor" else trunc_div(x, y)


reciprocal = primitive(
    "reciprocal",
    lambda x: 1 / x,
    lambda g, out: -g * (out * out),
    doc="1 / x",
    domain=NONZERO,
    floating=True,
    edges=[EdgeCase((0.0,), math.inf, (-math.inf,))],
)


floor_divide = primitive(
    "floor_divide",
    operator.floordiv,
    tensors=2,
    doc="quotient x / y rounded down; has no derivative",
    symbol="//",
    domain=(REAL, NONZERO),
    undifferentiated=True,
)

remainder_number = primitive("remainder", np.remainder, lambda g: g, tensors=2, public=False)
remainder_tensor = primitive(
    "remainder",
    np.remainder,
    lambda g: g,
    lambda g, x, y: -g * div(x, y, rounding_mode="floor"),
    overload=1,
    public=False,
)
remainder_of_number = primitive(
    "remainder",
    lambda x, y: np.remainder(y, x),
    tensors=2,
    undifferentiated=True,
    public=False,
)


@function(tensors=2, symbol="%", domain=(REAL, NONZERO), numbers=True)
def remainder(x: Any, y: Any) -> Any:
    """remainder of x / y with the sign of y"""
    if is_number(x):
        return remainder_of_number(y, x)
    return remainder_number(x, y) if is_number(y) else remainder_tensor(x, y)


fmod_number = primitive("fmod", np.fmod, lambda g: g, tensors=2, public=False)
fmod_tensor = primitive(
    "fmod",
    np.fmod,
    lambda g: g,
    lambda g, x, y: -g * div(x, y, rounding_mode="trunc"),
    overload=1,
    public=False,
)


@function(tensors=2, domain=(REAL, NONZERO), numbers=True)
def fmod(x: Any, y: Any) -> Any:
    """remainder of x / y with the sign of x"""
    return fmod_number(x, y) if is_number(y) else fmod_tensor(x, y)


def _power(x: Any, y: Any) -> Any:
    if getattr(x, "dtype", None) is not None and x.dtype.kind in "iu" and np.any(np.asarray(y) < 0):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    return x**y


def _power_rule(g: Any, x: Any, y: Any) -> Any:
    return zeros_like(g) if y == 0 else g * (y * x ** (y - 1))


def _base_rule(g: Any, x: Any, y: Any) -> Any:
    return ops.where(y == 0, zeros_like(g), g * (y * x ** (y - 1)))


def _exponent_rule(g: Any, out: Any, x: Any, y: Any) -> Any:
    return g * ops.where((x == 0) & (y >= 0), 0, out * ops.log(x))


def _exponent_of_number_rule(g: Any, out: Any, x: Any, y: Any) -> Any:
    if x == 0:
        return g * ops.where(y >= 0, 0, out * -math.inf)
    return g * (out * (math.log(x) if x > 0 else math.nan))


power_number = primitive("pow", _power, _power_rule, tensors=2, public=False)
power_tensor = primitive("pow", _power, _base_rule, _exponent_rule, overload=1, public=False)
power_of_number = primitive(
    "pow",
    lambda x, y: np.power(x, y),
    None,
    _exponent_of_number_rule,
    overload=2,
    public=False,
)


@function(
    tensors=2,
    symbol="**",
    numbers=True,
    domain=(POSITIVE, REAL),
    edges=[
        EdgeCase((0.0, 2.0), 0.0, (0.0, 0.0)),
        EdgeCase((0.0, 0.0), 1.0, (0.0, 0.0)),
        EdgeCase((-2.0, 2.0), 4.0, (-4.0, math.nan)),
    ],
)
def pow(x: Any, y: Any) -> Any:
    """x to the power y"""
    if is_number(y):
        return power_number(x, y)
    return power_of_number(x, y) if is_number(x) else power_tensor(x, y)


@function(tensors=2, domain=(POSITIVE, REAL))
def float_power(x: Any, y: Any) -> Any:
    """x to the power y, in float64"""

    def wide(value: Any) -> Any:
        return to(value, float64) if isinstance(value, Tensor) else value

    return pow(wide(x), wide(y))


@function()
def square(x: Any) -> Any:
    """x squared"""
    return power_number(x, 2)
