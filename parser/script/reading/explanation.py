"""What is wrong with a script: what Python's parser says of it, where it says so, and how to mend it.

Where Python has no words but that the syntax is invalid, the lexemes around the place have some. This module is
imported when there is an error to explain.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from unicodedata import normalize

from ...syntax.errors import ExpressionError
from ...syntax.lexemes import CLOSING, Lexeme, Reading, ascii_for
from ...syntax.wording import in_our_form
from .script import NEWLINE, read

_UNSPECIFIC = "invalid syntax"
_LEXEME = re.compile(
    r"""
      (?P<text> [a-zA-Z]*(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*') )
    | (?P<comment> \#.* )
    | (?P<number> \.?[0-9](?:[^\W⁰¹²³⁴-⁹¼-¾]|\.)* (?:(?<=[eE])[+-][0-9]+)? )
    | (?P<word> [^\W\d⁰¹²³⁴-⁹¼-¾][^\W⁰¹²³⁴-⁹¼-¾]* )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<sign> \.\.\. | \+\+ | -- | -> | := | && | \|\| | => | =< | <> | ===
               | !== | (?:\*\*|//|<<|>>|[-+*/%@&|^<>=!])=?
               | [~,:;.] )
    | (?P<superscript> [⁰¹²³⁴-⁹]+ )
    | (?P<unknown> [^ \t\f\r\n] )
    """,
    re.VERBOSE,
)
# Words of the language that are operands.
_VALUES = ("None", "True", "False")
_AFTER = {"elif": "if", "else": "if", "except": "try", "finally": "try"}
_HEADERS = ("if", "while", "for", "def", "with", "class", "try", *_AFTER)
_ALONE = ("pass", "break", "continue")
_INSTEAD = {
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`; commands of a notebook are not part of the language",
    "%": "commands of a notebook are not part of the language",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "<>": "write `!=`",
    "===": "write `==`",
    "!==": "write `!=`",
    "++": "write `x += 1`",
    "--": "write `x -= 1`",
    ":=": "a statement of its own has `=`",
    "->": "a type of a result is written `def f(x) -> float:`",
    "×": "write `*`",  # noqa: RUF001
    "·": "write `*`",
    "÷": "write `/`",
    "√": "write `sqrt(x)`",
    "−": "write `-`",  # noqa: RUF001
    **dict.fromkeys("\u2018\u2019\u201c\u201d`", "put text in `\"` or `'`"),
}
_NUMBER = re.compile(r"(?!0[0-9_]*[1-9][0-9_]*$)[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?|0[xXoObB]\w+|.*[jJ]")
_NUMBER_AND_NAME = re.compile(r"([0-9]+|[0-9]*\.[0-9]+)([^\W\d]\w*)")
_DEFINITION = re.compile(r"(\w+\((?:[^\W\d]\w*(?:, *|(?=\))))*\))\s*=(?!=)")
_INDENT = "indent it by the same number of spaces as the lines around it"
# What to do about what Python says.
_HELP = {
    "expected ':'": "a block begins after `:`",
    "unexpected indent": _INDENT,
    "unindent does not match any outer indentation level": _INDENT,
    "expected 'except' or 'finally' block": "an `except` below `try` says what to do about an error",
    "expected 'else' after 'if' expression": "write `a if condition else b`",
    "positional argument follows keyword argument": "put positional arguments first",
    "Generator expression must be parenthesized": "put the part with `for` in brackets of its own",
    "cannot assign to literal": "`==` compares",
    "f-string: empty expression not allowed": "write an expression: `{x}`",
    "f-string: valid expression required before '}'": "write an expression: `{x}`",
    "f-string: expressions nested too deeply": "name the format before",
    "f-string: single '}' is not allowed": "write `}}` for the character itself",
}


def explain(error: SyntaxError | ValueError, source: str) -> ExpressionError:
    """The error to raise where Python's parser gave up."""
    found = [
        Lexeme(match.lastgroup or "unknown", match[0], match.start(), match.end())
        for match in _LEXEME.finditer(source)
        if match.lastgroup != "comment"
    ]
    message = error.msg if isinstance(error, SyntaxError) else "a text in this script cannot be read"
    start, end = _span(error, source)
    # Of what is inside of quotes, not all versions of Python say where it stands.
    text = next((lexeme for lexeme in found if lexeme.kind == "text" and _is_refused(lexeme.text)), None)
    if text is not None:
        start, end = text.start, text.end
    explainer = _Explainer(source, found, start)
    if message == _UNSPECIFIC and text is None:
        return explainer.unexpected()
    return explainer.as_python_says(message, start, end)


def _is_refused(text: str) -> bool:
    try:
        read(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return False


def _span(error: Exception, source: str) -> tuple[int, int]:
    """Where Python sees an error: of how far a line is indented, in that line."""
    starts = [0, *(newline.end() for newline in NEWLINE.finditer(source)), len(source)]
    line = min(max(getattr(error, "lineno", None) or 1, 1), len(starts) - 1)
    text = source[starts[line - 1] : starts[line]].rstrip()
    first = starts[line - 1] + len(text) - len(text.lstrip())
    if isinstance(error, IndentationError):
        return first, starts[line - 1] + len(text)
    start = min(starts[line - 1] + max((getattr(error, "offset", None) or 1) - 1, 0), len(source))
    is_one_line = getattr(error, "end_lineno", None) == line
    end = starts[line - 1] + (getattr(error, "end_offset", None) or 0) - 1 if is_one_line else start
    return start, min(max(end, start + 1), len(source))


def _ends_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind == "close" or _is_operand(lexeme)


def _is_operand(lexeme: Lexeme) -> bool:
    is_word = lexeme.kind == "word" and (lexeme.text in _VALUES or not iskeyword(lexeme.text))
    return is_word or lexeme.kind in ("text", "number")


class _Explainer(Reading):
    """Finds words for what is wrong at a place, from the lexemes around it."""

    def __init__(self, source: str, lexemes: list[Lexeme], offset: int) -> None:
        super().__init__(source, lexemes, offset)
        place = self.place
        self.previous = lexemes[place - 1] if place else None
        self.found = lexemes[place] if place < len(lexemes) else None
        if self.found is not None and "\n" in source[offset : self.found.start]:
            self.found = None
        # The beginning of the line that the place is in.
        first = max(place - (self.found is None), 0)
        while first > 0 and "\n" not in source[lexemes[first - 1].end : lexemes[first].start]:
            first -= 1
        self.number_of_first = first
        self.first = lexemes[first] if first < len(lexemes) else None

    def help(self) -> str | None:
        """What to do about what stands there, wherever it does."""
        found = self.found
        if found is None:
            return None
        if [lexeme.text for lexeme in self.lexemes[self.number_of_first :][:2]] == ["else", "if"]:
            return "write `elif`"
        definition = _DEFINITION.match(self.source, found.start)
        if definition is not None:
            return f"to define a function, write `def {definition[1]}: return ...`"
        if found.kind == "number" and not _NUMBER.fullmatch(found.text):
            parts = _NUMBER_AND_NAME.fullmatch(found.text)
            if found.text.isdecimal():
                return f"write `{int(found.text)}`"
            return f"write `{parts[1]} * {parts[2]}`" if parts else "a number looks like `1.5e-3`"
        if found.kind == "superscript":
            return f"write `**{normalize('NFKC', found.text)}`"
        if found.text == "%" and self.first is not found:
            return None
        return _INSTEAD.get(found.text) or (ascii_for(found.text) if found.kind == "unknown" else None)

    def as_python_says(self, message: str, start: int, end: int) -> ExpressionError:
        """The error in Python's words, which may have a second sentence about what was meant."""
        found, help = self.found, self.help() or _HELP.get(message)
        if found is not None and found.kind == "number" and found.start <= start:
            start, end = found.start, found.end
        said, _, more = message.partition(". ")
        if help is None and found is not None and found.kind == "open":
            help = f"add `{CLOSING[found.text]}`"
        return self.error(in_our_form(said), start, end, help or in_our_form(more) or None)

    def unexpected(self) -> ExpressionError:
        """The error of what Python has no words for."""
        found, previous, first = self.found, self.previous, self.first
        if found is None or first is None:
            if previous is None:
                return self.error(_UNSPECIFIC, 0, 1)
            help = _INSTEAD.get(previous.text, "complete the line")
            return self.error_at(f"something is missing after `{previous.text}`", previous, help)
        message = f"unexpected `{found.text}`"
        help = self.help()
        if help is not None:
            return self.error_at(message, found, help)
        if found is first and found.text in _AFTER:
            opening = _AFTER[found.text]
            return self.error_at(
                f"no `{opening}` goes before this", found, f"indent it as far as the `{opening}` it belongs to"
            )
        if previous is None or found is first:
            return self.error_at(message, found, "a statement does not begin like this")
        left, right = previous.text, found.text
        if right == "=" and iskeyword(left):
            return self.error_at(message, found, f"`{left}` is a word of the language: choose another name")
        if _ends_operand(previous) and (_is_operand(found) or found.kind == "open"):
            if first.text in _HEADERS:
                return self.error_at(f"`:` is missing before `{right}`", found, "a block begins after `:`")
            return self.error_at(
                f"an operator is missing between `{left}` and `{right}`", found, f"write `{left} * {right}`"
            )
        if left in _ALONE:
            help = f"`{left}` stands alone on its line"
        elif left == ":" and right in _HEADERS:
            help = "begin a new line after `:`"
        elif not _ends_operand(previous) and not _is_operand(found):
            help = f"something is missing between `{left}` and `{right}`"
        return self.error_at(message, found, help)
