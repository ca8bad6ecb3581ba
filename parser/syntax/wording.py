"""How messages write what the user wrote: quoted, listed, counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LONGEST = 60


def shortened(text: str) -> str:
    """What the user wrote, on one line, the middle left out where it is long."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}...{text[-half:]}"


def quoted(text: str) -> str:
    """What the user wrote, shortened and in backticks."""
    return f"`{shortened(text)}`"


def listed(names: Iterable[str]) -> str:
    """Names in backticks, joined as a sentence joins them."""
    marked = [f"`{name}`" for name in names]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


def sentence(text: str) -> str:
    """The message of another library in the form of ours: lower case, without the full stop."""
    first = text[:1] if text[1:2].isupper() else text[:1].lower()
    return first + text[1:].rstrip(".")


def counted(n: int, noun: str) -> str:
    """A number of things, such as `1 row` or `2,000 rows`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def variables_help(names: Sequence[str]) -> str:
    """Which variables an expression has."""
    if not names:
        return "it has no variables"
    return f"its {'variable is' if len(names) == 1 else 'variables are'} {listed(names)}"
