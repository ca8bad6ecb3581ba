"""How errors look: the layout of a diagnostic, and the words and the place of every syntax error."""

import re

import pytest
from groups import grouped

from autodiff.parser.syntax.errors import ExpressionError, UsageError, diagnostic, did_you_mean
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.wording import reason_of


@grouped(
    "error, words",
    [
        (FileNotFoundError(2, "No such file or directory", "a.csv"), "no such file or directory"),
        (OSError("The bucket does not answer."), "the bucket does not answer"),
        (PermissionError("AWS does not know you."), "AWS does not know you"),
        (EOFError("Compressed file ended before its end."), "compressed file ended before its end"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_by_the_system_or_else_by_the_store(error: Exception, words: str) -> None:
    assert reason_of(error) == words


def syntax_error(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert caught.value.kind == "syntax"
    return caught.value


def test_a_diagnostic_shows_the_line_the_span_and_the_help():
    error = ExpressionError("name", "unknown function `sinn`", "2 * sinn(x) + 1", 4, 8, help="did you mean `sin`?")
    assert diagnostic(error) == (
        "error[name]: unknown function `sinn`\n"
        " --> <expr>:1:5\n"
        "  |\n"
        "1 | 2 * sinn(x) + 1\n"
        "  |     ^^^^\n"
        "  = help: did you mean `sin`?"
    )


def test_a_diagnostic_without_help_ends_with_the_carets():
    error = ExpressionError("shape", "no", "a @ b", 2, 3, name="model.txt")
    assert diagnostic(error) == "error[shape]: no\n --> model.txt:1:3\n  |\n1 | a @ b\n  |   ^"


def test_the_gutter_widens_with_the_line_number():
    source = "x\n" * 11 + "abc"
    error = ExpressionError("name", "no", source, len(source) - 2, len(source), help="yes")
    assert diagnostic(error).splitlines()[1:] == [
        "  --> <expr>:12:2",
        "   |",
        "12 | abc",
        "   |  ^^",
        "   = help: yes",
    ]


def test_the_error_knows_its_line_and_column():
    error = ExpressionError("name", "no", "a\nbb\nccc", 6, 7)
    assert (error.line, error.column, error.message) == (3, 2, "no")


FFFD = "\N{REPLACEMENT CHARACTER}"


@grouped(
    "source, start, end, line, carets",
    [
        ("a\tb", 2, 3, "a    b", "     ^"),
        ("a\t\tb", 1, 3, "a        b", " ^^^^^^^^"),
        ("变量 + b", 5, 6, "变量 + b", "       ^"),
        ("变量 + b", 0, 2, "变量 + b", "^^^^"),
        ("x\u0302 + b", 5, 6, "x\u0302 + b", "    ^"),
        ("a\x1b[31m b", 7, 8, f"a{FFFD}[31m b", "       ^"),
        ("a\u202eb", 1, 2, f"a{FFFD}b", " ^"),
        ("a\ud800b", 2, 3, f"a{FFFD}b", "  ^"),
        ("a + b\r\nc", 4, 5, "a + b", "    ^"),
        ("a + b", 5, 5, "a + b", "     ^"),
        ("a + b\nc", 5, 5, "a + b", "     ^"),
        ("", 0, 0, "", "^"),
        ("f(a,\nb)", 0, 7, "f(a,", "^^^^"),
        ("x\nf(a,\nb)", 2, 9, "f(a,", "^^^^"),
        ("a" * 50 + "+" * 100, 120, 121, "..." + "+" * 70 + "+" * 30, " " * 73 + "^"),
        ("+" * 200, 0, 200, "+" * 100 + "...", "^" * 100),
        ("+" * 500, 300, 302, "..." + "+" * 100 + "...", " " * 43 + "^^"),
    ],
)
def test_the_carets_stand_under_the_span(source, start, end, line, carets):
    shown = diagnostic(ExpressionError("name", "no", source, start, end)).splitlines()
    assert shown[3].partition(" |")[2].removeprefix(" ") == line
    assert shown[4] == f"  | {carets}"


def test_a_message_of_several_lines_is_shown_as_it_is():
    error = ExpressionError("assert", "one\n  two\x1b\n", "x", 0, 1)
    assert diagnostic(error) == "error[assert]: one\n  two\ufffd\n --> <expr>:1:1\n  |\n1 | x\n  | ^"


def test_nothing_in_a_diagnostic_can_steer_a_terminal():
    error = ExpressionError("name", "no `\x1b[2J`", "\x1b[2J", 0, 1, help="\x07", name="\x9b1m")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", diagnostic(error))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("sinn", "sin"), ("SIN", "sin"), ("sgimoid", "sigmoid"), ("zzz", None), ("x", None), ("relu", "ReLU")],
)
def test_did_you_mean_gives_the_nearest_name(word, expected):
    assert did_you_mean(word, ["cos", "sin", "sigmoid", "sinh", "ReLU"]) == expected


NOT_A_TARGET = "only a name or a function can be assigned"
TARGETS = "write `name = ...` or `f(x) = ...`; `==` compares"
LATE_POSITIONAL = "a positional argument follows a keyword argument"
SCIENTIFIC = "write it in scientific notation, such as `1e300`"
QUOTED = "text can only be an argument of a function"
EQUATION = "an equation has no derivative; that of F = 2*x - (3) gives dy/dx = -F_x/F_y, and `==` compares"
TRANSPOSE = "write `x.T` for the transpose; a derivative is what `autodiff diff` prints"
UNQUOTE = "names are written without quotes"

# The source, the part of it that is underlined with the column, the message and the help.
SYNTAX_ERRORS = [
    ("", 1, "", "the expression is empty", "write an expression, such as `x**2`"),
    (" \n ; # x", 1, "", "the expression is empty", "write an expression, such as `x**2`"),
    # brackets
    ("sin(4", 4, "(", "`(` was never closed", "add `)`"),
    ("[1, 2", 1, "[", "`[` was never closed", "add `]`"),
    ("x[f(1", 4, "(", "`(` was never closed", "add `)`"),
    ("(1 +\ny = 2", 1, "(", "`(` was never closed", "add `)`"),
    ("(1+2))", 6, ")", "unmatched `)`", "remove the `)`"),
    ("sin(4]", 6, "]", "`]` does not close `(`", "write `)`"),
    ("x[ ]", 2, "[ ]", "nothing stands between the brackets", "write an index, such as `x[0]` or `x[:]`"),
    ("()", 1, "()", "nothing stands between the brackets", "write an expression"),
    # operands
    ("2 +* 3", 4, "*", "unexpected `*`", "an operand is missing between `+` and `*`"),
    ("(1 + )", 6, ")", "unexpected `)`", "an operand is missing between `+` and `)`"),
    ("f(,)", 3, ",", "unexpected `,`", "an operand is missing between `(` and `,`"),
    ("* 3", 1, "*", "unexpected `*`", "an operand is missing before `*`"),
    ("1; * 3", 4, "*", "unexpected `*`", "an operand is missing before `*`"),
    ("x +", 4, "", "an operand is missing after `+`", "complete the expression"),
    ("x == ", 5, "", "an operand is missing after `==`", "complete the expression"),
    ("y = ", 4, "", "an operand is missing after `=`", "complete the expression"),
    ("not", 4, "", "an operand is missing after `not`", "complete the expression"),
    ("x +; y", 4, "", "an operand is missing after `+`", "complete the expression"),
    ("x.", 3, "", "a name is missing after `.`", "complete the expression"),
    ("x.(1)", 3, "(", "unexpected `(`", "a name is missing after `.`"),
    # operators
    ("2x", 2, "x", "an operator is missing between `2` and `x`", "write `2*x`"),
    ("2(x+1)", 2, "(", "an operator is missing between `2` and `(x+1)`", "write `2*(x+1)`"),
    ("2 sin(x)", 3, "sin", "an operator is missing between `2` and `sin(x)`", "write `2*sin(x)`"),
    ("foo bar", 5, "bar", "an operator is missing between `foo` and `bar`", "write `foo*bar`"),
    ("(a)(b)", 4, "(", "an operator is missing between `(a)` and `(b)`", "write `(a)*(b)`"),
    ("f(a)(b)", 5, "(", "an operator is missing between `f(a)` and `(b)`", "write `f(a)*(b)`"),
    ("2√x", 2, "√", "an operator is missing between `2` and `√x`", "write `2*√x`"),
    ("f(x)²y", 6, "y", "an operator is missing between `f(x)²` and `y`", "write `f(x)²*y`"),
    ("sin x", 5, "x", "an operator is missing between `sin` and `x`", "write `sin(x)`"),
    ("logsumexp 2", 11, "2", "an operator is missing between `logsumexp` and `2`", "write `logsumexp(2)`"),
    ("sin (x) y", 9, "y", "an operator is missing between `sin (x)` and `y`", "write `sin (x)*y`"),
    ("f(x y)", 5, "y", "an operator is missing between `x` and `y`", "write `x, y` or `x*y`"),
    ("[1 2]", 4, "2", "an operator is missing between `1` and `2`", "a list is written `[1, 2]`"),
    ("x && y", 3, "&&", "unexpected `&&`", "write `and`"),
    ("x || y", 3, "||", "unexpected `||`", "write `or`"),
    ("x & y", 3, "&", "unexpected `&`", "write `and`"),
    ("x | y", 3, "|", "unexpected `|`", "write `or`"),
    ("!x", 1, "!", "unexpected `!`", "write `not`"),
    ("x => 3", 3, "=>", "unexpected `=>`", "write `>=`"),
    ("x =< 3", 3, "=<", "unexpected `=<`", "write `<=`"),
    ("x <> 3", 3, "<>", "unexpected `<>`", "write `!=`"),
    ("x === 3", 3, "===", "unexpected `===`", "write `==`"),
    ("x += 3", 3, "+=", "unexpected `+=`", "write the assignment out: `x = x + ...`"),
    ("a == not b", 6, "not", "`not` cannot follow `==`", "put brackets around the `not` expression"),
    ("- not b", 3, "not", "`not` cannot follow `-`", "put brackets around the `not` expression"),
    # choices
    ("a if b", 3, "if", "`if` without `else`", "write `a if condition else b`"),
    ("a else b", 3, "else", "unexpected `else`", "a choice is written `a if condition else b`"),
    ("if x", 1, "if", "unexpected `if`", "a choice is written `a if condition else b`"),
    # assignments
    ("1 = x", 1, "1", NOT_A_TARGET, TARGETS),
    ("2*x = 3", 1, "2*x", NOT_A_TARGET, EQUATION),
    ("a = b = 3", 7, "=", "unexpected `=`", "`==` compares"),
    ("f(2) = 3", 3, "2", "a parameter must be a name", "write `f(x, y) = ...`"),
    ("f(x, x) = 3", 6, "x", "the parameter `x` is given twice", None),
    ("f(x=1) = 3", 1, "f(x=1)", "a parameter cannot have a default value", "write `f(x, y) = ...`"),
    # elements
    ("f(x=1, 2)", 8, "2", LATE_POSITIONAL, "put positional arguments first"),
    ("f(a=1, a=2)", 8, "a=2", "the keyword argument `a` is given twice", None),
    ("f(2*a=1)", 3, "2*a", "the name of a keyword argument is expected", "`==` compares"),
    ("f(1:2)", 3, "1:2", "a slice belongs in an index", "an index is written `x[1:3]`"),
    ("[1, ...]", 5, "...", "`...` belongs in an index", "an index is written `x[1:3]`"),
    ("[a=1]", 2, "a=1", "a keyword argument belongs in a call", None),
    ("x[a=1]", 3, "a=1", "an index has no keyword arguments", None),
    ("x[(0, 1)]", 3, "(0, 1)", "an index is not a tuple", "write `x[0, 1]`"),
    ("(1, 2)", 3, ",", "unexpected `,`", "a list is written in square brackets: `[1, 2]`"),
    ("1, 2", 2, ",", "unexpected `,`", "a list is written `[1, 2]`"),
    ("f(a; b)", 4, ";", "unexpected `;`", "elements are separated by `,`"),
    ("a : b", 3, ":", "unexpected `:`", "a slice belongs in an index: `x[1:3]`"),
    # numbers
    ("3..5", 1, "3..5", "`3..5` is not a number", "write `arange(3, 5 + 1)`"),
    ("1.2.3", 1, "1.2.3", "`1.2.3` is not a number", "a number looks like `1.5e-3`"),
    ("1__0", 1, "1__0", "`1__0` is not a number", "a number looks like `1.5e-3`"),
    ("9" * 5000, 1, "9" * 5000, "an integer of 5,000 digits is too long", SCIENTIFIC),
    # characters
    ('1 + "x"', 5, '"x"', QUOTED, UNQUOTE),
    ("f(['x'])", 4, "'x'", QUOTED, UNQUOTE),
    ("x['a']", 3, "'a'", QUOTED, UNQUOTE),
    ("f('a' + 1)", 3, "'a'", QUOTED, UNQUOTE),
    ("'a'", 1, "'a'", QUOTED, UNQUOTE),
    ("f(x')", 4, "'", QUOTED, TRANSPOSE),
    ("$x", 1, "$", "unexpected character `$`", None),
    ("x?", 2, "?", "unexpected character `?`", None),
    ("x\u200b", 2, "\u200b", "unexpected character U+200B", None),
    ("x + \x1b[0m", 5, "\x1b", "unexpected character U+001B", None),
    ("\uff081+2)", 1, "\uff08", "unexpected character `\uff08`", "write `(`"),
    ("x\uff0b1", 2, "\uff0b", "unexpected character `\uff0b`", "write `+`"),
    ("{x}", 1, "{", "unexpected `{`", "write `(` or `[`"),
]  # fmt: skip


@grouped("source, column, marked, message, help", SYNTAX_ERRORS)
def test_a_syntax_error_says_what_and_where_and_how_to_mend_it(source, column, marked, message, help):
    error = syntax_error(source)
    assert error.message == message
    assert error.help == help
    assert (error.column, error.source[error.start : error.end]) == (column, marked)


@grouped("source", [case[0] for case in SYNTAX_ERRORS])
def test_the_carets_of_a_syntax_error_are_on_the_line(source):
    lines = diagnostic(syntax_error(source)).splitlines()
    assert lines[4].count("^") >= 1
    assert len(lines[4]) <= 120


@grouped("source", [case[0] for case in SYNTAX_ERRORS])
def test_a_message_is_one_short_lower_case_phrase(source):
    message = syntax_error(source).message
    assert not message[0].isupper()
    assert not message.endswith(".")
    assert len(message) < 100


def test_an_error_on_a_later_line_is_shown_with_that_line():
    error = syntax_error("x = 2 # twice\ny = 3 * ;\nx")
    assert (error.line, error.column) == (2, 8)
    assert "2 | y = 3 * ;\n  |        ^" in diagnostic(error)


def test_what_comes_first_is_reported_first():
    assert syntax_error("2x + (").message == "an operator is missing between `2` and `x`"
    assert syntax_error("2x + 3)").message == "an operator is missing between `2` and `x`"


def test_long_operands_are_shortened_in_the_help():
    help = syntax_error("(" + "+".join(["abc"] * 100) + ")(x)").help
    assert help is not None
    assert len(help) < 60


def test_a_name_of_any_length_is_shortened_in_messages_and_help():
    name = "a" * 10**6
    error = ExpressionError("name", f"`{name}` has no value", name, 0, len(name), help=f"give it one: `--{name} 1`")
    assert len(diagnostic(error)) < 600
    assert len(str(UsageError(f"there is no variable `{name}`", f"write `{name}`"))) < 300
