"""Secants, cosecants and cotangents, circular and hyperbolic, with inverses; sines of degrees and of multiples of pi.

PyTorch has none of these. Those with a formula are written with sines and cosines in derivatives.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ..table.record import ABOVE_ONE, NONZERO, UNIT, Domain, EdgeCase
from ..table.registry import ops
from .elementary import sin, sinh, sqrt, tan, tanh
from .error_and_gamma import unary
from .families import ELEMENTARY

_primitive = partial(ELEMENTARY.primitive, torch=(), method=False, in_place=False)

_HALF_TURN = Domain("0 < x < pi", 0.3, 2.8)
_INSIDE = Domain("0 < x <= 1", 0.1, 0.9)
_PER_DEGREE = math.pi / 180

sec = _primitive(
    "sec",
    lambda x: 1 / np.cos(x),
    lambda g, out, x: g * (out * tan(x)),
    doc="1 / cos(x)",
    formula="1/cos(x)",
    domain=UNIT,
)
csc = _primitive(
    "csc",
    lambda x: 1 / np.sin(x),
    lambda g, out, x: g * -(out / tan(x)),
    doc="1 / sin(x)",
    formula="1/sin(x)",
    domain=_HALF_TURN,
    aliases=("cosec",),
)
cot = _primitive(
    "cot",
    lambda x: 1 / np.tan(x),
    lambda g, x: g / -(sin(x) ** 2),
    doc="1 / tan(x)",
    formula="cos(x)/sin(x)",
    domain=_HALF_TURN,
    aliases=("cotan",),
)
sech = _primitive(
    "sech",
    lambda x: 1 / np.cosh(x),
    lambda g, out, x: g * -(out * tanh(x)),
    doc="1 / cosh(x)",
    formula="1/cosh(x)",
)
csch = _primitive(
    "csch",
    lambda x: 1 / np.sinh(x),
    lambda g, out, x: g * -(out / tanh(x)),
    doc="1 / sinh(x)",
    formula="1/sinh(x)",
    domain=NONZERO,
    aliases=("cosech",),
)
coth = _primitive(
    "coth",
    lambda x: 1 / np.tanh(x),
    lambda g, x: g / -(sinh(x) ** 2),
    doc="1 / tanh(x)",
    formula="1/tanh(x)",
    domain=NONZERO,
)


asec = _primitive(
    "asec",
    lambda x: np.arccos(1 / x),
    lambda g, x: g / (ops.abs(x) * sqrt(x * x - 1)),
    doc="acos(1 / x), in radians",
    formula="acos(1/x)",
    domain=ABOVE_ONE,
    aliases=("arcsec",),
    edges=[EdgeCase((1.0,), 0.0, (math.inf,))],
)
acsc = _primitive(
    "acsc",
    lambda x: np.arcsin(1 / x),
    lambda g, x: -g / (ops.abs(x) * sqrt(x * x - 1)),
    doc="asin(1 / x), in radians",
    formula="asin(1/x)",
    domain=ABOVE_ONE,
    aliases=("arccsc", "acosec", "arccosec"),
    edges=[EdgeCase((1.0,), math.pi / 2, (-math.inf,))],
)
acot = _primitive(
    "acot",
    lambda x: np.arctan(1 / x),
    lambda g, x: -g / (x * x + 1),
    doc="atan(1 / x), in radians: from -pi/2 to pi/2, odd",
    formula="atan(1/x)",
    domain=NONZERO,
    aliases=("arccot",),
)
asech = _primitive(
    "asech",
    lambda x: np.arccosh(1 / x),
    lambda g, x: -g / (x * sqrt(1 - x * x)),
    doc="acosh(1 / x)",
    formula="acosh(1/x)",
    domain=_INSIDE,
    aliases=("arcsech",),
    edges=[EdgeCase((1.0,), 0.0, (-math.inf,))],
)
acsch = _primitive(
    "acsch",
    lambda x: np.arcsinh(1 / x),
    lambda g, x: -g / (ops.abs(x) * sqrt(1 + x * x)),
    doc="asinh(1 / x)",
    formula="asinh(1/x)",
    domain=NONZERO,
    aliases=("arccsch",),
)
acoth = _primitive(
    "acoth",
    lambda x: np.arctanh(1 / x),
    lambda g, x: g / (1 - x * x),
    doc="atanh(1 / x)",
    formula="atanh(1/x)",
    domain=ABOVE_ONE,
    aliases=("arccoth",),
)


# Exact where the sine or the cosine is 0, 1/2 or 1, and right for large arguments


def _sinpi(x: Any) -> Any:
    turn = np.remainder(x, 2)
    folded = np.where(turn < 0.5, turn, np.where(turn <= 1.5, 1 - turn, turn - 2))
    return np.sin(math.pi * folded)


def _cospi(x: Any) -> Any:
    turn = np.abs(np.remainder(x + 1, 2) - 1)
    return np.where(turn <= 0.25, np.cos(math.pi * turn), _sinpi(0.5 - turn))


sinpi = _primitive(
    "sinpi",
    _sinpi,
    lambda g, x: g * (math.pi * cospi(x)),
    doc="sin(pi * x), exact for multiples of 1/2",
    formula="sin(pi*x)",
    edges=[EdgeCase((1.0,), 0.0, (-math.pi,))],
)
cospi = _primitive(
    "cospi",
    _cospi,
    lambda g, x: g * (-math.pi * sinpi(x)),
    doc="cos(pi * x), exact for multiples of 1/2",
    formula="cos(pi*x)",
    edges=[EdgeCase((0.5,), 0.0, (-math.pi,))],
)
sind = _primitive(
    "sind",
    unary("sindg"),
    lambda g, x: g * (_PER_DEGREE * cosd(x)),
    doc="sine of x in degrees",
    formula="sin(pi*x/180)",
    edges=[EdgeCase((180.0,), 0.0, (-_PER_DEGREE,))],
)
cosd = _primitive(
    "cosd",
    unary("cosdg"),
    lambda g, x: g * (-_PER_DEGREE * sind(x)),
    doc="cosine of x in degrees",
    formula="cos(pi*x/180)",
    edges=[EdgeCase((90.0,), 0.0, (-_PER_DEGREE,))],
)
tand = _primitive(
    "tand",
    unary("tandg"),
    lambda g, out: g * (_PER_DEGREE * (1 + out**2)),
    doc="tangent of x in degrees",
    formula="tan(pi*x/180)",
    edges=[EdgeCase((45.0,), 1.0, (2 * _PER_DEGREE,))],
)
