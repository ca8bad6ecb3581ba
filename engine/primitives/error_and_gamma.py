"""The error and gamma functions, with inverses and derivatives. SciPy is imported when one is first computed."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.family import Family
from ..table.record import NO_POLE_OF_GAMMA, POSITIVE, UNIT, Domain, EdgeCase
from ..tensors.aliases import Call, Data
from ..tensors.dtypes import is_number
from .elementary import exp, order_of
from .families import SPECIAL, SPECIAL_METHODS


def scipy_function(name: str) -> Call:
    """The function of SciPy, which takes longer to import than all the rest: only when it is first called."""

    def forward(*args: Any) -> Any:
        import scipy.special

        # float16, which SciPy does not have, would come back as float32.
        return getattr(scipy.special, name)(*args).astype(args[-1].dtype, copy=False)

    return forward


def one_of(name: str, which: int) -> Call:
    """One of the results of a function of SciPy that has several."""

    def forward(x: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(x)[which].astype(x.dtype, copy=False)

    return forward


def unary(name: str) -> Any:
    compute = scipy_function(name)
    return lambda x: compute(x)


def of_scipy(family: Family, name: str, rule: Call, doc: str, scipy: str = "", **facts: Any) -> Call:
    """Adds a function of one argument that SciPy has, by the name `scipy` if not by the same."""
    return family.primitive(name, unary(scipy or name), rule, doc=doc, **facts)


TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

_method = partial(of_scipy, SPECIAL_METHODS)

erf = _method("erf", lambda g, x: g * (TWO_OVER_SQRT_PI * exp(-(x * x))), "error function", parity="odd")
erfc = _method("erfc", lambda g, x: g * (-TWO_OVER_SQRT_PI * exp(-(x * x))), "1 - erf(x), without cancellation")
erfinv = _method(
    "erfinv",
    lambda g, out: g * (exp(out * out) / TWO_OVER_SQRT_PI),
    "inverse of erf",
    domain=UNIT,
    edges=[EdgeCase((1.0,), math.inf, (math.inf,))],
    parity="odd",
)
erfcx = of_scipy(
    SPECIAL,
    "erfcx",
    lambda g, out, x: g * (2 * x * out - TWO_OVER_SQRT_PI),
    "exp(x**2) * erfc(x)",
    node_name="SpecialErfcxBackward0",
)


@SPECIAL.private(lambda g, x, n: g * polygamma(n + 1, x), name="polygamma", formula="polygamma(n, x)")
def polygamma_primitive(x: Data, n: int) -> Data:
    return scipy_function("polygamma")(n, x) if n else scipy_function("digamma")(x)


@SPECIAL_METHODS.function(tensors=2, numbers=True, domain=(Domain("0, 1, 2, ...", 1.5, 2.5), POSITIVE))
def polygamma(n: Any, x: Any) -> Any:
    """derivative number n of digamma"""
    if is_number(x):
        # The method has the tensor first.
        n, x = x, n
    n = order_of(n, "polygamma")
    if not isinstance(n, int):
        raise RuntimeError("polygamma(n, x) takes a whole number for n")
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return polygamma_primitive(x, n)


digamma = _method(
    "digamma",
    lambda g, x: g * polygamma(1, x),
    "derivative of lgamma",
    domain=NO_POLE_OF_GAMMA,
    aliases=("psi",),
    torch=("digamma", "special.digamma", "special.psi"),
)


def log_of_gamma(x: Any) -> Any:
    # SciPy overflows where the gamma function does: near 0, where it is 1/x. At -inf it says -inf.
    value = np.where(np.abs(x) < 1e-300, -np.log(np.abs(x)), scipy_function("gammaln")(x))
    return np.where(np.isinf(x), np.abs(x), value)


lgamma = SPECIAL_METHODS.primitive(
    "lgamma",
    log_of_gamma,
    lambda g, x: g * digamma(x),
    doc="logarithm of the absolute value of the gamma function",
    domain=NO_POLE_OF_GAMMA,
    aliases=("gammaln",),
    torch=("lgamma", "special.gammaln"),
)
