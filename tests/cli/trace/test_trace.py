"""`trace`: its steps give the gradients that `eval` prints, and each format shows all of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from groups import grouped
from pytorch.recorded import entries

from autodiff import engine
from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis.differentiate import differentiate
from autodiff.parser.analysis.forward_pass import record
from autodiff.parser.analysis.passes import Passes
from autodiff.parser.analysis.problem import Problem
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import Printer

GROUPS = 20


def problem_of(source: str, variables: dict[str, Any]) -> Problem:
    """The expression with values for its variables, differentiated by all."""
    return Problem(parse(source), {n: tensor(v) for n, v in variables.items()}, list(variables), Limits())


@cache
def recorded(group: int) -> list[tuple[str, Problem, Passes]]:
    """Each GROUPS-th recorded expression with its passes, recorded once for all tests."""
    chosen = entries("expressions.jsonl")[group::GROUPS]
    problems = [(entry["expr"], problem_of(entry["expr"], entry["vars"])) for entry in chosen]
    return [(where, problem, record(problem)[1]) for where, problem in problems]


@pytest.fixture(autouse=True)
def _float64() -> Any:
    before = engine.get_default_dtype()
    engine.set_default_dtype(engine.float64)
    with np.errstate(all="ignore"):
        yield
    engine.set_default_dtype(before)


def values_by_name(passes: Passes, problem: Problem) -> dict[str, Any]:
    """The result of each step, and the variables, as NumPy values."""
    found = {name: value._data for name, value in problem.variables.items()}
    return found | {step.name: step.value for step in passes.steps}


@pytest.mark.parametrize("group", range(GROUPS))
def test_the_steps_multiply_and_add_up_to_the_gradients_that_eval_prints(group: int) -> None:
    for where, problem, passes in recorded(group):
        came: dict[str, Any] = {step.name: 0.0 for step in passes.steps}
        came |= dict.fromkeys(problem.variables, 0.0)
        first = passes.visits[0].arrivals[0] if passes.visits else passes.leaves[0]
        came[first.name] = np.ones_like(passes.value._data)
        for visit in passes.visits:
            for arrival in visit.arrivals:
                np.testing.assert_allclose(came[arrival.name], arrival.total, rtol=1e-12, err_msg=where)
            for sent in visit.sent:
                if sent.local is not None:
                    product = visit.arrivals[0].total * sent.local
                    np.testing.assert_allclose(product, sent.gradient, rtol=1e-9, atol=1e-300, err_msg=where)
                came[sent.to] = came[sent.to] + sent.gradient
        report = differentiate(problem)
        assert report.grad
        for name, gradient in report.grad.items():
            np.testing.assert_allclose(came[name], gradient, rtol=1e-12, atol=1e-300, err_msg=f"{where}: {name}")
        for leaf in passes.leaves:
            np.testing.assert_array_equal(leaf.total, report.grad[leaf.name], err_msg=where)


@grouped("group", range(GROUPS))
def test_the_formula_of_a_step_computes_what_the_step_sends(group: int) -> None:
    evaluated = formulas = 0
    for where, problem, passes in recorded(group):
        values = values_by_name(passes, problem)
        for visit in passes.visits:
            given = values | {passes.gradient_name: visit.arrivals[0].total}
            for sent in visit.sent:
                formulas += 1
                text = "" if sent.rule is None else Printer().text(sent.rule)
                computed = value_of(text, given)
                if computed is None:
                    continue
                evaluated += 1
                expected = sent.gradient if sent.with_gradient else sent.local
                # The simplified formula may round otherwise where it subtracts.
                np.testing.assert_allclose(
                    computed + 0 * expected, expected, rtol=1e-6, atol=1e-9, err_msg=f"{where}: {text}"
                )
    assert evaluated > 0.8 * formulas


def value_of(text: str, given: dict[str, Any]) -> Any:
    """The value of a formula in the language; None where the engine's own names make it none."""
    names = set(re.findall(r"[A-Za-z_]\w*", text))
    try:
        program = parse(text)
        return evaluate(program, {n: tensor(np.asarray(v).tolist()) for n, v in given.items() if n in names})._data
    except Exception:
        return None


# Names, formulas and formats

CASES = [
    # expression, variables, rules in the order in which they run
    ("sin(x**2)", {"x": 4.0}, ["v1: cos(v1)", "x: 2*x"]),
    ("sigmoid(x)", {"x": 0.5}, ["x: v1*(1 - v1)"]),
    ("x**y", {"x": 2.0, "y": 3.0}, ["x: y*x**(y - 1)", "y: v1*log(x)"]),
    ("sum(x*y)", {"x": [1.0, 2.0], "y": 3.0}, ["v1: g", "x: g*y", "y: g @ x"]),
    ("A@x", {"A": [[1.0, 2.0], [3.0, 4.0]], "x": [3.0, 4.0]}, ["A: outer(g, x)", "x: g @ A"]),
    (
        "max(x, dim=0).values",
        {"x": [1.0, 5.0]},
        ["x: scatter(broadcast_to(0.0, [2]), 0, broadcast_to(v1.indices, [1]), broadcast_to(g, [1]))"],
    ),
    ("g*v1", {"g": 2.0, "v1": [1.0, 3.0]}, ["g: grad @ v1", "v1: g*grad"]),
    ("stack([x, y])", {"x": 2.0, "y": 3.0}, ["x: g[0]", "y: g[1]"]),
]


@pytest.mark.parametrize(("source", "variables", "rules"), CASES, ids=[case[0] for case in CASES])
def test_a_formula_is_the_rule_in_the_names_of_the_results(
    source: str, variables: dict[str, Any], rules: list[str]
) -> None:
    _, passes = record(problem_of(source, variables))
    printer = Printer()
    assert [f"{s.to}: {printer.text(s.rule)}" for v in passes.visits for s in v.sent] == rules


def test_results_are_not_named_as_a_variable_could_be() -> None:
    _, passes = record(problem_of("v1*v2 + w3", {"v1": 1.0, "v2": 2.0, "w3": 3.0}))
    assert [step.name for step in passes.steps] == ["s1", "s2"]


def test_a_constant_variable_is_shown_by_its_name() -> None:
    problem = problem_of("c*x", {"c": 2.0, "x": 3.0})._replace(wrt=["x"])
    (visit,) = record(problem)[1].visits
    assert [Printer().text(sent.rule) for sent in visit.sent] == ["c"]


def test_all_operations_of_a_composed_function_are_shown() -> None:
    _, passes = record(problem_of("logit(x, 0.1)*var(x)", {"x": [0.5, 0.2]}))
    graph: set[Any] = set()
    pending = [passes.value.grad_fn]
    while pending:
        node = pending.pop()
        if node is not None and node not in graph and node.next_functions:
            graph.add(node)
            pending += [child for child, _ in node.next_functions]
    assert {step.node for step in passes.steps} >= graph


def test_a_step_that_is_part_of_a_function_says_so(autodiff: Any) -> None:
    out = autodiff("trace", "vander(x)", "--x", "[1, 2]", "--format", "markdown").out
    assert "part of `vander(x)`" in out


def test_a_variable_used_twice_shows_its_contributions_and_their_sum(autodiff: Any) -> None:
    out = autodiff("trace", "x*y + sin(x)", "--x", "0.5", "--y", "4.2", "--format", "pretty").out
    assert "0.877583 + 4.2 = 5.07758" in out
    out = autodiff("trace", "x*x - x", "--x", "2", "--format", "markdown").out
    assert "| `x` | (-1.0) + 2.0 + 2.0 = 3.0 |" in out


def test_plain_lines_have_a_column_for_each_fact(autodiff: Any) -> None:
    assert autodiff("trace", "z = x**2; sin(z)", "--x", "4").out.splitlines() == [
        "input\tx\t4.0",
        "forward\tv1\tx**2\t16.0\tPowBackward0",
        "forward\tv2\tsin(z)\t-0.2879033166650653\tSinBackward0",
        "backward\tv2\tSinBackward0\t1.0\tv1\tcos(v1)\t-0.9576594803233847\t-0.9576594803233847",
        "backward\tv1\tPowBackward0\t-0.9576594803233847\tx\t2*x\t8.0\t-7.661275842587077",
        "gradient\tx\t-7.661275842587077",
    ]


def test_csv_and_tsv_have_the_same_rows(autodiff: Any) -> None:
    by_comma = autodiff("trace", "max(x)*2", "--x", "[1, 2]", "--format", "csv").out
    by_tab = autodiff("trace", "max(x)*2", "--x", "[1, 2]", "--format", "tsv").out
    rows = list(csv.DictReader(io.StringIO(by_comma)))
    assert rows == list(csv.DictReader(io.StringIO(by_tab), delimiter="\t"))
    assert [row["pass"] for row in rows] == ["input", "forward", "forward", "backward", "backward", "gradient"]
    assert rows[0]["value"] == "[1.0, 2.0]"


def test_json_has_every_number_and_its_place(autodiff: Any) -> None:
    source = "x*log(x)"
    found = json.loads(autodiff("trace", source, "--x", "0", "--json").out)
    assert [source[step["start"] : step["end"]] for step in found["forward"]] == ["log(x)", "x*log(x)"]
    assert [visit["grad_fn"] for visit in found["backward"]] == ["MulBackward0", "LogBackward0"]
    assert found["forward"][0]["value"] is None
    assert found["nonfinite"]["forward[0].value"] == "-inf"
    assert [c["from"] for c in found["leaves"]["x"]] == ["v2", "v1"]


def test_markdown_rows_have_as_many_cells_as_headers(autodiff: Any) -> None:
    out = autodiff("trace", "abs(x) * y", "--x", "[1, 2]", "--y", "2", "--format", "markdown").out
    tables = re.findall(r"((?:^\|.*\n)+)", out, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_latex_balances_its_braces_and_environments(autodiff: Any) -> None:
    source = "a_1 = x*1e-9; where(x > 0, a_1.exp(), A[0]) % 3"
    out = autodiff("trace", source, "--x", "2", "--A", "[1]", "--format", "latex").out
    assert out.count("{") == out.count("}")
    assert out.count("\\begin{tabular}") == out.count("\\end{tabular}") == 3
    assert out.count("$") % 2 == 0
    assert "\\texttt{where(x > 0, a\\_1.exp(), A[0]) \\% 3}" in out


SOURCE = ("sum(A@x*cos(y))", "--A", "[[1,2],[3,4]]", "--x", "[1, 2]", "--y", "1", "--format", "pretty")
SHOWN = ("SumBackward0", "MvBackward0", "sum(A@x*cos(y))", "[[0.540302,1.0806],[0.540302,1.0806]]", "outer(g,x)")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_columns_stay_within_the_window(width: int, autodiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = autodiff("trace", *SOURCE).out.splitlines()
    assert max(map(len, lines)) <= width
    # What is folded is whole when read down its columns: no character is gone.
    assert Counter("".join(lines)) >= Counter("".join(autodiff_at(1000, autodiff, monkeypatch).split()))


@pytest.mark.parametrize("width", [20, 30, 40])
def test_nothing_is_lost_in_a_narrow_window(width: int, autodiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    out = autodiff_at(width, autodiff, monkeypatch)
    assert max(map(len, out.splitlines())) <= width
    squeezed = "".join(out.split())
    for text in SHOWN:
        assert text in squeezed


def autodiff_at(width: int, autodiff: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is printed in a window of so many columns."""
    monkeypatch.setenv("COLUMNS", str(width))
    return autodiff("trace", *SOURCE).out


def test_a_value_without_a_gradient_has_a_forward_pass_alone(autodiff: Any) -> None:
    result = autodiff("trace", "x > 2", "--x", "3")
    assert result.out == "input\tx\t3.0\nforward\tv1\tx > 2\tTrue\t\n"
    assert "has no derivative" in result.err


def test_precision_is_for_people(autodiff: Any) -> None:
    assert "-0.29 " in autodiff("trace", "sin(x**2)", "--x", "4", "--format", "pretty", "--precision", "2").out
    assert "-0.2879033166650653" in autodiff("trace", "sin(x**2)", "--x", "4", "--precision", "2").out
