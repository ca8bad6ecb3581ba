"""torch.special: the functions that PyTorch gathers here, many of them also without `special.`."""

from __future__ import annotations

from typing import Any

from .primitives.activation import sigmoid as expit
from .primitives.elementary import exp2, expm1, log1p
from .primitives.reduction import log_softmax, logsumexp, softmax
from .primitives.selection import round_decimals
from .primitives.special_functions import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    digamma,
    entr,
    erf,
    erfc,
    erfcx,
    erfinv,
    i0,
    i0e,
    i1,
    i1e,
    log_ndtr,
    logit,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    ndtr,
    ndtri,
    polygamma,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
    sinc,
    spherical_bessel_j0,
    xlog1py,
    xlogy,
    zeta,
)
from .primitives.special_functions import digamma as psi
from .primitives.special_functions import igamma as gammainc
from .primitives.special_functions import igammac as gammaincc
from .primitives.special_functions import lgamma as gammaln
from .primitives.special_functions import mvlgamma as multigammaln

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
