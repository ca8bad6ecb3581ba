"""What explanations of syntax errors read: a text as lexemes, which may be wrong in themselves, around a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize

from .errors import ExpressionError

CLOSING = {"(": ")", "[": "]", "{": "}"}
_LEXEME = r"""
      (?P<number> \.?[0-9][0-9_.]* (?:[eE][+-]?[0-9]+)? )
    | (?P<word> [^\W\d⁰¹²³⁴-⁹¼-¾][^\W⁰¹²³⁴-⁹¼-¾]* )
    | (?P<superscript> ⁻?[⁰¹²³⁴-⁹]+ )
    | (?P<foreign> === | => | =< | <> | := | && | \|\| | [-+*/%@^]=(?!=) | [&|~{}] | !(?!=) )
    | (?P<operator> \*\* | // | [<>=!]= | \.\.\. | [-+*/%@^·÷<>≤≥≠=√,:.] )
    | (?P<sign> [\N{MINUS SIGN}\N{EN DASH}\N{MULTIPLICATION SIGN}] )
    | (?P<open> [(\[] )
    | (?P<close> [)\]] )
    | (?P<separator> [;\n] )
    | (?P<quote> "[^"\n]*" | '[^'\n]*' | ["'`\u2018\u2019\u201c\u201d] )
    | (?P<unknown> \S )
    """
_OPERATOR_WORDS = frozenset(["and", "or", "not", "if", "else"])


class Lexeme(NamedTuple):
    """A piece of text of some kind."""

    kind: str
    text: str
    start: int
    end: int


class Reading:
    """The lexemes of a text that the parser gave up at `offset`; `place` is the index of the first that did not fit."""

    def __init__(self, source: str, lexemes: list[Lexeme], offset: int) -> None:
        self.source = source
        self.lexemes = lexemes
        self.place = next((i for i, lexeme in enumerate(lexemes) if lexeme.end > offset), len(lexemes))

    def error(self, message: str, start: int, end: int, help: str | None = None) -> ExpressionError:
        """An error about a part of the source."""
        return ExpressionError("syntax", message, self.source, start, end, help)

    def error_at(self, message: str, lexeme: Lexeme, help: str | None = None) -> ExpressionError:
        """An error about a lexeme."""
        return self.error(message, lexeme.start, lexeme.end, help)

    def unmatched(self, closing: Lexeme, opening: Lexeme | None) -> ExpressionError | None:
        """The error about a bracket that does not close the one that is open, if it does not."""
        if opening is None:
            return self.error_at(f"unmatched `{closing.text}`", closing, f"remove the `{closing.text}`")
        if CLOSING[opening.text] == closing.text:
            return None
        message = f"`{closing.text}` does not close `{opening.text}`"
        return self.error_at(message, closing, f"write `{CLOSING[opening.text]}`")

    def unclosed(self, opening: Lexeme) -> ExpressionError:
        """The error about a bracket that nothing closes."""
        return self.error_at(f"`{opening.text}` was never closed", opening, f"add `{CLOSING[opening.text]}`")


def ascii_for(character: str) -> str | None:
    """What to write instead of a character that is like one of ASCII."""
    plain = normalize("NFKC", character)
    return f"write `{plain}`" if plain != character and plain.isascii() and plain.isprintable() else None


def lexemes(text: str) -> Iterator[Lexeme]:
    """The lexemes of a text, `blanked`, from first to last."""
    for match in re.finditer(_LEXEME, text, re.VERBOSE):
        kind = match.lastgroup or "unknown"
        if match[0] in _OPERATOR_WORDS:
            kind = "operator"
        yield Lexeme(kind, match[0], match.start(), match.end())
