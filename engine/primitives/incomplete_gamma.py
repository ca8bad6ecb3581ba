"""The gamma function's relatives: of several dimensions, incomplete, and the zeta function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import ABOVE_ONE, POSITIVE, Domain
from ..tensors.dtypes import is_number
from ..tensors.size import check_steps
from .elementary import exp, log
from .error_and_gamma import digamma, lgamma, log_of_gamma, scipy_function, underived
from .families import SPECIAL

private, primitive, function = SPECIAL.private, SPECIAL.primitive, SPECIAL.function


def _mvlgamma_rule(g: Any, x: Any, p: int) -> Any:
    slope = digamma(x)
    for j in range(1, p):
        slope = slope + digamma(x - j / 2)
    return g * slope


@primitive(
    _mvlgamma_rule,
    domain=Domain("x > (p - 1) / 2", 2.1, 5.0),
    aliases=("multigammaln",),
    torch=("mvlgamma", "special.multigammaln"),
    in_place=True,
)
def mvlgamma(x: Any, p: int) -> Any:
    """logarithm of the gamma function of p dimensions"""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    check_steps(p)
    total = np.zeros_like(x) + x.dtype.type(p * (p - 1) / 4 * math.log(math.pi))
    for j in range(p):
        total = total + log_of_gamma(x - x.dtype.type(j / 2))
    return total


def _gamma_density(x: Any, y: Any) -> Any:
    return exp((x - 1) * log(y) - y - lgamma(x))


igamma = primitive(
    "igamma",
    lambda x, y: scipy_function("gammainc")(x, y),
    underived("igamma: input"),
    lambda g, x, y: g * _gamma_density(x, y),
    doc="regularised lower incomplete gamma function of order x; has a derivative by y only",
    domain=POSITIVE,
    aliases=("gammainc",),
    torch=("igamma", "special.gammainc"),
    in_place=True,
)
igammac = primitive(
    "igammac",
    lambda x, y: scipy_function("gammaincc")(x, y),
    underived("igammac: input"),
    lambda g, x, y: -g * _gamma_density(x, y),
    doc="1 - igamma(x, y), without cancellation",
    domain=POSITIVE,
    aliases=("gammaincc",),
    torch=("igammac", "special.gammaincc"),
    in_place=True,
)
zeta_tensors = private(
    "special_zeta",
    lambda x, y: scipy_function("zeta")(x, y),
    underived("zeta"),
    lambda g, x, y: g * -x * zeta(x + 1, y),
    formula="zeta(x, y)",
)
zeta_of_number = private(
    "special_zeta",
    lambda x, y: scipy_function("zeta")(x, y),
    None,
    lambda g, x, y: g * -x * zeta(x + 1, y),
    overload=1,
    formula="zeta(x, y)",
)
zeta_number = private(
    "special_zeta",
    lambda x, y: scipy_function("zeta")(x, x.dtype.type(y)),
    underived("zeta"),
    tensors=2,
    overload=2,
    formula="zeta(x, y)",
)


@function(tensors=2, numbers=True, domain=(ABOVE_ONE, POSITIVE), method=False, torch=("special.zeta",))
def zeta(x: Any, y: Any) -> Any:
    """the sum of 1 / (k + y)**x over k = 0, 1, 2, ...; has a derivative by y only"""
    if is_number(x):
        return zeta_of_number(x, y)
    return zeta_number(x, y) if is_number(y) else zeta_tensors(x, y)
