"""How messages write what the user wrote: quoted, listed, counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

LONGEST_NAME = 160
LEFT_OUT = "..."
_END = 30  # letters that stand on each side of what is left out
_LONGEST = 2 * _END


def legible(text: str) -> str:
    """A text for people, who read no name of a million letters: the middle of longer ones left out.

    What programs read (plain, JSON, CSV, derivatives, code) has names and texts whole.
    """
    for start, end in reversed(long_middles(text)):
        text = f"{text[:start]}{LEFT_OUT}{text[end:]}"
    return text


def long_middles(text: str) -> list[tuple[int, int]]:
    """The start and the end of the middle of each name in a text that is too long for people."""
    if len(text) <= LONGEST_NAME:
        return []
    return [(name.start() + _END, name.end() - _END) for name in _long_name().finditer(text)]


@cache
def _long_name() -> re.Pattern[str]:
    # Digits alone are a number's, of which as many are shown as were asked for.
    return re.compile(rf"(?<!\w)[^\W\d]\w{{{LONGEST_NAME},}}")


def middle_left_out(name: str) -> str:
    """The two ends of a long name."""
    return f"{name[:_END]}{LEFT_OUT}{name[-_END:]}"


def shortened(text: str) -> str:
    """What the user wrote, on one line, the middle left out where it is long."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST:
        return text
    return middle_left_out(text)


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


def reason_of(error: BaseException) -> str:
    """Why something cannot be read or written: in the words of the system, or else of the library that says so."""
    return sentence(getattr(error, "strerror", None) or str(error))


def in_our_form(message: str) -> str:
    """As `sentence`, of a message that has names in quotes: they stand in backticks."""
    return re.sub(r"'([^']*)'", r"`\1`", sentence(message))


def counted(n: int, noun: str) -> str:
    """A number of things, such as `1 row` or `2,000 rows`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def variables_help(names: Sequence[str]) -> str:
    """Which variables an expression has."""
    if not names:
        return "it has no variables"
    return f"its {'variable is' if len(names) == 1 else 'variables are'} {listed(names)}"
