"""Parquet, Arrow and compressed tables through `autodiff map`, and tables that change their format."""

from __future__ import annotations

import bz2
import datetime
import decimal
import gzip
import io
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from autodiff.parser import Expression

pa = pytest.importorskip("pyarrow")
ipc = pytest.importorskip("pyarrow.ipc")
parquet = pytest.importorskip("pyarrow.parquet")

METADATA = {b"origin": b"a test"}


@pytest.fixture
def table() -> Any:
    """Columns of many types, among them numbers of several."""
    columns = {
        "x": pa.array([1.0, 2.0, None, float("nan")]),
        "n": pa.array([1, None, 3, 4], pa.int32()),
        "h": pa.array([0.5, 1.5, 2.5, 3.5], pa.float32()),
        "b": pa.array([True, False, True, None]),
        "d": pa.array([decimal.Decimal("1.25"), decimal.Decimal("2.50"), None, decimal.Decimal("0.00")]),
        "v": pa.array([[1.0, 2.0], None, [3.0, 4.0], [5.0, 6.0]]),
        "f": pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], pa.list_(pa.int64(), 2)),
        "text": pa.array(['a "quoted", text', "two\nlines", None, "\u00e4\\"]),
        "day": pa.array([datetime.date(2024, 1, day) for day in (1, 2, 3, 4)]),
        "kind": pa.array(["p", "q", "p", None]).dictionary_encode(),
        "s": pa.array([{"a": 1}, {"a": 2}, None, {"a": 4}]),
    }
    return pa.table(columns).replace_schema_metadata(METADATA)


def written(table: Any, path: Path, rows: int = 3) -> str:
    """The table as a file of the format that the name tells, in parts of some rows."""
    if path.suffix == ".parquet":
        parquet.write_table(table, path, row_group_size=rows, compression="zstd")
    else:
        with (ipc.new_stream if path.suffix == ".arrows" else ipc.new_file)(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return str(path)


def read(data: str | Path | bytes) -> Any:
    """The table in a file, or in bytes."""
    source = pa.BufferReader(data) if isinstance(data, bytes) else pa.BufferReader(Path(data).read_bytes())
    head = source.read(6)
    source.seek(0)
    if head.startswith(b"PAR1"):
        return parquet.read_table(source)
    return (ipc.open_file(source) if head == b"ARROW1" else ipc.open_stream(source)).read_all()


@pytest.mark.parametrize("ending", ["parquet", "arrow", "arrows"])
@pytest.mark.parametrize("output", ["parquet", "arrow", "arrows"])
def test_the_columns_of_a_table_stay_as_they_are(autodiff, tmp_path: Path, table, ending: str, output: str) -> None:
    source, target = written(table, tmp_path / f"in.{ending}"), tmp_path / f"out.{output}"
    result = autodiff("map", "x*n", source, "-o", str(target))
    assert (result.code, result.out) == (0, ""), result.err
    found = read(target)
    old = found.drop_columns(["value", "d_x", "d_n"])
    assert old.schema.equals(table.schema)
    # As text, in which nan equals itself.
    assert str(old.to_pylist()) == str(table.to_pylist())
    assert METADATA.items() <= found.schema.metadata.items()
    assert found["value"].to_pylist()[:3] == [1.0, None, None]
    assert str(found["d_n"].to_pylist()) == "[1.0, None, None, nan]"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("x + h", [1.5, 3.5, None, "nan"]),
        ("n*b", [1.0, None, 3.0, None]),
        ("d*2", [2.5, 5.0, None, 0.0]),
        ("v.sum()*n", [3.0, None, 21.0, 44.0]),
        ("(v*f)[1]", [4.0, None, 24.0, 48.0]),
        ("f*2", [[2.0, 4.0], [6.0, 8.0], [10.0, 12.0], [14.0, 16.0]]),
        ("h > 2", [False, False, True, True]),
    ],
)
def test_numbers_of_every_type_and_lists_of_them_are_computed_with(
    autodiff, tmp_path: Path, table, expression: str, value: list[Any]
) -> None:
    autodiff("map", expression, written(table, tmp_path / "in.parquet"), "-o", str(tmp_path / "out.arrow"))
    found = read(tmp_path / "out.arrow")["value"].to_pylist()
    assert [str(v) if v != v else v for v in found] == value


@pytest.mark.parametrize("name", ["text", "day", "kind", "s"])
def test_a_column_of_other_things_is_refused_before_the_first_row(autodiff, tmp_path: Path, table, name: str) -> None:
    result = autodiff("map", f"{name}*2", written(table, tmp_path / "in.parquet"), "-o", str(tmp_path / "out.parquet"))
    assert result.code == 2
    assert f"the column `{name}` is of type" in result.err
    assert not (tmp_path / "out.parquet").exists()


def test_a_list_of_another_length_is_the_error_of_its_row(autodiff, tmp_path: Path) -> None:
    table = pa.table({"v": [[1.0, 2.0], [1.0], [], [3.0, None], [3.0, 4.0]]})
    result = autodiff("map", "v.sum()", written(table, tmp_path / "in.parquet", 2), "--format", "csv", "--only-new")
    assert result.code == 1
    assert result.out.splitlines() == ["value,d_v", '3.0,"[1.0, 1.0]"', ",", ",", ",", '7.0,"[1.0, 1.0]"']
    assert "row 2: `v` has 1 element, and 2 in the first row" in result.err
    assert "row 4: `v` has a null in its list" in result.err


def test_a_table_becomes_csv(autodiff, tmp_path: Path, table) -> None:
    result = autodiff("map", "h*2", written(table, tmp_path / "in.parquet"), "--const", "h", "--format", "csv")
    assert result.out.splitlines() == [
        "x,n,h,b,d,v,f,text,day,kind,s,value",
        '1.0,1,0.5,True,1.25,"[1.0, 2.0]","[1, 2]","a ""quoted"", text",2024-01-01,p,"{""a"": 1}",1.0',
        '2.0,,1.5,False,2.50,,"[3, 4]","two',
        'lines",2024-01-02,q,"{""a"": 2}",3.0',
        ',3,2.5,True,,"[3.0, 4.0]","[5, 6]",,2024-01-03,p,,5.0',
        'nan,4,3.5,,0.00,"[5.0, 6.0]","[7, 8]",\u00e4\\,2024-01-04,,"{""a"": 4}",7.0',
    ]


def test_a_table_becomes_json_lines(autodiff, tmp_path: Path, table) -> None:
    result = autodiff("map", "h*2", written(table, tmp_path / "in.arrow"), "--const", "h", "--format", "jsonl")
    assert [json.loads(line) for line in result.out.splitlines()][1:] == [
        {"x": 2.0, "n": None, "h": 1.5, "b": False, "d": "2.50", "v": None, "f": [3, 4], "text": "two\nlines"}
        | {"day": "2024-01-02", "kind": "q", "s": {"a": 2}, "value": 3.0},
        {"x": None, "n": 3, "h": 2.5, "b": True, "d": None, "v": [3.0, 4.0], "f": [5, 6], "text": None}
        | {"day": "2024-01-03", "kind": "p", "s": None, "value": 5.0},
        {"x": None, "n": 4, "h": 3.5, "b": None, "d": "0.00", "v": [5.0, 6.0], "f": [7, 8], "text": "\u00e4\\"}
        | {"day": "2024-01-04", "kind": None, "s": {"a": 4}, "value": 7.0, "nonfinite": {"x": "nan"}},
    ]


CSV = 'id,x,t\n1,2,"a,b"\n2,,\n3,abc,c\n4,5,d'


def test_text_becomes_a_table_of_types(autodiff, tmp_path: Path) -> None:
    target = str(tmp_path / "out.parquet")
    assert autodiff("map", "x*2", "-o", target, stdin=CSV).code == 1
    found = read(target)
    assert found.to_pylist() == [
        {"id": 1, "x": 2.0, "t": "a,b", "value": 4.0, "d_x": 2.0},
        {"id": 2, "x": None, "t": None, "value": None, "d_x": None},
        {"id": 3, "x": None, "t": "c", "value": None, "d_x": None},
        {"id": 4, "x": 5.0, "t": "d", "value": 10.0, "d_x": 2.0},
    ]
    given = '{"x": 1, "v": [1, 2], "t": "a"}\n{"x": 2.5, "v": null}\n'
    assert autodiff("map", "x*v", "-o", target, stdin=given).code == 0
    assert read(target).to_pylist() == [
        {"x": 1.0, "v": [1.0, 2.0], "t": "a", "value": [1.0, 2.0], "d_x": 3.0, "d_v": [1.0, 1.0]},
        {"x": 2.5, "v": None, "t": None, "value": None, "d_x": None, "d_v": None},
    ]


def test_a_record_of_another_length_is_a_row_without_values(autodiff, tmp_path: Path) -> None:
    target = str(tmp_path / "out.parquet")
    assert autodiff("map", "x*2", "--const", "x", "-o", target, stdin="x,t\n1,a\n2\n3,c,d\n4,b\n").code == 1
    assert read(target).to_pylist() == [
        {"x": 1.0, "t": "a", "value": 2.0},
        {"x": None, "t": None, "value": None},
        {"x": None, "t": None, "value": None},
        {"x": 4.0, "t": "b", "value": 8.0},
    ]


def test_a_table_comes_and_goes_through_pipes(process, tmp_path: Path, table) -> None:
    for ending in ("parquet", "arrow", "arrows"):
        data = Path(written(table, tmp_path / f"in.{ending}")).read_bytes()
        result = process("map", "h**2", stdin=data)
        assert result.returncode == 0, result.stderr
        assert read(result.stdout)["value"].to_pylist() == [0.25, 2.25, 6.25, 12.25]
        other = process("map", "h**2", "--format", "arrows", "--only-new", stdin=data)
        assert read(other.stdout).column_names == ["value", "d_h"]


def test_a_table_of_no_rows_has_the_new_columns(autodiff, tmp_path: Path, table) -> None:
    for output in ("parquet", "arrow", "arrows"):
        target = str(tmp_path / f"out.{output}")
        assert autodiff("map", "x*2", written(table.slice(0, 0), tmp_path / "in.parquet"), "-o", target).code == 0
        assert read(target).column_names == [*table.column_names, "value", "d_x"]
        assert autodiff("map", "x*2", "-o", target, stdin="x,t\n").code == 0
        assert read(target).num_rows == 0


def test_what_is_no_table_is_an_error_in_words(autodiff, tmp_path: Path, table) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 but not really")
    result = autodiff("map", "x", str(path))
    assert result.code == 2
    assert "is not a Parquet file" in result.err
    whole = Path(written(table, tmp_path / "b.arrow")).read_bytes()
    (tmp_path / "c.arrow").write_bytes(whole[: len(whole) // 2])
    assert autodiff("map", "x", str(tmp_path / "c.arrow")).code == 2


COMPRESS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda d: bytes(pa.compress(d, "zstd")),
}
DECOMPRESS = {
    "gz": gzip.decompress,
    "bz2": bz2.decompress,
    "xz": lzma.decompress,
    "zst": lambda data: pa.CompressedInputStream(io.BytesIO(data), "zstd").read(),
}


@pytest.mark.parametrize("ending", COMPRESS)
def test_compressed_tables_are_read_and_written(autodiff, tmp_path: Path, ending: str) -> None:
    text = "x,t\n" + "".join(f"{i},text\n" for i in range(5000))
    (tmp_path / f"in.csv.{ending}").write_bytes(COMPRESS[ending](text.encode()))
    target = tmp_path / f"out.csv.{ending}"
    result = autodiff("map", "x*2", str(tmp_path / f"in.csv.{ending}"), "--const", "x", "-o", str(target))
    assert result.code == 0, result.err
    found = DECOMPRESS[ending](target.read_bytes())
    assert found.decode() == "x,t,value\n" + "".join(f"{i},text,{float(2 * i)!r}\n" for i in range(5000))
    piped = autodiff("map", "x*2", "--const", "x", stdin=COMPRESS[ending](text.encode()))
    assert piped.out == found.decode()


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_truncated_file_is_an_error_in_words_and_leaves_no_output(autodiff, tmp_path: Path, ending: str) -> None:
    data = COMPRESS[ending](("x\n" + "".join(f"{i * 7919 % 10007}\n" for i in range(200_000))).encode())
    path, target = tmp_path / f"in.csv.{ending}", tmp_path / "out.csv"
    path.write_bytes(data[: len(data) // 2])
    result = autodiff("map", "x*2", str(path), "-o", str(target))
    assert result.code == 2, result.err
    assert "cannot read" in result.err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14", "a spreadsheet"),
        (b"SQLite format 3\0", "a database"),
        (b"%PDF-1.7", "a PDF"),
        (b' [\n {"x": 1}, {"x": 2}]', "one JSON array"),
        (b"<!DOCTYPE html>", "a page"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(autodiff, tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    result = autodiff("map", "x*2", str(path))
    assert result.code == 2
    assert f"is {what}" in result.err


def test_a_program_gets_what_the_command_writes(autodiff: Any, table: Any, tmp_path: Path) -> None:
    text = "u = x*n + h*b; u*d + sum(v)*sum(f)"
    source, target = written(table, tmp_path / "in.arrow"), tmp_path / "out.arrow"
    autodiff("map", text, source, "-o", str(target), "--keep", "u", "--wrt", "x,v")
    found = Expression(text).map(table, keep="u", wrt=["x", "v"])
    by_command = read(target)
    assert by_command.schema.equals(found.schema, check_metadata=True)
    assert str(by_command.to_pydict()) == str(found.to_pydict())
