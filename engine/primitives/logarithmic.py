"""Functions whose formula fails at a point or overflows: sinc, logit, x*log(y), log(exp(x) + exp(y))."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..table.record import ABOVE_MINUS_ONE, POSITIVE, PROBABILITY, REAL, EdgeCase
from ..tensors.dtypes import is_number
from .elementary import cos, exp, exp2, log, log1p, sin
from .families import SPECIAL
from .selection import where

private, primitive, function = SPECIAL.private, SPECIAL.primitive, SPECIAL.function


def _sinc(x: Any) -> Any:
    angle = math.pi * x
    return np.where(angle == 0, 1, np.sin(angle) / angle)


sinc = primitive(
    "sinc",
    _sinc,
    lambda g, x: where(x * x == 0, 0, g * ((math.pi * x * cos(math.pi * x) - sin(math.pi * x)) / (math.pi * x * x))),
    doc="sin(pi*x) / (pi*x); 1 at 0",
    edges=[EdgeCase((0.0,), 1.0, (0.0,))],
    torch=("sinc", "special.sinc"),
    in_place=True,
    parity="even",
    definition="where(x != 0, sin(pi*x)/(pi*x), 1)",
)


def _logit(x: Any, eps: float | None = None) -> Any:
    if eps is not None:
        x = np.minimum(np.maximum(x, eps), 1 - eps)
    return np.log(x / (1 - x))


def _logit_rule(g: Any, x: Any, eps: float | None) -> Any:
    if eps is None:
        return where((x >= 0) & (x <= 1), g / (x * (1 - x)), math.nan)
    return where((x >= eps) & (x <= 1 - eps), g / (x * (1 - x)), 0)


logit = primitive(
    "logit",
    _logit,
    _logit_rule,
    doc="log(x / (1 - x)); with `eps`, x is first limited to the interval from eps to 1 - eps",
    domain=PROBABILITY,
    torch=("logit", "special.logit"),
    in_place=True,
    definition="log(x/(1 - x))",
)
logaddexp2 = primitive(
    "logaddexp2",
    np.logaddexp2,
    lambda g, x, y: g / (1 + exp2(y - x)),
    lambda g, x, y: g / (1 + exp2(x - y)),
    doc="log2(2**x + 2**y) without overflow",
)
logaddexp = primitive(
    "logaddexp",
    np.logaddexp,
    lambda g, x, y: g / (1 + exp(y - x)),
    lambda g, x, y: g / (1 + exp(x - y)),
    doc="log(exp(x) + exp(y)) without overflow",
    definition="maximum(x, y) + log1p(exp(-abs(x - y)))",
)


def _xlogy(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log(y))


def _xlogy_first(g: Any, x: Any, y: Any) -> Any:
    # At x = 0 and y <= 0 the value is 0 all around, and log(y) is not to spoil it.
    return where((x == 0) & (y <= 0), 0, g * log(y))


xlogy_tensors = private("xlogy", _xlogy, _xlogy_first, lambda g, x, y: g * x / y)
xlogy_of_number = private("xlogy", _xlogy, None, lambda g, x, y: g * x / y, overload=1)


def _xlogy_number_rule(g: Any, x: Any, y: Any) -> Any:
    if y > 0:
        return g * math.log(y)
    return where(x == 0, 0, g * (-math.inf if y == 0 else math.nan))


xlogy_number = private("xlogy", lambda x, y: _xlogy(x, x.dtype.type(y)), _xlogy_number_rule, tensors=2, overload=2)


@function(
    tensors=2,
    numbers=True,
    domain=(REAL, POSITIVE),
    edges=[EdgeCase((0.0, 0.0), 0.0, (0.0, math.nan))],
    torch=("xlogy", "special.xlogy"),
    in_place=True,
    definition="where(x != 0, x*log(y), 0)",
)
def xlogy(x: Any, y: Any) -> Any:
    """x * log(y), and 0 where x is 0"""
    if is_number(x):
        return xlogy_of_number(x, y)
    return xlogy_number(x, y) if is_number(y) else xlogy_tensors(x, y)


def _xlog1py(x: Any, y: Any) -> Any:
    return np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(y))


def _xlog1py_first(g: Any, x: Any, y: Any) -> Any:
    # As for xlogy: at x = 0 the value is 0 all around.
    return where((x == 0) & (y <= -1), 0, g * log1p(y))


xlog1py_tensors = private(
    "special_xlog1py", _xlog1py, _xlog1py_first, lambda g, x, y: g * x / (y + 1), formula="xlog1py(x, y)"
)
xlog1py_of_number = private(
    "special_xlog1py",
    lambda x, y: _xlog1py(y.dtype.type(x), y),
    None,
    lambda g, x, y: g * x / (y + 1),
    overload=1,
    formula="xlog1py(x, y)",
)
xlog1py_number = private(
    "special_xlog1py",
    lambda x, y: _xlog1py(x, x.dtype.type(y)),
    lambda g, x, y: _xlog1py_first(g, x, np.float64(y)),
    tensors=2,
    overload=2,
    formula="xlog1py(x, y)",
)


@function(
    tensors=2,
    numbers=True,
    domain=(REAL, ABOVE_MINUS_ONE),
    edges=[EdgeCase((0.0, -1.0), 0.0, (0.0, math.nan))],
    method=False,
    torch=("special.xlog1py",),
)
def xlog1py(x: Any, y: Any) -> Any:
    """x * log1p(y), and 0 where x is 0"""
    if is_number(x):
        return xlog1py_of_number(x, y)
    return xlog1py_number(x, y) if is_number(y) else xlog1py_tensors(x, y)


def _entr(x: Any) -> Any:
    return np.where(x > 0, -x * np.log(x), np.where(x < 0, -math.inf, x))


entr = primitive(
    "entr",
    _entr,
    lambda g, x: g * (-log(x) - 1),
    doc="-x * log(x), and 0 where x is 0",
    domain=POSITIVE,
    node_name="SpecialEntrBackward0",
    edges=[EdgeCase((0.0,), 0.0, (math.inf,))],
    method=False,
    torch=("special.entr",),
)
