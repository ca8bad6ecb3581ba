"""`autodiff map`: what is computed for the rows of a table, and what is said about them."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autodiff.parser.frames import arrow_import

TABLE = "id,x,y,note\n1,2,3,a\n2,,1,b\n3,abc,1,c\n4,1e3,0.5,d\n"


@pytest.fixture(params=["with pyarrow", "without pyarrow"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Once with pyarrow, where it is installed, and once as if it were not."""
    if request.param == "with pyarrow":
        pytest.importorskip("pyarrow")
        yield
        return
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    arrow_import.has_arrow.cache_clear()
    yield
    arrow_import.has_arrow.cache_clear()


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a text into the file `table.csv` of the current directory, an empty one."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return write


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize(
    "expression",
    [
        "sin(x**2)*exp(-y) + log(x*y)",
        "x*0 + 1",
        "x**40*1e-9/y",
        "sqrt(x - 1) if x > y else y*2",
        "relu(x - y) + max(x, y)",
        "lgamma(x) + erf(y)",
        "1/(x - 1)",
        "t = x*y; t**2 + e",
        # Numbers that have names are numbers, and no columns.
        "xlogy(x - 1, nan) + x**e*y",
        "root(x, y)",
        # Some rows are refused.
        "binary_cross_entropy(x, y/y)",
        "log(inverse([[x, 1], [1, y]])[0, 0])",
    ],
)
def test_the_numbers_are_those_of_eval_row_by_row(autodiff, evaluate, expression: str) -> None:
    points = [("1", "2"), ("0.1", "-3.5"), ("3", "1e-7"), ("2", "0"), ("1e100", "7"), ("1", "1")]
    given = "x,y\n" + "".join(f"{x},{y}\n" for x, y in points)
    names = [name for name in ("x", "y") if name in expression.replace("exp", "").replace("max", "")]
    result = autodiff("map", expression, stdin=given)
    assert result.code in (0, 1), result.err
    for row, point in zip(cells(result.out), points, strict=True):
        values = dict(zip("xy", point, strict=True))
        expected = evaluate(expression, *(f"--{name}={values[name]}" for name in names))
        if expected.code:
            assert row["value"] == ""
            continue
        assert {"value": row["value"], **{f"grad.{name}": row[f"d_{name}"] for name in names}} == {
            key: text for key, text in expected.facts.items() if key != "grad_fn"
        }


@pytest.mark.usefixtures("either")
def test_an_index_may_be_a_column_that_is_not_differentiated_by(autodiff) -> None:
    result = autodiff("map", "[5, 6*y, 7, 8][x]", "--const", "x", stdin="x,y\n1,2\n3,2\n0.5,2\n")
    assert result.out == "x,y,value,d_y\n1,2,12.0,6.0\n3,2,8.0,0.0\n0.5,2,,\n"


@pytest.mark.usefixtures("either")
def test_new_columns_stand_behind_the_old_ones(autodiff) -> None:
    result = autodiff("map", "x*y", stdin="y,x,z\n2,3,q\n")
    assert (result.code, result.out) == (0, "y,x,z,value,d_x,d_y\n2,3,q,6.0,2.0,3.0\n")


@pytest.mark.usefixtures("either")
def test_an_empty_cell_stays_empty_and_text_in_place_of_a_number_is_the_error_of_its_row(autodiff) -> None:
    result = autodiff("map", "x*2", stdin=TABLE)
    assert result.code == 1
    assert [row["value"] for row in cells(result.out)] == ["4.0", "", "", "2000.0"]
    assert "error[row]: line 4: `x` is `abc`, not a number\n" in result.err
    assert "4 rows: 2 ok, 1 empty, 1 failed, " in result.err


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize(("text", "value"), [("nan", "nan"), ("inf", "inf"), ("-Infinity", "-inf"), ("1e999", "inf")])
def test_a_number_that_is_not_finite_is_a_number(autodiff, text: str, value: str) -> None:
    assert cells(autodiff("map", "x+1", stdin=f"x\n{text}\n").out)[0]["value"] == value
    assert json.loads(autodiff("map", "x+1", "--format", "jsonl", "--only-new", stdin='{"x": 1}\n').out) == {
        "value": 2.0,
        "d_x": 1.0,
    }


@pytest.mark.usefixtures("either")
def test_the_first_row_with_a_result_that_is_not_finite_is_explained(autodiff) -> None:
    result = autodiff("map", "y*log(x)", stdin="x,y\n1,2\n,1\n0,3\n-1,3\n")
    assert result.code == 0
    assert "4 rows: 3 ok, 1 empty, 2 not finite, " in result.err
    assert "note: line 4 is the first with a result that is not finite\nwarning[nonfinite]: the value is -inf\n" in (
        result.err
    )
    assert "1 | y*log(x)\n  |   ^^^^^^\n" in result.err
    assert "not finite" not in autodiff("map", "y*log(x)", stdin="x,y\n1,2\n,1\n").err


@pytest.mark.usefixtures("either")
def test_a_derivative_that_is_not_finite_in_a_list_of_numbers_is_explained_too(autodiff) -> None:
    table = '{"x": [1.0, 4.0], "a": 1}\n{"x": [0.0, 4.0], "a": 1}\n'
    result = autodiff("map", "a*sqrt(x).sum()", "--wrt", "x", stdin=table)
    assert "note: line 2 is the first with a result that is not finite\nwarning[nonfinite]: grad.x is" in result.err
    assert "^^^^^^^" in result.err


@pytest.mark.usefixtures("either")
def test_strict_json_has_null_for_what_is_not_finite_and_says_what_it_is(autodiff) -> None:
    result = autodiff("map", "log(x)", stdin='{"x": 0}\n{"x": 1}\n{"x": -1}\n{}\n')
    assert result.out == (
        '{"x": 0, "value": null, "d_x": null, "nonfinite": {"value": "-inf", "d_x": "inf"}}\n'
        '{"x": 1, "value": 0.0, "d_x": 1.0}\n'
        '{"x": -1, "value": null, "d_x": -1.0, "nonfinite": {"value": "nan"}}\n'
        '{"value": null, "d_x": null}\n'
    )


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("options", [(), ("--only-new",), ("--overwrite",), ("--prefix", "p_"), ("--const", "v")])
@pytest.mark.parametrize("first", ["", '"nonfinite": {"other": "inf", "value": "nan"}, ', '"n": 9007199254740993, '])
def test_every_null_of_a_result_is_named_in_nonfinite(autodiff, options: tuple[str, ...], first: str) -> None:
    given = f'{{{first}"v": [0, 1]}}\n{{"v": [1, 1]}}\n'
    result = autodiff("map", "1/v", *options, stdin=given)
    assert result.code == 0, result.err
    row, other = (json.loads(line) for line in result.out.splitlines())
    name = "p_value" if "p_" in options else "value"
    assert row[name] == [None, 1.0]
    assert row["nonfinite"][f"{name}[0]"] == "inf"
    assert ("other" in row["nonfinite"]) == ("other" in first and "--only-new" not in options)
    assert "nonfinite" not in other
    assert row.get("n", 9007199254740993) == 9007199254740993


@pytest.mark.usefixtures("either")
def test_errors_skip_leaves_out_the_rows_that_fail(autodiff) -> None:
    result = autodiff("map", "x*2", "--errors", "skip", stdin=TABLE)
    assert result.code == 1
    assert [row["id"] for row in cells(result.out)] == ["1", "2", "4"]
    given = '{"x": "a"}\n{"x": 1}\n{"x": [2]}\n{"x": 3}\n{"x": "b"}\n'
    result = autodiff("map", "x*2", "--errors", "skip", "--const", "x", stdin=given)
    assert result.out == '{"x": 1, "value": 2.0}\n{"x": 3, "value": 6.0}\n'


@pytest.mark.usefixtures("either")
def test_errors_stop_writes_no_row_from_the_first_that_fails_and_no_file(autodiff, table) -> None:
    table(TABLE)
    result = autodiff("map", "x*2", "table.csv", "--errors", "stop")
    assert (result.code, [row["id"] for row in cells(result.out)]) == (1, ["1", "2"])
    result = autodiff("map", "x*2", "table.csv", "--errors", "stop", "-o", "new.csv")
    assert (result.code, os.listdir()) == (1, ["table.csv"])
    assert "`new.csv` is not written" in result.err


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize(
    ("options", "header"),
    [
        ([], "value,d_x,d_y"),
        (["--wrt", "y"], "value,d_y"),
        (["--wrt", "y,x"], "value,d_y,d_x"),
        (["--wrt", "a"], "value,d_a"),
        (["--const", "x,y"], "value"),
        (["--hessian"], "value,d_x,d_y,d2_x_x,d2_x_y,d2_y_y"),
        (["--order", "3", "--wrt", "x"], "value,d_x,d2_x,d3_x"),
        (["--prefix", "f_"], "f_value,f_d_x,f_d_y"),
        (["--keep", "v,u"], "u,v,value,d_x,d_y"),
    ],
)
def test_options_choose_the_new_columns(autodiff, options: list[str], header: str) -> None:
    result = autodiff(
        "map", "u = a*x**3/y; v = u**2; sin(v)", "--a", "2", "--only-new", *options, stdin="x,y\n0.5,2\n0.25,1\n"
    )
    assert result.code == 0, result.err
    assert sorted(result.out.splitlines()[0].split(",")) == sorted(header.split(","))
    assert len(result.out.splitlines()) == 3
    assert "," * header.count(",") == "".join(c for c in result.out.splitlines()[1] if c == ",")


@pytest.mark.usefixtures("either")
def test_kept_names_and_second_derivatives_have_their_values(autodiff) -> None:
    result = autodiff("map", "u = x*y; u**2", "--keep", "u", "--hessian", stdin="x,y\n2,3\n")
    assert {name: float(value) for name, value in cells(result.out)[0].items()} == {
        "x": 2,
        "y": 3,
        "u": 6,
        "value": 36,
        "d_x": 36,
        "d_y": 24,
        "d2_x_x": 18,
        "d2_x_y": 24,
        "d2_y_y": 8,
    }


@pytest.mark.usefixtures("either")
def test_rename_gives_a_variable_a_column_of_any_name(autodiff) -> None:
    result = autodiff("map", "m*v", "--rename", "m=mass (kg)", stdin='v,mass (kg)\n2,"3"\n')
    assert result.out == 'v,mass (kg),value,d_m,d_v\n2,"3",6.0,2.0,3.0\n'


@pytest.mark.usefixtures("either")
def test_overwrite_replaces_columns_and_only_these(autodiff) -> None:
    given = 'value,x,"d_x",z\n1,"2","a,""b",  q\n"9,9",3,,"r"\n'
    refused = autodiff("map", "x*2", stdin=given)
    assert (refused.code, refused.out) == (2, "")
    assert "has a column `value` already" in refused.err
    assert "--overwrite" in refused.err
    assert autodiff("map", "x*2", "--overwrite", stdin=given).out == ('x,z,value,d_x\n"2",  q,4.0,2.0\n3,"r",6.0,2.0\n')
    given = '{"x": 1.50, "value": 2}\n{"x": 2.50}\n'
    assert autodiff("map", "x*2", "--overwrite", "--const", "x", stdin=given).out == (
        '{"x": 1.5, "value": 3.0}\n{"x": 2.50, "value": 5.0}\n'
    )


@pytest.mark.usefixtures("either")
def test_a_text_can_be_declared_to_mean_an_empty_cell(autodiff) -> None:
    given = "x\n1\nNA\n-\n"
    assert autodiff("map", "x", "--null", "NA", "--null", "-", stdin=given).code == 0
    assert autodiff("map", "x", stdin=given).code == 1


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize(
    ("args", "message", "help"),
    [
        (["spede*2"], "`table.csv` has no column `spede`", "did you mean `speed`?"),
        (["q*2"], "`table.csv` has no column `q`", "its columns are `speed`, `Mass (kg)` and `e`"),
        (["mass*2"], "`table.csv` has no column `mass`", 'write `--rename mass="Mass (kg)"`'),
        (["m*2", "--rename", "m=Mass (g)"], "no column `Mass (g)`", "did you mean `Mass (kg)`?"),
        (["m*2", "--rename", "n=speed", "--m", "1"], "--rename names `n`", "its variable is `m`"),
        (["speed*2", "--a", "1"], "there is no variable `a`", "its variable is `speed`"),
        (["speed*2", "--keep", "u"], "--keep names `u`", "to name a result"),
        (["u = speed; u", "--keep", "v"], "--keep names `v`", "it assigns `u`"),
        (["speed", "--wrt", "sped"], "--wrt names `sped`", "did you mean `speed`?"),
        (["speed", "missing.csv"], "there is no file `missing.csv`", ""),
        ([], "the expression is missing", ""),
    ],
)
def test_a_mistake_is_reported_before_the_first_row(autodiff, table, args: list[str], message: str, help: str) -> None:
    table("speed,Mass (kg),e\n1,2,3\n")
    words = args[:1] + ["table.csv"] * bool(args) + args[1:]
    result = autodiff("map", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help in result.err


def test_a_wrong_expression_is_an_error_as_in_eval(autodiff) -> None:
    assert autodiff("map", "sinn(x)", stdin="x\n1\n").code == 3
    assert autodiff("map", "x[0]", stdin="x\n1\n").code == 5
    result = autodiff("map", "[x, [x, x]]", stdin="x\n1\n")
    assert result.code == 5
    assert "-->" in result.err


@pytest.mark.usefixtures("either")
def test_a_column_named_like_a_constant_is_the_column(autodiff) -> None:
    assert cells(autodiff("map", "e*2", stdin="e\n10\n").out)[0]["value"] == "20.0"
    assert cells(autodiff("map", "x*pi", stdin="x\n1\n").out)[0]["value"] == "3.141592653589793"


@pytest.mark.usefixtures("either")
def test_a_given_constant_goes_before_a_column(autodiff) -> None:
    assert cells(autodiff("map", "x*y", "--y", "10", stdin="x,y\n1,2\n").out)[0] == {
        "x": "1",
        "y": "2",
        "value": "10.0",
        "d_x": "10.0",
    }


@pytest.mark.usefixtures("either")
def test_lists_of_one_length_are_vectors(autodiff) -> None:
    given = '{"v": [1, 2], "x": 3}\n{"v": null, "x": 1}\n{"v": [1, 2, 3], "x": 1}\n{"v": [1, null], "x": 1}\n'
    result = autodiff("map", "(x*v**2).sum()", "--only-new", stdin=given)
    assert result.code == 1
    nothing = '{"value": null, "d_x": null, "d_v": null}\n'
    assert result.out == '{"value": 15.0, "d_x": 5.0, "d_v": [6.0, 12.0]}\n' + nothing * 3
    assert "line 3: `v` has 3 elements, and 2 in the first row" in result.err
    assert autodiff("map", "x*v", "--only-new", "--const", "x,v", "--format", "csv", stdin=given).out.splitlines() == [
        "value",
        '"[3.0, 6.0]"',
        '""',
        '""',
        '""',
    ]


@pytest.mark.usefixtures("either")
def test_a_constant_may_be_a_list(autodiff) -> None:
    result = autodiff("map", "(w*x).sum()", "--w", "[1, 2]", "--wrt", "x,w", "--only-new", stdin="x\n2\n3\n")
    assert result.out == 'value,d_x,d_w\n6.0,3.0,"[2.0, 2.0]"\n9.0,3.0,"[3.0, 3.0]"\n'


@pytest.mark.usefixtures("either")
def test_a_result_without_variables_stands_in_every_row(autodiff) -> None:
    assert (
        autodiff("map", "2*pi", stdin="x\n1\n2\n").out == f"x,value\n1,{2 * 3.141592653589793}\n2,6.283185307179586\n"
    )


@pytest.mark.usefixtures("either")
def test_a_cell_may_be_very_long_and_a_neighbour_wrong(autodiff) -> None:
    text = "a" * 200_000
    result = autodiff("map", "2*x", "--const", "x", stdin=f"x,t\n1,{text}\nb,c\n")
    assert result.out == f"x,t,value\n1,{text},2.0\nb,c,\n"


@pytest.mark.usefixtures("either")
def test_a_row_that_fails_in_one_of_several_tables_is_named_with_its_table(autodiff, table) -> None:
    table("x\n1\n", "a.csv")
    table("x\n1\nb\n", "b.csv")
    assert "error[row]: `b.csv`, line 3: `x` is `b`" in autodiff("map", "x", "a.csv", "b.csv").err


@pytest.mark.usefixtures("either")
def test_a_table_of_no_rows_gets_its_columns(autodiff) -> None:
    assert autodiff("map", "x*2", stdin="x,y\n").out == "x,y,value,d_x\n"
    assert autodiff("map", "x*2", stdin="x,y").out == "x,y,value,d_x"


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_a_table_without_a_header_is_an_error(autodiff, text: str) -> None:
    result = autodiff("map", "x*2", stdin=text)
    assert result.code == 2
    assert "standard input has no header" in result.err


@pytest.mark.usefixtures("either")
def test_files_patterns_and_folders_are_written_as_one_table(autodiff, table) -> None:
    table("x,y\n1,2\n", "runs/year=2023/a.csv")
    table("x,y\n3,4", "runs/year=2024/b.csv")
    table("x,y\n5,6\n", "runs/year=2024/c.csv")
    table("no table", "runs/_log/d.txt")
    rows = ["1,2,2.0,2.0,1.0", "3,4,12.0,4.0,3.0", "5,6,30.0,6.0,5.0"]
    files = ["runs/year=2023/a.csv", "runs/year=2024/b.csv", "runs/year=2024/c.csv"]
    for words in (files, ["runs/year=2023/*.csv", "runs/year=2024/[bc].csv"]):
        assert autodiff("map", "x*y", *words).out.splitlines() == ["x,y,value,d_x,d_y", *rows]
    for word in ("runs", "runs/*/*.csv", "runs/year=*", str(Path("runs/**/*.csv").absolute())):
        assert autodiff("map", "x*year", word, "--const", "x").out.splitlines() == [
            "x,y,year,value,d_year",
            "1,2,2023,2023.0,1.0",
            "3,4,2024,6072.0,3.0",
            "5,6,2024,10120.0,5.0",
        ]
    result = autodiff("map", "x*y", "runs/year=*", "runs/year=2024/c.csv")
    assert result.code == 2
    assert "it lacks `year`" in result.err
    table("y,x\n1,2\n", "runs/year=2024/e.csv")
    result = autodiff("map", "x*y", "runs", "-o", "out.csv")
    assert result.code == 2
    assert "it has them in another order" in result.err
    assert not Path("out.csv").exists()


def test_without_pyarrow_other_formats_say_how_to_install_it(autodiff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    arrow_import.has_arrow.cache_clear()
    try:
        for args, given in (
            (["--format", "parquet"], b"x\n1\n"),
            (["--format", "jsonl"], b"x\n1\n"),
            ([], b"PAR1xxxx"),
            ([], b"ARROW1\0\0"),
            ([], b"\x28\xb5\x2f\xfd1234"),
        ):
            result = autodiff("map", "x", *args, stdin=given)
            assert result.code == 2, args
            assert "needs pyarrow, which is not installed" in result.err
            assert '[tables]"`' in result.err
    finally:
        arrow_import.has_arrow.cache_clear()
