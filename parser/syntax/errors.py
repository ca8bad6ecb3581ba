"""The exceptions users see: a wrong expression, drawn with its line and carets, and a wrong call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from operator import eq
from typing import Any

from .wording import LONGEST_NAME, middle_left_out, reason_of

_CONTEXT = 40  # characters shown before the span in a line too long to show whole
_WINDOW = 100  # the longest line shown whole
_TAB = "    "
_LONGEST_SLIP = 60  # characters of a word that may be a slip of the pen


class AutodiffError(Exception):
    """What is wrong with an expression or a call, as its `str` says at length, and in parts.

    `code` is a short word, such as `name` or `usage`, `help` says what to do about it; `line` and `column`, from 1, and
    `span`, offsets in `source`, are the place it is about, None where that is no place in an expression.
    """

    code: str = "usage"
    message: str
    help: str | None
    source: str = ""

    @property
    def span(self) -> tuple[int, int] | None:
        """Where in the source it is, from one offset up to another."""
        return None

    @property
    def line(self) -> int | None:
        """The line on which the span starts."""
        return None

    @property
    def column(self) -> int | None:
        """The column in characters at which the span starts."""
        return None

    def __reduce__(self) -> Any:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[AutodiffError], args: tuple[Any, ...], state: dict[str, Any]) -> AutodiffError:
    """An error that has been pickled."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ExpressionWarning(UserWarning):
    """What may not be as it is meant: rows of a table that failed, a derivative that could not be compared."""


class ExpressionError(AutodiffError):
    """An error in an expression, with the place it is about.

    `kind` is a short code: "syntax", "name", "arity", "limit", "timeout", "type", "shape", "value" or "assert".
    `start` and `end` are offsets in `source` (end exclusive); `name` is what the source is called; `notes` are lines
    that tell more about the place, and `first_line` is the number of the source's first line in what it was taken from.
    """

    notes: tuple[str, ...] = ()
    first_line = 1

    def __init__(
        self,
        kind: str,
        message: str,
        source: str = "",
        start: int = 0,
        end: int = 0,
        help: str | None = None,
        name: str = "<expr>",
    ) -> None:
        super().__init__(message)
        self.kind = self.code = kind
        self.message = message
        self.source = source
        self.start = start
        self.end = end
        self.help = help
        self.name = name

    def __str__(self) -> str:
        return diagnostic(self)

    @property
    def span(self) -> tuple[int, int]:
        """Where in the source it is, from one offset up to another."""
        return self.start, self.end

    @property
    def line(self) -> int:
        """The line on which the span starts, from `first_line`."""
        return self.source.count("\n", 0, self.start) + self.first_line

    @property
    def column(self) -> int:
        """The column in characters at which the span starts, from 1."""
        return self.start - self.source.rfind("\n", 0, self.start)


class UsageError(AutodiffError):
    """A wrong call: an option, a file, a variable missing or unused, or such. `help` says what to do about it.

    `option` is the name of a variable it is about that was given as an option, and may have been meant for one.
    """

    option: str | None = None

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        lines = [f"error[usage]: {brief(self.message)}"]
        if self.help:
            lines.append(f"  = help: {brief(self.help)}")
        return "\n".join(lines)


@contextmanager
def failing(doing: str, help: str | None = None) -> Iterator[None]:
    """UsageError: what is done in the block cannot be, in the words of the system or of a store."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot {doing}: {reason_of(error)}", help) from None


def brief(text: str) -> str:
    """A message in which what is quoted, such as a name of a million characters, is not longer than anyone reads."""
    if len(text) <= LONGEST_NAME:
        return text
    import re

    return re.sub(rf"`([^`\n]{{{LONGEST_NAME},}})`", lambda quoted: f"`{middle_left_out(quoted[1])}`", text)


def position(source: str, offset: int, first_line: int = 1) -> str:
    """The line and the column of an offset, as `3:14`; lines count from `first_line`, columns from 1."""
    return f"{source.count(chr(10), 0, offset) + first_line}:{offset - source.rfind(chr(10), 0, offset)}"


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `word`, or None if none is near it: a slip or two, or an end left out."""
    names = sorted(candidates)
    folded = word.lower()
    for name in names:
        if name.lower() == folded:
            return name
    if not 2 <= len(word) <= _LONGEST_SLIP:
        return None
    allowed = 1 if len(word) < 6 else 2
    near = {name: slips for name in names if (slips := _slips(folded, name.lower(), allowed)) <= allowed}
    if near:
        # Of names that differ in the case of letters alone, the one written as the word is.
        return min(near, key=lambda name: (near[name], *_unlike(folded, name.lower()), _unlike(word, name)[1], name))
    begun = [name for name in names if len(word) > 2 and name.lower().startswith(folded)]
    return begun[0] if len(begun) == 1 else None


def suggested(word: str, candidates: Iterable[str], otherwise: str | None) -> str | None:
    """The help for a word that is none of the candidates: which was meant, or what else there is to say."""
    close = did_you_mean(word, candidates)
    return f"did you mean `{close}`?" if close else otherwise


def _unlike(word: str, name: str) -> tuple[bool, int]:
    """What decides between names with equally many slips: other letters, and a beginning in common."""
    common = sum(1 for _ in takewhile(bool, map(eq, word, name)))
    return sorted(word) != sorted(name), -common


def _slips(word: str, name: str, most: int) -> int:
    """How many letters are wrong, missing, too many or exchanged with the next: if more than `most`, some such number.

    In a word of two or three, a letter that is wrong says nothing.
    """
    if abs(len(word) - len(name)) > most:
        return most + 1
    # Each letter that only one of them has is a slip of its own: for most names that is all there is to compute.
    if len(set(word) - set(name)) > most or len(set(name) - set(word)) > most:
        return most + 1
    if len(word) == len(name) < 4 and sorted(word) != sorted(name):
        return most + 1
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        previous, row, earlier = row, [i], before
        before = previous
        for j, other in enumerate(name, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == name[j - 2] and word[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def diagnostic(error: ExpressionError, severity: str = "error", first_line: int = 1) -> str:
    """Return the error (or warning) with the line it is about, the span underlined, and the help.

    `first_line` is the number of the source's first line in what it was taken from.
    """
    number = str(error.line + first_line - 1)
    gutter = " " * len(number)
    text, underline = _excerpt(error)
    lines = [
        f"{severity}[{error.kind}]: {_lines(brief(error.message))}",
        f"{gutter}--> {_printable(error.name)}:{number}:{error.column}",
        f"{gutter} |",
        f"{number} | {text}".rstrip(),
        f"{gutter} | {underline}",
    ]
    lines += [f"{gutter} = note: {_printable(note)}" for note in error.notes]
    if error.help is not None:
        lines.append(f"{gutter} = help: {_printable(brief(error.help))}")
    return "\n".join(lines)


def _excerpt(error: ExpressionError) -> tuple[str, str]:
    """Return the source line, cut down if it is long, and the line of carets under it."""
    source = error.source
    line_start = source.rfind("\n", 0, error.start) + 1
    newline = source.find("\n", line_start)
    line_end = len(source) if newline < 0 else newline
    left, right = line_start, line_end
    if line_end - line_start > _WINDOW:
        left = max(line_start, min(error.start - _CONTEXT, line_end - _WINDOW))
        right = min(line_end, left + _WINDOW)
    before = "..." if left > line_start else ""
    after = "..." if right < line_end else ""

    span_end = max(error.start, min(error.end, right))
    lead = before + _printable(source[left : error.start])
    marked = _printable(source[error.start : span_end])
    rest = _printable(source[span_end:right].rstrip("\r")) + after
    underline = " " * _width(lead) + "^" * max(1, _width(marked))
    return lead + marked + rest, underline


def _printable(text: str) -> str:
    """Return `text` with tabs as spaces and with nothing in it that could steer a terminal."""
    if text.isascii() and text.isprintable():
        return text
    from unicodedata import category

    unsafe = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    text = text.replace("\t", _TAB)
    return "".join("\N{REPLACEMENT CHARACTER}" if category(char) in unsafe else char for char in text)


def _lines(text: str) -> str:
    """As `_printable`, of a text that may have several lines."""
    return "\n".join(map(_printable, text.rstrip("\n").split("\n")))


def _width(text: str) -> int:
    """Return the number of terminal columns that printable `text` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    width = 0
    for char in text:
        if category(char) not in ("Mn", "Me"):
            width += 2 if east_asian_width(char) in ("W", "F") else 1
    return width
