"""Integrals without an elementary form: error functions of other kinds, exponential, sine, cosine and Fresnel's.

And Lambert's function, the inverse of x*exp(x). PyTorch has none of these; SciPy computes them.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import NONZERO, Domain, EdgeCase
from ..tensors.aliases import Call, Data
from .elementary import cos, cosh, exp, log, sin
from .error_and_gamma import TWO_OVER_SQRT_PI, of_scipy, one_of
from .families import SPECIAL_OWN
from .logarithmic import sine_quotient_derivative

primitive, _own = SPECIAL_OWN.primitive, partial(of_scipy, SPECIAL_OWN)

erfi = _own(
    "erfi", lambda g, x: g * (TWO_OVER_SQRT_PI * exp(x * x)), "imaginary error function, -i * erf(i*x)", parity="odd"
)
dawson = _own(
    "dawson",
    lambda g, out, x: g * (1 - 2 * x * out),
    "Dawson's integral, exp(-x**2) times that of exp(t**2) from 0 to x",
    "dawsn",
    aliases=("dawsn",),
    parity="odd",
)
erfcinv = _own(
    "erfcinv",
    lambda g, out: g * (exp(out * out) / -TWO_OVER_SQRT_PI),
    "inverse of erfc",
    domain=Domain("0 < x < 2", 0.1, 1.9),
    edges=[EdgeCase((1.0,), 0.0, (-1 / TWO_OVER_SQRT_PI,)), EdgeCase((0.0,), math.inf, (-math.inf,))],
)
expi = _own(
    "expi",
    lambda g, x: g * (exp(x) / x),
    "exponential integral Ei, the principal value of that of exp(t)/t from -inf to x",
    domain=NONZERO,
    aliases=("Ei", "ei"),
    edges=[EdgeCase((0.0,), -math.inf, (math.inf,))],
)


@SPECIAL_OWN.function(domain=Domain("x >= 0 and x != 1", 1.1, 4.0), aliases=("logint",))
def li(x: Any) -> Any:
    """logarithmic integral, the principal value of that of 1/log(t) from 0 to x"""
    return expi(log(x))


si = primitive(
    "si",
    one_of("sici", 0),
    lambda g, x: g * sine_quotient_derivative(x, 0, 1),
    doc="sine integral, that of sin(t)/t from 0 to x",
    aliases=("Si", "sinint"),
    parity="odd",
    edges=[EdgeCase((0.0,), 0.0, (1.0,)), EdgeCase((math.inf,), math.pi / 2, (0.0,))],
)
ci = primitive(
    "ci",
    one_of("sici", 1),
    lambda g, x: g * (cos(x) / x),
    doc="cosine integral, that of -cos(t)/t from x to inf",
    domain=Domain("x != 0", 0.1, 4.0),
    aliases=("Ci", "cosint"),
)
shi = primitive(
    "shi",
    one_of("shichi", 0),
    lambda g, x: g * sine_quotient_derivative(x, 0, 1, True),
    doc="hyperbolic sine integral, that of sinh(t)/t from 0 to x",
    aliases=("Shi",),
    parity="odd",
    edges=[EdgeCase((0.0,), 0.0, (1.0,)), EdgeCase((math.inf,), math.inf, (math.inf,))],
)
chi = primitive(
    "chi",
    one_of("shichi", 1),
    lambda g, x: g * (cosh(x) / x),
    doc="hyperbolic cosine integral, log(x) and a constant and that of (cosh(t) - 1)/t from 0 to x",
    domain=Domain("x != 0", 0.1, 4.0),
    aliases=("Chi",),
)


def _fresnel(letter: str, which: int, function: str, rule: Call) -> Call:
    name, doc = f"fresnel_{letter}", f"Fresnel's integral of {function}(pi*t**2/2) from 0 to x"
    return primitive(name, one_of("fresnel", which), rule, doc=doc, aliases=(f"fresnel{letter}",), parity="odd")


fresnel_s = _fresnel("s", 0, "sin", lambda g, x: g * sin(math.pi / 2 * x * x))
fresnel_c = _fresnel("c", 1, "cos", lambda g, x: g * cos(math.pi / 2 * x * x))


@primitive(
    lambda g, out: g / (exp(out) * (1 + out)),
    domain=Domain("x > -1/e", -0.3, 3.0),
    aliases=("LambertW", "lambert_w"),
    edges=[EdgeCase((0.0,), 0.0, (1.0,)), EdgeCase((math.e,), 1.0, (1 / (2 * math.e),))],
)
def lambertw(x: Data) -> Data:
    """Lambert's W, the solution w >= -1 of w*exp(w) = x"""
    import scipy.special

    branch = scipy.special.lambertw(x)
    # At the end of the branch, rounding of 1/e would make the result complex.
    return np.where((branch.imag == 0) | (x >= -1 / math.e), branch.real, math.nan).astype(x.dtype, copy=False)
