"""Tables that change their format in `autodiff map`: cells keep what they say, and what cannot be kept is an error."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.cli.tables import record_ends

pa = pytest.importorskip("pyarrow")
ipc = pytest.importorskip("pyarrow.ipc")
parquet = pytest.importorskip("pyarrow.parquet")

# Numbers of accounts, postal codes, and others that no float holds or spells.
LONG = ["00123", "4111111111111111111", "12345678901234567890", "9007199254740993", "-9007199254740993", "007"]

anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)
cell = st.one_of(anything, st.sampled_from([*LONG, "1.50", "+1", " 2", "1e3", "nan", "NA", "true", "2024-01-01"]))


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=6), st.sampled_from([16, 1 << 20]))
@settings(deadline=None, max_examples=examples(100))
def test_text_that_becomes_other_text_keeps_every_cell(autodiff, rows, size: int) -> None:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([["x", "a", "b"], *[["1", *row] for row in rows]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_ends, "BLOCK", size)
        result = autodiff("map", "x", "--const", "x", "--null", "NA", "--format", "tsv", stdin=table.getvalue())
    assert result.code == 0, result.err
    found = list(csv.reader(io.StringIO(result.out), delimiter="\t"))[1:]
    assert found == [["1", *row, "1.0"] for row in rows]


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("name", ["x", "a"])
def test_leading_zeros_and_long_numbers_become_json_and_parquet_with_all_digits(
    autodiff, tmp_path: Path, text: str, name: str
) -> None:
    given = f"{name},c\n{text},1\n12,2\n"
    lines = autodiff("map", f"{name if name == 'x' else 'c'}*0", "--format", "jsonl", stdin=given)
    assert lines.code == 0, lines.err
    assert str(json.loads(lines.out.splitlines()[0])[name]) == text
    target = tmp_path / "out.parquet"
    result = autodiff("map", f"{name if name == 'x' else 'c'}*0", "-o", str(target), stdin=given)
    assert result.code == 0, result.err
    assert str(parquet.read_table(target)[name][0].as_py()) == text


def test_what_only_arrow_reads_as_a_number_stays_text(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    assert autodiff("map", "x", "-o", str(path), stdin="x,a\n1,0x10\n2,12\n").code == 0
    assert parquet.read_table(path)["a"].to_pylist() == ["0x10", "12"]


@pytest.mark.parametrize("late", ["00123", "12345678901234567890", "text", "1.5"])
def test_what_comes_late_is_text_in_json_and_an_error_in_parquet(autodiff, tmp_path: Path, monkeypatch, late) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", 16)
    given = "x,a\n" + "1,2\n" * 20 + f"1,{late}\n"
    lines = autodiff("map", "x", "--format", "jsonl", stdin=given)
    assert (lines.code, str(json.loads(lines.out.splitlines()[-1])["a"])) == (0, late)
    path = tmp_path / "out.parquet"
    result = autodiff("map", "x", "-o", str(path), stdin=given)
    assert result.code == 2
    assert f"line 22 of standard input has `{late}` in the column `a`, whose first values are whole" in result.err
    assert not list(tmp_path.iterdir())
    assert autodiff("map", "x", "-o", str(path), "--text", "a", stdin=given).code == 0
    assert parquet.read_table(path)["a"].to_pylist() == ["2"] * 20 + [late]


def test_numbers_that_json_spells_otherwise_stay_numbers(autodiff) -> None:
    result = autodiff("map", "x", "--format", "jsonl", stdin="x,a,b\n1,+1,true\n2,.5,False\n3, 3,\n,5.,true\n")
    found = [json.loads(line) for line in result.out.splitlines()]
    assert [(row["x"], row["a"], row["b"]) for row in found] == [
        (1, 1, True),
        (2, 0.5, False),
        (3, 3, None),
        (None, 5.0, True),
    ]


@pytest.mark.parametrize("rows", [1, 5000])
def test_members_of_two_types_become_cells_of_text(autodiff, tmp_path: Path, rows: int) -> None:
    given = (
        '{"x": 1, "t": "a"}\n' * rows + '{"x": 1, "t": 3}\n{"x": 1, "t": 12345678901234567890}\n{"x": 1, "t": [1]}\n'
    )
    result = autodiff("map", "x", "--const", "x", "--format", "csv", stdin=given)
    assert result.code == 0, result.err
    assert result.out.splitlines()[-3:] == ["1,3,1.0", "1,12345678901234567890,1.0", "1,[1],1.0"]
    path = tmp_path / "out.parquet"
    result = autodiff("map", "x", "-o", str(path), stdin=given)
    assert result.code == 2
    assert f"line {rows + 1:,} of standard input has `3` in the column `t`, whose first values are texts" in result.err
    assert autodiff("map", "x", "-o", str(path), "--text", "t", stdin=given).code == 0
    assert parquet.read_table(path)["t"].to_pylist() == ["a"] * rows + ["3", "12345678901234567890", "[1]"]


@pytest.mark.parametrize("output", ["csv", "parquet"])
def test_a_member_that_comes_late_has_no_column_and_is_not_lost(autodiff, tmp_path, monkeypatch, output: str) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", 16)
    given = '{"x": 1, "a": 2}\n' * 3 + '{"x": 1, "late": 3}\n'
    result = autodiff("map", "x", "-o", str(tmp_path / f"out.{output}"), stdin=given)
    assert (result.code, list(tmp_path.iterdir())) == (2, [])
    assert "line 4 of standard input has a member `late`" in result.err
    assert autodiff("map", "x", "--format", output, "--only-new", "-o", str(tmp_path / "out"), stdin=given).code == 0


@pytest.mark.parametrize("name", ["b", "X"])
def test_a_column_of_text_that_is_none_is_an_error(autodiff, name: str) -> None:
    result = autodiff("map", "x", "--text", name, "--format", "jsonl", stdin="x,a\n1,2\n")
    assert (result.code, f"--text names `{name}`" in result.err) == (2, True)


@pytest.mark.parametrize("output", ["jsonl", "tsv", "parquet"])
def test_no_row_is_lost_where_the_first_block_is_the_header(autodiff, tmp_path, monkeypatch, output: str) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", 4)
    path = tmp_path / f"out.{output}"
    for _ in range(5):
        given = "x,a\n" + "".join(f"{i},{i}\n" for i in range(20))
        assert autodiff("map", "x", "--only-new", "-o", str(path), stdin=given).code == 0
        assert autodiff("map", "x", "-o", str(path), stdin=given).code == 0
        rows = parquet.read_table(path).num_rows if output == "parquet" else path.read_text().count("\n")
        assert rows == 20 + (output == "tsv")


@pytest.mark.parametrize("output", ["jsonl", "parquet", "arrow"])
@pytest.mark.parametrize("given", [b"x,n\n1,J\xfcrgen\n", b"x,n\xfc\n1,a\n", b"x,n\n1,a\n1,\xff\n"])
def test_text_that_is_not_utf8_is_an_error_where_the_format_needs_it(
    process, tmp_path: Path, given: bytes, output: str
) -> None:
    result = process("map", "x", "--format", output, "-o", str(tmp_path / "out"), stdin=given)
    assert result.returncode == 2
    assert b"is not in UTF-8" in result.stderr
    assert process("map", "x", "--format", "tsv", stdin=given).returncode == 0


@pytest.mark.parametrize("output", ["csv", "tsv", "jsonl"])
def test_bytes_become_text_where_they_are_text(autodiff, tmp_path: Path, output: str) -> None:
    path = tmp_path / "in.parquet"
    for data, code in ((b"abc", 0), (b"\xff\x00", 2)):
        parquet.write_table(pa.table({"x": [1.0], "b": pa.array([data], pa.binary())}), path)
        result = autodiff("map", "x", str(path), "--format", output)
        assert (result.code, "abc" in result.out) == (code, code == 0)
        assert code == 0 or "the column `b` of type binary holds bytes that are no text" in result.err


def test_lines_may_end_as_they_did_of_old(autodiff) -> None:
    result = autodiff("map", "x**2", "--const", "x", stdin="x,name\r1,ann\r2,bob\r")
    assert result.out == "x,name,value\n1,ann,1.0\n2,bob,4.0\n"
    assert autodiff("map", "x", "--const", "x", stdin="x\r3").out == "x,value\n3,3.0"
    assert autodiff("map", "x", stdin="x\r,y\n3,4\n").code in (0, 1, 2)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_a_binary_table_under_another_name_is_an_error_that_says_what_it_is(autodiff, tmp_path, ending: str) -> None:
    table, path = pa.table({"x": [1.0]}), tmp_path / f"in.{ending}"
    parquet.write_table(table, path)
    assert "holds Parquet" in autodiff("map", "x", str(path)).err
    assert autodiff("map", "x", str(path), "--input-format", "parquet", "--format", "csv").code == 0
    with ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    result = autodiff("map", "x", str(path), "--input-format", ending)
    assert (result.code, "holds Arrow" in result.err) == (2, True)


def damaged(data: bytes, seed: int, within: int) -> bytes:
    """The bytes, some of them changed or the end cut off."""
    chance = random.Random(seed)
    if seed % 3 == 0:
        return data[: chance.randrange(8, len(data))]
    changed = bytearray(data)
    for _ in range(1 + seed % 4):
        changed[chance.randrange(6, within)] = chance.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("ending", ["parquet", "arrow", "arrows", "npy"])
def test_a_damaged_file_is_an_error_in_words(autodiff, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"in.{ending}"
    table: Any = pa.table({"x": np.arange(300.0), "t": [f"text {i}" for i in range(300)]})
    if ending == "parquet":
        parquet.write_table(table, path)
    elif ending == "npy":
        np.save(path, np.arange(5.0))
    else:
        with (ipc.new_stream if ending == "arrows" else ipc.new_file)(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=100)
    whole = path.read_bytes()
    asked = ("eval", "sum(x)", "--x", f"@{path}") if ending == "npy" else ("map", "x", str(path), "--format", "csv")
    for seed in range(30):
        path.write_bytes(damaged(whole, seed, 90 if ending == "npy" else len(whole)))
        result = autodiff(*asked)
        assert result.code in (0, 1, 2, 3), result.err


@pytest.mark.parametrize("condition", ["1 == 2", "2 > 1", "not 1", "[1, 0] == [1, 1]", "x > 1"])
def test_a_condition_may_be_the_same_in_all_rows(autodiff, condition: str) -> None:
    result = autodiff("map", f"where({condition}, x, y)", stdin="x,y\n1,2\n3,4\n")
    alone = autodiff("eval", f"where({condition}, x, y)", "--x", "1", "--y", "2", "--get", "value")
    assert result.code == 0, result.err
    assert next(csv.DictReader(io.StringIO(result.out)))["value"] == alone.out.strip()


def test_old_numbers_that_are_not_finite_are_named_in_nonfinite(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"x": [0.0, 1.0, float("-inf"), None], "a": [float("nan"), 1.0, None, 2.0]}), path)
    result = autodiff("map", "1/x", "--const", "x", str(path), "--format", "jsonl")
    found = [json.loads(line).get("nonfinite") for line in result.out.splitlines()]
    assert found == [{"a": "nan", "value": "inf"}, None, {"x": "-inf"}, None]
    assert '"a": "nan"' in autodiff("map", "x", "--format", "jsonl", stdin="x,a\n1,nan\n2,3\n").out
