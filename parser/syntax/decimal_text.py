"""What a text means as a number where no expression is meant: in the cells of tables and the values of options."""

from __future__ import annotations

import re
from functools import cache

# Compiled at its first use: the value of a variable is mostly digits.
_DECIMAL = r"(?ai)[ \t]*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)[ \t]*"


def decimal(text: str) -> float:
    """The number that a text spells: decimal digits with sign, point and exponent; `inf`, `infinity` or `nan`.

    Blanks and tabs may stand around it. ValueError: it is none, such as `1_000`, `0x10` or digits of other scripts.
    """
    if not is_decimal(text):
        raise ValueError
    return float(text)


def is_decimal(text: str) -> bool:
    """Whether a text spells a number."""
    return (text.isascii() and text.isdigit()) or _pattern().fullmatch(text) is not None


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_DECIMAL)
