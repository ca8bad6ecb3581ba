"""What is wrong inside of quotes: escapes, and the fields of f-strings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import TypeAlias

from ...syntax.errors import ExpressionError
from ...syntax.lexemes import Lexeme
from .script import read

Explain: TypeAlias = Callable[[str, int, int], ExpressionError | None]

_OPENING = re.compile(r"""([a-zA-Z]*)(\"\"\"|'''|"|')""")
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\})+")
_PLAIN_SPEC = re.compile(r"[^{}]+")
# What an expression in a field is made of, as far as finding its end goes.
_INSIDE = re.compile(r"""[(\[{]|[)\]}]|"[^"]*"|'[^']*'|!=|==|<=|>=|:=|[!:=]""")
# What follows the sign of `{value=}`.
_ENDS = re.compile(r"\s*[}!:]")
_CONVERSIONS = ("r", "s", "a")
_DEEPEST = 2


def literal_error(source: str, literal: Lexeme, explain: Explain) -> ExpressionError | None:
    """The error inside of text in quotes, if there is one; `explain` has that of an expression between two offsets."""
    opening = _OPENING.match(literal.text)
    assert opening is not None
    prefix = opening[1].lower()
    start, end = literal.start + opening.end(), literal.end - len(opening[2])
    if "f" in prefix:
        return _Fields(source, explain).error_between(start, end)
    return None if set(prefix) & {"r", "b"} else _escape_error(source, start, end)


def _escape_error(source: str, start: int, end: int) -> ExpressionError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source[start:end].encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError as error:
        return ExpressionError("syntax", "an escape in this text is not complete", source, start, end, error.reason)
    return None


class _Fields:
    """Looks through the text and the fields of an f-string."""

    def __init__(self, source: str, explain: Explain) -> None:
        self.source = source
        self.explain = explain

    def error_between(self, position: int, end: int, depth: int = 0) -> ExpressionError | None:
        """What is wrong between two offsets of the f-string, or, at depth 1, of the format of a field."""
        plain_text = _PLAIN_SPEC if depth else _PLAIN
        while position < end:
            if plain := plain_text.match(self.source, position, end):
                position = plain.end()
            elif self.source[position] == "}":
                return self.error("`}` closes no field", position, position + 1, "write `}}` for the character itself")
            elif depth == _DEEPEST:
                return self.error("fields are nested too deeply here", position, position + 1, "name the format before")
            else:
                error, position = self.field(position, end, depth)
                if error is not None:
                    return error
        return None

    def field(self, opening: int, end: int, depth: int) -> tuple[ExpressionError | None, int]:
        """What is wrong in the field whose `{` is at `opening`, and the offset behind its `}`."""
        mark = last = self.end_of_expression(opening + 1, end)
        if self.source.startswith("=", mark):
            mark += 1
        if self.source.startswith("!", mark):
            if self.source[mark + 1 : mark + 2] not in _CONVERSIONS:
                return self.error("`!` is followed by `r`, `s` or `a`", mark, mark + 1), end
            mark += 2
        error = None
        if self.source.startswith(":", mark):
            first, mark = mark + 1, self.end_of_spec(mark + 1, end)
            error = self.error_between(first, mark, depth + 1)
        if error is None and (mark >= end or self.source[mark] != "}"):
            error = self.error("this field is never closed", opening, mark, "close it with `}`")
        if error is None and not self.source[opening + 1 : last].strip():
            error = self.error("nothing stands in this field", opening, mark + 1, "write an expression: `{x}`")
        return error or self.expression_error(opening + 1, last), mark + 1

    def expression_error(self, start: int, end: int) -> ExpressionError | None:
        error = self.explain(self.source, start, end)
        if error is not None and ";" in self.source[start:end]:
            try:
                read(self.source[start:end].strip())
            except SyntaxError:
                return error
            return self.error("a field holds one expression", start, end)
        return error

    def end_of_expression(self, position: int, end: int) -> int:
        """Where the expression that begins at `position` ends: at `}`, `:`, `!` or `=` outside brackets."""
        depth = 0
        for match in _INSIDE.finditer(self.source, position, end):
            sign = match[0]
            if sign in "([{":
                depth += 1
            elif sign in ")]}":
                if depth == 0:
                    return match.start()
                depth -= 1
            elif depth == 0 and (sign in "!:" or (sign == "=" and _ENDS.match(self.source, match.end()))):
                return match.start()
        return end

    def end_of_spec(self, position: int, end: int) -> int:
        depth = 0
        for place in range(position, end):
            if self.source[place] == "}" and depth == 0:
                return place
            depth += {"{": 1, "}": -1}.get(self.source[place], 0)
        return end

    def error(self, message: str, start: int, end: int, help: str | None = None) -> ExpressionError:
        return ExpressionError("syntax", message, self.source, start, end, help)
