"""Explanations of syntax errors in scripts: what is wrong, where, and how to mend it.

The parser only says where it gave up. The words come from a simpler reading of the line, as lexemes that may be wrong
in themselves. This module is imported when there is an error to explain.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import ExpressionError

_LEXEME = re.compile(
    r"""
      (?P<text> [a-zA-Z]*(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*') )
    | (?P<number> \.?[0-9][\w.]* (?:(?<=[eE])[+-][0-9]+)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> [(\[] )
    | (?P<close> [)\]] )
    | (?P<sign> \+\+ | -- | -> | := | && | \|\| | => | =< | <> | === | !== | (?:\*\*|//|<<|>>|[-+*/%@&|^<>=!])=?
               | [~,:;.{}] )
    | (?P<unknown> \S )
    """,
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]"}
_HEADERS = ("if", "elif", "else", "while", "for", "def", "with")
_ENDS_OPERAND = ("text", "number", "close")
# Words that are no operands.
_JOINING = frozenset(
    ["and", "or", "not", "in", "is", "if", "else", "for", "lambda", "return", "assert", "import", "from"]
)
# Words that begin a statement and cannot go on with one.
_BEGINNING = frozenset(["return", "assert", "import", "from", "pass", "break", "continue", "while", "def", "with"])
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
}


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
        if found.kind == "number":
            help = "complex numbers are not offered" if found.text[-1] in "jJ" else "a number looks like `1.5e-3`"
            if not re.fullmatch(r"[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?", found.text):
                return self.error(f"`{found.text}` is not a number", found, found, help)
        if found.text in ("*", "**") and self.previous is not None and self.previous.text in ("(", ",", "["):
            return self.left_out(found, f"`{found.text}` before an argument is", "write the arguments out")
        if found.text == ":" and self.previous is not None and self.lexemes[0].text not in _HEADERS[:-2]:
            return self.left_out(found, "types of names are", "leave out the type")
        if found.kind == "unknown":
            from unicodedata import normalize

            plain = normalize("NFKC", found.text)
            help = f"write `{plain}`" if plain != found.text and plain.isascii() and plain.isprintable() else None
            return self.error(f"unexpected character `{found.text}`", found, found, help)
        return None

    def left_out(self, found: _Lexeme, what: str, help: str) -> ExpressionError:
        return self.error(f"{what} not part of the language", found, found, help)

    def order(self, found: _Lexeme) -> ExpressionError:
        """A lexeme that is wrong after the one before it."""
        previous, first = self.previous, self.lexemes[0]
        message = f"unexpected `{found.text}`"
        if previous is None:
            return self.error(message, found, found, "a statement does not begin like this")
        if first.text in ("if", "elif", "while", "assert") and found.text == "=":
            return self.error(message, found, found, "`==` compares")
        if previous.text == "else" and found.text == "if":
            return self.error(message, previous, found, "write `elif`")
        begins = found.starts_operand or found.text in _BEGINNING
        if first.text in _HEADERS and not self.open and previous.ends_operand and begins:
            return self.error(f"`:` is missing before `{found.text}`", found, found, "a block begins after `:`")
        if previous.ends_operand and found.starts_operand:
            return self.missing_operator(previous, found)
        if found.text == "=" and self.open:
            return self.error(message, found, found, "`==` compares")
        if not previous.ends_operand:
            help = f"something is missing between `{previous.text}` and `{found.text}`"
            return self.error(message, found, found, help)
        return self.error(message, found, found)

    def missing_operator(self, previous: _Lexeme, found: _Lexeme) -> ExpressionError:
        left, right = previous.text, found.text
        if previous.kind == "word" and self.before == [previous]:
            return self.error(f"unexpected `{right}`", found, found, f"a function is called as `{left}({right})`")
        help = f"write `{left}, {right}` or `{left} * {right}`" if self.open else f"write `{left} * {right}`"
        return self.error(f"an operator is missing between `{left}` and `{right}`", found, found, help)
