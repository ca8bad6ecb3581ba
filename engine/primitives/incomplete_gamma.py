"""The gamma function's relatives: of several dimensions, incomplete, and the zeta function."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import ABOVE_ONE, POSITIVE, Domain
from ..tensors.aliases import Call, Data, Gradient
from ..tensors.dtypes import is_number
from ..tensors.size import check_steps
from .arguments import underived
from .elementary import exp, log
from .error_and_gamma import digamma, lgamma, log_of_gamma, scipy_function
from .families import SPECIAL, SPECIAL_METHODS


def _mvlgamma_rule(g: Gradient, x: Data, p: int) -> Gradient:
    slope = digamma(x)
    for j in range(1, p):
        slope = slope + digamma(x - j / 2)
    return g * slope


@SPECIAL_METHODS.primitive(
    _mvlgamma_rule,
    domain=Domain("x > (p - 1) / 2", 2.1, 5.0),
    aliases=("multigammaln",),
    torch=("mvlgamma", "special.multigammaln"),
)
def mvlgamma(x: Data, p: int) -> Data:
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


def _incomplete(name: str, alias: str, rule: Call, doc: str) -> Call:
    """One of the two parts of the gamma function, by the name that SciPy has for it as an alias."""
    compute = scipy_function(alias)
    facts = {"domain": POSITIVE, "aliases": (alias,), "torch": (name, f"special.{alias}")}
    return SPECIAL_METHODS.primitive(
        name, lambda x, y: compute(x, y), underived(f"{name}: input"), rule, doc=doc, **facts
    )


igamma = _incomplete(
    "igamma",
    "gammainc",
    lambda g, x, y: g * _gamma_density(x, y),
    "regularised lower incomplete gamma function of order x; has a derivative by y only",
)
igammac = _incomplete(
    "igammac", "gammaincc", lambda g, x, y: -g * _gamma_density(x, y), "1 - igamma(x, y), without cancellation"
)


def _zeta_rule(g: Gradient, x: Data, y: Data) -> Gradient:
    return g * -x * zeta(x + 1, y)


_zeta, _overload = scipy_function("zeta"), partial(SPECIAL.private, "special_zeta", formula="zeta(x, y)")
zeta_tensors = _overload(lambda x, y: _zeta(x, y), underived("zeta"), _zeta_rule)
zeta_of_number = _overload(lambda x, y: _zeta(x, y), None, _zeta_rule, overload=1)
zeta_number = _overload(lambda x, y: _zeta(x, x.dtype.type(y)), underived("zeta"), tensors=2, overload=2)


@SPECIAL.function(tensors=2, numbers=True, domain=(ABOVE_ONE, POSITIVE))
def zeta(x: Any, y: Any) -> Any:
    """the sum of 1 / (k + y)**x over k = 0, 1, 2, ...; has a derivative by y only"""
    if is_number(x):
        return zeta_of_number(x, y)
    return zeta_number(x, y) if is_number(y) else zeta_tensors(x, y)
