"""Ranges of numbers in place of a variable's value: `0:6.28`, `0:10:0.5`, `0:1:11`.

`start:stop` stands for 100 numbers from one end to the other, both included. `start:stop:step` goes up to the stop in
steps, `start:stop:count` has so many numbers, and `0:10:step=2` and `0:10:n=6` say which it is. Without a word, a third
part that is not a whole number as it is written (`0.5`, `2.0`, `-1`, `pi/4`) is a step. A whole number is what it can
be: a count of at least 2, or a step no longer than the range. Where it can be both it is an error, so that no range
means something that its writer has not thought of.

Numbers in decimals are taken for what they say and not for the nearest float, so that the third value of `0:1:0.1` is
0.2 and the fourth 0.3.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ..syntax.decimal_text import is_decimal
from ..syntax.errors import UsageError
from ..syntax.wording import quoted
from .given_values import read_value

COUNT = 100
# Floats tell whole numbers apart up to here.
_MOST = 2**53
# Values that are worth the time of exact arithmetic where floats do not hold its parts.
_EXACT = 10_000
# A last step that is so much short of the stop, or beyond it, ends there.
_CLOSE = Fraction(1, 10**9)
_WHOLE = re.compile(r"\+?\d[\d_]{0,30}", re.ASCII)
_LONGEST = 400


class Range:
    """Evenly spaced numbers: `count` of them from `start` to `last`, of which one may be the larger.

    `stop` is the end that was given, which steps need not hit. `is_open` says that neither a count nor a step was
    given, `text` is what was written.
    """

    def __init__(self, text: str, start: Fraction, stop: Fraction, last: Fraction, count: int, is_open: bool) -> None:
        self.text = text
        self.start = start
        self.stop = stop
        self.last = last
        self.count = count
        self.is_open = is_open

    @property
    def ends(self) -> tuple[float, float]:
        """The start and the stop."""
        return float(self.start), float(self.stop)

    def values(self) -> Any:
        """All numbers, as an array of `count` floats."""
        return self.at(np.arange(self.count))

    def at(self, places: Any) -> Any:
        """The numbers at some places, whole numbers from 0 to `count - 1` in an array, each rounded once."""
        first, step, over = self._parts
        if over:
            return np.true_divide(first + step * places, over)
        if self.count <= _EXACT:
            by = (self.last - self.start) / (self.count - 1)
            return np.array([float(self.start + by * place) for place in places.tolist()])
        part = places / (self.count - 1)
        return float(self.start) * (1 - part) + float(self.last) * part

    @cached_property
    def _parts(self) -> tuple[int, int, int]:
        """Whole numbers a, b, d that floats hold, the i-th number being (a + i*b)/d; d is 0 where there are none."""
        by = (self.last - self.start) / (self.count - 1)
        over = math.lcm(self.start.denominator, by.denominator)
        first, step = int(self.start * over), int(by * over)
        highest = max(abs(first), abs(first + step * (self.count - 1)))
        return (first, step, over) if highest <= _MOST and over <= _MOST else (0, 0, 0)


def is_range(text: str) -> bool:
    """Whether the value of a variable is meant as a range: it has a colon, and not that of a slice or of a file."""
    return ":" in text and not text.lstrip().startswith("@") and len(_parts_of(text)) > 1


def read_range(name: str, text: str) -> Range:
    """The range that is given for a variable. UsageError: it is none, or can be read in two ways."""
    shown = quoted(text)
    parts = _parts_of(text)
    if len(parts) > 3 or not all(part.strip() for part in parts):
        raise UsageError(
            f"`{name}` is given {shown}, which is no range",
            f"write `--{name} 0:10`, with a step `0:10:0.5`, with a count `0:10:n=21`",
        )
    start, stop = (_number(name, text, part) for part in parts[:2])
    if start == stop:
        raise UsageError(
            f"the range {shown} of `{name}` ends where it starts", f"for one value write `--{name} {parts[0]}`"
        )
    if len(parts) == 2:
        return Range(text, start, stop, stop, COUNT, True)
    word, separator, rest = parts[2].partition("=")
    if separator:
        word, rest = word.strip(), rest.strip()
        if word not in ("n", "step") or not rest:
            raise UsageError(
                f"the range {shown} of `{name}` has a third part that is no count and no step",
                f"write `{_written(parts, 'n=21')}` or `{_written(parts, 'step=0.5')}`",
            )
    else:
        rest = parts[2].strip()
        word = _meant(name, text, parts, abs(stop - start))
    number = _number(name, text, rest)
    if word == "n":
        if number.denominator != 1 or not 2 <= number <= _MOST:
            raise UsageError(
                f"the range {shown} of `{name}` has a count of {quoted(rest)}, and a count is a whole number from 2 on",
                f"with a step, write `{_written(parts, f'step={rest}')}`" if number.denominator != 1 else None,
            )
        return Range(text, start, stop, stop, int(number), False)
    return _stepped(name, text, parts, start, stop, number)


def _stepped(name: str, text: str, parts: list[str], start: Fraction, stop: Fraction, step: Fraction) -> Range:
    """The range with a step. UsageError: the step goes away from the stop, beyond it, or nowhere."""
    shown, span = quoted(text), stop - start
    if not step or (step > 0) != (span > 0):
        size = parts[2].partition("=")[2].strip() or parts[2].strip()
        turned = size.removeprefix("+")[1:] if size.startswith("-") else f"-{size.removeprefix('+')}"
        turned = turned if is_decimal(size) else f"-({size})"
        raise UsageError(
            f"the range {shown} of `{name}` has steps that do not lead from its start to its stop",
            f"write `{_written(parts, f'step={turned}')}`" if step else f"write `{_written(parts, 'n=11')}`",
        )
    steps = span / step
    if steps < 1 - _CLOSE:
        raise UsageError(
            f"the range {shown} of `{name}` has a step that is longer than the range",
            f"for a number of values, write `{_written(parts, 'n=11')}`",
        )
    if steps >= _MOST:
        raise UsageError(f"the range {shown} of `{name}` has more than {_MOST:,} values")
    near = round(steps)
    is_hit = abs(steps - near) <= _CLOSE
    count = (near if is_hit else math.floor(steps)) + 1
    return Range(text, start, stop, stop if is_hit else start + step * (count - 1), count, False)


def _meant(name: str, text: str, parts: list[str], span: Fraction) -> str:
    """What a third part without a word is, `n` or `step`. UsageError: it can be both."""
    third = parts[2].strip()
    if not _WHOLE.fullmatch(third):
        return "step"
    number = int(third)
    if 2 <= number <= span:
        sign = "-" if _number(name, text, parts[0]) > _number(name, text, parts[1]) else ""
        count, step = (_written(parts, third) for third in (f"n={number}", f"step={sign}{number}"))
        raise UsageError(
            f"in the range {quoted(text)} of `{name}`, {number} can be a number of values or a step between them",
            f"write `{count}` for {number} values, `{step}` for steps of {number}",
        )
    return "n" if number >= 2 else "step"


def _parts_of(text: str) -> list[str]:
    """The text between the colons that are not in brackets, as those of slices are."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == ":" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _number(name: str, text: str, part: str) -> Fraction:
    """The finite number that a part of a range is. UsageError: it is none."""
    part = part.strip()
    if is_decimal(part) and len(part) <= _LONGEST:
        number = float(part)
        if math.isfinite(number):
            # A number too small for a float is 0, as it is everywhere else.
            return Fraction(part) if number else Fraction(0)
    try:
        value = read_value(name, part)
    except UsageError as error:
        raise UsageError(f"the range {quoted(text)}: {error.message}", error.help) from None
    if value.shape or not math.isfinite(value.item()):
        raise UsageError(
            f"the range {quoted(text)} of `{name}` has {quoted(part)}, which is no finite number",
            f"write `--{name} 0:10`",
        )
    return Fraction(value.item())


def _written(parts: list[str], third: str) -> str:
    """A range with another third part."""
    return ":".join([*(part.strip() for part in parts[:2]), third])
