"""`autodiff batch`: many expressions, each with one record in the output."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from groups import grouped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytorch.recorded import entries

RECORDED = entries("expressions.jsonl")
# As in tests/pytorch/test_recorded_expressions.py, where the reasons stand.
ROUNDING = {457, 491, 496}
GAMMA = {"digamma", "lgamma"}


@pytest.fixture(scope="session")
def batch(autodiff):
    """`autodiff batch` inside this process."""
    return lambda *args, stdin="": autodiff("batch", *args, stdin=stdin)


def records(result) -> list[dict[str, Any]]:
    """The objects on the lines of JSON output."""
    return [json.loads(line) for line in result.out.splitlines()]


def as_text(entries: list[dict[str, Any]]) -> str:
    lines = []
    for entry in entries:
        values = ", ".join(f"{name} = {json.dumps(value)}" for name, value in entry["vars"].items())
        lines.append(f"{entry['expr']} where {values}" if values else entry["expr"])
    return "\n".join(lines) + "\n"


def as_jsonl(entries: list[dict[str, Any]]) -> str:
    return "".join(json.dumps({"expr": entry["expr"], "vars": entry["vars"]}) + "\n" for entry in entries)


def as_table(entries: list[dict[str, Any]], delimiter: str = ",") -> str:
    names = list(dict.fromkeys(name for entry in entries for name in entry["vars"]))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["expr", *names], delimiter=delimiter)
    writer.writeheader()
    for entry in entries:
        writer.writerow({"expr": entry["expr"], **{name: json.dumps(value) for name, value in entry["vars"].items()}})
    return text.getvalue()


WRITERS = {
    "text": as_text,
    "jsonl": as_jsonl,
    "csv": as_table,
    "tsv": lambda entries: as_table(entries, "\t"),
}


@pytest.mark.parametrize("input_format", WRITERS)
def test_the_recorded_expressions_have_their_values_and_gradients(batch, input_format: str) -> None:
    result = batch("--input-format", input_format, "--json", stdin=WRITERS[input_format](RECORDED))
    assert result.code == 0
    assert result.err.startswith("600 expressions: 600 ok, 0 failed, ")
    first = 2 if input_format in ("csv", "tsv") else 1
    found = records(result)
    assert [record["line"] for record in found] == list(range(first, first + 600))
    for entry, record in zip(RECORDED, found, strict=True):
        rtol = 1e-9 if GAMMA & set(entry["ops"]) else 1e-10
        np.testing.assert_allclose(record["value"], entry["value"], rtol)
        assert record["grad_fn"] == entry["grad_fn"]
        if entry["id"] not in ROUNDING:
            for name, gradient in entry["grad"].items():
                np.testing.assert_allclose(record["grad"][name], gradient, rtol, atol=1e-14, err_msg=entry["expr"])


@pytest.mark.parametrize("input_format", WRITERS)
@pytest.mark.parametrize("output_format", ["plain", "json", "torch"])
def test_one_bad_line_leaves_all_others_as_they_are(batch, input_format: str, output_format: str) -> None:
    entries = RECORDED[:7]
    bad = {"expr": "2 * sinn(x)", "vars": {"x": 1}}
    args = ("--input-format", input_format, "--format", output_format)
    good = batch(*args, stdin=WRITERS[input_format](entries))
    spoilt = batch(*args, "--errors", "skip", stdin=WRITERS[input_format]([*entries[:4], bad, *entries[4:]]))
    assert (good.code, spoilt.code) == (0, 1)
    assert "unknown function `sinn`" in spoilt.err

    def without_numbers(text: str) -> str:
        return "\n".join(line.partition('"ok"' if output_format == "json" else "\tok")[2] for line in text.split("\n"))

    assert without_numbers(spoilt.out) == without_numbers(good.out)


def test_a_record_has_the_keys_of_eval_and_its_line(batch, evaluate) -> None:
    (record,) = records(batch("--json", stdin="\n# squares\n\nx**2 where x = 3\n"))
    assert record.pop("line") == 4
    assert record.pop("ok") is True
    assert record == json.loads(evaluate("x**2", "--x", "3", "--json").out)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ([], "line\t1\tok\ttrue\tvalue\t9.0\tgrad_fn\tPowBackward0\tgrad.x\t6.0\n"),
        (["--get", "grad.x"], "6.0\n"),
        (["--hessian", "--get", "hessian.x.x"], "2.0\n"),
        (["--order", "2", "--get", "d2.x"], "2.0\n"),
        (["--const", "x", "--get", "value"], "9.0\n"),
        (["--wrt", "y,x", "--get", "grad.x"], "6.0\n"),
        (["--dtype", "float32", "--format", "torch"], "tensor(9., grad_fn=<PowBackward0>)\nx.grad = tensor(6.)\n\n"),
        (["--format", "pretty"], "expression  x**2\nx           3.0\nvalue       9.0\ngrad_fn     PowBackward0\n"),
    ],
    ids=str,
)
def test_the_options_of_eval_mean_the_same(batch, options: list[str], line: str) -> None:
    result = batch(*options, stdin="x**2 where x = 3")
    assert result.out.startswith(line)
    assert result.code == 0


@grouped(
    "line, value",
    [
        ("x where x = 3", "3.0"),
        ("x where x=-3", "-3.0"),
        ("x+y where x = 1, y = pi/pi", "2.0"),
        ("(x*y).sum() where x = [1, 2], y = [[1, 2], [3, 4]]", "16.0"),
        ("x where x = [1, -2e3, 0.5]", "[1.0, -2000.0, 0.5]"),
        ("x where x = [.5, 1., [2][0], 1_0]", "[0.5, 1.0, 2.0, 10.0]"),
        ("x where x = [[1, 2], [3, pi - pi]]", "[[1.0, 2.0], [3.0, 0.0]]"),
        ("x where x = hypot(3, 4)  # and a comment", "5.0"),
        ("where(x > 0, x, 0) where x = 2", "2.0"),
        ("where(x > 0, 1, x)where x=2", "1.0"),
        ("nowhere where nowhere = 2", "2.0"),
        ("where where where = 2", "2.0"),
        ("z = x*y; z + 1 where x = 2, y = 3", "7.0"),
        ("\tx\twhere\tx\t=\t3", "3.0"),
        ("π*r² where r = 1", str(np.pi)),
        ("π where π = 3", "3.0"),
        ("1 + 1", "2.0"),
        ("1 + 1 # where x = 3", "2.0"),
    ],
)
def test_a_line_of_text_may_end_in_values(batch, line: str, value: str) -> None:
    assert batch("--get", "value", stdin=line).out == value + "\n"


@grouped(
    "line, code, message",
    [
        ("2x where x = 1", "syntax", "write `2*x`"),
        ("sin(x", "syntax", "("),
        ("x + y where x = 1", "name", "`y` has no value"),
        ("x", "name", "write `where x = 1` after the expression"),
        ("PI", "name", "did you mean `pi`?"),
        ("sin", "name", "`sin` is a function"),
        ("sin(x, 2, 3, 4) where x = 1", "arity", "sin"),
        ("x + y where x = [1, 2], y = [1, 2, 3]", "shape", "size"),
        ("x where x = 1, x = 2", "record", "given twice"),
        ("x where x = 1, y", "record", "NAME = VALUE"),
        ("x where x =", "record", "NAME = VALUE"),
        ("x where x = 2y", "record", "the value of `x`"),
        ("x where x = 1, y = 2", "record", "no variable `y` in the expression"),
        ("x where x = @/etc/passwd", "record", "does not read files"),
        ("x where x = 1 where y = 2", "record", "the value of `x`"),
        ("\ufffd", "syntax", ""),
    ],
)
def test_a_line_that_is_wrong_says_why_and_what_to_do(batch, line: str, code: str, message: str) -> None:
    result = batch("--json", stdin=f"1\n{line}\n3\n")
    assert result.code == 1
    before, record, after = records(result)
    assert (before["value"], after["value"]) == (1, 3)
    assert record["ok"] is False
    assert list(record) == ["line", "ok", "expr", "error"]
    assert list(record["error"]) == ["code", "message", "line", "column", "help"]
    assert record["error"]["code"] == code
    assert message in f"{record['error']['message']} {record['error']['help']}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x**2", "not JSON"),
        ('{"expr": "x", ', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not an object"),
        ("3", "not an object"),
        ("{}", "`expr` is missing"),
        ('{"exp": "x"}', "is it `exp`?"),
        ('{"expr": 3}', "`expr` is missing or no text"),
        ('{"expr": "x", "vars": [1]}', "`vars` is not an object"),
        ('{"expr": "x", "vars": {"x": null}}', "not a number"),
        ('{"expr": "x", "vars": {"x": {}}}', "not a number"),
        ('{"expr": "x", "vars": {"x": [1, [2]]}}', "not a number"),
        ('{"expr": "x", "vars": {"x": "@a.npy"}}', "does not read files"),
        ('{"expr": "x", "vars": {"x": " @a.npy"}}', "does not read files"),
        ('{"expr": "x", "vars": {"x": 1, "y": 2}}', "no variable `y`"),
        ('{"expr": "x", "vars": {"x": 1}, "wrt": ["y"]}', "`wrt` names `y`"),
        ('{"expr": "x", "vars": {"x": 1}, "wrt": 3}', "`wrt` is not a list"),
    ],
    ids=lambda text: text[:40],
)
def test_json_that_is_no_record_fails_alone(batch, line: str, message: str) -> None:
    result = batch("--input-format", "jsonl", "--json", stdin='{"expr": "1"}\n' + line + '\n\n{"expr": "3"}\n')
    before, record, after = records(result)
    assert (result.code, before["value"], after["value"], after["line"]) == (1, 1, 3, 4)
    assert record["error"]["code"] == "record"
    assert message in f"{record['error']['message']} {record['error']['help']}"


@pytest.mark.parametrize(
    ("fields", "gradients"),
    [
        ({"vars": {"x": 3, "y": 2}}, {"x": 2, "y": 3}),
        ({"vars": {"x": "6/2", "y": True}}, {"x": 1, "y": 3}),
        ({"vars": {"x": 3, "y": 2}, "wrt": ["y"]}, {"y": 3}),
        ({"vars": {"x": 3, "y": 2}, "wrt": "y,x"}, {"y": 3, "x": 2}),
        ({"vars": {"x": 3, "y": 2}, "wrt": [], "id": 7}, {}),
        ({"vars": {"x": 10**400, "y": 0}, "wrt": ["x"]}, {"x": 0}),
    ],
    ids=str,
)
def test_a_json_record_says_its_values_and_what_to_differentiate_by(batch, fields: dict, gradients: dict) -> None:
    (record,) = records(batch("--input-format", "jsonl", "--json", stdin=json.dumps({"expr": "x*y", **fields})))
    assert record["grad"] == gradients


def test_an_empty_cell_gives_no_value_and_an_unused_one_does_not_matter(batch) -> None:
    table = "note,expr,x,e\nfirst,x*e,2,3\nsecond,x*e,2,\n,1+1,a,b\nlast,x,,\n"
    first, second, third, last = records(batch("--input-format", "csv", "--json", stdin=table))
    assert first["grad"] == {"x": 3.0, "e": 2.0}
    assert second["grad"] == {"x": np.e}
    assert third["value"] == 2
    assert "fill its cell in the column `x`" in last["error"]["help"]


def test_a_row_may_have_a_program_of_several_lines(batch) -> None:
    table = 'x,expr\r\n3,"y = x**2\r\ny + ""oops"\r\n3,"y = x**2\r\n\r\ny + 1"\r\n4,x\r\n'
    bad, good, last = records(batch("--input-format", "csv", "--json", stdin=table))
    assert (bad["line"], bad["error"]["line"]) == (2, 2)
    assert (good["line"], good["value"]) == (4, 10)
    assert (last["line"], last["value"]) == (7, 4)


@grouped(
    "row",
    ['"x**2,3', '3,"x', 'x"2,3', "x,3,4", "x", '"', '"""', 'x,3"', '"x,"3"', '"x","3', "\x00,3", ",", "sin(x,3),1"],
)
def test_a_row_with_stray_quotes_or_commas_fails_alone(batch, row: str) -> None:
    table = f'expr,x\n1+1,\n{row}\n"x*x",3\n"x",4\n"y",\n'
    result = batch("--input-format", "csv", "--json", "--y=5", stdin=table)
    assert result.code == 1
    assert [record.get("value") for record in records(result)] == [2, None, 9, 4, 5]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "is empty"),
        ("x,y\n1,2\n", "no column `expr`"),
        ("Expr,x\n", "is it `Expr`?"),
        ("expr,x,x\n", "two columns `x`"),
        ("expr,expr\n", "two columns `expr`"),
    ],
)
def test_a_table_without_a_proper_header_is_an_error_before_any_record(batch, table: str, message: str) -> None:
    result = batch("--input-format", "csv", stdin=table)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("input_format", WRITERS)
def test_the_format_goes_by_the_suffix(batch, tmp_path: Path, input_format: str) -> None:
    path = tmp_path / f"expressions.{'txt' if input_format == 'text' else input_format.upper()}"
    path.write_text(WRITERS[input_format](RECORDED[:5]))
    given_format = batch("--input-format", input_format, "--json", stdin=path.read_text())
    assert batch(str(path), "--json").out == given_format.out
    renamed = path.rename(tmp_path / "expressions")
    assert batch(str(renamed), "--input-format", input_format, "--json").out == given_format.out


def test_a_value_for_all_gives_way_to_a_records_own(batch) -> None:
    lines = "x*y where y = 2\nx*y where x = 5, y = 2\ny where y = 1\n"
    assert batch("--x", "3", "--get", "value", stdin=lines).out == "6.0\n10.0\n1.0\n"
    assert batch("-", "x=3", "--get", "value", stdin=lines).out == "6.0\n10.0\n1.0\n"


def test_a_value_for_all_may_come_from_a_file(batch, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x": 3, "unused": 1}')
    result = batch("--vars", str(path), "--get", "value", stdin="x\nx*2")
    assert result.out == "3.0\n6.0\n"
    assert "warning" not in result.err


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        (["--x", "1", "--y", "2"], "no expression has a variable `y`\n"),
        (["--x", "1", "--wrt", "x,z"], "no expression has a variable `z`, as --wrt says\n"),
        (["--x", "1", "--const", "z"], "no expression has a variable `z`, as --const says\n"),
        (
            ["--x", "1", "--job", "2"],
            "no expression has a variable `job`\n  = help: did you mean the option `--jobs`?\n",
        ),
    ],
    ids=str,
)
def test_a_name_that_no_expression_has_is_a_warning(batch, args: list[str], warning: str) -> None:
    result = batch(*args, stdin="x\n1 + x\n2")
    assert result.code == 0
    assert result.err.endswith(f"warning[unused]: {warning}")
    assert "warning" not in batch(*args, stdin="").err


def test_a_table_of_results_has_the_columns_of_all_records(batch, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x*y where x = 2, y = 3\nsinn(x)\nz**2 where z = [1, 2]\n")
    result = batch(str(path), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["ok"] for row in rows] == ["true", "false", "true"]
    assert [row["grad.x"] for row in rows] == ["3.0", "", ""]
    assert [row["grad.z"] for row in rows] == ["", "", "[2.0, 4.0]"]
    assert rows[1]["error.column"] == "1"
    tabs = batch(str(path), "--format", "tsv").out
    assert list(csv.reader(io.StringIO(tabs), delimiter="\t")) == list(csv.reader(io.StringIO(result.out)))


@pytest.mark.parametrize("options", [["--hessian"], ["--jacobian"], ["--order", "3"]], ids=str)
def test_a_table_of_results_has_a_column_for_each_derivative(batch, options: list[str]) -> None:
    table = "expr,x,y\nx**2*y,2,3\ny,,3\n"
    result = batch("--input-format", "csv", "--format", "csv", *options, stdin=table)
    named = batch("--input-format", "csv", "--format", "plain", *options, stdin=table)
    for row, line in zip(csv.DictReader(io.StringIO(result.out)), named.out.splitlines(), strict=True):
        words = line.split("\t")
        results = {key: cell for key, cell in row.items() if cell and key not in ("x", "y")}
        assert results == dict(zip(words[::2], words[1::2], strict=True))


def test_the_columns_of_a_table_cannot_come_from_text_in_a_pipe(process) -> None:
    result = process("batch", "--format", "csv", stdin=b"x where x = 1\n")
    assert result.returncode == 2
    assert b"--wrt" in result.stderr
    result = process("batch", "--format", "csv", "--wrt", "x", stdin=b"x where x = 1\n")
    assert result.stdout.splitlines()[1] == b"1,true,1.0,,1.0,,,,,"


@pytest.mark.parametrize(
    ("errors", "out"),
    [("mark", "1.0\n\n3.0\n\n5.0\n"), ("skip", "1.0\n3.0\n5.0\n"), ("stop", "1.0\n")],
)
def test_a_failure_is_marked_or_skipped_or_stops(batch, errors: str, out: str) -> None:
    result = batch("--errors", errors, "--get", "value", stdin="1\n2y\n3\nx\n5\n")
    assert (result.code, result.out) == (1, out)
    assert result.err.count("error[") == {"mark": 2, "skip": 2, "stop": 1}[errors]
    if errors != "mark":
        assert " --> <stdin>:2:2\n  |\n2 | 2y\n" in result.err


def test_a_result_that_a_record_lacks_is_its_failure(batch) -> None:
    result = batch("--get", "grad.x", "--errors", "skip", stdin="x where x = 1\ny where y = 1\n")
    assert (result.code, result.out) == (1, "1.0\n")
    assert "there is no result `grad.x`" in result.err


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        ("length=10", "x + x + x + x + x + x + x where x = 1"),
        ("length=10", "x where x = 1" + " " * 200),
        ("depth=2", "(((x))) where x = 1"),
        ("nodes=3", "x + x + x + x + x where x = 1"),
        ("elements=3", "x where x = [1, 2, 3, 4]"),
        ("calls=1", "f(x) = x; g(x) = f(x); g(x) where x = 1"),
    ],
)
def test_a_record_beyond_a_limit_fails_alone(batch, limit: str, line: str) -> None:
    result = batch("--limit", limit, "--json", stdin=f"1\n{line}\n3\n")
    before, record, after = records(result)
    assert (before["value"], after["value"]) == (1, 3)
    assert record["error"]["code"] == "limit"
    assert f"--limit {limit.partition('=')[0]}" in record["error"]["help"]


def test_results_that_are_not_finite_are_counted(batch) -> None:
    result = batch("--get", "value", stdin="1/0\n1\nx where x = nan")
    assert (result.code, result.out) == (0, "inf\n1.0\nnan\n")
    assert result.err.startswith("3 expressions: 3 ok, 0 failed, 2 not finite, ")
    assert batch("--strict", stdin="1/0\n1\n").code == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["a.txt", "b.txt"], "second file"),
        (["missing.txt"], "cannot read `missing.txt`"),
        (["/"], "cannot read `/`"),
        (["--input-format", "xml"], "xml"),
        (["--errors", "ignore"], "ignore"),
        (["--jobs", "0"], "0"),
        (["--x", "2y"], "the value of `x`"),
        (["--x", "1", "x=2"], "given twice"),
        (["--json", "--format", "csv"], "exclude each other"),
        (["--limit", "size=1"], "no limit `size`"),
    ],
    ids=str,
)
def test_a_wrong_call_is_an_error_before_any_record(batch, args: list[str], message: str) -> None:
    result = batch(*args, stdin="1\n")
    assert result.code == 2
    assert result.out == "" or "--json" in args
    assert message in result.err


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=80), st.text('x1",{}[]:=#\n\r\t exprvas', max_size=80).map(str.encode)),
    input_format=st.sampled_from(["text", "jsonl", "csv", "tsv"]),
)
def test_any_bytes_end_in_records_and_words(batch, content: bytes, input_format: str) -> None:
    head = b"expr,x\n" if input_format == "csv" else b"expr\tx\n" if input_format == "tsv" else b""
    result = batch("--input-format", input_format, "--json", stdin=head + content)
    if not head and result.code == 2:
        # It begins as a compressed file or one of Arrow does.
        assert (result.err.startswith("error[usage]: "), result.out) == (True, "")
        return
    assert result.code in (0, 1)
    found = records(result)
    assert result.err.startswith(f"{len(found)} expression")
    assert (result.code == 0) == all(record["ok"] for record in found)
    assert all(record["ok"] or record["error"]["code"] != "bug" for record in found)


@grouped("text", ["2024_01", "1_000.5", "-1_0", "1_0e5", "\uff11\uff12", "0x10", "\u0661", "nan(1)"])
def test_a_value_that_spells_no_number_is_none(autodiff, text: str) -> None:
    for form, line in (("csv", f"expr,x\nx,{text}\n"), ("jsonl", json.dumps({"expr": "x", "vars": {"x": text}}))):
        result = autodiff("batch", "--input-format", form, "--json", stdin=line)
        assert (result.code, json.loads(result.out)["ok"]) == (1, False)
