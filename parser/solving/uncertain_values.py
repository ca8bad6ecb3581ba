"""Numbers with their standard deviations as people write them: `2±0.1`, `3+-0.2`, `2.00(5)e3`, `2 0.1`, `2±5%`."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from ..analysis.given_values import read_value
from ..syntax.decimal_text import decimal
from ..syntax.errors import UsageError
from ..syntax.wording import quoted

_SIGN = re.compile(r"\s*(?:±|\+/?-)\s*")
_PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_POWER = r"(?:[eE][+-]?\d+)?"
# 2.00(5)e3: digits in brackets count in the last places, with a point they are the deviation itself.
_DIGITS = re.compile(rf"({_NUMBER})\((\d+\.?\d*|\.\d+)\)({_POWER})")
_TOGETHER = re.compile(r"\((.*)\)([eE][+-]?\d+)")
_BRACKETS = re.compile(rf"{_NUMBER}{_POWER}\(")
_BLANK = re.compile(rf"({_NUMBER}{_POWER})\s+({_NUMBER}{_POWER}\s*%?)")
FORMS = "write it as `2±0.1`, `2+-0.1`, `2.0(1)`, `2±5%`, or as a number that is exact"


class Uncertain(NamedTuple):
    """A value and its standard deviation, arrays of one shape: () for a number."""

    value: np.ndarray
    deviation: np.ndarray


def read_uncertain(name: str, text: str) -> Uncertain:
    """The value of a variable with its deviation, which is 0 where none is written; a list of such, or of numbers.

    UsageError: it is none; a deviation that is negative or not finite.
    """
    text = text.strip().translate(_PLAIN)
    elements = _elements(text)
    if elements is not None:
        parts = [read_uncertain(name, element) for element in elements]
        if len({part.value.shape for part in parts}) > 1:
            raise UsageError(f"the lists in `{name}` are of unequal lengths")
        return Uncertain(np.stack([part.value for part in parts]), np.stack([part.deviation for part in parts]))
    found = _read(name, text)
    if not (np.isfinite(found.deviation).all() and (found.deviation >= 0).all()):
        raise UsageError(f"the deviation of `{name}` is to be 0 or more, and finite: {quoted(text)}", FORMS)
    return found


def _read(name: str, text: str) -> Uncertain:
    together = _TOGETHER.fullmatch(text)
    if together and _SIGN.search(together[1]):
        inner, factor = _read(name, together[1]), float(f"1{together[2]}")
        return Uncertain(inner.value * factor, inner.deviation * factor)
    digits = _DIGITS.fullmatch(text)
    if digits:
        number, deviation, power = digits.groups()
        if "." not in deviation:
            deviation += f"e-{len(number.partition('.')[2])}"
            # As one text, so that 0.05e3 is rounded once.
            exponent = int(power[1:] or 0) - int(deviation.partition("e-")[2])
            return _uncertain(decimal(number + power), decimal(f"{deviation.partition('e-')[0]}e{exponent}"))
        return _uncertain(decimal(number + power), decimal(deviation + power))
    blank = _BLANK.fullmatch(text)
    parts = [blank[1], blank[2]] if blank else _SIGN.split(text)
    if len(parts) > 2:
        raise UsageError(f"the value of `{name}` has two deviations: {quoted(text)}", FORMS)
    value = _numbers(name, parts[0], text)
    if len(parts) < 2:
        return Uncertain(value, np.zeros_like(value))
    is_share = parts[1].rstrip().endswith("%")
    deviation = _numbers(name, parts[1].rstrip().removesuffix("%"), text)
    try:
        deviation = np.broadcast_to(deviation, value.shape)
    except ValueError:
        raise UsageError(f"`{name}` has deviations of another shape than its values: {quoted(text)}") from None
    return Uncertain(value, np.abs(value) * deviation / 100 if is_share else deviation + 0.0)


def _uncertain(value: float, deviation: float) -> Uncertain:
    return Uncertain(np.asarray(value), np.asarray(deviation))


def _numbers(name: str, text: str, whole: str) -> np.ndarray:
    """A number, a constant expression or a list. UsageError: none of these."""
    try:
        return np.asarray(read_value(name, text.strip())._data, float)
    except UsageError as error:
        if text.strip() != whole or _BRACKETS.match(text):
            error.help = FORMS
        raise


def _elements(text: str) -> list[str] | None:
    """The elements of a list some of which have deviations; None: it is another text."""
    if not (text.startswith("[") and text.endswith("]")) or not re.search(r"±|\+/?-|\d\(|\d\s+[\d.]", text):
        return None
    parts, depth, start = [], 0, 1
    for place, letter in enumerate(text[1:-1], 1):
        depth += (letter in "([") - (letter in ")]")
        if depth < 0:
            return None
        if letter == "," and not depth:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:-1]]
