"""The layout of a source text: what stands in comments and brackets, before it is parsed."""

from __future__ import annotations

import re

from .errors import ExpressionError

# Characters of an expression, by default.
LONGEST = 1_000_000
DEEPEST = 10_000
# Compiled at their first use: most runs do not need them.
# A line goes on where an operand has to follow, and after a backslash.
_GOES_ON = r"(?:(?<=[-+*/%^@<>=,])|(?<=\band)|(?<=\bor)|(?<=\bnot)|(?<=\bif)|(?<=\belse)|\\)[ \t]*\n\s*"
_LAYOUT = r"""[()\[\]\n]|"[^"\n]*"|'[^'\n]*'|#[^\n]*"""


def check_length(source: str, what: str, max_length: int) -> None:
    """Raises ExpressionError, of kind "limit", for a text that is too long."""
    if len(source) > max_length:
        message = f"the {what} is {len(source):,} characters long, more than the limit of {max_length:,}"
        help = "raise the limit with `--limit length=N`"
        raise ExpressionError("limit", message, source, max_length, max_length, help)


def check_size(source: str, max_length: int, max_depth: int) -> None:
    """Raises ExpressionError, of kind "limit", for an expression too long, or with brackets nested too deeply."""
    check_length(source, "expression", max_length)
    # The depth cannot exceed the number of brackets, which is all that needs counting as a rule.
    if source.count("(") + source.count("[") <= max_depth:
        return
    depth = deepest = 0
    first = None
    for match in re.finditer(_LAYOUT, source):
        if match[0] in "([":
            depth += 1
            deepest = max(deepest, depth)
            if first is None and depth > max_depth:
                first = match.start()
        elif match[0] in ")]":
            depth = max(0, depth - 1)
    if first is not None:
        message = f"brackets are nested {deepest:,} deep, more than the limit of {max_depth:,}"
        help = "raise the limit with `--limit depth=N`"
        raise ExpressionError("limit", message, source, first, first + 1, help)


def blanked(source: str) -> str:
    """Return the text with spaces for comments and for newlines inside brackets or where a line goes on.

    Offsets stay the same.
    """
    if "\n" not in source and "#" not in source:
        return source
    depth = 0

    def blank(match: re.Match[str]) -> str:
        nonlocal depth
        text = match[0]
        if text in "([":
            depth += 1
        elif text in ")]":
            depth = max(0, depth - 1)
        elif text == "\n":
            return " " if depth else "\n"
        elif text[0] == "#":
            return " " * len(text)
        return text

    return re.sub(_GOES_ON, lambda match: " " * len(match[0]), re.sub(_LAYOUT, blank, source))
