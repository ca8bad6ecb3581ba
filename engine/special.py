"""torch.special: the functions that PyTorch gathers here, many of them also without `special.`."""

from __future__ import annotations

from typing import Any

from .primitives.activation import sigmoid as expit
from .primitives.bessel import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    i0,
    i0e,
    i1,
    i1e,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
    spherical_bessel_j0,
)
from .primitives.elementary import exp2, expm1, log1p
from .primitives.error_and_gamma import digamma, erf, erfc, erfcx, erfinv, polygamma
from .primitives.error_and_gamma import digamma as psi
from .primitives.error_and_gamma import lgamma as gammaln
from .primitives.incomplete_gamma import igamma as gammainc
from .primitives.incomplete_gamma import igammac as gammaincc
from .primitives.incomplete_gamma import mvlgamma as multigammaln
from .primitives.incomplete_gamma import zeta
from .primitives.logarithmic import entr, logit, sinc, xlog1py, xlogy
from .primitives.normal_distribution import log_ndtr, ndtr, ndtri
from .primitives.reduction import log_softmax, logsumexp, softmax
from .primitives.selection import round_decimals

__all__ = [
    "airy_ai",
    "bessel_j0",
    "bessel_j1",
    "bessel_y0",
    "bessel_y1",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "modified_bessel_i0",
    "modified_bessel_i1",
    "modified_bessel_k0",
    "modified_bessel_k1",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
    "sinc",
    "softmax",
    "spherical_bessel_j0",
    "xlog1py",
    "xlogy",
    "zeta",
]


def round(x: Any, *, decimals: int = 0) -> Any:
    """x to `decimals` places, halves to the even neighbour."""
    return round_decimals(x, decimals)
