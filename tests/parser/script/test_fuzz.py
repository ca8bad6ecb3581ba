"""Whatever a script says, it ends as Python would end it, or with an error that has a place and words."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path

from effort import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autodiff.engine import FUNCTIONS
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session
from autodiff.parser.syntax.errors import ExpressionError, diagnostic

HERE = Path(__file__).parent
LIMITS = Limits(steps=3_000, elements=3_000)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])

# Programs of numbers, lists and text, which Python runs as well.

names = st.sampled_from(["a", "b", "c"])
atoms = st.one_of(
    names, st.sampled_from(["0", "1", "2", "-3", "2.5", "[]", "[1, 2]", "(1, 'x')", "'s'", "True", "None"])
)
BINARY = ["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", "and", "or", "in", "not in", "&", "|", "^"]


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of others."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(BINARY), inner).map(" ".join),
        st.tuples(st.sampled_from(["-", "not ", "~"]), inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}, {two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} if {three[1]} else {three[2]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]})[{two[1]}]"),
        st.tuples(inner, inner).map(lambda two: f"[{two[0]} for c in {two[1]}]"),
        st.tuples(inner, inner).map(lambda two: f"(lambda c: {two[0]})({two[1]})"),
        st.tuples(st.sampled_from(["len", "abs", "sum", "max", "sorted", "list", "str", "bool", "f"]), inner).map(
            lambda two: f"{two[0]}({two[1]})"
        ),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: "f'{" + text.replace("'", '"') + "}'"),
    )


values = st.recursive(atoms, larger, max_leaves=5)
simple = st.one_of(
    st.tuples(names, values).map(" = ".join),
    st.tuples(names, names, values).map(lambda three: f"{three[0]}, {three[1]} = {three[2]}"),
    st.tuples(names, st.sampled_from(["+=", "-=", "*=", "//=", "**="]), values).map(" ".join),
    st.tuples(names, values, values).map(lambda three: f"{three[0]}[{three[1]}] = {three[2]}"),
    values.map(lambda text: f"print({text})"),
    st.tuples(names, values).map(lambda two: f"{two[0]}.append({two[1]})"),
    values.map(lambda text: f"assert {text}, {text}"),
    st.sampled_from(["pass", "break", "continue", "return a", "return"]),
)


def indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for text in lines for line in text.rstrip("\n").split("\n"))


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements with blocks made of others."""
    block = st.lists(inner, min_size=1, max_size=4).map(indented)
    return st.one_of(
        st.tuples(values, block, block).map(lambda three: f"if {three[0]}:\n{three[1]}else:\n{three[2]}"),
        st.tuples(names, values, block).map(lambda three: f"for {three[0]} in {three[1]}:\n{three[2]}"),
        block.map(lambda text: f"for c in range(3):\n{text}"),
        st.tuples(names, values, block).map(lambda three: f"def f(a, b={three[1]}):\n{three[2]}"),
    )


statements = st.recursive(simple, nested, max_leaves=6)
programs = st.lists(statements, min_size=1, max_size=6).map(
    lambda lines: "\n".join(["a = 1", "b = [1, 2]", "c = 'x'", "f = lambda x: x", *lines, ""])
)


class TooLarge(Exception):
    """The program is not one to compare by: it prints too much."""


class Bounded(io.StringIO):
    """Text up to a length."""

    def write(self, text: str) -> int:
        if self.tell() > 10_000:
            raise TooLarge
        return super().write(text)


def ended_in_python(source: str) -> tuple[str, str | None] | None:
    """What a program prints in Python and the name of the error it ends with; None if Python refuses the text."""
    written = Bounded()
    with warnings.catch_warnings(), contextlib.redirect_stdout(written):
        warnings.simplefilter("ignore")
        try:
            code = compile(source, "<script>", "exec")
        except SyntaxError:
            return None
        try:
            exec(code, {})  # noqa: S102  (text made above, which reaches nothing)
        except Exception as error:
            return written.getvalue(), type(error).__name__
    return written.getvalue(), None


def check(error: ExpressionError) -> None:
    """The error has a kind, a place and words."""
    assert error.kind in ("syntax", "name", "value", "type", "shape", "grad", "domain", "limit", "assert")
    assert 0 <= error.start <= error.end <= len(error.source)
    assert diagnostic(error).startswith(f"error[{error.kind}]: ")


def ended(source: str, limits: Limits = LIMITS) -> tuple[str, str | None] | None:
    """The same of a script."""
    written: list[str] = []
    failure: ExpressionError | None = None
    try:
        Session(written.append, limits).run(source)
    except ExpressionError as error:
        failure = error
    if failure is not None:
        check(failure)
        if failure.kind == "syntax":
            return None
    return "".join(written), getattr(failure, "type_name", failure and "LimitError")


@settings(relaxed, max_examples=examples(300))
@given(source=programs)
def test_a_program_of_numbers_lists_and_text_ends_as_in_python(source: str) -> None:
    here = ended(source)
    if here is not None and here[1] in ("LimitError", "RecursionError"):
        return
    assert here == ended_in_python(source)


# Programs of tensors, of which it is only asked that they end.

FUNCTION_NAMES = sorted(name for name, function in FUNCTIONS.items() if name == function.name)
TENSORS = [
    "x",
    "y",
    "A",
    "torch.ones(2)",
    "torch.tensor([[1, 2], [3, 4]])",
    "x.grad",
    "torch.tensor([])",
    "1",
    "[x, y]",
]
METHODS = ["sum()", "backward()", "detach()", "T", "grad_fn", "add_(1)", "zero_()", "shape", "item()", "view(-1)"]
tensors = st.recursive(
    st.sampled_from(TENSORS),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(FUNCTION_NAMES), inner).map(lambda two: f"torch.{two[0]}({two[1]})"),
        st.tuples(st.sampled_from(FUNCTION_NAMES), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(inner, st.sampled_from(METHODS)).map(lambda two: f"({two[0]}).{two[1]}"),
        st.tuples(inner, st.sampled_from([*BINARY, "@", "**"]), inner).map(lambda p: f"({' '.join(p)})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]})[{two[1]}]"),
    ),
    max_leaves=4,
)
tensor_lines = st.one_of(
    st.tuples(st.sampled_from(["x", "y", "A", "x.grad", "x[0]", "x.data", "x, y"]), tensors).map(" = ".join),
    st.tuples(st.sampled_from(["x", "y", "A"]), st.sampled_from(["+=", "*=", "/="]), tensors).map(" ".join),
    tensors,
    tensors.map(lambda text: f"with torch.no_grad(): x = {text}"),
    tensors.map(lambda text: f"print(f'{{{text}:.2f}}')"),
    tensors.map(lambda text: f"for y in {text}: y.backward()"),
    tensors.map(lambda text: f"torch.func.grad(lambda x: {text})(x)"),
    tensors.map(lambda text: f"x.register_hook(lambda g: {text})"),
)
START = "x = torch.tensor([1., 2.], requires_grad=True)\ny = x.sum()\nA = torch.ones(2, 2, requires_grad=True)\n"


@settings(relaxed, max_examples=examples(200))
@given(lines=st.lists(tensor_lines, max_size=5))
def test_a_program_of_tensors_ends(lines: list[str]) -> None:
    ended("\n".join([START, *lines]))


# Text that is nearly a script.

SEEDS = [part.partition("\n")[2] for part in ("\n" + (HERE / "programs.txt").read_text()).split("\n### ")[1:]] + [
    text.partition("\n! ")[0] for text in (HERE / "syntax_errors.txt").read_text().split("\n\n")
]
PIECES = [
    *"()[]{}:;,.=+-*/%@&|^~<>!\"'\\#\n\t _1aé²x\0",
    "  ",
    "\n    ",
    "'''",
    "f'{",
    "def ",
    "if ",
    "else:",
    "lambda ",
    " in ",
]
PIECES += [
    "for ",
    "with ",
    "return ",
    "torch.",
    "import ",
    "not ",
    "1e",
    "0x",
    "r'",
    "...",
    ":=",
    "->",
    "**",
    "+=",
    "None",
    "print(",
]
edits = st.tuples(st.integers(0, 200), st.integers(0, 4), st.sampled_from(PIECES))


def edited(source: str, changes: list[tuple[int, int, str]]) -> str:
    for place, dropped, piece in changes:
        place %= len(source) + 1
        source = source[:place] + piece + source[place + dropped :]
    return source


@settings(relaxed, max_examples=examples(300))
@given(source=st.sampled_from(SEEDS), changes=st.lists(edits, min_size=1, max_size=4))
def test_a_script_with_slips_of_the_hand_ends_or_is_refused(source: str, changes: list[tuple[int, int, str]]) -> None:
    ended(edited(source, changes))


@settings(relaxed, max_examples=examples(300))
@given(source=st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=15).map("".join)))
@example("f'{a!")
@example("\\")
@example("\xa0")
@example("x =\u3000\xa0")
def test_any_text_ends_or_is_refused(source: str) -> None:
    ended(source)
