"""What records of a batch say beside their expressions, and text as other programs write it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

OBJECTS = '{"expr": "x**2", "vars": {"x": 3}, "id": 7}\n{"expr": "x*", "id": "a\\tb", "vars": {"x": 3}}\n'
TABLE = "id,expr,x\n007,x**2,3\nb,x*,3\n"


@pytest.fixture(scope="session")
def batch(autodiff):
    """`autodiff batch` inside this process."""
    return lambda *args, stdin="": autodiff("batch", *args, stdin=stdin)


@pytest.mark.parametrize("lead", ["", "\n \n", "\ufeff", "  "])
def test_json_lines_in_a_pipe_are_seen_as_such(batch, lead: str) -> None:
    assert batch("--get", "value", stdin=f'{lead}{{"expr": "x", "vars": {{"x": 2}}}}\n').out == "2.0\n"


def test_a_file_is_json_lines_by_its_content_too(batch, tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(OBJECTS.encode()))
    assert batch(str(path), "--get", "id", "--errors", "skip").out == "7\n"


@pytest.mark.parametrize(
    ("form", "given", "ids"), [("jsonl", OBJECTS, ["7", "a\tb"]), ("csv", TABLE, ["007", "b"])], ids=["jsonl", "csv"]
)
def test_what_a_record_says_beside_its_expression_stands_in_the_output(batch, form, given, ids) -> None:
    def run(*args: str) -> str:
        return batch("--input-format", form, *args, stdin=given).out

    objects = [json.loads(line) for line in run("--json").splitlines()]
    assert [str(record["id"]) for record in objects] == ids
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        table = run("--format", name, "--wrt", "x")
        rows = list(csv.DictReader(io.StringIO(table), delimiter=delimiter))
        assert [(row["id"], row["grad.x"]) for row in rows] == [(ids[0], "6.0"), (ids[1], "")]
    shown = [ids[0], json.dumps(ids[1]) if "\t" in ids[1] else ids[1]]
    assert [line.split("\t")[5] for line in run().splitlines()] == shown
    assert f"id {ids[0]}\nexpression" in run("--format", "pretty")
    assert run("--get", "id", "--get", "value", "--get", "line").splitlines()[0].split("\t")[:2] == [ids[0], "9.0"]


def test_a_name_that_a_result_has_is_called_input(batch) -> None:
    given = "expr,x,value,grad.x,ok\nx**2,3,9,6,yes\n"
    (record,) = [json.loads(line) for line in batch("--input-format", "csv", "--json", stdin=given).out.splitlines()]
    assert [record[f"input.{name}"] for name in ("value", "grad.x", "ok")] == ["9", "6", "yes"]
    assert (record["value"], record["ok"]) == (9, True)
    row = next(csv.DictReader(io.StringIO(batch("--input-format", "csv", "--format", "csv", stdin=given).out)))
    assert (row["input.value"], row["value"], row["input.grad.x"], row["x"]) == ("9", "9.0", "6", "3")
    assert batch("--input-format", "csv", "--get", "input.value", "--get", "value", stdin=given).out == "9\t9.0\n"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.text(max_size=4).filter(lambda name: name not in ("expr", "vars", "wrt")), values, max_size=4)
)
@settings(deadline=None)
def test_whatever_json_a_record_says_is_said_again(batch, members: dict[str, Any]) -> None:
    line = json.dumps({**members, "expr": "x", "vars": {"x": 1}}, ensure_ascii=False)
    record = json.loads(batch("--input-format", "jsonl", "--json", stdin=line).out)
    found = {name.removeprefix("input."): record.get(name) for name in record}
    assert {name: found[name.removeprefix("input.")] for name in members if name != "value"} == {
        name: value for name, value in members.items() if name != "value"
    }


def test_a_member_with_the_name_of_a_variable_is_said_again_beside_its_value(batch) -> None:
    given = '{"expr": "x**2", "vars": {"x": 3}, "x": "metres"}'
    record = json.loads(batch("--json", stdin=given).out)
    assert (record["x"], record["inputs"], record["value"]) == ("metres", {"x": 3}, 9)
    assert "x\tmetres\t" in batch(stdin=given).out
    assert batch("--get", "x", stdin=given).out == "metres\n"


def test_numbers_keep_their_spelling_and_others_their_names(batch) -> None:
    given = '{"expr": "1", "a": 1.50, "b": 123456789012345678901234567890, "c": NaN, "d": [-Infinity], "e": 1e400}'
    out = batch("--json", stdin=given).out
    assert '"a": 1.50, "b": 123456789012345678901234567890, "c": "NaN", "d": ' in out
    json.loads(out, parse_constant=lambda text: pytest.fail(text))


def test_tables_of_other_programs_are_read_and_written(batch) -> None:
    given = "x2+x3;2,5;1\n[1, 2]*x2;2,5;\nx2;1.5;\n"
    words = ("--input-format", "csv", "--no-header", "--decimal", ",", "--format", "csv", "--wrt", "x2")
    result = batch(*words, stdin=given)
    lines = result.out.splitlines()
    assert lines[0] == "1;true;2,5;1;3,5;AddBackward0;1,0;;;;;"
    assert lines[1] == "2;true;2,5;;[2.5, 5.0];MulBackward0;3,0;;;;;"
    assert "and `--decimal ,` says that numbers have decimal commas" in lines[2]
    assert "--delimiter ';'" in batch("--input-format", "csv", stdin="expr;x\nx;1\n").err
    assert batch("--input-format", "csv", "--delimiter", "|", "--get", "value", stdin="expr|x\nx|1\n").out == "1.0\n"
    assert "--no-header" in batch("--input-format", "csv", stdin="1,2\n").err


def test_a_header_and_a_first_row_may_have_several_lines(batch) -> None:
    assert batch("--input-format", "csv", "--get", "value", stdin='"a\nb",expr,x\n1,x,2\n').out == "2.0\n"
    rows = batch("--input-format", "csv", "--no-header", "--get", "line", stdin='"x2 +\n1",2\nx2,3\n').out
    assert rows == "1\n3\n"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le"])
def test_text_is_read_in_any_encoding(batch, encoding: str) -> None:
    line = "größe*2 where größe = 3\n".encode(encoding)
    assert batch("--encoding", encoding, "--get", "value", stdin=line).out == "6.0\n"
    assert "--encoding" in batch("--json", stdin="größe*2 where größe = 3\n".encode("latin-1")).out


def test_a_record_that_is_not_utf8_fails_alone_with_line_byte_and_option(batch) -> None:
    result = batch("--json", stdin=b"1\n2 + \xfc\n3 # \xfc\n")
    first, second, third = [json.loads(line) for line in result.out.splitlines()]
    assert (first["value"], third["value"]) == (1, 3)
    assert "line 2 has the byte 0xfc behind `2 +`" in second["error"]["message"]
    assert "--encoding latin-1" in second["error"]["help"]


def test_a_table_in_another_format_is_named(batch) -> None:
    assert "holds Parquet" in batch(stdin=b"PAR1\0\0").err


@pytest.mark.parametrize("words", [["--delimiter", ";"], ["--decimal", ","], ["--no-header"]])
def test_options_of_tables_without_one_are_errors(batch, words: list[str]) -> None:
    assert f"{words[0]} is for CSV" in batch(*words, stdin="1\n").err


@pytest.mark.parametrize("text", ["1/x", "-1/x", "log(x)*0", "x**2"])
@pytest.mark.parametrize("asked", ["eval", "trace", "check", "graph", "batch", "map"])
def test_every_json_tells_nan_and_the_infinities_apart(autodiff, asked: str, text: str) -> None:
    stdin = {"batch": f"{text} where x = 0\n", "map": "x\n0\n"}.get(asked, "")
    words = {"batch": ["--json"], "map": [text, "--format", "jsonl"], "graph": [text, "--x", "0", "--format", "json"]}
    out = autodiff(asked, *words.get(asked, [text, "--x", "0", "--json"]), stdin=stdin).out
    record = json.loads(out, parse_constant=lambda text: pytest.fail(text))
    nulls = [path for path, value in leaves(record) if value is None and path in record.get("nonfinite", {})]
    expected = {"1/x": math.inf, "-1/x": -math.inf, "log(x)*0": math.nan}.get(text)
    if asked != "check" and expected is not None:
        assert nulls
        assert repr(expected) in record["nonfinite"].values()
    assert set(record.get("nonfinite", {})) <= {path for path, value in leaves(record) if value is None}


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """The values in JSON that hold no others, with their paths."""
    if isinstance(value, dict):
        found = [leaves(part, f"{path}.{key}" if path else key) for key, part in value.items() if key != "nonfinite"]
    elif isinstance(value, list):
        found = [leaves(part, f"{path}[{i}]") for i, part in enumerate(value)]
    else:
        return [(path, value)]
    return [leaf for part in found for leaf in part]
