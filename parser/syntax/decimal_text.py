"""What a text means as a number where no expression is meant: in the cells of tables and the values of options."""

from __future__ import annotations

import re

_DECIMAL = re.compile(
    r"[ \t]*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)[ \t]*", re.ASCII | re.IGNORECASE
)


def decimal(text: str) -> float:
    """The number that a text spells: decimal digits with sign, point and exponent; `inf`, `infinity` or `nan`.

    Blanks and tabs may stand around it. ValueError: it is none, such as `1_000`, `0x10` or digits of other scripts.
    """
    if not is_decimal(text):
        raise ValueError
    return float(text)


def is_decimal(text: str) -> bool:
    """Whether a text spells a number."""
    return _DECIMAL.fullmatch(text) is not None
