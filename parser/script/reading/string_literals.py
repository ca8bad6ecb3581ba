"""Text in quotes, and the fields of f-strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...syntax.errors import ExpressionError
from ...syntax.records import Text
from .tree import Field, Format

Read = Callable[[int, int], Any]

_OPENING = re.compile(r"""([a-zA-Z]*)(\"\"\"|'''|"|')""")
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\})+")
_PLAIN_SPEC = re.compile(r"[^{}]+")
# What an expression in a field is made of, as far as finding its end goes.
_INSIDE = re.compile(r"""[(\[{]|[)\]}]|"[^"]*"|'[^']*'|!=|==|<=|>=|[!:=]""")
# What follows the sign of `{value=}`.
_ENDS = re.compile(r"\s*[}!:]")
_CONVERSIONS = ("r", "s", "a")
_DEEPEST = 2


def read_strings(tokens: list[Any], read: Read) -> Text | Format:
    """The text of adjacent literals; `read` makes the expression between two offsets of the source."""
    parts: list[str | Field] = []
    formatted = False
    for token in tokens:
        opening = _OPENING.match(token)
        assert opening is not None
        prefix, quote = opening[1].lower(), opening[2]
        body = token[opening.end() : -len(quote)]
        start = token.start_pos + opening.end()
        if "f" in prefix:
            formatted = True
            parts += _Fields(body, start, "r" in prefix, read).parts(0, len(body))
        else:
            parts.append(body if "r" in prefix else _unescaped(body, start))
    start, end = tokens[0].start_pos, tokens[-1].end_pos
    if formatted:
        return Format(tuple(parts), start, end)
    return Text("".join(str(part) for part in parts), start, end)


def _unescaped(text: str, start: int) -> str:
    """The text with its escapes, such as `\\n`, replaced by what they stand for."""
    if "\\" not in text:
        return text
    end = start + len(text)
    # Python warns of a backslash that begins no escape; it stands for itself.
    text = re.sub(r"\\(?![\\'\"abfnrtvx0-7NuU\n])", r"\\\\", text.replace("\\\\", "\\x5c"))
    try:
        return text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError as error:
        raise _error("an escape in this text is not complete", start, end, error.reason) from None


class _Fields:
    """The parts of an f-string's body, which begins at offset `start` of the source."""

    def __init__(self, body: str, start: int, raw: bool, read: Read) -> None:
        self.body = body
        self.start = start
        self.raw = raw
        self.read = read

    def parts(self, position: int, end: int, depth: int = 0) -> list[str | Field]:
        """Text and fields between two offsets of the body, or, at depth 1, of the format of a field."""
        plain_text = _PLAIN_SPEC if depth else _PLAIN
        parts: list[str | Field] = []
        while position < end:
            if plain := plain_text.match(self.body, position, end):
                text = plain[0] if depth else plain[0].replace("{{", "{").replace("}}", "}")
                parts.append(text if self.raw else _unescaped(text, self.start + position))
                position = plain.end()
            elif self.body[position] == "}":
                raise self.error("`}` closes no field", position, position + 1, "write `}}` for the character itself")
            elif depth == _DEEPEST:
                raise self.error("fields are nested too deeply here", position, position + 1, "name the format before")
            else:
                field, position = self.field(position, end, depth)
                parts.append(field)
        return parts

    def field(self, position: int, end: int, depth: int) -> tuple[Field, int]:
        """The field whose `{` is at `position`, and the offset behind its `}`."""
        first = position + 1
        mark = self.end_of_expression(first, end)
        label, conversion, spec = "", "", []
        last = mark
        if self.body[mark] == "=":
            mark += 1
            label = self.body[first:mark]
            conversion = "r"
        if self.body.startswith("!", mark):
            conversion = self.body[mark + 1 : mark + 2]
            if conversion not in _CONVERSIONS:
                raise self.error("`!` is followed by `r`, `s` or `a`", mark, mark + 1)
            mark += 2
        if self.body.startswith(":", mark):
            closing = self.end_of_spec(mark + 1, end)
            spec = self.parts(mark + 1, closing, depth + 1)
            conversion = "" if label and conversion == "r" and spec else conversion
            mark = closing
        if not self.body.startswith("}", mark) or mark >= end:
            raise self.error("this field is never closed", position, mark, "close it with `}`")
        if not self.body[first:last].strip():
            raise self.error("nothing stands in this field", position, mark + 1, "write an expression: `{x}`")
        value = self.read(self.start + first, self.start + last)
        place = (self.start + position, self.start + mark + 1)
        return Field(value, label, conversion, tuple(spec), *place), mark + 1

    def end_of_expression(self, position: int, end: int) -> int:
        """Where the expression that begins at `position` ends: at `}`, `:`, `!` or `=` outside brackets."""
        depth = 0
        for match in _INSIDE.finditer(self.body, position, end):
            sign = match[0]
            if sign in "([{":
                depth += 1
            elif sign in ")]}":
                if depth == 0:
                    return match.start()
                depth -= 1
            elif depth == 0 and (sign in "!:" or (sign == "=" and _ENDS.match(self.body, match.end()))):
                return match.start()
        raise self.error("this field is never closed", position - 1, end, "close it with `}`")

    def end_of_spec(self, position: int, end: int) -> int:
        depth = 0
        for place in range(position, end):
            if self.body[place] == "{":
                depth += 1
            elif self.body[place] == "}":
                if depth == 0:
                    return place
                depth -= 1
        raise self.error("this field is never closed", position - 1, end, "close it with `}`")

    def error(self, message: str, start: int, end: int, help: str | None = None) -> Exception:
        return _error(message, self.start + start, self.start + end, help)


def _error(message: str, start: int, end: int, help: str | None) -> ExpressionError:
    return ExpressionError("syntax", message, start=start, end=end, help=help)
