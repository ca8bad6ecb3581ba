"""`autodiff propagate`: what is read, printed, written and said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from groups import grouped

Run = Callable[..., Any]
TABLE = "m,dm,v\n2,0.1,3\n2.5,0.2,-1\n,0.1,2\n"


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.csv"
    path.write_text(TABLE)
    return path


def test_plain_has_a_fact_a_line(autodiff: Run) -> None:
    result = autodiff("propagate", "m*v**2/2", "--m", "2±0.1", "v=3+-0.2")
    assert (result.code, result.err) == (0, "")
    facts = dict(line.split("\t") for line in result.out.splitlines())
    assert facts["rounded"] == "9.0+-1.3"
    assert facts["grad.m"] == "4.5"
    assert float(facts["share.m"]) + float(facts["share.v"]) == pytest.approx(1)
    assert autodiff("propagate", "2*x", "--x", "1(1)", "--get", "sd").out == "2.0\n"


def test_pretty_states_the_result_first(autodiff: Run) -> None:
    result = autodiff("propagate", "m*v", "--m", "2±0.1", "--v", "3", "--format", "pretty", "--digits", "1")
    assert result.out.startswith("6.0 ± 0.3\n")
    assert "exact" in result.out


def test_json_and_csv_have_every_number(autodiff: Run) -> None:
    words = ("propagate", "x*y", "--x", "2±0.1", "--y", "3", "--order", "2", "--check", "--draws", "1000")
    found = json.loads(autodiff(*words, "--json").out)
    assert found["inputs"]["x"]["contribution"] == pytest.approx(0.3)
    assert found["second"] == {"value": 6.0, "sd": pytest.approx(0.3)}
    assert found["check"]["draws"] == 1000
    rows = list(csv.DictReader(io.StringIO(autodiff(*words, "--format", "csv").out)))
    assert [row["variable"] for row in rows] == ["x", "y", "x*y"]


def test_rows_of_a_table_have_columns_behind(autodiff: Run) -> None:
    result = autodiff("propagate", "m*v**2/2", "run.csv", "--sigma", "m=dm", "--sigma", "v=10%")
    assert result.code == 0
    assert result.out.splitlines()[0] == "m,dm,v,value,sd,contribution_m,contribution_v"
    assert result.out.splitlines()[3] == ",0.1,2,,,,"
    rows = list(csv.DictReader(io.StringIO(result.out)))
    for row, (m, dm, v) in zip(rows, [("2", "0.1", "3"), ("2.5", "0.2", "-1")], strict=False):
        one = autodiff("propagate", "m*v**2/2", "--m", f"{m}±{dm}", "--v", f"{v}±10%")
        facts = dict(line.split("\t") for line in one.out.splitlines())
        for key in ("value", "sd", "contribution.m", "contribution.v"):
            assert float(row[key.replace(".", "_")]) == pytest.approx(float(facts[key]), rel=1e-14)


def test_rows_take_correlations_constants_and_second_order(autodiff: Run) -> None:
    words = ("--sigma", "m=dm", "--v", "3±0.2", "--correlation", "m,v=0.5", "--order", "2", "--format", "jsonl")
    (table := Path("two.csv")).write_text("m,dm\n2,0.1\n")
    found = json.loads(autodiff("propagate", "m*v**2/2", str(table), *words).out)
    one = autodiff("propagate", "m*v**2/2", "--m", "2±0.1", *words[2:-2], "--json")
    expected = json.loads(one.out)
    assert found["sd"] == pytest.approx(expected["sd"], rel=1e-14)
    assert (found["value2"], found["sd2"]) == pytest.approx(tuple(expected["second"].values()), rel=1e-14)


def test_a_fit_is_piped_on_with_its_covariance(autodiff: Run) -> None:
    Path("line.csv").write_text("x,y,g\n0,1.1,A\n1,2.9,B\n2,5.2,A\n3,6.8,B\n4,9.1,A\n5,10.9,B\n")
    words = ("fit", "a*x + b", "line.csv", "--response", "y", "--a", "1", "--b", "0", "--json")
    fit = autodiff(*words).out
    numbers = json.loads(fit)
    found = autodiff("propagate", "-b/a", "--get", "sd", stdin=fit)
    assert found.code == 0, found.err
    a, b = (numbers["parameters"][name]["value"] for name in "ab")
    c = numbers["covariance"]
    gradient = {"a": b / a**2, "b": -1 / a}
    variance = sum(gradient[i] * gradient[j] * c[i][j] for i in "ab" for j in "ab")
    assert float(found.out) == pytest.approx(variance**0.5, rel=1e-12)
    Path("fit.json").write_text(fit)
    assert autodiff("propagate", "-b/a", "--fit", "fit.json", "--get", "sd").out == found.out
    other = autodiff("propagate", "-b/a", "--fit", "fit.json", "--a", "2±0.1", "--get", "sd")
    assert "note: `a` has the value given, not that of the fit" in other.err
    groups = autodiff(*words, "--by", "g", "--shared", "a").out
    assert autodiff("propagate", "b_A - b_B", stdin=groups).code == 0
    vector = autodiff("fit", "w[0]*x + w[1]", "line.csv", "--response", "y", "--w", "[1, 0]", "--json").out
    assert autodiff("propagate", "-w[1]/w[0]", "--get", "sd", stdin=vector).out[:12] == found.out[:12]


def test_bad_fits_are_refused(autodiff: Run) -> None:
    assert "does not hold the parameters of a fit" in autodiff("propagate", "a", stdin="{}").err
    unsure = {"status": "stalled", "parameters": {}, "fixed": {}, "covariance": {}}
    assert "is no answer" in autodiff("propagate", "a", stdin=json.dumps(unsure)).err


WRONG: list[tuple[tuple[str, ...], int, str]] = [
    ((), 2, "the expression is missing"),
    (("m*v", "--m", "2±0.1"), 2, "the variable `v` has no value"),
    (("m", "--m", "2±0.1", "--q", "1"), 2, "there is no variable `q`"),
    (("m", "--m", "2±0.1±1"), 2, "two deviations"),
    (("m", "--m", "2±0.1", "--m", "3"), 2, "given twice"),
    (("m", "--m", "2±0.1", "--sigma", "m=1"), 2, "--sigma is for tables"),
    (("m", "--m", "2±0.1", "--draws", "1000"), 2, "--draws is for --check"),
    (("m", "--m", "2±0.1", "--get", "sed"), 2, "did you mean `sd`?"),
    (("m", "--m", "2±0.1", "--correlation", "m,v=0.5"), 2, "--correlation names `v`"),
    (("m*v", "run.csv"), 2, "no variable has a deviation"),
    (("m*v", "run.csv", "--sigma", "q=dm"), 2, "--sigma names `q`"),
    (("m*v", "run.csv", "--sigma", "m=dm", "--check"), 2, "--check is for one point"),
    (("m*v", "run.csv", "--sigma", "m=dm", "--json"), 2, "--format jsonl"),
    (("m*k", "run.csv", "--sigma", "m=dm"), 2, "no column `k`"),
    (("m*v", "run.csv", "--sigma", "m=-dm"), 1, "the deviation of `m` is negative"),
    (("2*pi",), 2, "the expression has no variables"),
    (("log(v)", "run.csv", "--sigma", "v=0.1"), 0, "line 3 is the first with a result that is not finite"),
    (("sinn(m)", "--m", "2±0.1"), 3, "did you mean `sin`?"),
]


@grouped("words, code, text", WRONG)
def test_what_is_wrong_is_said(autodiff: Run, words: tuple[str, ...], code: int, text: str) -> None:
    result = autodiff("propagate", *words)
    assert text in result.err
    assert result.code == code
