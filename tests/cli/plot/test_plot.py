"""`autodiff plot`: pictures, what is listed below them, and the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from groups import grouped
from processes import Result

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "30")


@grouped(
    "expression, span, lines",
    [
        ("sin(x)", "2:4", ["root x = 3.14159", "inflection x = 3.14159 value 0, slope -1"]),
        ("tan(x)", "1:2", ["pole x = 1.5708 from inf to -inf"]),
        ("1/x**2", "-1:1", ["pole x = 0 inf on both sides"]),
        ("abs(x - 0.3)", "-1:1", ["root x = 0.3", "minimum x = 0.3 value 0", "kink x = 0.3 value 0, slopes -1 and 1"]),
        ("floor(x)", "0.5:1.5", ["jump x = 1 from 0 to 1"]),
        ("sqrt(x)", "-1:1", ["edge x = 0 value 0, nothing to the left"]),
        ("log(x)", "-1:0.5", ["pole x = 0 -inf from the right, nothing to the left"]),
        ("sin(x)/x", "-1:1", ["hole x = 0 no value there, 1 on both sides"]),
        ("exp(1000*x)", "-1:1", ["edge x = 0.709783 beyond the largest number to the right"]),
        ("2 - x if x < 1 else x", "0:3", ["minimum x = 1 value 1", "kink x = 1 value 1, slopes -1 and 1"]),
        ("x*0 + 3", "-1:1", []),
        ("pi", "-1:1", []),
        ("x > 0.5", "0:1", ["jump x = 0.5 from 0 to 1"]),
    ],
)  # fmt: skip
def test_what_there_is_to_see_is_listed_below_the_picture(
    autodiff: Run, expression: str, span: str, lines: list[str]
) -> None:
    result = autodiff("plot", expression, "--x", span, "--only", "value")
    assert (result.code, result.err) == (0, "")
    picture, _, listing = result.out.partition("x\n\n") if lines else (result.out, "", "")
    assert [" ".join(line.split()) for line in listing.splitlines()] == lines
    assert max(map(len, picture.splitlines())) <= 60
    assert result.out.isascii()


def test_each_derivative_has_a_panel(autodiff: Run) -> None:
    out = autodiff("plot", "x**3", "--x", "-1:1", "--order", "2").out
    panels = [line.split()[0] for line in out.splitlines() if line.startswith(("value", "d_x", "d2_x"))]
    assert panels == ["value", "d_x", "d2_x"]
    out = autodiff("plot", "x**2", "--x", "-1:1", "--only", "d_x").out
    assert "value" not in out
    assert out.endswith("d_x:\nroot  x = 0\n")


def test_several_expressions_share_the_picture(autodiff: Run) -> None:
    out = autodiff("plot", "x**2", "a*x", "a=2", "--x", "-1:3").out
    assert "** x**2   ++ a*x" in out
    assert "\nx**2:\nroot     x = 0\n" in out
    assert "\na*x:\nroot  x = 0\n" in out


def test_expressions_come_from_diff_too(autodiff: Run) -> None:
    derivatives = autodiff("diff", "x**3*y").out
    out = autodiff("plot", "--x", "-1:1:n=2", "--y", "2", "--format", "csv", "--only", "value", stdin=derivatives).out
    assert out.splitlines()[1:] == ["3*x**2*y,-1.0,6.0", "3*x**2*y,1.0,6.0", "x**3,-1.0,-1.0", "x**3,1.0,1.0"]


def test_the_numbers_are_those_of_map(autodiff: Run) -> None:
    words = ["a*sin(x)", "--a", "2", "--x", "0:1:0.25"]
    assert autodiff("plot", *words, "--format", "csv").out == autodiff("map", *words).out
    only = autodiff("plot", *words, "--format", "tsv", "--only", "d_x").out.splitlines()
    assert only[:2] == ["x\td_x", "0.0\t2.0"]
    level = autodiff("plot", "x**2", "y", "--x", "0:1:2", "--y", "3", "--format", "csv").out.splitlines()
    assert level[3:] == ["y,0.0,3.0,0.0", "y,1.0,3.0,0.0"]
    several = autodiff("plot", "x", "-x", "--x", "0:1:2", "--format", "csv").out.splitlines()
    assert several == ["expr,x,value,d_x", "x,0.0,0.0,1.0", "x,1.0,1.0,1.0", "-x,0.0,-0.0,-1.0", "-x,1.0,-1.0,-1.0"]


def test_json_has_the_points_and_what_there_is_to_see(autodiff: Run) -> None:
    found = json.loads(autodiff("plot", "1/x", "--x", "-1:1:3", "--json").out)
    assert found["points"] == {"x": [-1.0, 0.0, 1.0], "value": [-1.0, None, 1.0], "d_x": [-1.0, None, -1.0]}
    assert found["features"] == [{"kind": "pole", "x": 0.0, "value": None, "sides": [None, None]}]
    assert found["nonfinite"]["features[0].sides[0]"] == "-inf"
    plain = autodiff("plot", "sin(x)", "--x", "1:4", "--format", "plain").out.splitlines()
    assert plain[0] == "maximum\t1.5707963267948966\t1.0\t1.0\t1.0"
    assert float(plain[1].split("\t")[1]) == math.pi


def test_points_of_a_table_are_drawn_over_the_curve(autodiff: Run, tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("x,y\n0,9\n1,\n2,4\n")
    result = autodiff("plot", "x", "--x", "0:2", "--data", str(table), "--only", "value")
    assert "o data" in result.out
    assert " 9+" not in result.out
    assert "note: 1 of 3 points have no numbers, and are not drawn" in result.err
    table.write_text("x,y,z\n0,9,1\n")
    unclear = autodiff("plot", "x", "--x", "0:2", "--data", str(table))
    assert "`--response y`" in unclear.err
    assert autodiff("plot", "x", "--x", "0:2", "--data", str(table), "--response", "z").code == 0


def test_parameters_come_from_what_fit_wrote(autodiff: Run, tmp_path: Path) -> None:
    path = tmp_path / "fit.json"
    path.write_text('{"parameters": {"a": {"value": 3.0, "se": 0.1}}, "fixed": {"b": 1.0}, "rows": 5}')
    out = autodiff("plot", "a*x + b", "--vars", str(path), "--x", "0:1:2", "--format", "csv", "--only", "value").out
    assert out == "x,value\n0.0,1.0\n1.0,4.0\n"


def test_two_ranges_give_contours_and_points_without_a_gradient(autodiff: Run) -> None:
    result = autodiff("plot", "x**2 - y**2 + a", "--x", "-1:1", "--y", "-1:1", "--a", "1")
    assert result.out.endswith("saddle point  x = 0, y = 0  value 1, curvatures -2 and 2\n")
    assert result.out.isascii()
    pole = autodiff("plot", "x*y/(x - y)", "--x", "-1:1", "--y", "-1:1.1")
    assert (pole.code, pole.err) == (0, "")
    nowhere = autodiff("plot", "log(-x**2 - 1) + y", "--x", "-1:1", "--y", "-1:1")
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "is finite nowhere" in nowhere.err


def test_jumps_are_found_without_a_derivative(autodiff: Run) -> None:
    result = autodiff("plot", "x + x//0.5", "--x", "0.1:0.9")
    assert result.out.endswith("x\n\njump  x = 0.5  from 0.5 to 1.5\n")
    assert "has no derivative by `x`" in result.err


def test_a_curve_without_a_value_is_said_to_have_none(autodiff: Run) -> None:
    result = autodiff("plot", "log(x)", "--x", "-2:-1")
    assert result.code == 1
    assert "`log(x)` is finite nowhere" in result.err
    many = autodiff("plot", "sin(1/x)", "--x", "0:1", "--only", "value")
    assert "too many of these to tell them apart: inflection" in many.err


@grouped(
    "words, code, said",
    [
        (["sin(x)"], 2, 'write `autodiff plot "sin(x)" --x 0:1`'),
        (["sin(x)", "--x", "3"], 2, "no variable is given a range"),
        (["sin(x)", "--y", "0:1"], 2, "there is no variable `y`"),
        (["sin(x)*y", "--x", "0:1"], 2, "the variable `y` has no value"),
        (["x+y+z", "--x", "0:1", "--y", "0:1", "--z", "0:1"], 2, "a picture has room for two"),
        (["x*y", "x+y", "--x", "0:1", "--y", "0:1"], 2, "contours are those of one expression"),
        (["x*y", "--x", "0:1", "--y", "0:1", "--order", "2"], 2, "--order is for curves"),
        (["[x, 2*x]", "--x", "0:1"], 2, "is a list of 2 numbers"),
        (["x", "--x", "0:1", "--only", "dx"], 2, "did you mean `d_x`?"),
        (["x > 0", "--x", "0:1", "--only", "d_x"], 2, "has no derivative `d_x`"),
        (["x", "--x", "0:1", "--only", "d_x", "--order", "2"], 2, "takes no --order"),
        (["value", "--value", "0:1"], 2, "have one name"),
        (["x", "--x", "0:1", "--ylim", "3"], 2, "--ylim takes LOW:HIGH"),
        (["x", "--x", "0:1", "-o", "f.jpg"], 2, "name a file ending in .svg, .png, .pdf"),
        (["x", "--x", "0:1", "-o", "f.svg", "--format", "csv"], 2, "-o draws a picture"),
        (["x", "--x", "0:1", "--response", "y"], 2, "--data TABLE"),
        (["x", "--x", "-1e308:1e308"], 2, "is too wide"),
        (["x + y", "--x", "-1e308:1e308", "--y", "0:1"], 2, "is too wide"),
        (["sinn(x)", "--x", "0:1"], 3, "unknown function `sinn`"),
        ([], 3, "the expression is empty"),
    ],
)
def test_a_wrong_call_says_what_was_meant(autodiff: Run, words: list[str], code: int, said: str) -> None:
    result = autodiff("plot", *words)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
