"""The operators `+ - * / // % **` in all of PyTorch's overloads, and the functions they stand for.

To add an operation: add its record to the module of its subject. `primitive(name, forward, rule, ...)` takes a NumPy
function and one rule for each tensor argument, `private` one that only other operations call, and `function` a function
made of other operations; `Operation` in `engine/table/record.py` lists what else a record can say. A rule's parameters
say what it needs: `g`, `out`, an argument's name, `<argument>_shape`. That is all: the name in expressions, the method,
the grad_fn name, the list of functions and the tests follow from the record.
Rules are those of PyTorch's derivatives.yaml where a point (a kink, a zero) leaves a choice.
"""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any

import numpy as np

from ..table.record import BESIDE_ZERO, NONZERO, POSITIVE, REAL, EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import float64, is_number
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .arguments import c_names, check_same_dtype, in_dtype_of
from .copying import to, zeros_like
from .families import ARITHMETIC

private, primitive, function = ARITHMETIC.private, ARITHMETIC.primitive, ARITHMETIC.function

_LN2 = math.log(2.0)


def both(g: Gradient, h: Gradient) -> Gradient:
    """The sum of two gradients, either of which may be none."""
    return h if g is None else g if h is None else g + h


plus = private("add", operator.add, lambda g: g, lambda g: g, commutative=True, neutral={"x": -0.0, "y": -0.0})
plus_scaled = private(
    "add", lambda x, y, alpha: x + alpha * y, lambda g: g, lambda g, alpha: g * alpha, formula="x + alpha*y"
)


@function(tensors=2, symbol="+")
def add(x: Any, y: Any, alpha: Any = 1) -> Any:
    """sum of x and y (`alpha` times y)"""
    return plus(x, y) if alpha == 1 else plus_scaled(x, y, alpha)


plus_number = private("add", operator.add, lambda g: g, tensors=2, overload=1)


def _minus(x: Any, y: Any) -> Any:
    try:
        return x - y
    except TypeError:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        ) from None


minus = private("sub", _minus, lambda g: g, lambda g: -g, neutral={"y": 0})
minus_scaled = private(
    "sub", lambda x, y, alpha: x - alpha * y, lambda g: g, lambda g, alpha: -g * alpha, formula="x - alpha*y"
)


@function(tensors=2, symbol="-", aliases=("subtract",))
def sub(x: Any, y: Any, alpha: Any = 1) -> Any:
    """difference x - y (`alpha` times y)"""
    return minus(x, y) if alpha == 1 else minus_scaled(x, y, alpha)


def scaled_by(x: Any, alpha: Any) -> Any:
    return x if alpha == 1 else x * alpha


_rsub = partial(
    private,
    "rsub",
    lambda x, y, alpha=1: _minus(y, scaled_by(x, alpha)),
    lambda g, alpha: scaled_by(-g, alpha),
    formula=lambda alpha: "y - x" if alpha == 1 else "y - alpha*x",
)
rsub_tensor = _rsub(lambda g: g)
rsub_number = _rsub(overload=1)


@function(tensors=2, in_place=False)
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
    commutative=True,
    neutral={"x": 1, "y": 1},
)

# PyTorch's functions that are written in C++ multiply, add and divide by numbers with these; Python's `x * 2` does not.
times_number = private("mul", operator.mul, lambda g, y: g * y, tensors=2, overload=1)


def _negative(x: Any) -> Any:
    try:
        return -x
    except TypeError:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        ) from None


neg = primitive("neg", _negative, lambda g: -g, doc="x with its sign changed", symbol="-", aliases=("negative",))


@function(in_place=False)
def positive(x: Any) -> Any:
    """x itself"""
    return x


@function(in_place=False)
def real(x: Any) -> Any:
    """x itself, as all numbers here are real"""
    return x


true_divide = private(
    "div", operator.truediv, lambda g, y: g / y, lambda g, x, y: -g * ((x / y) / y), floating=True, neutral={"y": 1}
)
over_number = private("div", operator.truediv, lambda g, y: g / y, tensors=2, overload=1, floating=True)


def _rounded(divide: Any) -> Call:
    """A division that gives integers for integers, with PyTorch's error where one of those is divided by 0."""

    def forward(x: Any, y: Any) -> Any:
        result = divide(x, y)
        if result.dtype.kind in "iu" and np.any(np.asarray(y) == 0):
            raise RuntimeError("ZeroDivisionError")
        return result

    return forward


floor_div = private(
    "div", _rounded(np.floor_divide), lambda g: zeros_like(g), lambda g: zeros_like(g), overload=2, formula="floor(x/y)"
)


def _trunc_divide(x: Any, y: Any) -> Any:
    if np.result_type(x, y).kind == "f":
        return np.trunc(x / y)
    return np.floor_divide(x - np.fmod(x, y), y)


trunc_div = private(
    "div", _rounded(_trunc_divide), lambda g: zeros_like(g), lambda g: zeros_like(g), overload=2, formula="trunc(x/y)"
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
    formula="1/x",
)
floor_divide = primitive(
    "floor_divide",
    _rounded(operator.floordiv),
    tensors=2,
    doc="quotient x / y rounded down; has no derivative",
    symbol="//",
    domain=(REAL, NONZERO),
    undifferentiated=True,
)

remainder_number = private("remainder", _rounded(np.remainder), lambda g: g, tensors=2)
remainder_tensor = private(
    "remainder", _rounded(np.remainder), lambda g: g, lambda g, x, y: -g * div(x, y, rounding_mode="floor"), overload=1
)
# PyTorch has no derivative for this one, and none for heaviside.
remainder_of_number = private(
    "remainder",
    lambda x, y: _rounded(np.remainder)(y, x),
    lambda g, x, y: -g * floor_div(ops.full_like(x, y), x),
    tensors=2,
    overload=2,
    formula="y % x",
)


@function(
    tensors=2,
    symbol="%",
    domain=(REAL, NONZERO),
    numbers=True,
    aliases=("mod",),
    torch=("remainder",),
)
def remainder(x: Any, y: Any) -> Any:
    """remainder of x / y with the sign of y"""
    if is_number(x):
        return remainder_of_number(y, x)
    return remainder_number(x, y) if is_number(y) else remainder_tensor(x, y)


fmod_number = private("fmod", _rounded(np.fmod), lambda g: g, tensors=2)
fmod_tensor = private(
    "fmod", _rounded(np.fmod), lambda g: g, lambda g, x, y: -g * div(x, y, rounding_mode="trunc"), overload=1
)


@function(tensors=2, domain=(REAL, NONZERO), numbers=True, aliases=("rem",), torch=("fmod",))
def fmod(x: Any, y: Any) -> Any:
    """remainder of x / y with the sign of x"""
    return fmod_number(x, y) if is_number(y) else fmod_tensor(x, y)


def _power(x: Any, y: Any) -> Any:
    if x.dtype.kind in "iu":
        if is_number(y) and y < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return _integer_power(x, y)
    if is_number(y) and y == 2:
        return x * x
    # Of its scalars, NumPy leaves powers to C: as an array, a number has the same power alone as among others.
    if is_number(y):
        return x[...] ** y
    if y.ndim == 0 and y == 0.5:
        # For which NumPy takes the root, where that is nan and the power is none: of -inf.
        return np.power(x, np.full(x.shape or 1, y)).reshape(x.shape)[()]
    return np.power(x, y)


def _integer_power(x: Any, y: Any) -> Any:
    """A power of integers, where one that is no integer becomes 0."""
    if isinstance(y, int):
        y = np.asarray(x).dtype.type(y) if abs(y) < 128 else y
    elif isinstance(x, int):
        x = np.asarray(y).dtype.type(x) if abs(x) < 128 else x
    powers = np.asarray(x) ** np.maximum(y, 0)
    if powers.dtype.kind == "f":
        return x**y
    inverse = np.where(np.abs(x) == 1, np.where(np.asarray(y) % 2, x, 1), 0)
    return np.where(np.asarray(y) < 0, inverse, powers).astype(powers.dtype)


def _raised(x: Any, y: Any) -> Any:
    if isinstance(x, Tensor) or is_symbolic(x):
        return x**y
    return x if is_number(y) and y == 1 else _power(x, y)


def _power_rule(g: Gradient, x: Data, y: Data) -> Gradient:
    return zeros_like(g) if y == 0 else g * (y * _raised(x, y - 1))


def _falling_power(scale: Any, x: Any, y: Any, k: int) -> Any:
    factor = math.prod((y - i for i in range(1, k)), start=y)
    product = scale * (factor * _raised(x, y - k))
    if product.ndim == 0:
        return product if factor else np.zeros_like(product)[()]
    return np.where(factor == 0, 0, product)


def _falling_exponent_rule(g: Gradient, x: Data, y: Data, k: int) -> Gradient:
    """The product rule, as y is in all factors and in the exponent."""
    power = _raised(x, y - k)
    slope = sum(math.prod(y - j for j in range(k) if j != i) for i in range(k))
    return g * (slope * power + math.prod(y - i for i in range(k)) * power_times_log(x, y - k, power, 1, True))


# A gradient times derivative number k of x**y by x: 0 where y is 0, 1, ..., k - 1, also for x = 0 and, as in PyTorch,
# where the gradient is infinite or nan.
falling_power = private(
    "falling_power",
    _falling_power,
    lambda g, x, y, k: falling_power(g, x, y, k),
    lambda g, scale, x, y, k: falling_power(g * scale, x, y, k + 1),
    lambda g, scale, x, y, k: _falling_exponent_rule(g * scale, x, y, k),
    formula=lambda k: "*".join(["scale", "y", *(f"(y - {i})" for i in range(1, k))]) + f"*x**(y - {k})",
)


def _power_times_log(x: Data, y: Data, power: Data, m: int, inner: bool = False) -> Data:
    logs = np.log(x) if m == 1 else np.log(x) ** m
    product = power * logs
    if product.ndim == 0:
        return np.zeros_like(product)[()] if x == 0 and (y > 0 if inner else y >= 0) else product
    return np.where((x == 0) & (y > 0 if inner else y >= 0), 0, product)


def _power_times_log_base_rule(g: Gradient, x: Data, y: Data, m: int) -> Gradient:
    lower = _raised(x, y - 1)
    rest = lower if m == 1 else power_times_log(x, y - 1, lower, m - 1, True)
    return g * (y * power_times_log(x, y - 1, lower, m, True) + m * rest)


# Derivative number m of x**y by y, given x**y, which takes no part in derivatives: x and y stand for it. Where x is 0
# it is 0, the limit; for y = 0, where that is infinite, as in PyTorch if it is no `inner` part of a derivative by x.
power_times_log = private(
    "power_times_log",
    _power_times_log,
    _power_times_log_base_rule,
    lambda g, x, y, power, m, inner: g * power_times_log(x, y, power, m + 1, inner),
    None,
    formula=lambda m, inner: f"power*log(x)**{m}",
)


def _exponent_of_number_rule(g: Gradient, out: Data, x: Data, y: Data) -> Gradient:
    if x == 0:
        return g * ops.where(y >= 0, 0, out * -math.inf)
    return g * (out * (math.log(x) if x > 0 else math.nan))


_pow = partial(private, makes_one={"y": 0}, saved_as={"y": "exponent"})
power_number = _pow("pow", _power, _power_rule, tensors=2, neutral={"y": 1})
power_tensor = _pow(
    "pow",
    _power,
    lambda g, x, y: falling_power(g, x, y, 1),
    lambda g, out, x, y: g * power_times_log(x, y, out, 1),
    overload=1,
    neutral={"y": 1},
)


@_pow(None, _exponent_of_number_rule, name="pow", overload=2)
def power_of_number(x: Any, y: Any) -> Any:
    return _integer_power(x, y) if y.dtype.kind in "iu" else np.power(x, y)


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
    called_as={"y": "exponent"},
)
def pow(x: Any, y: Any) -> Any:
    """x to the power y"""
    if is_number(y):
        return power_number(x, y)
    return power_of_number(x, y) if is_number(x) else power_tensor(x, y)


@function(tensors=2, domain=(POSITIVE, REAL), called_as={"y": "exponent"})
def float_power(x: Any, y: Any) -> Any:
    """x to the power y, in float64"""

    def wide(value: Any) -> Any:
        return to(value, float64) if isinstance(value, Tensor) else value

    return pow(wide(x), wide(y))


@function()
def square(x: Any) -> Any:
    """x squared"""
    return power_number(x, 2)


# Products and quotients added, mixtures


@primitive(
    lambda g: g,
    lambda g, z, value: g * (z * value),
    lambda g, y, value: g * (y * value),
    formula="x + value*(y*z)",
    called_as={"y": "tensor1", "z": "tensor2"},
)
def addcmul(x: Data, y: Data, z: Data, value: Any = 1) -> Data:
    """x + value * y * z"""
    return x + in_dtype_of(x, value) * y * z


@primitive(
    lambda g: g,
    lambda g, z, value: g * (value / z),
    lambda g, y, z, value: -g * (value * y / (z * z)),
    domain=(REAL, REAL, NONZERO),
    formula="x + value*y/z",
    called_as={"y": "tensor1", "z": "tensor2"},
)
def addcdiv(x: Data, y: Data, z: Data, value: Any = 1) -> Data:
    """x + value * y / z"""
    if x.dtype.kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )
    return x + in_dtype_of(x, value) * (y / z)


def _lerp(x: Any, y: Any, weight: Any) -> Any:
    # Of two ways to say the same, the one that is exact at the nearer end.
    return np.where(np.abs(weight) < 0.5, x + weight * (y - x), y - (y - x) * (1 - weight))


@private(lambda g, weight: g * (1 - weight), lambda g, weight: g * weight, name="lerp", formula="x + weight*(y - x)")
def lerp_number(x: Data, y: Data, weight: Data) -> Data:
    return _lerp(x, y, in_dtype_of(x, weight, "weight"))


lerp_tensor = private(
    "lerp",
    _lerp,
    lambda g, weight: g * (1 - weight),
    lambda g, weight: g * weight,
    lambda g, x, y: g * (y - x),
    overload=1,
    formula="x + weight*(y - x)",
)


@function(tensors=3, called_as={"y": "end"})
def lerp(x: Any, y: Any, weight: Any) -> Any:
    """x + weight * (y - x)"""
    for name, other in (("end", y), ("weight", weight)):
        if isinstance(x, Tensor) and isinstance(other, Tensor):
            check_same_dtype(f"expected dtype {{}} for `{name}` but got dtype {{}}", x, other, c_names)
    return lerp_number(x, y, weight) if is_number(weight) else lerp_tensor(x, y, weight)


# Signs, steps and powers of two


def _direction(x: Any) -> Any:
    """The sign of x, but of what is not finite nan, as PyTorch divides by x."""
    return ops.sgn(x) + (x - x)


copysign_tensor = private(
    "copysign",
    np.copysign,
    lambda g, x, y: g * (_direction(x) * copysign_tensor(ops.ones_like(x), y)),
    lambda g: zeros_like(g),
    floating=True,
)


@private(
    lambda g, x, y: g * (_direction(x) * math.copysign(1, y)), name="copysign", tensors=2, overload=1, floating=True
)
def copysign_number(x: Data, y: Data) -> Data:
    return np.copysign(x, x.dtype.type(y))


@function(tensors=2, numbers=True, domain=NONZERO, edges=[EdgeCase((0.0, -1.0), 0.0, (0.0, 0.0))])
def copysign(x: Any, y: Any) -> Any:
    """the size of x with the sign of y"""
    return copysign_number(x, y) if is_number(y) else copysign_tensor(x, y)


signbit = primitive(
    "signbit", np.signbit, doc="whether the sign of x is minus", in_place=False, definition="copysign(1, x) < 0"
)


@primitive(
    lambda g: zeros_like(g),
    lambda g, x: ops.where(x == 0, g, 0),
    promotes=(),
    edges=[EdgeCase((0.0, 0.5), 0.5, (0.0, 1.0))],
    definition="where(x == 0, y, where(x > 0, 1, 0))",
    called_as={"y": "values"},
)
def heaviside(x: Data, y: Data) -> Data:
    """0 where x is negative, 1 where it is positive, y where it is 0"""
    if x.dtype != y.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return np.where(x == 0, y, x > 0).astype(x.dtype)


@function(torch=(), method=False, in_place=False, domain=BESIDE_ZERO)
def Heaviside(x: Any, y: Any = 0.5) -> Any:  # noqa: N802
    """heaviside(x, y), and 1/2 where x is 0 unless y is given"""
    return heaviside(x, ops.full_like(x, y) if is_number(y) else y)


nextafter = primitive(
    "nextafter",
    np.nextafter,
    lambda g, x, y: ops.where(x == y, 0, g),
    lambda g: zeros_like(g),
    doc="the next number after x on the way to y",
)


@primitive(lambda g, y: g * ops.exp2(y), lambda g, out: g * (out * _LN2), floating=True)
def ldexp(x: Data, y: Data) -> Data:
    """x times 2 to the power y"""
    return x * np.exp2(y)
