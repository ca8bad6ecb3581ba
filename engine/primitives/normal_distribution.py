"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

from ..table.record import PROBABILITY, EdgeCase
from ..tensors.aliases import Data, Gradient
from .activation import minimum_zero
from .arithmetic import plus_number, times_number
from .elementary import exp
from .error_and_gamma import erf, erfcx, of_scipy
from .families import SPECIAL
from .selection import where


@SPECIAL.function()
def ndtr(x: Any) -> Any:
    """the probability that a standard normal variable is at most x"""
    return times_number(plus_number(erf(times_number(x, math.sqrt(0.5))), 1), 0.5)


def _log_ndtr_rule(g: Gradient, out: Data, x: Data) -> Gradient:
    # The density over the probability; where the latter is small, both are scaled up.
    below = 1 / (erfcx(minimum_zero(x) * -math.sqrt(0.5)) * math.sqrt(math.pi / 2))
    above = exp(-0.5 * x * x - out) / math.sqrt(2 * math.pi)
    return g * where(x < 0, below, above)


log_ndtr = of_scipy(
    SPECIAL,
    "log_ndtr",
    _log_ndtr_rule,
    "logarithm of ndtr, without underflow",
    node_name="SpecialLogNdtrBackward0",
)
ndtri = of_scipy(
    SPECIAL,
    "ndtri",
    lambda g, out: g * (math.sqrt(2 * math.pi) * exp(out * out * 0.5)),
    "inverse of ndtr",
    domain=PROBABILITY,
    node_name="SpecialNdtriBackward0",
    edges=[EdgeCase((1.0,), math.inf, (math.inf,))],
)
