"""A value with its deviation as it is stated: both to the place where the deviation has its last digit of note.

Of the deviation one or two digits mean something, and the value none behind them (JCGM 100:2008, section 7.2.6).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

# Outside of these places, numbers are written with an exponent.
_SMALLEST, _LARGEST = -5, 6
_EXACT = Context(prec=800, rounding=ROUND_HALF_EVEN)


def stated(value: float, deviation: float, digits: int, sign: str = "+-") -> str:
    """Such as `12.8+-2.1`, or `(1.2346+-0.0021)e8`: the deviation rounded to so many digits, the value to its places.

    Where the deviation is 0 or one of them is not finite, both stand as they are.
    """
    if not (math.isfinite(value) and math.isfinite(deviation)) or not deviation:
        return f"{value!r}{sign}{deviation!r}"
    place = _place(Decimal(deviation), digits)
    size = max(abs(Decimal(value)), Decimal(deviation)).adjusted()
    exponent = size if place > 0 or not _SMALLEST <= size < _LARGEST else 0
    shown = [_fixed(Decimal(number), place, exponent) for number in (value, deviation)]
    text = sign.join(shown)
    return f"({text})e{exponent}" if exponent else text


def _place(deviation: Decimal, digits: int) -> int:
    """The power of ten of the last digit that is kept, which rounding up may move: 0.0996 is 0.10."""
    place = deviation.adjusted() - digits + 1
    rounded = deviation.quantize(Decimal((0, (1,), place)), context=_EXACT)
    return place + (rounded.adjusted() > deviation.adjusted())


def _fixed(number: Decimal, place: int, exponent: int) -> str:
    rounded = number.quantize(Decimal((0, (1,), place)), context=_EXACT).scaleb(-exponent, context=_EXACT)
    return f"{rounded:f}"
