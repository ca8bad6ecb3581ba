"""Exponentials, logarithms, roots, trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import ABOVE_MINUS_ONE, CLOSED_UNIT, NOT_NEGATIVE, POSITIVE, UNIT, Domain, EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Call, Data
from ..tensors.dtypes import is_number
from ..tensors.errors import ParameterError
from ..tensors.symbol import TraceError, is_symbolic
from ..tensors.tensor import Tensor
from .arithmetic import reciprocal
from .families import ELEMENTARY

private, primitive, function = ELEMENTARY.private, ELEMENTARY.primitive, ELEMENTARY.function

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)
_ALSO_SPECIAL = ("", "special")

exp = primitive("exp", np.exp, lambda g, out: g * out, doc="e to the power x")
exp2 = primitive(
    "exp2", np.exp2, lambda g, out: g * out * _LN2, doc="2 to the power x", formula="2**x", below=_ALSO_SPECIAL
)
expm1 = primitive(
    "expm1", np.expm1, lambda g, out: g * (out + 1), doc="e to the power x, minus 1; exact near 0", below=_ALSO_SPECIAL
)
natural_log = private("log", np.log, lambda g, x: g / x)


@function(
    domain=POSITIVE,
    aliases=("ln",),
    edges=[EdgeCase((0.0,), -math.inf, (math.inf,)), EdgeCase((-1.0,), math.nan, (-1.0,))],
    torch=("log",),
    integers={1: 0},
)
def log(x: Any, base: Any = None) -> Any:
    """natural logarithm; with `base`, the logarithm to it"""
    if base is None:
        return natural_log(x)
    base = plain_number(base)
    if is_number(base) and base in (2, 10):
        return log2(x) if base == 2 else log10(x)
    return natural_log(x) / natural_log(np.float64(base) if is_number(base) else base)


def plain_number(value: Any) -> Any:
    """A tensor of one number that no gradient is asked of as that number, anything else as it is."""
    if not isinstance(value, Tensor) or value.requires_grad or is_symbolic(value._data) or value.ndim:
        return value
    return value.item()


def order_of(n: Any, function: str) -> int | float:
    """The order as a number. ParameterError: a derivative by it is wanted. TraceError: it has no number yet."""
    n = plain_number(n)
    if isinstance(n, Tensor) and is_symbolic(n._data) and not n.requires_grad:
        raise TraceError(f"the order n of {function}(n, x) is to be known")
    if not is_number(n):
        raise ParameterError(f"{function}(n, x) has no derivative by n: write a number for n")
    return int(n) if float(n).is_integer() else float(n)


log2 = primitive("log2", np.log2, lambda g, x: g / (x * _LN2), doc="logarithm to base 2", domain=POSITIVE)
log10 = primitive("log10", np.log10, lambda g, x: g / (x * _LN10), doc="logarithm to base 10", domain=POSITIVE)
log1p = primitive(
    "log1p",
    np.log1p,
    lambda g, x: g / (x + 1),
    doc="natural logarithm of 1 + x; exact near 0",
    domain=ABOVE_MINUS_ONE,
    below=_ALSO_SPECIAL,
)
sqrt = primitive(
    "sqrt",
    np.sqrt,
    lambda g, out: g / (2 * out),
    doc="square root",
    domain=NOT_NEGATIVE,
    edges=[EdgeCase((0.0,), 0.0, (math.inf,))],
)


@private(lambda g, x, n: g * (ops.abs(x) ** (1 / n - 1) / n), formula="sign(x)*abs(x)**(1/n)")
def odd_root(x: Data, n: Any) -> Data:
    return np.sign(x) * np.abs(x) ** (1 / n)


cbrt = primitive(
    "cbrt",
    np.cbrt,
    lambda g, out: g / (3 * out**2),
    doc="cube root, of negative numbers too",
    domain=Domain("any number", 0.1, 4.0),
    edges=[EdgeCase((0.0,), 0.0, (math.inf,)), EdgeCase((-8.0,), -2.0, (1 / 12,))],
    torch=(),
    in_place=False,
    parity="odd",
)


@primitive(lambda g, out: -0.5 * g * (out * out * out), domain=POSITIVE, formula="1/sqrt(x)")
def rsqrt(x: Data) -> Data:
    """1 / sqrt(x)"""
    return 1 / np.sqrt(x)


@function(
    tensors=2, numbers=True, domain=(POSITIVE, Domain("n != 0", 1.5, 4.0)), torch=(), method=False, in_place=False
)
def root(x: Any, n: Any) -> Any:
    """root number n of x, of negative numbers too where n is written as an odd number"""
    n = plain_number(n)
    if is_number(n) and n in (2, 3):
        return sqrt(x) if n == 2 else cbrt(x)
    if is_number(n) and n % 2 == 1:
        return odd_root(x, n)
    # As a tensor's, the inverse of 0 is infinite.
    return x ** (math.copysign(math.inf, n) if is_number(n) and n == 0 else 1 / n)


# Of 0 an odd one of these is 0, and an even one 1.
_odd = partial(primitive, parity="odd", integers={0: 0})
_even = partial(primitive, parity="even", integers={0: 1})

sin = _odd("sin", np.sin, lambda g, x: g * cos(x), doc="sine of x in radians", square="1 - cos(x)**2", quotient="tan")
cos = _even("cos", np.cos, lambda g, x: g * -sin(x), doc="cosine of x in radians", square="1 - sin(x)**2")
tan = _odd(
    "tan",
    np.tan,
    lambda g, out: g * (1 + out**2),
    doc="tangent of x in radians",
    domain=Domain("cos(x) != 0", -0.9, 0.9),
    ratio="sin(x)/cos(x)",
)


def _inverse(name: str, word: str, rule: Call, **facts: Any) -> Call:
    """The inverse of a circular or hyperbolic function, which NumPy calls `arc...` and PyTorch too."""
    long = f"arc{name[1:]}"
    return primitive(name, getattr(np, long), rule, doc=f"inverse {word}", aliases=(long,), inverse=name[1:], **facts)


asin = _inverse(
    "asin",
    "sine, in radians",
    lambda g, x: g * rsqrt(1 - x * x),
    domain=CLOSED_UNIT,
    edges=[EdgeCase((1.0,), math.pi / 2, (math.inf,))],
    parity="odd",
)
acos = _inverse(
    "acos",
    "cosine, in radians",
    lambda g, x: g * -rsqrt(1 - x * x),
    domain=CLOSED_UNIT,
    edges=[EdgeCase((1.0,), 0.0, (-math.inf,))],
)
atan = _inverse("atan", "tangent, in radians", lambda g, x: g / (x * x + 1), parity="odd")

sinh = _odd(
    "sinh",
    np.sinh,
    lambda g, x: g * cosh(x),
    doc="hyperbolic sine",
    square="cosh(x)**2 - 1",
    quotient="tanh",
    exponential="(exp(x) - exp(-x))/2",
)
cosh = _even(
    "cosh",
    np.cosh,
    lambda g, x: g * sinh(x),
    doc="hyperbolic cosine",
    square="1 + sinh(x)**2",
    is_positive=True,
    exponential="(exp(x) + exp(-x))/2",
)


@private(lambda g, y: g * (1 - y * y), lambda g, grad, y: g * grad * (-2 * y), formula="grad*(1 - y**2)")
def tanh_backward(grad: Data, y: Data) -> Data:
    return grad * (1 - y * y)


tanh = primitive(
    "tanh",
    np.tanh,
    lambda g, out: tanh_backward(g, out),
    doc="hyperbolic tangent",
    parity="odd",
    complement="1/cosh(x)**2",
    ratio="sinh(x)/cosh(x)",
    exponential="(exp(x) - exp(-x))/(exp(x) + exp(-x))",
    torch=("tanh", "nn.functional.tanh"),
    module="Tanh",
    gain=5 / 3,
)
asinh = _inverse("asinh", "hyperbolic sine", lambda g, x: g * rsqrt(x * x + 1), parity="odd")
acosh = _inverse("acosh", "hyperbolic cosine", lambda g, x: g * rsqrt(x * x - 1), domain=Domain("x >= 1", 1.1, 4.0))
atanh = _inverse("atanh", "hyperbolic tangent", lambda g, x: g * reciprocal(1 - x * x), domain=UNIT, parity="odd")


def _inverse_square(x: Any, y: Any) -> Any:
    square = x * x + y * y
    return ops.where(square == 0, 0, reciprocal(square))


atan2 = primitive(
    "atan2",
    np.arctan2,
    lambda g, x, y: g * y * _inverse_square(x, y),
    lambda g, x, y: g * -x * _inverse_square(x, y),
    doc="angle of the point with ordinate x and abscissa y, in radians",
    aliases=("arctan2",),
    edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, 0.0))],
)
hypot = primitive(
    "hypot",
    np.hypot,
    lambda g, out, x: g * (x / out),
    lambda g, out, y: g * (y / out),
    doc="sqrt(x**2 + y**2) without overflow",
    edges=[EdgeCase((0.0, 0.0), 0.0, (math.nan, math.nan))],
)


@primitive(lambda g: g * (math.pi / 180), formula="pi*x/180")
def deg2rad(x: Data) -> Data:
    """degrees to radians"""
    return x * (math.pi / 180)


@primitive(lambda g: g * (180 / math.pi), formula="180*x/pi")
def rad2deg(x: Data) -> Data:
    """radians to degrees"""
    return x * (180 / math.pi)
