"""`autodiff fit`: what is read, printed, written and said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from groups import grouped

Run = Callable[..., Any]
TABLE = "x,y,dy,batch\n" + "".join(f"{x},{2 * x + 1 + (-1) ** x / 8},0.5,{'AB'[x % 2]}\n" for x in range(12))
LINE = ("fit", "a*x + b", "table.csv", "--response", "y", "--a", "1", "--b", "0")


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def cells(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_a_number_can_be_had_alone(autodiff: Run) -> None:
    result = autodiff(*LINE, "--get", "a", "--get", "rows")
    assert result.code == 0
    value, rows = result.out.splitlines()
    assert float(value) == pytest.approx(2, abs=0.01)
    assert rows == "12"


def test_the_response_may_stand_before_a_tilde(autodiff: Run) -> None:
    words = ("fit", "y ~ a*x + b", "table.csv", "--a", "1", "--b", "0")
    assert autodiff(*words).out == autodiff(*LINE).out


@grouped("response", ["2*x + 1", "0*x + 3", "0*x", "1e9 + x", "1e-100*x"])
def test_a_model_that_meets_every_row_has_errors_that_say_nothing(autodiff: Run, response: str) -> None:
    said = autodiff("fit", "a*x + b", "table.csv", "--response", response, "--a", "1", "--b", "2").err
    assert "meets every row" in said
    assert "keep their sign" not in said


def test_a_model_with_residuals_is_not_said_to_meet_every_row(autodiff: Run) -> None:
    assert "meets every row" not in autodiff(*LINE).err


def test_columns_of_an_earlier_fit_are_replaced_or_called_otherwise(autodiff: Run, tmp_path: Path) -> None:
    autodiff(*LINE, "-o", "fitted.csv")
    again = [word.replace("table.csv", "fitted.csv") for word in LINE]
    assert "`--overwrite`" in autodiff(*again, "-o", "other.csv").err
    assert autodiff(*again, "-o", "other.csv", "--overwrite").code == 0
    assert (tmp_path / "other.csv").read_text() == (tmp_path / "fitted.csv").read_text()
    assert autodiff(*again, "-o", "other.csv", "--prefix", "new_").code == 0
    assert "new_fitted" in (tmp_path / "other.csv").read_text()


def test_plain_has_a_fact_a_line_and_csv_a_row_a_parameter(autodiff: Run) -> None:
    facts = dict(line.split("\t") for line in autodiff(*LINE).out.splitlines())
    rows = list(csv.DictReader(io.StringIO(autodiff(*LINE, "--format", "csv").out)))
    assert [row["parameter"] for row in rows] == ["a", "b"]
    assert rows[0]["value"] == facts["estimate.a"]
    assert rows[0]["se"] == facts["se.a"]
    assert facts["status"] == "converged"


def test_json_has_the_covariance(autodiff: Run) -> None:
    found = json.loads(autodiff(*LINE, "--json").out)
    assert found["covariance"]["a"]["a"] == pytest.approx(found["parameters"]["a"]["se"] ** 2)
    assert found["status"] == "converged"


def test_pretty_shows_parameters_and_correlations(autodiff: Run) -> None:
    out = autodiff(*LINE, "--format", "pretty").out
    assert "std. error" in out
    assert "correlations" in out
    assert "10 degrees of freedom (12 rows)" in out


@pytest.mark.parametrize("name", ["fitted.csv", "fitted.jsonl", "fitted.parquet"])
def test_the_table_is_written_with_fitted_columns(autodiff: Run, tmp_path: Path, name: str) -> None:
    pytest.importorskip("pyarrow")
    result = autodiff(*LINE, "-o", name)
    assert result.code == 0, result.err
    back = autodiff("map", "y - fitted - residual", name, "--only-new", "--format", "csv")
    assert {abs(float(row["value"])) < 1e-12 for row in csv.DictReader(io.StringIO(back.out))} == {True}


def test_bands_are_those_of_linear_regression(autodiff: Run, tmp_path: Path) -> None:
    autodiff(*LINE, "-o", "fitted.csv")
    rows = cells(tmp_path / "fitted.csv")
    x, y = (np.array([float(row[name]) for row in rows]) for name in "xy")
    design = np.column_stack([x, np.ones(12)])
    inverse = np.linalg.inv(design.T @ design)
    solution = inverse @ design.T @ y
    variance = float(((y - design @ solution) ** 2).sum()) / 10
    t = 2.2281388519649385
    half = t * np.sqrt(variance * np.einsum("ni,ij,nj->n", design, inverse, design))
    further = t * np.sqrt(variance + variance * np.einsum("ni,ij,nj->n", design, inverse, design))
    assert [float(row["low"]) for row in rows] == pytest.approx(design @ solution - half, rel=1e-9)
    assert [float(row["predicted_high"]) for row in rows] == pytest.approx(design @ solution + further, rel=1e-9)


def test_standard_input_is_fitted_and_written_too(autodiff: Run, tmp_path: Path) -> None:
    words = [word for word in LINE if word != "table.csv"]
    result = autodiff(*words, "-o", "fitted.csv", stdin=TABLE)
    assert result.code == 0, result.err
    assert (tmp_path / "fitted.csv").read_text().startswith("x,y,dy,batch,fitted,residual,")


def test_groups_have_parameters_of_their_own(autodiff: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    result = autodiff(*LINE, "--by", "batch", "--shared", "a", "--format", "csv", "-o", "fitted.csv")
    assert [line.split(",")[0] for line in result.out.splitlines()[1:]] == ["a", "b[A]", "b[B]"]
    rows = cells(tmp_path / "fitted.csv")
    assert max(abs(float(row["residual"])) for row in rows) < 1e-9


def test_a_picture_has_rows_model_band_and_residuals(autodiff: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = autodiff(*LINE, "-o", "fit.svg", "-o", "fitted.csv")
    assert result.code == 0, result.err
    text = (tmp_path / "fit.svg").read_text()
    assert all(f">{word}<" in text for word in ("a*x + b", "95 % band", "model", "rows", "residual", "y", "x"))
    assert (tmp_path / "fitted.csv").exists()
    other = autodiff(*LINE, "-o", "fit.jpg")
    assert (other.code, "name a file ending in" in other.err) == (2, True)


def test_rows_with_empty_cells_are_left_out_and_others_have_to_be_numbers(autodiff: Run, table: Path) -> None:
    table.write_text(TABLE + "13,,1,A\n")
    result = autodiff(*LINE, "--get", "rows", "-o", "fitted.csv")
    assert result.out == "12\n"
    assert "1 row with an empty cell is left out" in result.err
    assert (table.parent / "fitted.csv").read_text().endswith("13,,1,A,,,,,,\n")
    table.write_text(TABLE + "14,much,1,A\n")
    stopped = autodiff(*LINE)
    assert stopped.code == 2
    assert "line 14" in stopped.err
    assert "`--errors skip`" in stopped.err
    assert autodiff(*LINE, "--errors", "skip", "--get", "rows").out == "12\n"


def test_a_fit_that_is_no_answer_exits_with_1(autodiff: Run) -> None:
    result = autodiff("fit", "a*c*x + b", "table.csv", "--response", "y", "--a", "1", "--b", "0", "--c", "1")
    assert result.code == 1
    assert "warning[singular]" in result.err
    assert "`--fix c`" in result.err


def test_weights_are_deviations_in_other_words(autodiff: Run) -> None:
    one = autodiff(*LINE, "--sigma", "dy*x + 1")
    other = autodiff(*LINE, "--weights", "1/(dy*x + 1)**2")
    numbers = [dict(line.split("\t") for line in result.out.splitlines()) for result in (one, other)]
    assert float(numbers[0]["se.a"]) == pytest.approx(float(numbers[1]["se.a"]), rel=1e-12)


WRONG: list[tuple[tuple[str, ...], int, str]] = [
    ((), 2, "the expression is missing"),
    (("a*x", "table.csv", "--a", "1"), 2, "write `--response y`"),
    (("a*x + c", "table.csv", "--a", "1", "--response", "y"), 2, "a parameter needs a start: `--c 1`"),
    (("a*x", "table.csv", "--a", "1", "--response", "y - a"), 2, "depends on the parameter `a`"),
    (("a*x", "table.csv", "--a", "1", "--fix", "a", "--response", "y"), 2, "no parameter to look for"),
    (("a*x", "table.csv", "--a", "1", "--fix", "b", "--response", "y"), 2, "--fix names `b`"),
    (("a*x", "table.csv", "--a", "1", "--bound", "a=1", "--response", "y"), 2, "--bound takes NAME=LOW:HIGH"),
    (("a*x", "table.csv", "--a", "1", "--bound", "a=2:1", "--response", "y"), 2, "leave no value"),
    (("a*x", "table.csv", "--a", "1", "--bound", "a=1:1", "--response", "y"), 2, "write `--fix a`"),
    (("a*x", "table.csv", "--a", "1", "--bound", "x=0:1", "--response", "y"), 2, "--bound names `x`"),
    (("a*x", "table.csv", "--a", "1", "--shared", "a", "--response", "y"), 2, "--shared is for groups"),
    (("a*x", "table.csv", "--a", "1", "--by", "bach", "--response", "y"), 2, "did you mean `batch`?"),
    (("a*x", "table.csv", "--a", "1", "--scale", "2", "--response", "y"), 2, "--scale is for robust losses"),
    (("a*x", "table.csv", "--a", "1", "--absolute", "--response", "y"), 2, "`--sigma EXPR`"),
    (("a*x", "table.csv", "--a", "1", "--sigma", "dy", "--weights", "1", "--response", "y"), 2, "exclude each other"),
    (("a*x", "table.csv", "--a", "1", "--response", "log(y - 2)"), 2, "the response `log(y - 2)` is"),
    (("a*x", "table.csv", "--a", "1", "--sigma", "x", "--response", "y"), 2, "the deviation of the response is 0"),
    (("a*x", "table.csv", "--a", "1", "--response", "y", "--get", "rs"), 2, "did you mean `rss`?"),
    (("a*x", "table.csv", "--q", "1", "--response", "y"), 2, "there is no variable `q`"),
    (("y ~ a*x", "table.csv", "--a", "1", "--response", "y"), 2, "the response is given twice"),
    (("a*x", "table.csv", "--a", "1", "--response", "y", "-o", "-"), 2, "standard output has the report"),
    (("a*x > 2", "table.csv", "--a", "1", "--response", "y"), 5, "not a number with a derivative"),
    (("a*x", "table.csv", "--a", "1", "--response", "y", "--sigma", "a"), 2, "depends on the parameter `a`"),
    (("a*x", "table.csv", "--a", "1", "--response", "y*1e-200"), 2, "too small for numbers"),
    (("a*x", "table.csv", "--a", "1", "--response", "y*1e160"), 2, "too large for numbers"),
    (("log(a)*x", "table.csv", "--a", "-1", "--response", "y"), 5, "not finite at the start"),
]


@grouped("words, code, text", WRONG)
def test_what_is_wrong_is_said(autodiff: Run, words: tuple[str, ...], code: int, text: str) -> None:
    result = autodiff("fit", *words)
    assert text in result.err
    assert result.code == code


def test_a_folder_that_says_no_number_is_no_parameter_and_said(autodiff: Run, tmp_path: Path) -> None:
    (tmp_path / "all" / "k=a").mkdir(parents=True)
    (tmp_path / "all" / "k=a" / "rows.csv").write_text("x,y\n1,2\n2,3\n3,5\n")
    result = autodiff("fit", "c*k + d*x", str(tmp_path / "all"), "--response", "y", "--c", "1", "--d", "1")
    assert (result.code, result.out) == (2, "")
    assert "`k` is `a` in" in result.err
