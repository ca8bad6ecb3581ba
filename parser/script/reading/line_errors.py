"""Explanations of syntax errors in scripts: what is wrong, where, and how to mend it.

The parser only says where it gave up. The words come from a simpler reading of the line, as lexemes that may be wrong
in themselves. This module is imported when there is an error to explain.
"""

from __future__ import annotations

import ast
import re
from keyword import iskeyword
from unicodedata import normalize

from ...syntax.errors import ExpressionError
from ...syntax.lexemes import Lexeme, Reading, ascii_for
from .indentation import indentation_error
from .literal_errors import literal_error
from .logical_lines import Layout, Line, lay_out
from .script import NEWLINE, read

_LEXEME = re.compile(
    r"""
      (?P<text> [a-zA-Z]*(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*') )
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
_HEADERS = ("if", "elif", "else", "while", "for", "def", "with", "class", "try", "except", "finally")
_AFTER = {"elif": "if", "else": "if", "except": "try", "finally": "try"}
# Words that stand alone on their line, those that begin a statement, and those after which an operand follows.
_ALONE = ("pass", "break", "continue")
_BEGINNING = frozenset([*_ALONE, "return", "assert", "import", "from", "while", "def", "with", "raise", "yield", "del"])
_JOINING = frozenset(
    [
        *("and", "or", "not", "in", "is", "if", "else", "for", "lambda", "return", "assert", "import", "from", "class"),
        *("def", "while", "with", "try", "except", "finally", "raise", "yield", "global", "nonlocal", "del", "elif"),
    ]
)
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
    ":=": "a statement of its own has `=`",
    "->": "a type of a result is written `def f(x) -> float:`",
    "×": "write `*`",  # noqa: RUF001
    "·": "write `*`",
    "÷": "write `/`",
    "√": "write `sqrt(x)`",
    "−": "write `-`",  # noqa: RUF001
    **dict.fromkeys("\u2018\u2019\u201c\u201d`", "put text in `\"` or `'`"),
}


_TARGETS = "a value can be given to a name, `x.grad`, `x[0]`, or several of them"
_TRY = re.compile(r"try\b")
_COMPARISONS = ("==", "!=", "<=", ">=", "===", "!==")
_NUMBER = re.compile(r"(?!0[0-9_]*[1-9][0-9_]*$)[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?")
_NUMBER_AND_NAME = re.compile(r"([0-9]+|[0-9]*\.[0-9]+)([^\W\d]\w*)")


def _is_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind in ("text", "number") or (lexeme.kind == "word" and lexeme.text not in _JOINING)


def _ends_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind == "close" or _is_operand(lexeme)


def _starts_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind == "open" or _is_operand(lexeme)


def explain(error: SyntaxError, source: str) -> ExpressionError:
    """Return the error to raise where Python's parser gave up."""
    layout = lay_out(source)
    if layout.open_at is not None and source[layout.open_at] in "\"'":
        start = layout.open_at
        return ExpressionError(
            "syntax", "this text is never closed", source, start, start + 3, "end it with the same quotes"
        )
    starts = [0, *(newline.end() for newline in NEWLINE.finditer(source)), len(source)]
    start = _offset(starts, error.lineno, error.offset)
    end = _offset(starts, error.end_lineno, error.end_offset)
    if isinstance(error, IndentationError) and (found := indentation_error(source, layout)):
        return found
    # What is missing at the end of a line is noticed at the next one's beginning.
    line = next((line for line in reversed(layout.lines) if line.start <= start), Line(0, 0, len(source)))
    if (unclosed := _try_without_except(layout, line)) and not _refused(layout.text[line.start : line.end], "exec"):
        message, help = "`try` has no `except` or `finally`", "an `except` below it says what to do about an error"
        return ExpressionError("syntax", message, source, unclosed.start, unclosed.start + len("try"), help)
    return explained_line(source, layout.text, line.start, line.end, start, end)


def _try_without_except(layout: Layout, line: Line) -> Line | None:
    """The innermost `try` that a line is in or below."""
    before = [other for other in layout.lines if other.start <= line.start and other.indent <= line.indent]
    return next((other for other in reversed(before) if _TRY.match(layout.text, other.start)), None)


def explain_text(source: str) -> ExpressionError:
    """The error inside of the first text in quotes that has one."""
    layout = lay_out(source)
    for match in _LEXEME.finditer(layout.text):
        if match.lastgroup == "text":
            found = literal_error(source, Lexeme("text", match[0], match.start(), match.end()), explain_part)
            if found is not None:
                return found
    return ExpressionError("syntax", "an f-string in this script cannot be read", source, 0, 1)


def explained_line(source: str, text: str, first: int, last: int, start: int, end: int) -> ExpressionError:
    """The error in `text[first:last]`, of which Python says that it is between `start` and `end`."""
    lexemes = [
        Lexeme(match.lastgroup or "unknown", match[0], match.start(), match.end())
        for match in _LEXEME.finditer(text, first, last)
    ]
    for lexeme in lexemes:
        if lexeme.kind == "text":
            found = literal_error(source, lexeme, explain_part)
            if found is not None:
                return found
    if found := _value_error(source, lexemes, start, end):
        return found
    inside = [lexeme for lexeme in lexemes if start <= lexeme.start and lexeme.end <= end]
    after = [lexeme for lexeme in lexemes if lexeme.start >= end]
    return _Explainer(source, lexemes, _first_wrong(inside, after[:1], start)).explain()


def _first_wrong(inside: list[Lexeme], after: list[Lexeme], start: int) -> int:
    """Where in a part that Python marks as a whole something does not follow what is before it."""
    if len(inside) < 2:
        return start
    for left, right in zip(inside, [*inside[1:], *after], strict=False):
        if _ends_operand(left) and _starts_operand(right) and right.kind != "open":
            return right.start
    words = [lexeme.text for lexeme in inside]
    if "=" in words:
        return inside[words.index("=")].start
    return inside[-1].end if "for" in words or "if" in words else start


def explain_part(source: str, first: int, last: int) -> ExpressionError | None:
    """What is wrong in an expression that stands inside of quotes, if anything is."""
    if (error := _refused(source[first:last])) is None:
        return None
    starts = [first - 1, *(newline.end() + first for newline in NEWLINE.finditer(source[first:last])), last]
    start, end = (
        min(_offset(starts, *at), last) for at in ((error.lineno, error.offset), (error.end_lineno, error.end_offset))
    )
    return explained_line(source, source, first, last, start, end)


def _refused(text: str, mode: str = "eval") -> SyntaxError | None:
    """The error of what is no expression between brackets, or no statements."""
    try:
        read(f"({text})" if mode == "eval" else text, mode)
    except SyntaxError as error:
        return error
    return None


def _value_error(source: str, lexemes: list[Lexeme], start: int, end: int) -> ExpressionError | None:
    """The error about an expression that cannot be given a value, where Python marks one before an `=`."""
    first = next((lexeme for lexeme in lexemes if lexeme.start == start), None)
    if first is None:
        return None
    end = max(end, first.end)
    after = next((lexeme for lexeme in lexemes if lexeme.start >= end), None)
    before = max((lexeme for lexeme in lexemes if lexeme.end <= start), default=None, key=lambda lexeme: lexeme.end)
    if after is None or (before is not None and _ends_operand(before)):
        return None
    loop = after.text == "in" and before is not None and before.text == "for"
    if (not loop and (not after.text.endswith("=") or after.text in _COMPARISONS)) or _refused(source[start:end]):
        return None
    value = read(f"({source[start:end]})", "eval").body
    if isinstance(value, (ast.Tuple, ast.List)):
        message, help = "several values cannot be changed at once", "change one after the other"
    elif isinstance(value, ast.Call):
        message, help = "a function's result cannot be given a value", _TARGETS
        name, parameters = ast.unparse(value.func), [ast.unparse(argument) for argument in value.args]
        if not value.keywords and all(text.isidentifier() for text in (name, *parameters)):
            help = f"to define a function, write `def {name}({', '.join(parameters)}): return ...`"
    elif isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        return None
    else:
        message, help = "this cannot be given a value", "`==` compares"
    return ExpressionError("syntax", message, source, start, end, help)


def _offset(starts: list[int], line: int | None, column: int | None) -> int:
    """The offset of what Python counts from 1, or the end of the text."""
    if line is None or column is None or not 0 < line < len(starts):
        return starts[-1]
    return min(starts[line - 1] + max(column - 1, 0), starts[-1])


class _Explainer(Reading):
    """Finds the words for a syntax error, from the lexemes of its line around the place of failure."""

    def __init__(self, source: str, lexemes: list[Lexeme], offset: int) -> None:
        super().__init__(source, lexemes, offset)
        place = self.place
        self.before = lexemes[:place]
        self.found = lexemes[place] if place < len(lexemes) else None
        self.previous = lexemes[place - 1] if place else None
        self.open: list[Lexeme] = []
        for lexeme in self.before:
            if lexeme.kind == "open":
                self.open.append(lexeme)
            elif lexeme.kind == "close" and self.open:
                self.open.pop()

    def explain(self) -> ExpressionError:
        if self.found is None:
            return self.at_end()
        words = [lexeme.text for lexeme in self.before]
        if "if" in words[1:] and "else" not in words and self.found.kind == "close" and self.previous is not None:
            return self.error_at("`else` is missing after this", self.previous, "write `a if condition else b`")
        if self.found.kind == "open" and not self.is_closed(self.found):
            return self.unclosed(self.found)
        if self.found.kind == "word" and self.is_inside_and_lower(self.found):
            # After a bracket that is never closed the next line is read as part of this one.
            return self.unclosed(self.open[-1])
        if self.found.kind == "close" and (error := self.unmatched(self.found, self.open[-1] if self.open else None)):
            return error
        return self.foreign(self.found) or self.order(self.found)

    def is_closed(self, opening: Lexeme) -> bool:
        """Whether a bracket that closes this one follows."""
        depth = 0
        for lexeme in self.lexemes[self.place :]:
            depth += {"open": 1, "close": -1}.get(lexeme.kind, 0)
            if depth == 0:
                return True
        return False

    def is_inside_and_lower(self, found: Lexeme) -> bool:
        """Whether brackets are open, and the lexeme begins a line."""
        above = self.previous
        return bool(self.open) and above is not None and "\n" in self.source[above.end : found.start]

    def at_end(self) -> ExpressionError:
        """The line ends too early."""
        last = self.lexemes[-1]
        if self.open:
            return self.unclosed(self.open[-1])
        if last.text in _INSTEAD:
            return self.error_at(f"unexpected `{last.text}`", last, _INSTEAD[last.text])
        if self.lexemes[0].text in _HEADERS and (_ends_operand(last) or last.text == "else"):
            return self.error_at("`:` is missing at the end of this line", last, "a block begins after `:`")
        words = [lexeme.text for lexeme in self.lexemes]
        if "if" in words[1:] and "else" not in words:
            return self.error_at("`else` is missing after this", last, "write `a if condition else b`")
        return self.error_at(f"something is missing after `{last.text}`", last, "complete the line")

    def foreign(self, found: Lexeme) -> ExpressionError | None:
        """What is not part of the language, wherever it stands."""
        first = not self.before
        if self.previous is not None and self.previous.text == "\\":
            return self.error_at("unexpected character `\\`", self.previous)
        if first and found.text in ("!", "%"):
            message = "commands of a notebook are not part of the language"
            return self.error_at(message, found, "leave this line out")
        if found.text in _INSTEAD:
            return self.error_at(f"unexpected `{found.text}`", found, _INSTEAD[found.text])
        if found.kind == "number" and not _NUMBER.fullmatch(found.text):
            return self.error_at(f"`{found.text}` is not a number", found, _help_for_number(found.text))
        if found.kind == "superscript":
            help = f"write `**{normalize('NFKC', found.text)}`"
            return self.error_at(f"unexpected `{found.text}`", found, help)
        if found.kind == "unknown":
            return self.error_at(f"unexpected character `{found.text}`", found, ascii_for(found.text))
        return None

    def order(self, found: Lexeme) -> ExpressionError:
        """A lexeme that is wrong after the one before it."""
        previous, first = self.previous, self.lexemes[0]
        message = f"unexpected `{found.text}`"
        if previous is None:
            return self.at_beginning(found)
        if error := self.in_call(found) or self.in_definition(first, previous, found):
            return error
        if help := self.help_for_order(first, previous, found):
            return self.error_at(message, found, help)
        if previous.text == "else" and found.text == "if":
            return self.error(message, previous.start, found.end, "write `elif`")
        begins = _starts_operand(found) or found.text in _BEGINNING
        if first.text in _HEADERS and not self.open and _ends_operand(previous) and begins:
            return self.error_at(f"`:` is missing before `{found.text}`", found, "a block begins after `:`")
        if _ends_operand(previous) and _starts_operand(found):
            return self.missing_operator(previous, found)
        if not _ends_operand(previous):
            help = f"something is missing between `{previous.text}` and `{found.text}`"
            return self.error_at(message, found, help)
        return self.error_at(message, found)

    def in_call(self, found: Lexeme) -> ExpressionError | None:
        """An argument that stands after others, or is called, in a way that Python does not know."""
        argument = self.last_argument()
        if not argument:
            return None
        if found.text == "=" and not (argument[0].kind == "word" and (len(argument) == 1 or argument[1].text == "=")):
            message = "the name of a keyword argument is expected"
            return self.error(message, argument[0].start, argument[-1].end, "`==` compares")
        texts = [lexeme.text for lexeme in self.before]
        if found.text in (",", ")") and "=" in texts and "=" not in (lexeme.text for lexeme in argument):
            message = "a positional argument follows a keyword argument"
            return self.error(message, argument[0].start, argument[-1].end, "put positional arguments first")
        return None

    def last_argument(self) -> list[Lexeme]:
        """What stands before the found lexeme in the argument of a call that it is in."""
        depth, argument = 0, []
        for place in range(self.place - 1, 0, -1):
            lexeme = self.lexemes[place]
            if depth == 0 and lexeme.text == ",":
                break
            if depth == 0 and lexeme.kind == "open":
                is_call = lexeme.text == "(" and _ends_operand(self.lexemes[place - 1])
                return argument if is_call and self.lexemes[0].text != "def" else []
            depth += {"close": 1, "open": -1}.get(lexeme.kind, 0)
            argument.insert(0, lexeme)
        return argument if self.open and self.open[-1].text == "(" and self.lexemes[0].text != "def" else []

    def in_definition(self, first: Lexeme, previous: Lexeme, found: Lexeme) -> ExpressionError | None:
        """A parameter without a default value after one with, or a name of an import with dots."""
        words = [lexeme.text for lexeme in self.before]
        if first.text == "from" and "import" in words and found.text == ".":
            after = self.lexemes[min(self.place + 1, len(self.lexemes) - 1)]
            message = "one name is imported here, without dots"
            return self.error(message, previous.start, after.end, "write `import a.b as c`")
        if (
            found.kind == "word"
            and previous.text == ","
            and "=" in words
            and (first.text == "def" or "lambda" in words)
        ):
            message = f"the parameter `{found.text}` has no default value, but one before it has"
            return self.error_at(message, found, "put the parameters with default values last")
        return None

    def at_beginning(self, found: Lexeme) -> ExpressionError:
        """A lexeme that begins no statement."""
        after = self.lexemes[1] if len(self.lexemes) > 1 else found
        if found.text == "else" and after.text == "if":
            return self.error("unexpected `if`", found.start, after.end, "write `elif`")
        if found.text in _AFTER:
            opening = _AFTER[found.text]
            help = f"indent it as far as the `{opening}` it belongs to"
            return self.error_at(f"no `{opening}` goes before this", found, help)
        return self.error_at(f"unexpected `{found.text}`", found, "a statement does not begin like this")

    def help_for_order(self, first: Lexeme, previous: Lexeme, found: Lexeme) -> str | None:
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
        if found.text in (",", ")") and self.open and "for" in words and "in" in words:
            return "put the part with `for` in brackets of its own"
        if found.text == "," and first.text == "assert":
            return "one message follows the condition"
        if len(found.text) > 1 and found.text.endswith("=") and any(w.endswith("=") for w in words):
            return "change one after the other"
        return None

    def missing_operator(self, previous: Lexeme, found: Lexeme) -> ExpressionError:
        left, right = previous.text, found.text
        help = f"write `{left}, {right}` or `{left} * {right}`" if self.open else f"write `{left} * {right}`"
        if previous.kind == "word" and self.before == [previous]:
            help = f"write `{left}({right})` to call a function, or `{left} * {right}`"
        return self.error_at(f"an operator is missing between `{left}` and `{right}`", found, help)


def _help_for_number(text: str) -> str:
    if re.fullmatch(r"0[xXoObB]\w+", text):
        return "write it in the decimal system"
    if text[-1] in "jJ":
        return "complex numbers are not offered"
    if text.isdecimal():
        return f"write `{int(text)}`"
    parts = _NUMBER_AND_NAME.fullmatch(text)
    return f"write `{parts[1]} * {parts[2]}`" if parts else "a number looks like `1.5e-3`"
