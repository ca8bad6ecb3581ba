"""Special functions: the error, gamma and Bessel families. SciPy is imported when one is first computed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.family import Family
from ..table.record import ABOVE_MINUS_ONE, ABOVE_ONE, POSITIVE, PROBABILITY, REAL, UNIT, Domain, EdgeCase, is_number
from .activation import minimum_zero
from .arithmetic import plus_number, times_number
from .elementary import cos, exp, exp2, log, log1p, sin
from .selection import sgn, where

family = Family("special", elementwise=True)
primitive, function = family.primitive, family.function


def _scipy(name: str) -> Any:
    """The function of SciPy, which takes longer to import than all the rest: only when it is first called."""

    def forward(*args: Any) -> Any:
        import scipy.special

        # float16, which SciPy does not have, would come back as float32.
        return getattr(scipy.special, name)(*args).astype(args[-1].dtype, copy=False)

    return forward


def _unary(name: str) -> Any:
    compute = _scipy(name)
    return lambda x: compute(x)


def _underived(what: str) -> Any:
    """The rule of an argument that an operation has a derivative for in principle, but PyTorch has not."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{what}' is not implemented.")

    return rule


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
    lambda x, n: _scipy("polygamma")(n, x) if n else _scipy("digamma")(x),
    lambda g, x, n: g * polygamma(n + 1, x),
    tensors=1,
    floating=True,
    public=False,
)


@function(tensors=2, numbers=True, domain=(REAL, POSITIVE))
def polygamma(n: Any, x: Any) -> Any:
    """derivative number n of digamma"""
    if is_number(x):
        # The method has the tensor first.
        n, x = x, n
    n = int(n)
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
logaddexp2 = primitive(
    "logaddexp2",
    np.logaddexp2,
    lambda g, x, y: g / (1 + exp2(y - x)),
    lambda g, x, y: g / (1 + exp2(x - y)),
    floating=True,
    doc="log2(2**x + 2**y) without overflow",
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


def _xlog1py(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(y))


def _xlog1py_first(g: Any, x: Any, y: Any) -> Any:
    # As for xlogy: at x = 0 the value is 0 all around.
    return where((x == 0) & (y <= -1), 0, g * log1p(y))


xlog1py_tensors = primitive(
    "special_xlog1py",
    _xlog1py,
    _xlog1py_first,
    lambda g, x, y: g * x / (y + 1),
    floating=True,
    public=False,
)
xlog1py_of_number = primitive(
    "special_xlog1py",
    lambda x, y: _xlog1py(y.dtype.type(x), y),
    None,
    lambda g, x, y: g * x / (y + 1),
    overload=1,
    floating=True,
    public=False,
)
xlog1py_number = primitive(
    "special_xlog1py",
    lambda x, y: _xlog1py(x, x.dtype.type(y)),
    lambda g, x, y: _xlog1py_first(g, x, np.float64(y)),
    tensors=2,
    overload=2,
    floating=True,
    public=False,
)


@function(
    tensors=2,
    numbers=True,
    domain=(REAL, ABOVE_MINUS_ONE),
    edges=[EdgeCase((0.0, -1.0), 0.0, (0.0, math.nan))],
    method=False,
)
def xlog1py(x: Any, y: Any) -> Any:
    """x * log1p(y), and 0 where x is 0"""
    if is_number(x):
        return xlog1py_of_number(x, y)
    return xlog1py_number(x, y) if is_number(y) else xlog1py_tensors(x, y)


def _entr(x: Any) -> Any:
    return np.where(x > 0, -x * np.log(x), np.where(x < 0, -math.inf, x))


entr = primitive(
    "entr",
    _entr,
    lambda g, x: g * (-log(x) - 1),
    floating=True,
    doc="-x * log(x), and 0 where x is 0",
    domain=POSITIVE,
    node_name="SpecialEntrBackward0",
    edges=[EdgeCase((0.0,), 0.0, (math.inf,))],
    method=False,
)


# The normal distribution


@function(method=False)
def ndtr(x: Any) -> Any:
    """the probability that a standard normal variable is at most x"""
    return times_number(plus_number(erf(times_number(x, math.sqrt(0.5))), 1), 0.5)


def _log_ndtr_rule(g: Any, out: Any, x: Any) -> Any:
    # The density over the probability; where the latter is small, both are scaled up.
    below = 1 / (erfcx(minimum_zero(x) * -math.sqrt(0.5)) * math.sqrt(math.pi / 2))
    above = exp(-0.5 * x * x - out) / math.sqrt(2 * math.pi)
    return g * where(x < 0, below, above)


log_ndtr = primitive(
    "log_ndtr",
    _unary("log_ndtr"),
    _log_ndtr_rule,
    floating=True,
    doc="logarithm of ndtr, without underflow",
    node_name="SpecialLogNdtrBackward0",
    method=False,
)
ndtri = primitive(
    "ndtri",
    _unary("ndtri"),
    lambda g, out: g * (math.sqrt(2 * math.pi) * exp(out * out * 0.5)),
    floating=True,
    doc="inverse of ndtr",
    domain=PROBABILITY,
    node_name="SpecialNdtriBackward0",
    edges=[EdgeCase((1.0,), math.inf, (math.inf,))],
    method=False,
)


# The gamma function's relatives


def _mvlgamma(x: Any, p: int) -> Any:
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    total = np.zeros_like(x) + x.dtype.type(p * (p - 1) / 4 * math.log(math.pi))
    for j in range(p):
        total = total + _lgamma(x - x.dtype.type(j / 2))
    return total


def _mvlgamma_rule(g: Any, x: Any, p: int) -> Any:
    slope = digamma(x)
    for j in range(1, p):
        slope = slope + digamma(x - j / 2)
    return g * slope


mvlgamma = primitive(
    "mvlgamma",
    _mvlgamma,
    _mvlgamma_rule,
    floating=True,
    doc="logarithm of the gamma function of p dimensions",
    domain=Domain("x > (p - 1) / 2", 2.1, 5.0),
    aliases=("multigammaln",),
)


def _gamma_density(x: Any, y: Any) -> Any:
    return exp((x - 1) * log(y) - y - lgamma(x))


igamma = primitive(
    "igamma",
    lambda x, y: _scipy("gammainc")(x, y),
    _underived("igamma: input"),
    lambda g, x, y: g * _gamma_density(x, y),
    floating=True,
    doc="regularised lower incomplete gamma function of order x; has a derivative by y only",
    domain=POSITIVE,
    aliases=("gammainc",),
)
igammac = primitive(
    "igammac",
    lambda x, y: _scipy("gammaincc")(x, y),
    _underived("igammac: input"),
    lambda g, x, y: -g * _gamma_density(x, y),
    floating=True,
    doc="1 - igamma(x, y), without cancellation",
    domain=POSITIVE,
    aliases=("gammaincc",),
)
zeta_tensors = primitive(
    "special_zeta",
    lambda x, y: _scipy("zeta")(x, y),
    _underived("zeta"),
    lambda g, x, y: g * -x * zeta(x + 1, y),
    floating=True,
    public=False,
)
zeta_of_number = primitive(
    "special_zeta",
    lambda x, y: _scipy("zeta")(x, y),
    None,
    lambda g, x, y: g * -x * zeta(x + 1, y),
    overload=1,
    floating=True,
    public=False,
)
zeta_number = primitive(
    "special_zeta",
    lambda x, y: _scipy("zeta")(x, x.dtype.type(y)),
    _underived("zeta"),
    tensors=2,
    overload=2,
    floating=True,
    public=False,
)


@function(tensors=2, numbers=True, domain=(ABOVE_ONE, POSITIVE), method=False)
def zeta(x: Any, y: Any) -> Any:
    """the sum of 1 / (k + y)**x over k = 0, 1, 2, ...; has a derivative by y only"""
    if is_number(x):
        return zeta_of_number(x, y)
    return zeta_number(x, y) if is_number(y) else zeta_tensors(x, y)


# Bessel functions


def _over_itself(value: Any, x: Any) -> Any:
    """value / x, where both may be 0; there it does not matter."""
    return value / where(x == 0, 1, x)


i0 = primitive(
    "i0",
    _unary("i0"),
    lambda g, x: g * i1(x),
    floating=True,
    doc="modified Bessel function of the first kind, of order 0",
)
i0e = primitive(
    "i0e",
    _unary("i0e"),
    lambda g, out, x: g * (i1e(x) - sgn(x) * out),
    floating=True,
    doc="exp(-abs(x)) * i0(x)",
    node_name="SpecialI0EBackward0",
    method=False,
)
i1 = primitive(
    "i1",
    _unary("i1"),
    lambda g, out, x: g * where(x == 0, 0.5, i0(x) - _over_itself(out, x)),
    floating=True,
    doc="modified Bessel function of the first kind, of order 1",
    node_name="SpecialI1Backward0",
    edges=[EdgeCase((0.0,), 0.0, (0.5,))],
    method=False,
)
i1e = primitive(
    "i1e",
    _unary("i1e"),
    lambda g, out, x: g * where(x == 0, 0.5, i0e(x) - out * sgn(x) - _over_itself(out, x)),
    floating=True,
    doc="exp(-abs(x)) * i1(x)",
    node_name="SpecialI1EBackward0",
    edges=[EdgeCase((0.0,), 0.0, (0.5,))],
    method=False,
)


def _airy(x: Any) -> Any:
    import scipy.special

    return scipy.special.airy(x)[0].astype(x.dtype, copy=False)


def _spherical_bessel(x: Any) -> Any:
    return np.where(x == 0, 1, np.where(np.isinf(x), 0, np.sin(x) / x)).astype(x.dtype)


def _without_derivative(name: str, forward: Any, doc: str, domain: Domain = REAL) -> Any:
    forward = _unary(forward) if isinstance(forward, str) else forward
    return primitive(name, forward, floating=True, doc=f"{doc}; has no derivative here", domain=domain, method=False)


airy_ai = _without_derivative("airy_ai", _airy, "Airy function")
spherical_bessel_j0 = _without_derivative("spherical_bessel_j0", _spherical_bessel, "sin(x) / x, and 1 where x is 0")
bessel_j0 = _without_derivative("bessel_j0", "j0", "Bessel function of the first kind, order 0")
bessel_j1 = _without_derivative("bessel_j1", "j1", "Bessel function of the first kind, order 1")
bessel_y0 = _without_derivative("bessel_y0", "y0", "Bessel function of the second kind, order 0", POSITIVE)
bessel_y1 = _without_derivative("bessel_y1", "y1", "Bessel function of the second kind, order 1", POSITIVE)
modified_bessel_i0 = _without_derivative("modified_bessel_i0", "i0", "as i0")
modified_bessel_i1 = _without_derivative("modified_bessel_i1", "i1", "as i1")
modified_bessel_k0 = _without_derivative(
    "modified_bessel_k0", "k0", "modified Bessel function of the second kind, order 0", POSITIVE
)
modified_bessel_k1 = _without_derivative(
    "modified_bessel_k1", "k1", "modified Bessel function of the second kind, order 1", POSITIVE
)
scaled_modified_bessel_k0 = _without_derivative(
    "scaled_modified_bessel_k0", "k0e", "exp(x) * modified_bessel_k0(x)", POSITIVE
)
scaled_modified_bessel_k1 = _without_derivative(
    "scaled_modified_bessel_k1", "k1e", "exp(x) * modified_bessel_k1(x)", POSITIVE
)
