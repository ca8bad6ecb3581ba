"""`autodiff map` without a table: the points of a grid."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from groups import grouped
from processes import Result

from autodiff.cli.map import grid

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes several chunks of a few points."""
    monkeypatch.setattr(grid, "_ROWS", 4)


def test_the_last_variable_varies_fastest(autodiff: Run) -> None:
    result = autodiff("map", "sin(x)*y", "--x", "0:1:11", "--y", "1:3:3")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [(row["x"], row["y"]) for row in rows[:4]] == [
        ("0.0", "1.0"),
        ("0.0", "2.0"),
        ("0.0", "3.0"),
        ("0.1", "1.0"),
    ]
    assert len(rows) == 33
    for row in rows:
        x, y = float(row["x"]), float(row["y"])
        found = [float(row[name]) for name in ("value", "d_x", "d_y")]
        assert found == pytest.approx([math.sin(x) * y, math.cos(x) * y, math.sin(x)], rel=1e-12)


def test_a_constant_is_no_column_and_not_differentiated_by(autodiff: Run) -> None:
    result = autodiff("map", "a*x", "x=0:1:3", "a=2", "--only-new")
    assert result.out == "value,d_x\n0.0,2.0\n1.0,2.0\n2.0,2.0\n"


def test_a_grid_is_written_in_every_format(autodiff: Run, tmp_path: Path) -> None:
    lines = autodiff("map", "x*y", "--x", "0:1:2", "--y", "0:1:3", "--format", "jsonl").out.splitlines()
    assert json.loads(lines[5]) == {"x": 1.0, "y": 1.0, "value": 1.0, "d_x": 1.0, "d_y": 1.0}
    pytest.importorskip("pyarrow")
    for ending in ("parquet", "arrow", "arrows", "tsv", "csv.gz"):
        path = str(tmp_path / f"grid.{ending}")
        assert autodiff("map", "x*y", "--x", "0:1:2", "--y", "0:1:3", "-o", path).code == 0
        again = autodiff("map", "x*y", path, "--overwrite", "--format", "jsonl").out.splitlines()
        assert list(map(json.loads, again)) == list(map(json.loads, lines))


def test_what_goes_wrong_at_a_point_is_said_with_the_point(autodiff: Run) -> None:
    result = autodiff("map", "log(x)*y", "--x", "-1:1:3", "--y", "1:2:2")
    assert "note: x = -1.0, y = 1.0 is the first with a result that is not finite" in result.err


@grouped(
    "words, said",
    [
        (["map", "x*y", "--x", "0:1"], "the variable `y` has no value"),
        (["map", "x", "--x", "0:1", "--y", "0:1"], "there is no variable `y`"),
        (["map", "x", "--x", "0:1", "table.csv"], "`table.csv` is a table, and ranges are given in place of one"),
        (["map", "x", "--x", "0:1", "-"], "`-` is a table"),
        (["map", "x", "--x", "0:1", "x=2"], "`x` is given twice"),
        (["map", "x", "--x", "0:10:5"], "`0:10:n=5` for 5 values, `0:10:step=5` for steps of 5"),
        (["map", "x", "--x", "0:1", "--rename", "x=y"], "--rename is for tables"),
        (["map", "x", "--x", "0:1", "--encoding", "latin-1"], "--encoding is for tables"),
        (["map", "value*2", "--value", "0:1"], "the grid has a column `value` already"),
        (["map", "x + y", "--x", "0:1:n=9000000000", "--y", "0:1:n=9000000000"], "points together"),
        (["eval", "x", "--x", "0:1"], "`autodiff map EXPR --x 0:1`"),
        (["eval", "x", "x=0:1"], "a range is no single value"),
        (["check", "x", "--x", "[0:1]"], "`autodiff map EXPR --x 0:1`"),
        (["batch", "--x", "0:1"], "a range is no single value"),
    ],
)
def test_ranges_that_have_no_place_say_what_to_do(autodiff: Run, words: list[str], said: str) -> None:
    result = autodiff(*words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
