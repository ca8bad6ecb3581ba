"""The error and gamma functions, with inverses and derivatives. SciPy is imported when one is first computed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import POSITIVE, REAL, UNIT, EdgeCase
from ..tensors.dtypes import is_number
from .elementary import exp
from .families import SPECIAL

private, primitive, function = SPECIAL.private, SPECIAL.primitive, SPECIAL.function


def scipy_function(name: str) -> Any:
    """The function of SciPy, which takes longer to import than all the rest: only when it is first called."""

    def forward(*args: Any) -> Any:
        import scipy.special

        # float16, which SciPy does not have, would come back as float32.
        return getattr(scipy.special, name)(*args).astype(args[-1].dtype, copy=False)

    return forward


def unary(name: str) -> Any:
    compute = scipy_function(name)
    return lambda x: compute(x)


def underived(what: str) -> Any:
    """The rule of an argument that an operation has a derivative for in principle, but PyTorch has not."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{what}' is not implemented.")

    return rule


_TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
erf = primitive(
    "erf",
    unary("erf"),
    lambda g, x: g * (_TWO_OVER_SQRT_PI * exp(-(x * x))),
    doc="error function",
    torch=("erf", "special.erf"),
    in_place=True,
    parity="odd",
)
erfc = primitive(
    "erfc",
    unary("erfc"),
    lambda g, x: g * (-_TWO_OVER_SQRT_PI * exp(-(x * x))),
    doc="1 - erf(x), without cancellation",
    torch=("erfc", "special.erfc"),
    in_place=True,
)
erfinv = primitive(
    "erfinv",
    unary("erfinv"),
    lambda g, out: g * (exp(out * out) / _TWO_OVER_SQRT_PI),
    doc="inverse of erf",
    domain=UNIT,
    edges=[EdgeCase((1.0,), math.inf, (math.inf,))],
    torch=("erfinv", "special.erfinv"),
    in_place=True,
    parity="odd",
)
erfcx = primitive(
    "erfcx",
    unary("erfcx"),
    lambda g, out, x: g * (2 * x * out - _TWO_OVER_SQRT_PI),
    doc="exp(x**2) * erfc(x)",
    node_name="SpecialErfcxBackward0",
    method=False,
    torch=("special.erfcx",),
)
polygamma_primitive = private(
    "polygamma",
    lambda x, n: scipy_function("polygamma")(n, x) if n else scipy_function("digamma")(x),
    lambda g, x, n: g * polygamma(n + 1, x),
    formula="polygamma(n, x)",
)


@function(tensors=2, numbers=True, domain=(REAL, POSITIVE), torch=("polygamma", "special.polygamma"), in_place=True)
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
    unary("digamma"),
    lambda g, x: g * polygamma(1, x),
    doc="derivative of lgamma",
    domain=POSITIVE,
    aliases=("psi",),
    torch=("digamma", "special.digamma", "special.psi"),
    in_place=True,
)


def log_of_gamma(x: Any) -> Any:
    # SciPy overflows where the gamma function does: near 0, where it is 1/x. At -inf it says -inf.
    value = np.where(np.abs(x) < 1e-300, -np.log(np.abs(x)), scipy_function("gammaln")(x))
    return np.where(np.isinf(x), np.abs(x), value)


lgamma = primitive(
    "lgamma",
    log_of_gamma,
    lambda g, x: g * digamma(x),
    doc="logarithm of the absolute value of the gamma function",
    domain=POSITIVE,
    aliases=("gammaln",),
    torch=("lgamma", "special.gammaln"),
    in_place=True,
)
