"""Secants, cosecants and cotangents, circular and hyperbolic, with inverses; sines of degrees and of multiples of pi.

PyTorch has none of these. Those with a formula are written with sines and cosines in derivatives.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import BESIDE_ZERO, CLOSED_UNIT, NONZERO, Domain, EdgeCase
from ..table.registry import ops
from ..tensors.aliases import Call
from .elementary import sin, sinh, sqrt, tan, tanh
from .error_and_gamma import unary
from .families import ELEMENTARY

_primitive = partial(ELEMENTARY.primitive, torch=(), method=False, in_place=False)

_NO_POLE = Domain("sin(x) != 0", 0.3, 2.8)
_OUTSIDE = Domain("abs(x) >= 1", 1.1, 4.0)
_INSIDE = Domain("0 < x <= 1", 0.1, 0.9)
_PER_DEGREE = math.pi / 180


def _one_over(function: str, name: str, rule: Call, formula: str = "", **facts: Any) -> Call:
    """One over a function, which NumPy has by the same name."""
    compute, text = getattr(np, function), f"1 / {function}(x)"
    return _primitive(name, lambda x: 1 / compute(x), rule, doc=text, formula=formula or text.replace(" ", ""), **facts)


sec = _one_over("cos", "sec", lambda g, out, x: g * (out * tan(x)), domain=Domain("cos(x) != 0", -0.9, 0.9))
csc = _one_over("sin", "csc", lambda g, out, x: g * -(out / tan(x)), domain=_NO_POLE, aliases=("cosec",))
cot = _one_over("tan", "cot", lambda g, x: g / -(sin(x) ** 2), "cos(x)/sin(x)", domain=_NO_POLE, aliases=("cotan",))
sech = _one_over("cosh", "sech", lambda g, out, x: g * -(out * tanh(x)))
csch = _one_over("sinh", "csch", lambda g, out, x: g * -(out / tanh(x)), domain=NONZERO, aliases=("cosech",))
coth = _one_over("tanh", "coth", lambda g, x: g / -(sinh(x) ** 2), domain=NONZERO)


def _inverse(function: str, name: str, rule: Call, *, unit: str = "", more: tuple[str, ...] = (), **facts: Any) -> Call:
    """The inverse of one over a function: the inverse of that, such as `acos`, of one over x."""
    compute, text = getattr(np, f"arc{function[1:]}"), f"{function}(1 / x)"
    facts |= {"doc": text + unit, "formula": text.replace(" ", ""), "aliases": (f"arc{name[1:]}", *more)}
    return _primitive(name, lambda x: compute(1 / x), rule, **facts)


_circular = partial(_inverse, unit=", in radians")

asec = _circular(
    "acos",
    "asec",
    lambda g, x: g / (ops.abs(x) * sqrt(x * x - 1)),
    domain=_OUTSIDE,
    edges=[EdgeCase((1.0,), 0.0, (math.inf,))],
)
acsc = _circular(
    "asin",
    "acsc",
    lambda g, x: -g / (ops.abs(x) * sqrt(x * x - 1)),
    domain=_OUTSIDE,
    more=("acosec", "arccosec"),
    edges=[EdgeCase((1.0,), math.pi / 2, (-math.inf,))],
)
acot = _circular(
    "atan", "acot", lambda g, x: -g / (x * x + 1), unit=", in radians: from -pi/2 to pi/2, odd", domain=BESIDE_ZERO
)
asech = _inverse(
    "acosh",
    "asech",
    lambda g, x: -g / (x * sqrt(1 - x * x)),
    domain=_INSIDE,
    edges=[EdgeCase((1.0,), 0.0, (-math.inf,))],
)
acsch = _inverse("asinh", "acsch", lambda g, x: -g / (ops.abs(x) * sqrt(1 + x * x)), domain=NONZERO)
acoth = _inverse("atanh", "acoth", lambda g, x: g / (1 - x * x), domain=Domain("abs(x) > 1", 1.1, 4.0))


# Exact where the sine or the cosine is 0, 1/2 or 1, and right for large arguments


def _sinpi(x: Any) -> Any:
    turn = np.remainder(x, 2)
    folded = np.where(turn < 0.5, turn, np.where(turn <= 1.5, 1 - turn, turn - 2))
    return np.sin(math.pi * folded)


def _cospi(x: Any) -> Any:
    turn = np.abs(np.remainder(x + 1, 2) - 1)
    return np.where(turn <= 0.25, np.cos(math.pi * turn), _sinpi(0.5 - turn))


def _of_multiples_of_pi(function: str, compute: Call, rule: Call, at: float) -> Call:
    """The function of pi*x, with an edge where it falls through 0."""
    words, edges = f"{function}(pi * x), exact for multiples of 1/2", [EdgeCase((at,), 0.0, (-math.pi,))]
    return _primitive(f"{function}pi", compute, rule, doc=words, formula=f"{function}(pi*x)", edges=edges)


sinpi = _of_multiples_of_pi("sin", _sinpi, lambda g, x: g * (math.pi * cospi(x)), 1.0)
cospi = _of_multiples_of_pi("cos", _cospi, lambda g, x: g * (-math.pi * sinpi(x)), 0.5)
tanpi = _primitive(
    "tanpi",
    lambda x: _sinpi(x) / _cospi(x),
    lambda g, out: g * (math.pi * (1 + out**2)),
    doc="tan(pi * x), exact for multiples of 1/4",
    formula="tan(pi*x)",
    domain=Domain("cospi(x) != 0", -0.4, 0.4),
    edges=[EdgeCase((0.25,), 1.0, (2 * math.pi,)), EdgeCase((1.0,), 0.0, (math.pi,))],
)


def _of_degrees(function: str, word: str, rule: Call, edge: EdgeCase) -> Call:
    """The function of an angle in degrees, which SciPy has."""
    compute, formula = unary(f"{function}dg"), f"{function}(pi*x/180)"
    return _primitive(f"{function}d", compute, rule, doc=f"{word} of x in degrees", formula=formula, edges=[edge])


sind = _of_degrees("sin", "sine", lambda g, x: g * (_PER_DEGREE * cosd(x)), EdgeCase((180.0,), 0.0, (-_PER_DEGREE,)))
cosd = _of_degrees("cos", "cosine", lambda g, x: g * (-_PER_DEGREE * sind(x)), EdgeCase((90.0,), 0.0, (-_PER_DEGREE,)))
tand = _of_degrees(
    "tan", "tangent", lambda g, out: g * (_PER_DEGREE * (1 + out**2)), EdgeCase((45.0,), 1.0, (2 * _PER_DEGREE,))
)


def _in_degrees(function: str, word: str, rule: Call, **facts: Any) -> Call:
    """The inverse function, whose result is an angle in degrees."""
    compute = getattr(np, f"arc{function[1:]}")
    facts |= {"doc": f"inverse {word} of x, in degrees", "formula": f"{function}(x)*180/pi"}
    return _primitive(f"{function}d", lambda x: np.rad2deg(compute(x)), rule, aliases=(f"arc{function[1:]}d",), **facts)


asind = _in_degrees(
    "asin",
    "sine",
    lambda g, x: g / (_PER_DEGREE * sqrt(1 - x * x)),
    domain=CLOSED_UNIT,
    edges=[EdgeCase((1.0,), 90.0, (math.inf,))],
)
acosd = _in_degrees(
    "acos",
    "cosine",
    lambda g, x: g / (-_PER_DEGREE * sqrt(1 - x * x)),
    domain=CLOSED_UNIT,
    edges=[EdgeCase((-1.0,), 180.0, (-math.inf,))],
)
atand = _in_degrees(
    "atan",
    "tangent",
    lambda g, x: g / (_PER_DEGREE * (1 + x * x)),
    edges=[EdgeCase((1.0,), 45.0, (0.5 / _PER_DEGREE,))],
)
