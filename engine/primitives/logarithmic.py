"""Functions whose formula fails at a point or overflows: sinc, logit, x*log(y), log(exp(x) + exp(y))."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import numpy as np

from ..table.record import ABOVE_MINUS_ONE, NOT_NEGATIVE, POSITIVE, PROBABILITY, REAL, EdgeCase
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import is_number
from .elementary import exp, exp2, log, log1p
from .families import SPECIAL, SPECIAL_METHODS
from .selection import where

private = SPECIAL.private

# sin(x)/x and sinh(x)/x, of which 0 is no special point: so is no derivative of them.


def _sine_quotient(x: Any) -> Any:
    return np.where(x == 0, 1, np.where(np.isinf(x), 0, np.sin(x) / x)).astype(x.dtype)


@cache
def _nodes(count: int) -> Any:
    """Points and weights of Gauss and Legendre's quadrature from 0 to 1, exact to rounding for what is asked of it."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return (points + 1) / 2, weights / 2


def _sine_quotient_formula(n: int, a: float, hyperbolic: bool) -> str:
    """The closed form as an expression in x, and its limit at 0."""
    factor = "pi" if a == math.pi else "1"
    sines = (f"sin({factor}*x)", f"cos({factor}*x)", f"(-sin({factor}*x))", f"(-cos({factor}*x))")
    if hyperbolic:
        sines = (f"sinh({factor}*x)", f"cosh({factor}*x)") * 2
    terms = [f"{_coefficient(n, k)}*{factor}**{k}*{sines[k % 4]}/({factor}*x**{n - k + 1})" for k in range(n + 1)]
    limit = "0" if n % 2 else f"{1 if hyperbolic else (-1) ** (n // 2)}*{factor}**{n}/{n + 1}"
    return f"where(x == 0, {limit}, {' + '.join(terms)})"


@private(
    lambda g, x, n, a, hyperbolic: g * sine_quotient_derivative(x, n + 1, a, hyperbolic),
    name="sine_quotient",
    formula=_sine_quotient_formula,
)
def sine_quotient_derivative(x: Data, n: int, a: float, hyperbolic: bool = False) -> Data:
    """Derivative number n of f(z) = sin(z)/z, or sinh(z)/z, with z = a*x.

    From z*f = sin(z), of which derivative number k is z*f_k + k*f_(k-1); where that cancels, by the integral of
    t**n * cos(z*t + n*pi/2) over t from 0 to 1.
    """
    shape, z = x.shape, np.atleast_1d(a * x)
    odd, even = (np.sinh, np.cosh) if hyperbolic else (np.sin, np.cos)
    sine, cosine = odd(z), even(z)
    total = sine / z
    for k in range(1, n + 1):
        slope = sine if k % 2 == 0 else cosine
        total = ((slope if k % 4 < 2 or hyperbolic else -slope) - k * total) / z
    if hyperbolic:
        beyond = np.isinf(sine)
        total[beyond] = (sine if n % 2 else cosine)[beyond]
    else:
        total[np.isinf(z)] = 0
    near = np.abs(z) < n + 1
    if near.any():
        # Not a product of matrices, which rounds many rows otherwise than one.
        close, wave = z[near], odd if n % 2 else even
        integral = sum(weight * t**n * wave(close * t) for t, weight in zip(*_nodes(8 + n), strict=True))
        total[near] = -integral if n % 4 in (1, 2) and not hyperbolic else integral
        total[z == 0] = _limit(n) if not hyperbolic else abs(_limit(n))
    return (total * a**n).astype(x.dtype, copy=False).reshape(shape)[()]


def _coefficient(n: int, k: int) -> int:
    """That of the derivative number k of the sine, over a power of z, in derivative number n of sin(z)/z."""
    return (-1) ** (n - k) * math.perm(n, n - k)


def _limit(n: int) -> float:
    return 0 if n % 2 else (-1) ** (n // 2) / (n + 1)


_AT_ZERO = EdgeCase((0.0,), 1.0, (0.0,))


@SPECIAL_METHODS.primitive(
    lambda g, x: g * sine_quotient_derivative(x, 1, math.pi),
    edges=[_AT_ZERO],
    parity="even",
    definition="where(x != 0, sin(pi*x)/(pi*x), 1)",
)
def sinc(x: Data) -> Data:
    """sin(pi*x) / (pi*x); 1 at 0"""
    return _sine_quotient(math.pi * x)


spherical_bessel_j0 = SPECIAL.primitive(
    "spherical_bessel_j0",
    _sine_quotient,
    lambda g, x: g * sine_quotient_derivative(x, 1, 1),
    doc="sin(x) / x, and 1 where x is 0",
    edges=[_AT_ZERO],
    parity="even",
    definition="where(x != 0, sin(x)/x, 1)",
)


def _logit_rule(g: Gradient, x: Data, eps: float | None) -> Gradient:
    if eps is None:
        # The sum makes 0.0 of -0.0, where the slope is inf too.
        return where((x >= 0) & (x <= 1), g / ((x + 0.0) * (1 - x)), math.nan)
    return where((x < eps) | (x > 1 - eps), 0, g / (x * (1 - x)))


@SPECIAL_METHODS.primitive(_logit_rule, domain=PROBABILITY, definition="log(x/(1 - x))")
def logit(x: Data, eps: float | None = None) -> Data:
    """log(x / (1 - x)); with `eps`, x is first limited to the interval from eps to 1 - eps"""
    if eps is not None:
        x = np.minimum(np.maximum(x, eps), 1 - eps)
    return np.log(x / (1 - x))


def _logaddexp(name: str, power: Call, doc: str, **facts: Any) -> Call:
    """The logarithm of a sum of powers, which the shares in the sum are the slopes of."""
    rules = (lambda g, x, y: g / (1 + power(y - x)), lambda g, x, y: g / (1 + power(x - y)))
    return SPECIAL.primitive(name, getattr(np, name), *rules, doc=doc, method=True, below=(), **facts)


logaddexp2 = _logaddexp(
    "logaddexp2",
    exp2,
    "log2(2**x + 2**y) without overflow",
    definition="maximum(x, y) + where(x == y, 1, log1p(2**(-abs(x - y)))/log(2))",
)
logaddexp = _logaddexp(
    "logaddexp",
    exp,
    "log(exp(x) + exp(y)) without overflow",
    definition="maximum(x, y) + where(x == y, log(2), log1p(exp(-abs(x - y))))",
)


def _xlogy(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log(y))


def _xlogy_first(g: Gradient, x: Data, y: Data) -> Gradient:
    # At x = 0 and y <= 0 the value is 0 all around, and log(y) is not to spoil it.
    return where((x == 0) & (y <= 0), 0, g * log(y))


xlogy_tensors = private("xlogy", _xlogy, _xlogy_first, lambda g, x, y: g * x / y)
xlogy_of_number = private("xlogy", _xlogy, None, lambda g, x, y: g * x / y, overload=1)


def _first_before_number(log: Call, least: float) -> Call:
    """The rule where y is a number: PyTorch's is 0 at x = 0 for nan too."""

    def rule(g: Gradient, x: Data, y: Data) -> Gradient:
        if y > least:
            return g * log(y)
        return where(x == 0, 0, g * (-math.inf if y == least else math.nan))

    return rule


xlogy_number = private(
    "xlogy", lambda x, y: _xlogy(x, x.dtype.type(y)), _first_before_number(math.log, 0), tensors=2, overload=2
)


@SPECIAL_METHODS.function(
    tensors=2,
    numbers=True,
    domain=(REAL, POSITIVE),
    edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, math.nan))],
    definition="where(x != 0, x*log(y), 0)",
)
def xlogy(x: Any, y: Any) -> Any:
    """x * log(y), and 0 where x is 0"""
    if is_number(x):
        return xlogy_of_number(x, y)
    return xlogy_number(x, y) if is_number(y) else xlogy_tensors(x, y)


def _xlog1py(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(y))


def _xlog1py_first(g: Gradient, x: Data, y: Data) -> Gradient:
    # As for xlogy: at x = 0 the value is 0 all around.
    return where((x == 0) & (y <= -1), 0, g * log1p(y))


def _xlog1py_second(g: Gradient, x: Data, y: Data) -> Gradient:
    return g * x / (y + 1)


_overload = partial(private, "special_xlog1py", formula="xlog1py(x, y)")
xlog1py_tensors = _overload(_xlog1py, _xlog1py_first, _xlog1py_second)
xlog1py_of_number = _overload(lambda x, y: _xlog1py(y.dtype.type(x), y), None, _xlog1py_second, overload=1)
xlog1py_number = _overload(
    lambda x, y: _xlog1py(x, x.dtype.type(y)), _first_before_number(math.log1p, -1), tensors=2, overload=2
)


@SPECIAL.function(
    tensors=2,
    numbers=True,
    domain=(REAL, ABOVE_MINUS_ONE),
    edges=[EdgeCase((0.0, -1.0), 0.0, (0.0, math.nan))],
    definition="where(x != 0, x*log1p(y), 0)",
)
def xlog1py(x: Any, y: Any) -> Any:
    """x * log1p(y), and 0 where x is 0"""
    if is_number(x):
        return xlog1py_of_number(x, y)
    return xlog1py_number(x, y) if is_number(y) else xlog1py_tensors(x, y)


@SPECIAL.primitive(
    lambda g, x: g * (-log(x) - 1),
    domain=NOT_NEGATIVE,
    node_name="SpecialEntrBackward0",
    definition="where(x < 0, -inf, where(x == 0, 0, -x*log(x)))",
    edges=[EdgeCase((0.0,), 0.0, (math.inf,))],
)
def entr(x: Data) -> Data:
    """-x * log(x), and 0 where x is 0"""
    return np.where(x > 0, -x * np.log(x), np.where(x < 0, -math.inf, x))
