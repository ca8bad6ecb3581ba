"""What languages lack or have in another sense, in what they have: each prints of it what it needs as a function."""

from __future__ import annotations

_IS_OF_SIGN = "copysign(fmod(a, b), b) == fmod(a, b)"

# By name: parameters, and what it is of them. `nearest` takes halves as the language does.
LACKING = {
    # max and min of languages leave out nan.
    "larger": ("ab", "where(a > b or a != a, a, b)"),
    "smaller": ("ab", "where(a < b or a != a, a, b)"),
    # The remainder with the sign of b.
    "modulo": ("ab", f"where({_IS_OF_SIGN}, copysign(fmod(a, b), b), fmod(a, b) + b)"),
    # What is left over is taken away first: a/b may be rounded to the next whole number, as 0.9/0.1 is.
    "floor_divide": ("ab", f"where(b == 0, a/b, round((a - fmod(a, b))/b) - where({_IS_OF_SIGN}, 0, 1))"),
    "signed": ("ab", "where(b < 0 or 1/b < 0, -abs(a), abs(a))"),
    "rounded": ("x", "where(abs(x - trunc(x)) == 0.5, 2*nearest(x/2), nearest(x))"),
    "floor_of": ("x", "trunc(x) - where(x < trunc(x), 1, 0)"),
    "ceiling_of": ("x", "trunc(x) + where(x > trunc(x), 1, 0)"),
    "cbrt": ("x", "copysign(abs(x)**(1/3), x)"),
    # Both keep the digits of small numbers.
    "expm1": ("x", "where(abs(x) > 1, exp(x) - 1, 2*sinh(x/2)*exp(x/2))"),
    "log1p": ("x", "where(abs(x) > 0.5, log(1 + x), 2*atanh(x/(2 + x)))"),
}
