"""Special functions: the error, gamma and Bessel families. SciPy is imported when one is first computed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..primitive import POSITIVE, PROBABILITY, REAL, UNIT, EdgeCase, Family, is_number
from .elementary import cos, exp, log, sin
from .selection import where

family = Family("special")
primitive, function = family.primitive, family.function


def _scipy(name: str) -> Any:
    """The function of SciPy, which takes longer to import than all the rest: only when it is first called."""

    def forward(*args: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*args)

    return forward


def _unary(name: str) -> Any:
    compute = _scipy(name)
    return lambda x: compute(x)


_TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

erf = primitive(
    "erf",
    _unary("erf"),
    lambda g, x: g * (_TWO_OVER_SQRT_PI * exp(-(x * x))),
    floating=True,
    doc="error function",
)
erfc = primitive(
    "erfc",
    _unary("erfc"),
    lambda g, x: g * (-_TWO_OVER_SQRT_PI * exp(-(x * x))),
    floating=True,
    doc="1 - erf(x), without cancellation",
)
erfinv = primitive(
    "erfinv",
    _unary("erfinv"),
    lambda g, out: g * (exp(out * out) / _TWO_OVER_SQRT_PI),
    floating=True,
    doc="inverse of erf",
    domain=UNIT,
    edges=[EdgeCase((1.0,), math.inf, (math.inf,))],
)
erfcx = primitive(
    "erfcx",
    _unary("erfcx"),
    lambda g, out, x: g * (2 * x * out - _TWO_OVER_SQRT_PI),
    floating=True,
    doc="exp(x**2) * erfc(x)",
    node_name="SpecialErfcxBackward0",
    method=False,
)
polygamma_primitive = primitive(
    "polygamma",
    lambda x, n: _scipy("polygamma")(n, x).astype(x.dtype) if n else _scipy("digamma")(x),
    lambda g, x, n: g * polygamma(n + 1, x),
    tensors=1,
    floating=True,
    public=False,
)


@function(domain=(REAL, POSITIVE), method=False)
def polygamma(n: int, x: Any) -> Any:
    """derivative number n of digamma"""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return polygamma_primitive(x, n)


digamma = primitive(
    "digamma",
    _unary("digamma"),
    lambda g, x: g * polygamma(1, x),
    floating=True,
    doc="derivative of lgamma",
    domain=POSITIVE,
    aliases=("psi",),
)


def _lgamma(x: Any) -> Any:
    # SciPy overflows where the gamma function does: near 0, where it is 1/x. At -inf it says -inf.
    value = np.where(np.abs(x) < 1e-300, -np.log(np.abs(x)), _scipy("gammaln")(x))
    return np.where(np.isinf(x), np.abs(x), value)


lgamma = primitive(
    "lgamma",
    _lgamma,
    lambda g, x: g * digamma(x),
    floating=True,
    doc="logarithm of the absolute value of the gamma function",
    domain=POSITIVE,
    aliases=("gammaln",),
)


def _sinc(x: Any) -> Any:
    angle = math.pi * x
    return np.where(angle == 0, 1, np.sin(angle) / angle)


sinc = primitive(
    "sinc",
    _sinc,
    lambda g, x: where(x * x == 0, 0, g * ((math.pi * x * cos(math.pi * x) - sin(math.pi * x)) / (math.pi * x * x))),
    floating=True,
    doc="sin(pi*x) / (pi*x); 1 at 0",
    edges=[EdgeCase((0.0,), 1.0, (0.0,))],
)


def _logit(x: Any, eps: float | None = None) -> Any:
    if eps is not None:
        x = np.minimum(np.maximum(x, eps), 1 - eps)
    return np.log(x / (1 - x))


def _logit_rule(g: Any, x: Any, eps: float | None) -> Any:
    if eps is None:
        return where((x >= 0) & (x <= 1), g / (x * (1 - x)), math.nan)
    return where((x >= eps) & (x <= 1 - eps), g / (x * (1 - x)), 0)


logit = primitive(
    "logit",
    _logit,
    _logit_rule,
    floating=True,
    doc="log(x / (1 - x)); with `eps`, x is first limited to the interval from eps to 1 - eps",
    domain=PROBABILITY,
)
logaddexp = primitive(
    "logaddexp",
    np.logaddexp,
    lambda g, x, y: g / (1 + exp(y - x)),
    lambda g, x, y: g / (1 + exp(x - y)),
    floating=True,
    doc="log(exp(x) + exp(y)) without overflow",
)


def _xlogy(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log(y))


def _xlogy_first(g: Any, x: Any, y: Any) -> Any:
    # At x = 0 and y <= 0 the value is 0 all around, and log(y) is not to spoil it.
    return where((x == 0) & (y <= 0), 0, g * log(y))


xlogy_tensors = primitive("xlogy", _xlogy, _xlogy_first, lambda g, x, y: g * x / y, floating=True, public=False)
xlogy_of_number = primitive("xlogy", _xlogy, None, lambda g, x, y: g * x / y, overload=1, floating=True, public=False)


def _xlogy_number_rule(g: Any, x: Any, y: Any) -> Any:
    if y > 0:
        return g * math.log(y)
    return where(x == 0, 0, g * (-math.inf if y == 0 else math.nan))


xlogy_number = primitive(
    "xlogy",
    lambda x, y: _xlogy(x, x.dtype.type(y)),
    _xlogy_number_rule,
    tensors=2,
    overload=2,
    floating=True,
    public=False,
)


@function(tensors=2, numbers=True, domain=(REAL, POSITIVE), edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, math.nan))])
def xlogy(x: Any, y: Any) -> Any:
    """x * log(y), and 0 where x is 0"""
    if is_number(x):
        return xlogy_of_number(x, y)
    return xlogy_number(x, y) if is_number(y) else xlogy_tensors(x, y)
