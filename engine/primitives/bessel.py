"""Bessel and Airy functions."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..table.record import POSITIVE, REAL, Domain, EdgeCase
from ..tensors.aliases import Call
from .elementary import order_of
from .error_and_gamma import of_scipy, one_of, scipy_function
from .families import SPECIAL, SPECIAL_METHODS, SPECIAL_OWN
from .selection import sgn

# Recurrences such as J_n' = (J_(n-1) - J_(n+1)) / 2 hold at 0 too, where J_(n-1) - n*J_n/x is 0/0, at every order of
# derivative (DLMF 10.6.1 and 10.29.1).


_special = partial(of_scipy, SPECIAL)

i0 = of_scipy(
    SPECIAL_METHODS,
    "i0",
    lambda g, x: g * i1(x),
    "modified Bessel function of the first kind, of order 0",
    parity="even",
)
i0e = _special(
    "i0e",
    lambda g, out, x: g * (i1e(x) - sgn(x) * out),
    "exp(-abs(x)) * i0(x)",
    node_name="SpecialI0EBackward0",
    parity="even",
)
# Of order 1, 0 at 0 with slope 1/2.
_order_one = partial(_special, edges=[EdgeCase((0.0,), 0.0, (0.5,))], parity="odd")
i1 = _order_one(
    "i1",
    lambda g, x: g * ((i0(x) + besseli_of_order(x, 2)) / 2),
    "modified Bessel function of the first kind, of order 1",
    node_name="SpecialI1Backward0",
)
i1e = _order_one(
    "i1e",
    lambda g, out, x: g * ((i0e(x) + scaled_besseli_of_order(x, 2)) / 2 - out * sgn(x)),
    "exp(-abs(x)) * i1(x)",
    node_name="SpecialI1EBackward0",
)

# Those that PyTorch has without a derivative

bessel_j0 = _special(
    "bessel_j0", lambda g, x: -g * bessel_j1(x), "Bessel function of the first kind, order 0", "j0", parity="even"
)
bessel_j1 = _special(
    "bessel_j1",
    lambda g, x: g * ((bessel_j0(x) - besselj_of_order(x, 2)) / 2),
    "Bessel function of the first kind, order 1",
    "j1",
    parity="odd",
)
bessel_y0 = _special(
    "bessel_y0", lambda g, x: -g * bessel_y1(x), "Bessel function of the second kind, order 0", "y0", domain=POSITIVE
)
bessel_y1 = _special(
    "bessel_y1",
    lambda g, x: g * ((bessel_y0(x) - bessely_of_order(x, 2)) / 2),
    "Bessel function of the second kind, order 1",
    "y1",
    domain=POSITIVE,
)


def _modified(name: str, rule: Call, doc: str, **facts: Any) -> Any:
    """One of those with long names, such as `modified_bessel_i0`, of which SciPy has the last part."""
    return _special(name, rule, doc, name[-2:] + ("e" if name.startswith("scaled") else ""), **facts)


_second_kind = partial(_modified, domain=POSITIVE)
modified_bessel_i0 = _modified("modified_bessel_i0", lambda g, x: g * modified_bessel_i1(x), "as i0", parity="even")
modified_bessel_i1 = _modified(
    "modified_bessel_i1",
    lambda g, x: g * ((modified_bessel_i0(x) + besseli_of_order(x, 2)) / 2),
    "as i1",
    parity="odd",
)
modified_bessel_k0 = _second_kind(
    "modified_bessel_k0",
    lambda g, x: -g * modified_bessel_k1(x),
    "modified Bessel function of the second kind, order 0",
)
modified_bessel_k1 = _second_kind(
    "modified_bessel_k1",
    lambda g, x: -g * ((modified_bessel_k0(x) + besselk_of_order(x, 2)) / 2),
    "modified Bessel function of the second kind, order 1",
)
scaled_modified_bessel_k0 = _second_kind(
    "scaled_modified_bessel_k0",
    lambda g, out, x: g * (out - scaled_modified_bessel_k1(x)),
    "exp(x) * modified_bessel_k0(x)",
)
scaled_modified_bessel_k1 = _second_kind(
    "scaled_modified_bessel_k1",
    lambda g, out, x: g * (out * (1 - 1 / x) - scaled_modified_bessel_k0(x)),
    "exp(x) * modified_bessel_k1(x)",
)


# Of any whole order, which only x has a slope by


def _of_order(name: str, scipy_name: str, rule: Call, formula: Any = None, alternates: bool = False) -> Call:
    """The primitive of x for an order n, a number; of a whole one -n its sign `alternates`, or it is the same."""
    compute = scipy_function(scipy_name)

    def of_positive(n: float) -> str:
        is_turned = n < 0 and isinstance(n, int)
        return f"{'-' if is_turned and alternates and n % 2 else ''}{name}({-n if is_turned else n}, x)"

    def forward(x: Any, n: Any) -> Any:
        # SciPy has no values at the smallest numbers, which are as good as 0.
        value = compute(n, np.where(np.abs(x) < np.finfo(x.dtype).tiny, 0 * x, x))
        return np.where(np.isinf(x), 0, value).astype(x.dtype)[()] if scipy_name == "ive" else value

    return SPECIAL.private(name, forward, rule, formula=formula or of_positive)


besselj_of_order = _of_order(
    "besselj",
    "jv",
    lambda g, x, n: g * ((besselj_of_order(x, n - 1) - besselj_of_order(x, n + 1)) / 2),
    alternates=True,
)
bessely_of_order = _of_order(
    "bessely",
    "yv",
    lambda g, x, n: g * ((bessely_of_order(x, n - 1) - bessely_of_order(x, n + 1)) / 2),
    alternates=True,
)
besseli_of_order = _of_order(
    "besseli", "iv", lambda g, x, n: g * ((besseli_of_order(x, n - 1) + besseli_of_order(x, n + 1)) / 2)
)


def _scaled_formula(n: int) -> str:
    known = ("i0e(x)", "i1e(x)", "where(x == 0, 0, i0e(x) - 2*i1e(x)/x)")
    return known[n] if n < len(known) else f"exp(-abs(x))*besseli({n}, x)"


scaled_besseli_of_order = _of_order(
    "scaled_besseli",
    "ive",
    lambda g, out, x, n: (
        g * ((scaled_besseli_of_order(x, n - 1) + scaled_besseli_of_order(x, n + 1)) / 2 - out * sgn(x))
    ),
    _scaled_formula,
)
besselk_of_order = _of_order(
    "besselk", "kv", lambda g, x, n: -g * ((besselk_of_order(x, n - 1) + besselk_of_order(x, n + 1)) / 2)
)


def _ordered(letter: str, of_order: Call, kind: str, x: Domain, *aliases: str) -> Call:
    """The function of an order and a number, by its letter."""
    name, doc = f"bessel{letter}", f"{kind} kind, of order n, a number"

    @SPECIAL_OWN.function(tensors=2, numbers=True, name=name, doc=doc, domain=(REAL, x), aliases=aliases)
    def bessel(n: Any, x: Any) -> Any:
        return of_order(x, order_of(n, name))

    return bessel


besselj = _ordered("j", besselj_of_order, "Bessel function of the first", REAL, "jv", "jn")
bessely = _ordered("y", bessely_of_order, "Bessel function of the second", POSITIVE, "yv", "yn")
besseli = _ordered("i", besseli_of_order, "modified Bessel function of the first", REAL, "iv")
besselk = _ordered("k", besselk_of_order, "modified Bessel function of the second", POSITIVE, "kv", "kn")


# Airy functions


def _airy(which: int) -> Call:
    compute = one_of("airy", which)
    # Beyond, both are less than any number but 0, and SciPy says nan.
    return lambda x: np.where(x > _AIRY_VANISHES, 0, compute(np.minimum(x, _AIRY_VANISHES))).astype(x.dtype)


_AIRY_VANISHES = 200
airy_ai = SPECIAL.primitive("airy_ai", _airy(0), lambda g, x: g * airy_ai_prime(x), doc="Airy function")
airy_ai_prime = SPECIAL_OWN.primitive(
    "airy_ai_prime", _airy(1), lambda g, x: g * (x * airy_ai(x)), doc="derivative of airy_ai"
)
