"""Which number a float stands for: a program has 0.6931471805599453 where its source, or a rule, says log(2)."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np

from .arithmetic import add, multiply, power
from .functions import call
from .terms import HALF, Term, number, symbol

_SHORT = 12  # digits; what has no more of them is what someone wrote
_LARGEST_DENOMINATOR = 720
_DENOMINATORS = np.arange(1, _LARGEST_DENOMINATOR + 1)
_ULPS = 2.5
_MOST_AWAY = 6  # from a named constant
_MOST_POWER = 10  # of a logarithm


def read(value: float | bool) -> Term:
    """The expression that a number of a program stands for."""
    if isinstance(value, int):
        return number(int(value))
    if math.isnan(value):
        return symbol("nan")
    if math.isinf(value):
        return symbol("inf") if value > 0 else multiply(number(-1), symbol("inf"))
    exact = _rational(value)
    if exact is not None:
        return number(exact)
    for constant, term in _named():
        ratio = _rational(value / constant)
        if ratio is not None:
            return multiply(number(ratio), term)
    for constant, term in _named():
        # pi - 1, as of an exponent.
        whole = round(value - constant)
        if 0 < abs(whole) <= _MOST_AWAY and abs(constant + whole - value) <= math.ulp(max(constant, abs(value))):
            return add(term, number(whole))
    return number(Fraction(repr(value)))


def _rational(value: float) -> Fraction | None:
    """The short decimal or the fraction that a float is the nearest to, if it is near enough."""
    text = repr(value)
    if len(text.partition("e")[0].replace(".", "").strip("-0")) <= _SHORT:
        return Fraction(text)
    # A few rounding errors are allowed: 1/3 - 1 is not the float nearest to -2/3.
    most = _ULPS * math.ulp(value)
    # Whether any will do is soon seen by floats, and fractions take a while.
    multiples = value * _DENOMINATORS if abs(value) < 2**53 else None
    if multiples is not None and not (abs(multiples - np.rint(multiples)) <= 2 * most * _DENOMINATORS).any():
        return None
    fraction = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return fraction if fraction and abs(float(fraction) - value) <= most else None


@cache
def _named() -> list[tuple[float, Term]]:
    """Constants that occur in derivatives, with their values."""
    pi, two = symbol("pi"), number(2)
    found = [
        (math.pi, pi),
        (1 / math.pi, power(pi, number(-1))),
        *((math.pi**n, power(pi, number(n))) for n in (2, 3, 4, -2)),
        (math.e, symbol("e")),
        (math.sqrt(2), power(two, HALF)),
        (math.sqrt(3), power(number(3), HALF)),
        (math.sqrt(math.pi), power(pi, HALF)),
        (1 / math.sqrt(math.pi), power(pi, multiply(number(-1), HALF))),
        (math.sqrt(2 * math.pi), multiply(power(two, HALF), power(pi, HALF))),
        (1 / math.sqrt(2 * math.pi), power(multiply(two, pi), multiply(number(-1), HALF))),
    ]
    found.append((math.log(math.pi), call("log", pi)))
    for n in (2, 3, 5, 6, 7, 10):
        # Powers, as the next derivatives of 2**x have.
        for exponent in (1, -1, *range(2, _MOST_POWER + 1)):
            found.append((math.log(n) ** exponent, power(call("log", number(n)), number(exponent))))
    return found
