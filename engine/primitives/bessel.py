"""Bessel and Airy functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table.record import POSITIVE, REAL, Domain, EdgeCase
from .error_and_gamma import unary
from .families import SPECIAL
from .selection import sgn, where

primitive = SPECIAL.primitive


def _over_itself(value: Any, x: Any) -> Any:
    """value / x, where both may be 0; there it does not matter."""
    return value / where(x == 0, 1, x)


i0 = primitive(
    "i0",
    unary("i0"),
    lambda g, x: g * i1(x),
    doc="modified Bessel function of the first kind, of order 0",
    torch=("i0", "special.i0"),
    in_place=True,
    parity="even",
)
i0e = primitive(
    "i0e",
    unary("i0e"),
    lambda g, out, x: g * (i1e(x) - sgn(x) * out),
    doc="exp(-abs(x)) * i0(x)",
    node_name="SpecialI0EBackward0",
    method=False,
    torch=("special.i0e",),
    parity="even",
)
i1 = primitive(
    "i1",
    unary("i1"),
    lambda g, out, x: g * where(x == 0, 0.5, i0(x) - _over_itself(out, x)),
    doc="modified Bessel function of the first kind, of order 1",
    node_name="SpecialI1Backward0",
    edges=[EdgeCase((0.0,), 0.0, (0.5,))],
    method=False,
    torch=("special.i1",),
)
i1e = primitive(
    "i1e",
    unary("i1e"),
    lambda g, out, x: g * where(x == 0, 0.5, i0e(x) - out * sgn(x) - _over_itself(out, x)),
    doc="exp(-abs(x)) * i1(x)",
    node_name="SpecialI1EBackward0",
    edges=[EdgeCase((0.0,), 0.0, (0.5,))],
    method=False,
    torch=("special.i1e",),
)


def _airy(x: Any) -> Any:
    import scipy.special

    return scipy.special.airy(x)[0].astype(x.dtype, copy=False)


def _spherical_bessel(x: Any) -> Any:
    return np.where(x == 0, 1, np.where(np.isinf(x), 0, np.sin(x) / x)).astype(x.dtype)


def _without_derivative(name: str, forward: Any, doc: str, domain: Domain = REAL) -> Any:
    forward = unary(forward) if isinstance(forward, str) else forward
    return primitive(
        name, forward, doc=f"{doc}; has no derivative here", domain=domain, method=False, torch=(f"special.{name}",)
    )


airy_ai = _without_derivative("airy_ai", _airy, "Airy function")
spherical_bessel_j0 = _without_derivative("spherical_bessel_j0", _spherical_bessel, "sin(x) / x, and 1 where x is 0")
bessel_j0 = _without_derivative("bessel_j0", "j0", "Bessel function of the first kind, order 0")
bessel_j1 = _without_derivative("bessel_j1", "j1", "Bessel function of the first kind, order 1")
bessel_y0 = _without_derivative("bessel_y0", "y0", "Bessel function of the second kind, order 0", POSITIVE)
bessel_y1 = _without_derivative("bessel_y1", "y1", "Bessel function of the second kind, order 1", POSITIVE)
modified_bessel_i0 = _without_derivative("modified_bessel_i0", "i0", "as i0")
modified_bessel_i1 = _without_derivative("modified_bessel_i1", "i1", "as i1")
modified_bessel_k0 = _without_derivative(
    "modified_bessel_k0", "k0", "modified Bessel function of the second kind, order 0", POSITIVE
)
modified_bessel_k1 = _without_derivative(
    "modified_bessel_k1", "k1", "modified Bessel function of the second kind, order 1", POSITIVE
)
scaled_modified_bessel_k0 = _without_derivative(
    "scaled_modified_bessel_k0", "k0e", "exp(x) * modified_bessel_k0(x)", POSITIVE
)
scaled_modified_bessel_k1 = _without_derivative(
    "scaled_modified_bessel_k1", "k1e", "exp(x) * modified_bessel_k1(x)", POSITIVE
)
