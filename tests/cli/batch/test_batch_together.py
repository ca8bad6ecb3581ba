"""Lines that share an expression are computed together, and nobody can tell from the output."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import pytest
from effort import THOROUGH, examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytorch.recorded import entries

from autodiff.cli.batch import computing
from autodiff.parser.rows.together import Together

RECORDED = entries("expressions.jsonl")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 700.0, 1e-300, float("inf"), float("nan")]
# Of lines that share an expression, fewer than for users: enough for all that can become of them.
FEWEST = 8
ALONE = 10**9


@pytest.fixture
def both(autodiff, monkeypatch: pytest.MonkeyPatch):
    """Runs a batch with lines computed together and each alone: both results, and how many were together."""

    def call(*args: str, stdin: str) -> tuple[Any, Any, int]:
        counts: list[int] = []

        def counting(method: Any) -> Any:
            def rows(*args: Any) -> Any:
                found = method(*args)
                counts.append(0 if found is None else int(found.finite.sum()))
                return found

            return rows

        with monkeypatch.context() as patch:
            patch.setattr(computing, "FEWEST", FEWEST)
            patch.setattr(Together, "_rows", counting(Together._rows))
            together = autodiff("batch", *args, stdin=stdin)
        with monkeypatch.context() as patch:
            patch.setattr(computing, "FEWEST", ALONE)
            alone = autodiff("batch", *args, stdin=stdin)
        return together, alone, sum(counts)

    return call


def varied(value: Any, source: random.Random) -> Any:
    """A value like another, and sometimes a special one."""
    if isinstance(value, list):
        return [varied(item, source) for item in value]
    return source.choice([value * source.uniform(0.5, 1.5), source.gauss(0, 2), -value, source.choice(SPECIAL)])


@pytest.mark.parametrize("options", [[], ["--hessian"], ["--jacobian"], ["--dtype", "float32"]], ids=str)
def test_the_recorded_expressions_give_the_same_bytes_together_and_alone(both, options: list[str]) -> None:
    source = random.Random(0)
    lines = [
        json.dumps({"expr": entry["expr"], "vars": {n: varied(v, source) for n, v in entry["vars"].items()}})
        for entry in RECORDED[:: (2 if options else 1) * (4 if THOROUGH else 8)]
        for _ in range(FEWEST)
    ]
    together, alone, count = both("--input-format", "jsonl", "--json", *options, stdin="\n".join(lines) + "\n")
    assert together.code == alone.code, together.err
    for line, other in zip(together.out.splitlines(), alone.out.splitlines(), strict=True):
        assert line == other
    assert count > len(lines) / 2


@settings(
    deadline=None,
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    exponent=st.sampled_from(["2", "3", "-1", "-2", "0.5", "1.5", "0", "1", "y", "-y", "x"]),
    outer=st.sampled_from(["2", "3", "-1", "0.5", "y"]),
    values=st.lists(st.floats(-50, 50), min_size=FEWEST, max_size=FEWEST),
)
def test_powers_round_the_same_together_and_alone(both, exponent: str, outer: str, values: list[float]) -> None:
    # NumPy computes the powers of its scalars and of its arrays in different ways.
    expression = f"(1.1*x**({exponent}))**({outer})"
    lines = [f"{expression} where x = {x!r}{', y = 1.7' if 'y' in expression else ''}" for x in values]
    together, alone, _ = both(stdin="\n".join(lines) + "\n")
    assert together.out == alone.out


@pytest.mark.parametrize(
    ("expression", "is_together"),
    [
        ("sin(x)*y", True),
        ("(x*y).sum()", True),
        ("f(t) = t**2; z = f(x); z*y", True),
        ("x + y*pi", True),
        ("x if x > 0 else y", False),
        ("x[y > 0].sum()", False),
        ("x > y", True),
        ("x.detach()*y", True),
    ],
)
def test_what_depends_on_the_numbers_is_computed_alone(both, expression: str, is_together: bool) -> None:
    lines = [f"{expression} where x = [{i}, 2], y = [3, {i}]" for i in range(FEWEST)]
    if " if " in expression:
        lines = [f"{expression} where x = {i - 9}, y = {i}" for i in range(FEWEST)]
    together, alone, count = both("--json", stdin="\n".join(lines) + "\n")
    assert together.out == alone.out
    assert (count == FEWEST) == is_together


def test_a_line_that_fails_among_others_fails_alone(both) -> None:
    lines = [f"log(x)*y where x = {i}, y = 2" for i in range(FEWEST)]
    lines[5:5] = ["log(x)*y where x = 1", "log(x)*y where x = [1, 2], y = [1, 2, 3]", "log(x) where x = two", "1/x"]
    together, alone, count = both("--json", "--x", "5", stdin="\n".join(lines) + "\n")
    assert (together.code, together.out) == (alone.code, alone.out)
    # The summary ends with how long it took.
    assert together.err.rpartition(", ")[0] == alone.err.rpartition(", ")[0]
    # The first is not finite, which its warning explains.
    assert count == FEWEST - 1
    assert [json.loads(line)["ok"] for line in together.out.splitlines()].count(False) == 3


def test_lines_that_differentiate_by_other_variables_keep_them(both) -> None:
    lines = [
        json.dumps({"expr": "x*y", "vars": {"x": i, "y": 2}, "wrt": wrt})
        for i in range(FEWEST)
        for wrt in ([], ["x"], ["y", "x"])
    ]
    together, alone, count = both("--input-format", "jsonl", stdin="\n".join(lines) + "\n")
    assert together.out == alone.out
    assert count == 3 * FEWEST


# What a number is in: a part of the form, or one of its numbers, and what happens to it there.
FORMS = {
    "A*x": True,
    "A - x": True,
    "x - A": True,
    "x/A": True,
    "A/x": False,
    "x**A": False,
    "-A*x + sin(x*A)": True,
    "(x*A + 1)*(y - A)/3": True,
    "exp(-A*x)*-(A) + x*+A": True,
    "A*(A*x)": True,
    "z = x*A; z*A + z": True,
    "f(t) = t*A; f(x)": False,
    "max(x, A)": False,
    "clamp(x*A, 0, 1)": True,
    "where(x > y, x*A, y + A)": True,
    "x*A if x > y else y": False,
    "log(x*y + A)": True,
    "sqrt(x - A)": True,
    "(A + 2)*x": False,
    "x*A # A": True,
    "foo(x*A)": False,
    "x*A +": False,
    "x*A + w": False,
    "number_0_*A": False,
}
NUMBERS = st.one_of(
    st.floats(0, 9).map(lambda number: f"{number:.3f}"),
    st.sampled_from(["0.0", "1.0", "2.", ".5", "1e308", "1e400", "4.9e-324", "3.00000000000000000001"]),
)


@given(st.sampled_from(sorted(FORMS)), st.lists(NUMBERS, min_size=8, max_size=24), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_that_differ_in_their_numbers_give_the_same_bytes_as_alone(both, form, numbers, source) -> None:
    lines: list[str] = []
    for i in range(len(numbers)):
        text = form
        while "A" in text:
            text = text.replace("A", source.choice(numbers), 1)
        y = f", y = {source.uniform(-2, 2)!r}" if "y" in form else ""
        lines.append(f"{text} where x = {i / 7 + 0.5}{y}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "FEWEST", 3)
        together, alone, _ = both("--format", source.choice(["json", "plain", "torch"]), stdin="\n".join(lines) + "\n")
    assert (together.code, together.out) == (alone.code, alone.out)


@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_decides_nothing_is_one_of_the_form(both, form: str) -> None:
    y = ", y = 0.3" if "y" in form else ""
    lines = [form.replace("A", f"{i / 9 + 0.1:.4f}") + f" where x = 40{y}\n" for i in range(3 * FEWEST)]
    lines = [line.replace(" # ", f" where x = 40{y} # ") for line in lines]
    together, alone, count = both(stdin="".join(lines))
    assert together.out == alone.out
    assert (count > FEWEST) == FORMS[form]


PLAIN = st.sampled_from(["3", "3.", "+.5", "-0.0", "007", "1e3", "1E-3", "2.5000000000000000000001", "-7", "1e308"])
HOSTILE = st.sampled_from(
    [
        "nan",
        "-inf",
        "Infinity",
        "1e400",
        "-1e-400",
        "1_0",
        "\N{FULLWIDTH DIGIT THREE}",
        "pi/2",
        "[.5]",
        "two",
        "",
        "1 2",
    ]
)
BLANKS = st.sampled_from([" ", "  ", "\t", ""])
ENDS = st.sampled_from(["", "", " ", " # where x = 1", ", z = 1", ", x = 2", " 2x", " \N{BULLET}"])


@st.composite
def lines_of_one_form(draw: st.DrawFn) -> list[str]:
    """Lines alike, with others among them: values that are none, comments, blanks, errors."""
    form = draw(st.sampled_from(["x*A + sin(y*A)**2", "A*x/y", "exp(x)*y - A", "x*y", "log(x + A) + y + c"]))
    lines: list[str] = []
    for _ in range(draw(st.integers(6, 14))):
        value = HOSTILE if draw(st.integers(0, 5)) == 0 else PLAIN
        text = form.replace("A", draw(PLAIN.filter(lambda text: text[0] not in "+-")))
        x, y, blank = draw(value), draw(PLAIN), draw(BLANKS)
        end = draw(ENDS) if draw(st.integers(0, 5)) == 0 else ""
        lines.append(f"{text}{blank} where {blank}x{blank}={blank}{x}{blank},y ={y}{blank}{end}")
        lines += draw(st.sampled_from([[], [], [], [""], ["  # nothing"], ["x +"], ["1/0"]]))
    return lines


@given(
    lines_of_one_form(),
    st.sampled_from(
        [["--json"], [], ["--format=csv", "--wrt=y,x"], ["--get=grad.x", "--get=line"], ["--format=pretty"]]
    ),
    st.sampled_from(["mark", "skip", "stop"]),
)
@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_lines_give_the_same_bytes_together_and_alone(both, lines, format_options, errors) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "FEWEST", 3)
        together, alone, _ = both(*format_options, "--errors", errors, "--c=2", stdin="\n".join(lines) + "\n")
    assert (together.code, together.out) == (alone.code, alone.out)
    assert together.err.rpartition(", ")[0] == alone.err.rpartition(", ")[0]


@pytest.mark.parametrize(
    "form", [["--json"], [], ["--format", "tsv", "--wrt", "x"], ["--get", "name", "--get", "value"]]
)
def test_what_records_say_beside_their_numbers_is_kept(both, form: list[str]) -> None:
    names = ["a b", "null", "", "a,b", 'a"b', "a\\b", "%s", "größe", "-1", "a\tb"]
    for special in range(len(names) + 1):
        own = [names[special - 1 if special else i % 3] for i in range(FEWEST)]
        records = [
            {"id": i, "name": name, "ok": [i], "expr": f"x*{i}.5", "vars": {"x": i}} for i, name in enumerate(own)
        ]
        lines = "".join(json.dumps(record) + "\n" for record in records)
        together, alone, count = both("--input-format", "jsonl", *form, stdin=lines)
        assert together.out == alone.out
        assert count == FEWEST
        # In a table a cell without a text has no name to be alike by.
        table = "".join(f'x*{i}.5,{i},"{name.replace(chr(34), chr(34) * 2)}"\n' for i, name in enumerate(own))
        together, alone, _ = both("--input-format", "csv", *form, stdin=f"expr,x,name\n{table}")
        assert together.out == alone.out
