"""Colours of terminals for text that is not laid out: expressions, labels, names. Rich would take time to import."""

from __future__ import annotations

import re

_RESET = "\x1b[0m"
# What people look for in a formula: what is called, numbers, and how they are joined. Names stay as they are.
_LOOKS = {"function": "34", "number": "36", "operator": "33"}
_TOKENS = (
    r"(?P<number>(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?P<function>[^\W\d][\w.]*(?=\())"
    r"|(?P<operator>\*\*|//|[-+*/@%^=<>!]=?)"
)


def colored(text: str, look: str) -> str:
    """The text in a look of ANSI, such as `1;36` for bold cyan."""
    return f"\x1b[{look}m{text}{_RESET}" if text else text


def formula(text: str) -> str:
    """An expression of the language with its functions, numbers and operators in colours."""
    return re.sub(_TOKENS, lambda token: colored(token[0], _LOOKS[str(token.lastgroup)]), text)
