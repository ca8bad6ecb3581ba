"""What can go wrong on the command line beside a wrong expression, and the exit codes."""

from __future__ import annotations

from collections.abc import Iterable

OK = 0
FAILED = 1
USAGE = 2
EXPRESSION = 3
EVALUATION = 5
BUG = 70
INTERRUPTED = 130

EVALUATION_KINDS = ("shape", "type", "value")
_LONGEST = 60


class UsageError(Exception):
    """A wrong call: an option, a file, a variable missing or unused. `help` says what to do about it."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        lines = [f"error[usage]: {self.message}"]
        if self.help:
            lines.append(f"  = help: {self.help}")
        return "\n".join(lines)


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
