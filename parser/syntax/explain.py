"""Explanations of syntax errors: what is wrong, where, and how to mend it.

The parser only says where it gave up. The words come from a simpler reading of the text, as lexemes that
may be wrong in themselves. This module is imported when there is an error to explain.
"""

from __future__ import annotations

import re

from .errors import ExpressionError
from .lexemes import CLOSING, Lexeme, Reading, ascii_for, lexemes
from .what_is_meant import meant_by_text

_DIGRAPHS = {
    "=>": "write `>=`",
    "=<": "write `<=`",
    "<>": "write `!=`",
    "===": "write `==`",
    ":=": "write `=`",
    "&&": "write `and`",
    "||": "write `or`",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "~": "write `not`",
    "{": "write `(` or `[`",
    "}": "write `)` or `]`",
}
_DIGITS = "[0-9](?:_?[0-9])*"
_NUMBER = rf"(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"


def explain(offset: int, source: str, text: str) -> ExpressionError:
    """Return the error to raise where the parser gave up at `offset` in `text`, the blanked `source`."""
    return with_what_is_meant(_Explainer(source, text, offset).explain())


def with_what_is_meant(error: ExpressionError) -> ExpressionError:
    """The error with better help, if what stands there is known from elsewhere."""
    from ...engine.table.registry import FUNCTIONS

    error.help = meant_by_text(error.source, error.start, error.end, FUNCTIONS) or error.help
    return error


def _ends_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind in ("number", "word", "superscript", "close")


def _starts_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind in ("number", "word", "open") or lexeme.text == "√"


class _Explainer(Reading):
    """Finds the words for a syntax error, from the lexemes around the place of failure."""

    def __init__(self, source: str, text: str, offset: int) -> None:
        super().__init__(source, list(lexemes(text)), offset)
        self.partners: dict[int, int] = {}
        self.stray: int | None = None
        self.open: list[int] = []
        self._match_brackets()

    def explain(self) -> ExpressionError:
        """Return the error to raise."""
        if all(lexeme.kind == "separator" for lexeme in self.lexemes):
            return self.error("the expression is empty", 0, 0, "write an expression, such as `x**2`")
        return self._bracket_error() or self._lexeme_error() or self._order_error()

    @property
    def _found(self) -> Lexeme | None:
        """The lexeme that did not fit, or None at the end of the statement."""
        if self.place == len(self.lexemes) or self.lexemes[self.place].kind == "separator":
            return None
        return self.lexemes[self.place]

    @property
    def _previous(self) -> Lexeme | None:
        """The lexeme before, or None at the start of the statement."""
        if self.place == 0 or self.lexemes[self.place - 1].kind == "separator":
            return None
        return self.lexemes[self.place - 1]

    def _match_brackets(self) -> None:
        for index, lexeme in enumerate(self.lexemes):
            if lexeme.kind == "open":
                self.open.append(index)
            elif lexeme.kind == "close":
                opening = self.lexemes[self.open[-1]] if self.open else None
                if opening is None or CLOSING[opening.text] != lexeme.text:
                    self.stray = index
                    return
                partner = self.open.pop()
                self.partners[index] = partner
                self.partners[partner] = index

    def _bracket_error(self) -> ExpressionError | None:
        """Explain a bracket without a partner, unless something before it went wrong."""
        opening = self.lexemes[self.open[-1]] if self.open else None
        if self.stray is not None:
            return None if self.place < self.stray else self.unmatched(self.lexemes[self.stray], opening)
        if opening is None:
            return None
        # After an unclosed bracket the next statement is read as part of this one.
        goes_on = self._found is not None and "\n" not in self.source[opening.end : self._found.start]
        return None if goes_on else self.unclosed(opening)

    def _lexeme_error(self) -> ExpressionError | None:
        """Explain a lexeme that is wrong wherever it stands."""
        found = self._found
        if found is None:
            return None
        for lexeme in (found, self._previous):
            if lexeme is not None and lexeme.kind == "quote":
                help = "names are written without quotes"
                return self.error_at("text can only be an argument of a function", lexeme, help)
        if found.kind == "foreign":
            help = _DIGRAPHS.get(found.text, f"write the assignment out: `x = x {found.text[0]} ...`")
            return self.error_at(f"unexpected `{found.text}`", found, help)
        if found.kind == "number" and not re.fullmatch(_NUMBER, found.text):
            return self.error_at(f"`{found.text}` is not a number", found, "a number looks like `1.5e-3`")
        if found.kind == "unknown":
            return self._unknown_error(found)
        return None

    def _unknown_error(self, found: Lexeme) -> ExpressionError:
        char = found.text
        shown = f"`{char}`" if char.isprintable() else f"U+{ord(char):04X}"
        return self.error_at(f"unexpected character {shown}", found, ascii_for(char))

    def _order_error(self) -> ExpressionError:
        """Explain a lexeme that is wrong after the one before it."""
        found, previous = self._found, self._previous
        if found is None:
            return self._end_error(previous)
        operand_before = previous is not None and _ends_operand(previous)
        if previous is not None and operand_before and _starts_operand(found):
            return self._missing_operator(previous, found)
        message = f"unexpected `{found.text}`"
        if found.text in ("if", "else"):
            return self.error_at(message, found, "a choice is written `a if condition else b`")
        if previous is None:
            return self.error_at(message, found, f"an operand is missing before `{found.text}`")
        if not operand_before:
            return self._missing_operand(previous, found)
        help = {
            ",": "a list is written in square brackets: `[1, 2]`",
            "=": "`==` compares",
            ":": "a slice belongs in an index: `x[1:3]`",
        }
        return self.error_at(message, found, help.get(found.text))

    def _end_error(self, previous: Lexeme | None) -> ExpressionError:
        if previous is None:
            return self.error("the expression is empty", 0, 0)
        if _ends_operand(previous):
            return self._choice_error()
        missing = "a name" if previous.text == "." else "an operand"
        message = f"{missing} is missing after `{previous.text}`"
        return self.error(message, previous.end, previous.end, "complete the expression")

    def _choice_error(self) -> ExpressionError:
        """Explain the end of a statement after an operand: inside brackets, or after an `if`."""
        if self.place < len(self.lexemes) and self._inside_brackets():
            return self.error_at("unexpected `;`", self.lexemes[self.place], "elements are separated by `,`")
        for lexeme in reversed(self.lexemes[: self.place]):
            if lexeme.text == "if":
                return self.error_at("`if` without `else`", lexeme, "write `a if condition else b`")
        end = self.lexemes[self.place - 1].end
        return self.error("the expression is not complete", end, end)

    def _inside_brackets(self) -> bool:
        return any(first < self.place < last for first, last in self.partners.items())

    def _missing_operand(self, previous: Lexeme, found: Lexeme) -> ExpressionError:
        message = f"unexpected `{found.text}`"
        if previous.kind == "open" and found.kind == "close":
            help = "write an index, such as `x[0]` or `x[:]`" if found.text == "]" else "write an expression"
            return self.error("nothing stands between the brackets", previous.start, found.end, help)
        if previous.text == ".":
            return self.error_at(message, found, "a name is missing after `.`")
        help = f"an operand is missing between `{previous.text}` and `{found.text}`"
        return self.error_at(message, found, help)

    def _missing_operator(self, previous: Lexeme, found: Lexeme) -> ExpressionError:
        left, right = self._operand_before(), self._operand_after()
        message = f"an operator is missing between `{left}` and `{right}`"
        if previous.kind == "word" and found.kind in ("word", "number") and _is_function(previous.text):
            help = f"write `{left}({right})`"
        elif self._inside_list() and previous.end < found.start:
            help = f"write `{left}, {right}` or `{left}*{right}`"
        else:
            help = f"write `{left}*{right}`"
        return self.error_at(message, found, help)

    def _inside_list(self) -> bool:
        """Whether the place is inside the brackets of a call or a list, where a comma may be missing."""
        index = self.place - 1
        while index >= 0:
            lexeme = self.lexemes[index]
            if lexeme.kind == "close":
                index = self.partners[index]
            elif lexeme.kind == "open":
                return lexeme.text == "[" or (index > 0 and self.lexemes[index - 1].kind == "word")
            index -= 1
        return False

    def _operand_before(self) -> str:
        first = last = self.place - 1
        if self.lexemes[first].kind == "superscript":
            first -= 1
        if self.lexemes[first].kind == "close":
            first = self.partners[first]
            if first > 0 and self.lexemes[first - 1].kind == "word":
                first -= 1
        return self._quoted(first, last)

    def _operand_after(self) -> str:
        first = last = self.place
        beyond = len(self.lexemes) - 1
        if self.lexemes[last].text == "√" and last < beyond:
            last += 1
        if self.lexemes[last].kind == "word" and last < beyond and self.lexemes[last + 1].kind == "open":
            last += 1
        if self.lexemes[last].kind == "open":
            last = self.partners.get(last, last)
        return self._quoted(first, last)

    def _quoted(self, first: int, last: int) -> str:
        """Return the source from one lexeme to another, shortened if it is long."""
        text = " ".join(self.source[self.lexemes[first].start : self.lexemes[last].end].split())
        return text if len(text) <= 30 else f"{text[:12]}...{text[-12:]}"


def _is_function(name: str) -> bool:
    from ...engine.table.registry import FUNCTIONS

    return name in FUNCTIONS
