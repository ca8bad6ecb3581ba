"""Whatever is written on the command line, it ends with an exit code of the table and in words."""

from __future__ import annotations

import json
from pathlib import Path

from effort import THOROUGH, examples
from groups import grouped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodiff.cli.batch.computing import FEWEST
from autodiff.engine import FUNCTIONS

CODES = {0, 1, 2, 3, 5}
KINDS = {"syntax", "name", "arity", "limit", "type", "shape", "value"}
NAMES = sorted(name for name, function in FUNCTIONS.items() if name == function.name)
NUMBERS = ["0", "1", "2", "-1", "3", "0.5", "1e-3", "1e400", "inf", "nan", "True", "None", "2**3"]
LISTS = ["[[1, 2], [3, 4]]", "[[1], [2]]", "[[[1]]]", "[[], []]", "[1, [2]]", "[]"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "@", "<", ">=", "==", "!=", "and", "or"]
SUFFIXES = ["[0]", "[-1]", "[:, 0]", "[0:1]", "[...]", ".T", ".sum()", "[x > 0]"]
KEYWORDS = ["", ", dim=0", ", dim=-1", ", keepdim=True", ", 0", ", 1", ", min=0"]
SYMBOLS = [
    *"xyA()[],+-*/%@<:.;=#² \n",
    "//",
    "**",
    "==",
    "...",
    ".T",
    ".mean()",
    "dim=",
    "not ",
    " if ",
    " else ",
    "f(x) =",
]
DERIVATIVES = [
    "--hessian",
    "--jacobian",
    "--order=2",
    "--order=3",
    "--vjp=1",
    "--vjp=[1,2]",
    "--jvp=x=1",
    "--jvp=x=[1,2]",
]
FORMATS = [f"--format={name}" for name in ("pretty", "plain", "json", "csv", "tsv", "torch")]
OUTPUTS = [*FORMATS, "--json", "--strict", "--precision=3", "--get=value", "--get=grad.x", "--color=never"]
LIMITS = [f"--limit={name}={n}" for name in ("length", "depth", "nodes", "elements", "calls") for n in (2, 10)]
FLAGS = [*DERIVATIVES, *OUTPUTS, *LIMITS, "--dtype=float32", "--wrt=x", "--const=x"]
WORDS = ["--", "-", "--set", "--vars", "--x", "--get", "--wrt", "--limit", "--format", "-h", "x=3", "--y=2"]

numbers = st.sampled_from(NUMBERS)
arrays = st.one_of(st.sampled_from(LISTS), st.lists(numbers, max_size=3).map(lambda items: f"[{', '.join(items)}]"))
values = st.one_of(numbers, arrays, st.sampled_from(["pi/2", "@a.npy", "", "x", "2x"]))
tokens = st.one_of(st.sampled_from(SYMBOLS), numbers, st.sampled_from(NAMES).map(lambda name: name + "("))
texts = st.one_of(st.text(max_size=30), st.lists(tokens, max_size=12).map("".join))
flags = st.sampled_from(FLAGS)
words = st.one_of(
    texts,
    flags,
    st.sampled_from(WORDS),
    st.tuples(st.text(max_size=5), values).map(lambda pair: f"--{pair[0]}={pair[1]}"),
)


def extended(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of others."""
    items = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"(-{text})"),
        st.tuples(st.sampled_from(NAMES), items, st.sampled_from(KEYWORDS)).map(lambda p: f"{p[0]}({p[1]}{p[2]})"),
        st.tuples(inner, st.sampled_from(SUFFIXES)).map("".join),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        items.map(lambda text: f"[{text}]"),
    )


# Nearly always well formed, so that it is their meaning that is tried.
expressions = st.recursive(st.one_of(st.sampled_from(["x", "y", "A"]), numbers, arrays), extended, max_leaves=6)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def check(result) -> None:
    """Ends as the table of exit codes says, in words where it is an error."""
    assert result.code in CODES, result.err
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    if result.code in (2, 3, 5):
        # Behind what there is to note of the options.
        said = [line for line in result.err.splitlines() if not line.startswith("note:")]
        assert said[0].startswith(("error[", "Usage:"))


@settings(relaxed, max_examples=examples(200))
@given(expression=texts)
def test_any_text_is_evaluated_or_refused(evaluate, expression: str) -> None:
    check(evaluate("--x", "3", "--", expression))
    check(evaluate("--", expression))
    check(evaluate("--x", "3", stdin=expression))


@settings(relaxed, max_examples=examples(400))
@given(expression=expressions, x=values, y=values, options=st.lists(flags, max_size=3))
def test_any_expression_is_evaluated_or_refused(evaluate, expression: str, x: str, y: str, options: list[str]) -> None:
    given_values = {"x": x, "y": y, "A": "[[1, 2], [3, 4]]"}
    used = [f"--{name}={value}" for name, value in given_values.items() if name in expression]
    check(evaluate(*used, *options, "--", expression))


ways = [
    *(("trace", f"--format={name}") for name in ("pretty", "plain", "json", "csv", "markdown", "latex")),
    *(("graph", f"--format={name}") for name in ("tree", "dot", "mermaid", "json")),
    *(("graph", "--backward", f"--format={name}") for name in ("tree", "dot")),
    ("trace", "--dtype=float32"),
    ("trace", "--wrt=x"),
    ("trace", "--const=x"),
]


@settings(relaxed, max_examples=examples(100))
@given(expression=expressions, x=values, y=values, way=st.sampled_from(ways))
def test_any_expression_is_traced_and_drawn_or_refused(
    autodiff, expression: str, x: str, y: str, way: tuple[str, ...]
) -> None:
    given_values = {"x": x, "y": y, "A": "[[1, 2], [3, 4]]"}
    used = [f"--{name}={value}" for name, value in given_values.items() if name in expression]
    check(autodiff(*way, *used, "--", expression))


@settings(relaxed, max_examples=examples(200))
@given(args=st.lists(words, max_size=6), stdin=texts)
def test_any_words_after_eval_end_in_words(evaluate, args: list[str], stdin: str) -> None:
    check(evaluate(*args, stdin=stdin))


@settings(relaxed, max_examples=examples(100))
@given(args=st.lists(st.one_of(words, st.sampled_from(["eval", "functions", "completion", "bash"])), max_size=4))
def test_any_command_line_ends_in_words(autodiff, args: list[str]) -> None:
    check(autodiff(*args))


contents = st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode))


@settings(relaxed, max_examples=examples(100))
@given(content=contents, suffix=st.sampled_from(["npy", "csv", "json"]), begins_well=st.booleans())
def test_any_file_is_read_or_refused(evaluate, tmp_path: Path, content: bytes, suffix: str, begins_well: bool) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"\x93NUMPY\x01\x00" + content if suffix == "npy" and begins_well else content)
    check(evaluate("x", f"--x=@{path}"))
    check(evaluate("x", "--vars", str(path)))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)


@settings(relaxed, max_examples=examples(100))
@given(value=json_values)
def test_any_json_is_read_or_refused(evaluate, tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"x": value, "y": 1}))
    check(evaluate("x*y", "--vars", str(path)))
    path.write_text(json.dumps(value))
    check(evaluate("x", f"--x=@{path}"))


@grouped("name", NAMES, size=20)
def test_any_function_of_anything_has_derivatives_or_says_why_not(autodiff, evaluate, name: str) -> None:
    calls = (f"{name}(x)", f"{name}(x, x)", f"{name}(x, 0)", f"{name}(x, 1, 2)", f"x.{name}()")
    values = ("0", "-1", "0.5", "inf", "nan", "[]", "[1, 2]", "[[1, 2], [3, 4]]")
    derivatives = ("--hessian", "--jacobian", "--json")
    number = NAMES.index(name)
    # In the gate all of these are computed below, and one of them as eval does.
    for call in calls if THOROUGH else [calls[number % len(calls)]]:
        check(evaluate(call, "--x=0.5", *derivatives))
    # Of the others in the gate one of four: the squares of a board of four colours, which begins with any of them.
    places = [(call, x) for call in range(len(calls)) for x in range(len(values))]
    taken = [(c, x) for c, x in places if THOROUGH or values[x] == "0.5" or (c + x + number) % 4 == 0]
    lines = [f"{calls[c]} where x = {values[x]}" for c, x in taken]
    assert len(values) < FEWEST, "lines are computed together, not as eval does"
    result = autodiff("batch", *derivatives, stdin="\n".join(lines))
    check(result)
    records = [json.loads(line) for line in result.out.splitlines()]
    assert [record["expr"] for record in records] == [line.partition(" where ")[0] for line in lines]
    assert {record["error"]["code"] for record in records if not record["ok"]} <= KINDS
