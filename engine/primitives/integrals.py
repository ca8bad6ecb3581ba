"""Integrals without an elementary form: error functions of other kinds, exponential, sine, cosine and Fresnel's.

And Lambert's function, the inverse of x*exp(x). PyTorch has none of these; SciPy computes them.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import ABOVE_ONE, NONZERO, POSITIVE, Domain, EdgeCase
from .elementary import cos, cosh, exp, log, sin
from .error_and_gamma import unary
from .families import SPECIAL
from .logarithmic import sine_quotient_derivative

_primitive = partial(SPECIAL.primitive, torch=(), method=False)

_TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)


def _one_of(name: str, which: int) -> Any:
    """One of the results of a function of SciPy that computes two."""

    def forward(x: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(x)[which].astype(x.dtype, copy=False)

    return forward


erfi = _primitive(
    "erfi",
    unary("erfi"),
    lambda g, x: g * (_TWO_OVER_SQRT_PI * exp(x * x)),
    doc="imaginary error function, -i * erf(i*x)",
    parity="odd",
)
dawson = _primitive(
    "dawson",
    unary("dawsn"),
    lambda g, out, x: g * (1 - 2 * x * out),
    doc="Dawson's integral, exp(-x**2) times that of exp(t**2) from 0 to x",
    aliases=("dawsn",),
    parity="odd",
)
erfcinv = _primitive(
    "erfcinv",
    unary("erfcinv"),
    lambda g, out: g * (exp(out * out) / -_TWO_OVER_SQRT_PI),
    doc="inverse of erfc",
    domain=Domain("0 < x < 2", 0.1, 1.9),
    edges=[EdgeCase((1.0,), 0.0, (-1 / _TWO_OVER_SQRT_PI,)), EdgeCase((0.0,), math.inf, (-math.inf,))],
)
expi = _primitive(
    "expi",
    unary("expi"),
    lambda g, x: g * (exp(x) / x),
    doc="exponential integral Ei, the principal value of that of exp(t)/t from -inf to x",
    domain=NONZERO,
    aliases=("Ei", "ei"),
    edges=[EdgeCase((0.0,), -math.inf, (math.inf,))],
)


@SPECIAL.function(torch=(), method=False, domain=ABOVE_ONE, aliases=("logint",))
def li(x: Any) -> Any:
    """logarithmic integral, the principal value of that of 1/log(t) from 0 to x"""
    return expi(log(x))


si = _primitive(
    "si",
    _one_of("sici", 0),
    lambda g, x: g * sine_quotient_derivative(x, 0, 1),
    doc="sine integral, that of sin(t)/t from 0 to x",
    aliases=("Si", "sinint"),
    parity="odd",
    edges=[EdgeCase((0.0,), 0.0, (1.0,)), EdgeCase((math.inf,), math.pi / 2, (0.0,))],
)
ci = _primitive(
    "ci",
    _one_of("sici", 1),
    lambda g, x: g * (cos(x) / x),
    doc="cosine integral, that of -cos(t)/t from x to inf",
    domain=POSITIVE,
    aliases=("Ci", "cosint"),
)
chi = _primitive(
    "chi",
    _one_of("shichi", 1),
    lambda g, x: g * (cosh(x) / x),
    doc="hyperbolic cosine integral, log(x) and a constant and that of (cosh(t) - 1)/t from 0 to x",
    domain=POSITIVE,
    aliases=("Chi",),
)
fresnel_s = _primitive(
    "fresnel_s",
    _one_of("fresnel", 0),
    lambda g, x: g * sin(math.pi / 2 * x * x),
    doc="Fresnel's integral of sin(pi*t**2/2) from 0 to x",
    aliases=("fresnels",),
    parity="odd",
)
fresnel_c = _primitive(
    "fresnel_c",
    _one_of("fresnel", 1),
    lambda g, x: g * cos(math.pi / 2 * x * x),
    doc="Fresnel's integral of cos(pi*t**2/2) from 0 to x",
    aliases=("fresnelc",),
    parity="odd",
)


def _lambertw(x: Any) -> Any:
    import scipy.special

    branch = scipy.special.lambertw(x)
    # At the end of the branch, rounding of 1/e would make the result complex.
    return np.where((branch.imag == 0) | (x >= -1 / math.e), branch.real, math.nan).astype(x.dtype, copy=False)


lambertw = _primitive(
    "lambertw",
    _lambertw,
    lambda g, out: g / (exp(out) * (1 + out)),
    doc="Lambert's W, the solution w >= -1 of w*exp(w) = x",
    domain=Domain("x > -1/e", -0.3, 3.0),
    aliases=("LambertW", "lambert_w"),
    edges=[EdgeCase((0.0,), 0.0, (1.0,)), EdgeCase((math.e,), 1.0, (1 / (2 * math.e),))],
)
