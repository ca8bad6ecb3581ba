"""The gamma function, and factorials, beta and binomials by it. PyTorch has only logarithms of them."""

from __future__ import annotations

from typing import Any

from ..table.record import NO_POLE_OF_GAMMA, POSITIVE, Domain, EdgeCase
from .error_and_gamma import digamma, of_scipy, polygamma, scipy_function
from .families import SPECIAL_OWN

primitive, function = SPECIAL_OWN.primitive, SPECIAL_OWN.function

gamma = of_scipy(
    SPECIAL_OWN,
    "gamma",
    lambda g, out, x: g * (out * digamma(x)),
    "gamma function, (x - 1)! of whole numbers",
    domain=NO_POLE_OF_GAMMA,
    integers={1: 1, 2: 1},
    definition="where(x > 0, 1, 1 - 2*(floor(x) % 2))*exp(lgamma(x))",
    edges=[EdgeCase((5.0,), 24.0, (24 * (25 / 12 - 0.5772156649015329),))],
)


@function(domain=Domain("x > -1 or x != floor(x)", -0.8, 3.0))
def factorial(x: Any) -> Any:
    """gamma(x + 1), the product of 1, 2, ..., x"""
    return gamma(x + 1)


@function(domain=NO_POLE_OF_GAMMA)
def trigamma(x: Any) -> Any:
    """derivative of digamma"""
    return polygamma(1, x)


beta = primitive(
    "beta",
    lambda x, y: scipy_function("beta")(x, y),
    lambda g, out, x, y: g * (out * (digamma(x) - digamma(x + y))),
    lambda g, out, x, y: g * (out * (digamma(y) - digamma(x + y))),
    doc="beta function, gamma(x) * gamma(y) / gamma(x + y)",
    domain=POSITIVE,
    commutative=True,
    definition="where(x > 0 and y > 0, exp(lgamma(x) + lgamma(y) - lgamma(x + y)), gamma(x)*gamma(y)/gamma(x + y))",
)
binomial = primitive(
    "binomial",
    lambda x, y: scipy_function("binom")(x, y),
    lambda g, out, x, y: g * (out * (digamma(x + 1) - digamma(x - y + 1))),
    lambda g, out, x, y: g * (out * (digamma(x - y + 1) - digamma(y + 1))),
    doc="binomial coefficient, gamma(x + 1) / (gamma(y + 1) * gamma(x - y + 1))",
    domain=(Domain("x > y - 1", 2.1, 5.0), Domain("y > -1", 0.1, 2.0)),
    aliases=("binom", "comb"),
    definition="gamma(x + 1)/(gamma(y + 1)*gamma(x - y + 1))",
)
