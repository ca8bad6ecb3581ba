"""Explanations of syntax errors in scripts: what is wrong, where, and how to mend it.

The parser only says where it gave up. The words come from a simpler reading of the line, as lexemes that may be wrong
in themselves. This module is imported when there is an error to explain.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import NamedTuple
from unicodedata import normalize

from ...syntax.errors import ExpressionError

_LEXEME = re.compile(
    r"""
      (?P<text> [a-zA-Z]*(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*') )
    | (?P<number> \.?[0-9](?:[^\W⁰¹²³⁴-⁹¼-¾]|\.)* (?:(?<=[eE])[+-][0-9]+)? )
    | (?P<word> [^\W\d⁰¹²³⁴-⁹¼-¾][^\W⁰¹²³⁴-⁹¼-¾]* )
    | (?P<open> [(\[] )
    | (?P<close> [)\]] )
    | (?P<sign> \+\+ | -- | -> | := | && | \|\| | => | =< | <> | === | !== | (?:\*\*|//|<<|>>|[-+*/%@&|^<>=!])=?
               | [~,:;.{}] )
    | (?P<superscript> [⁰¹²³⁴-⁹]+ )
    | (?P<unknown> \S )
    """,
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]"}
_HEADERS = ("if", "elif", "else", "while", "for", "def", "with")
_ENDS_OPERAND = ("text", "number", "close")
# Words that stand alone on their line, those that begin a statement, and those after which an operand follows.
_ALONE = ("pass", "break", "continue")
_BEGINNING = frozenset([*_ALONE, "return", "assert", "import", "from", "while", "def", "with"])
_JOINING = frozenset(
    ["and", "or", "not", "in", "is", "if", "else", "for", "lambda", "return", "assert", "import", "from"]
)
_LEFT_OUT = {
    "async": "what a script calls is done at once",
    "await": "what a script calls is done at once",
    "class": "a script has functions, written with `def`",
    "del": "a name can be given another value",
    "except": "an error ends the script",
    "finally": "an error ends the script",
    "global": "return the value, and give it to the name outside",
    "nonlocal": "return the value, and give it to the name outside",
    "raise": "`assert False` ends the script",
    "try": "an error ends the script",
    "yield": "collect the values in a list",
}
_INSTEAD = {
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "<>": "write `!=`",
    "===": "write `==`",
    "!==": "write `!=`",
    "++": "write `x += 1`",
    "--": "write `x -= 1`",
    ":=": "give the name its value in a statement before",
    "->": "leave out the types",
    "{": "a script has lists and tuples: `[1, 2]`, `(1, 2)`",
    "×": "write `*`",  # noqa: RUF001
    "·": "write `*`",
    "÷": "write `/`",
    "√": "write `sqrt(x)`",
    "−": "write `-`",  # noqa: RUF001
    **dict.fromkeys("\u2018\u2019\u201c\u201d`", "put text in `\"` or `'`"),
}


_NUMBER = re.compile(r"(?!0[0-9_]*[1-9][0-9_]*$)[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?")
_NUMBER_AND_NAME = re.compile(r"([0-9]+|[0-9]*\.[0-9]+)([^\W\d]\w*)")


class _Lexeme(NamedTuple):
    kind: str
    text: str
    start: int
    end: int

    @property
    def ends_operand(self) -> bool:
        return self.kind in _ENDS_OPERAND or (self.kind == "word" and self.text not in _JOINING)

    @property
    def starts_operand(self) -> bool:
        return self.kind in ("text", "number", "open") or (self.kind == "word" and self.text not in _JOINING)


def explain(offset: int, source: str, text: str, start: int, end: int) -> ExpressionError:
    """Return the error to raise where the parser gave up at `offset` in the line between `start` and `end`."""
    lexemes = [
        _Lexeme(match.lastgroup or "unknown", match[0], match.start(), match.end())
        for match in _LEXEME.finditer(text, start, end)
    ]
    return _Explainer(source, lexemes, offset).explain()


class _Explainer:
    """Finds the words for a syntax error, from the lexemes of its line around the place of failure."""

    def __init__(self, source: str, lexemes: list[_Lexeme], offset: int) -> None:
        self.source = source
        self.lexemes = lexemes
        place = next((i for i, lexeme in enumerate(lexemes) if lexeme.end > offset), len(lexemes))
        self.before = lexemes[:place]
        self.found = lexemes[place] if place < len(lexemes) else None
        self.previous = lexemes[place - 1] if place else None
        self.open: list[_Lexeme] = []
        for lexeme in self.before:
            if lexeme.kind == "open":
                self.open.append(lexeme)
            elif lexeme.kind == "close" and self.open:
                self.open.pop()

    def explain(self) -> ExpressionError:
        if self.found is None:
            return self.at_end()
        if self.found.kind == "word" and self.is_inside_and_lower(self.found):
            # After a bracket that is never closed the next line is read as part of this one.
            return self.unclosed()
        return self.bracket(self.found) or self.foreign(self.found) or self.order(self.found)

    def is_inside_and_lower(self, found: _Lexeme) -> bool:
        """Whether brackets are open, and the lexeme begins a line."""
        above = self.previous
        return bool(self.open) and above is not None and "\n" in self.source[above.end : found.start]

    def error(self, message: str, first: _Lexeme, last: _Lexeme, help: str | None = None) -> ExpressionError:
        return ExpressionError("syntax", message, self.source, first.start, last.end, help)

    def at_end(self) -> ExpressionError:
        """The line ends too early."""
        last = self.lexemes[-1]
        if self.open:
            return self.unclosed()
        if last.text in _INSTEAD:
            return self.error(f"unexpected `{last.text}`", last, last, _INSTEAD[last.text])
        if self.lexemes[0].text in _HEADERS and (last.ends_operand or last.text == "else"):
            return self.error("`:` is missing at the end of this line", last, last, "a block begins after `:`")
        words = [lexeme.text for lexeme in self.lexemes]
        if "if" in words[1:] and "else" not in words:
            return self.error("`else` is missing after this", last, last, "write `a if condition else b`")
        return self.error(f"something is missing after `{last.text}`", last, last, "complete the line")

    def unclosed(self) -> ExpressionError:
        opening = self.open[-1]
        help = f"add `{_CLOSING[opening.text]}`"
        return self.error(f"`{opening.text}` was never closed", opening, opening, help)

    def bracket(self, found: _Lexeme) -> ExpressionError | None:
        if found.kind != "close":
            return None
        if not self.open:
            return self.error(f"unmatched `{found.text}`", found, found, f"remove the `{found.text}`")
        closing = _CLOSING[self.open[-1].text]
        if closing != found.text:
            message = f"`{found.text}` does not close `{self.open[-1].text}`"
            return self.error(message, found, found, f"write `{closing}`")
        return None

    def foreign(self, found: _Lexeme) -> ExpressionError | None:
        """What is not part of the language, wherever it stands."""
        first = not self.before
        if first and found.text in ("!", "%"):
            return self.left_out(found, "commands of a notebook are", "leave this line out")
        if first and found.text == "@":
            help = "call it with the function: `f = torch.no_grad()(f)`"
            return self.left_out(found, "decorators are", help)
        if found.text in _LEFT_OUT:
            return self.left_out(found, f"`{found.text}` is", _LEFT_OUT[found.text])
        if found.text in _INSTEAD:
            return self.error(f"unexpected `{found.text}`", found, found, _INSTEAD[found.text])
        if found.kind == "number" and not _NUMBER.fullmatch(found.text):
            return self.error(f"`{found.text}` is not a number", found, found, _help_for_number(found.text))
        if found.text in ("*", "**") and self.previous is not None and self.previous.text in ("(", ",", "["):
            return self.left_out(found, f"`{found.text}` before an argument is", "write the arguments out")
        if found.text == ":" and self.previous is not None and self.previous.ends_operand and self.is_type():
            return self.left_out(found, "types of names are", "leave out the type")
        plain = normalize("NFKC", found.text)
        if found.kind == "superscript":
            return self.error(f"unexpected `{found.text}`", found, found, f"write `**{plain}`")
        if found.kind == "unknown":
            help = f"write `{plain}`" if plain != found.text and plain.isascii() and plain.isprintable() else None
            return self.error(f"unexpected character `{found.text}`", found, found, help)
        return None

    def is_type(self) -> bool:
        """Whether a colon that is not expected stands where Python has the type of a name."""
        first = self.lexemes[0].text
        return first == "def" if self.open else first not in _HEADERS

    def left_out(self, found: _Lexeme, what: str, help: str) -> ExpressionError:
        return self.error(f"{what} not part of the language", found, found, help)

    def order(self, found: _Lexeme) -> ExpressionError:
        """A lexeme that is wrong after the one before it."""
        previous, first = self.previous, self.lexemes[0]
        message = f"unexpected `{found.text}`"
        if previous is None:
            return self.error(message, found, found, "a statement does not begin like this")
        if help := self.help_for_order(first, previous, found):
            return self.error(message, found, found, help)
        if previous.text == "else" and found.text == "if":
            return self.error(message, previous, found, "write `elif`")
        begins = found.starts_operand or found.text in _BEGINNING
        if first.text in _HEADERS and not self.open and previous.ends_operand and begins:
            return self.error(f"`:` is missing before `{found.text}`", found, found, "a block begins after `:`")
        if previous.ends_operand and found.starts_operand:
            return self.missing_operator(previous, found)
        if not previous.ends_operand:
            help = f"something is missing between `{previous.text}` and `{found.text}`"
            return self.error(message, found, found, help)
        return self.error(message, found, found)

    def help_for_order(self, first: _Lexeme, previous: _Lexeme, found: _Lexeme) -> str | None:
        """What to do about it, where the words around it tell."""
        words = [lexeme.text for lexeme in self.before]
        if found.text == "=" and iskeyword(previous.text):
            return f"`{previous.text}` is a word of the language: choose another name"
        if found.text == "=" and (self.open or first.text in ("if", "elif", "while", "assert")):
            return "`==` compares"
        if previous.text in _ALONE:
            return f"`{previous.text}` stands alone on its line"
        if previous.text == "as":
            return "a name is expected after `as`"
        if previous.text == "def":
            return "a function has a name: `def f(x):`"
        if first.text == "def" and self.open and words[-1] in ("(", ","):
            return "a parameter is a name"
        if words[:1] == ["def"] and len(words) == 2:
            return f"write `def {previous.text}():`"
        if words[:1] == ["from"] and found.text == "*":
            return "import names one by one: `from torch import sin, cos`"
        if found.text in _HEADERS and ":" in words and not self.open:
            return "begin a new line after `:`"
        if found.text == ":" and self.open and self.open[-1].text == "[":
            return "a slice has at most three parts: `start:stop:step`"
        if found.kind == "close" and "for" in words and "in" not in words:
            return "write `for name in values`"
        if found.text == "," and self.open and "for" in words:
            return "put the part with `for` in brackets of its own"
        if found.text == "," and first.text == "assert":
            return "one message follows the condition"
        if len(found.text) > 1 and found.text.endswith("=") and any(w.endswith("=") for w in words):
            return "change one after the other"
        return None

    def missing_operator(self, previous: _Lexeme, found: _Lexeme) -> ExpressionError:
        left, right = previous.text, found.text
        help = f"write `{left}, {right}` or `{left} * {right}`" if self.open else f"write `{left} * {right}`"
        if previous.kind == "word" and self.before == [previous]:
            help = f"write `{left}({right})` to call a function, or `{left} * {right}`"
        return self.error(f"an operator is missing between `{left}` and `{right}`", found, found, help)


def _help_for_number(text: str) -> str:
    if re.fullmatch(r"0[xXoObB]\w+", text):
        return "write it in the decimal system"
    if text[-1] in "jJ":
        return "complex numbers are not offered"
    if text.isdecimal():
        return f"write `{int(text)}`"
    parts = _NUMBER_AND_NAME.fullmatch(text)
    return f"write `{parts[1]} * {parts[2]}`" if parts else "a number looks like `1.5e-3`"
