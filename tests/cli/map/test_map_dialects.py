"""Text tables as other programs write them: encodings, delimiters, decimal commas, no header, line ends of old."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from effort import examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.cli.tables import record_ends
from autodiff.parser.frames.arrow_import import has_arrow

needs_arrow = pytest.mark.skipif(not has_arrow(), reason="writes formats that pyarrow writes")
WORDS = "x,größe,t\n1,2,Ünï\n3,4,ß\n"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "UTF8"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_in_any_encoding_is_written_in_utf8(autodiff, encoding: str, ends: str) -> None:
    data = WORDS.replace("\n", ends).encode(encoding)
    result = autodiff("map", "x*größe", "--const", "x,größe", "--encoding", encoding, stdin=data)
    assert result.code == 0, result.err
    assert result.out.removeprefix("\ufeff").splitlines() == ["x,größe,t,value", "1,2,Ünï,2.0", "3,4,ß,12.0"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_needs_no_option(autodiff, encoding: str) -> None:
    assert autodiff("map", "x", stdin=WORDS.encode(encoding)).out.splitlines()[1] == "1,2,Ünï,1.0,1.0"
    assert '"größe": 2' in autodiff("map", "x", "--format", "jsonl", stdin=WORDS.encode(encoding)).out
    lines = '{"x": 1, "t": "ß"}\n'.encode(encoding)
    assert json.loads(autodiff("map", "x", stdin=lines).out) == {"x": 1, "t": "ß", "value": 1.0, "d_x": 1.0}


@pytest.mark.parametrize(
    ("data", "words", "said"),
    [
        (b"x,t\n1,a\n2,J\xfcrg\n", ["--format", "jsonl"], "line 3 has the byte 0xfc behind `2,J`"),
        (b"x,gr\xf6\xdfe\n1,2\n", ["--wrt", "x"], None),
        (b'{"x": 1, "t": "J\xfcrg"}\n', ["--format", "csv"], "line 1 has the byte 0xfc"),
        (b"x,t\n1,a\n2,\xfc\n", ["--encoding", "ascii"], "is not in ascii: line 3 has the byte 0xfc"),
        (b"x,t\n1,a\n2,\xfc", ["--encoding", "utf-16-le"], "is not in utf-16-le: line 1"),
    ],
)
def test_text_in_another_encoding_is_an_error_with_line_byte_and_option(autodiff, data, words, said) -> None:
    result = autodiff("map", "x" if said else "x*y", *words, stdin=data)
    assert result.code == 2
    assert "--encoding" in result.err
    assert said is None or said in result.err


@pytest.mark.parametrize("name", ["latni-1", "rot13", "base64", "x" * 50])
def test_an_encoding_that_is_none_is_an_error_that_names_some(autodiff, name: str) -> None:
    result = autodiff("map", "x", "--encoding", name, stdin="x\n1\n")
    assert (result.code, "latin-1" in result.err) == (2, True)


@pytest.mark.parametrize(("given", "mark"), [(";", ";"), ("|", "|"), ("tab", "\t"), ("\\t", "\t"), ("\\x01", "\x01")])
@pytest.mark.parametrize("output", ["csv", "tsv", "jsonl"])
def test_cells_are_divided_as_asked_for(autodiff, given: str, mark: str, output: str) -> None:
    cells = [["x", "t"], ["1", f'a"{mark},b'], ["2", "c\nd"]]
    table = io.StringIO()
    csv.writer(table, delimiter=mark, lineterminator="\n").writerows(cells)
    words = ("--const", "x", "--delimiter", given, "--format", output)
    result = autodiff("map", "x", *words, stdin=table.getvalue())
    assert result.code == 0, result.err
    if output == "jsonl":
        assert [json.loads(line)["t"] for line in result.out.splitlines()] == [cells[1][1], cells[2][1]]
        return
    found = list(csv.reader(io.StringIO(result.out), delimiter="\t" if output == "tsv" else mark))
    assert found == [[*cells[0], "value"], [*cells[1], "1.0"], [*cells[2], "2.0"]]


@pytest.mark.parametrize(
    ("text", "option"), [("x;y\n1;2\n", "--delimiter ';'"), ("x|y\n1|2\n", "--delimiter '|'"), ("x\ty\n", "tab")]
)
def test_a_header_that_is_one_cell_is_an_error_that_names_the_option(autodiff, tmp_path, text, option) -> None:
    path = tmp_path / "in.csv"
    path.write_text(text)
    assert option in autodiff("map", "x*y", str(path)).err
    alone = autodiff("map", "2", str(path))
    assert (alone.code, "warning[table]" in alone.err) == (0, True)
    assert "warning" not in autodiff("map", "2", str(path), "--delimiter", ",").err


@grouped("text", ["ab", "", "x", "1", '"', "\n", "ß", ".", "-"])
def test_a_delimiter_is_one_character_that_no_number_has(autodiff, text: str) -> None:
    result = autodiff("map", "x", "--delimiter", text, stdin="x\n1\n")
    assert (result.code, "--delimiter ';'" in result.err) == (2, True)


@pytest.mark.parametrize("words", [["--delimiter", ";"], ["--decimal", ","], ["--no-header"]])
def test_options_that_nothing_uses_are_errors(autodiff, words: list[str]) -> None:
    assert f"{words[0]} is for CSV" in autodiff("map", "x", *words, stdin='{"x": 1}\n').err


COMMA = "x;a;b\n1,5;2,25;u\n-,5;3;01,5\n2.5;1e3;v\n;;\n"


@pytest.mark.parametrize("fast", [True, False])
def test_a_decimal_comma_is_read_and_written(autodiff, monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    if not fast:
        monkeypatch.setattr("autodiff.cli.map.delimited.has_arrow", lambda: False)
    result = autodiff("map", "x*3", "--const", "x", "--decimal", ",", stdin=COMMA)
    assert result.out == "x;a;b;value\n1,5;2,25;u;4,5\n-,5;3;01,5;-1,5\n2.5;1e3;v;\n;;;\n"
    assert "line 4: `x` is `2.5`, not a number" in result.err


def test_a_decimal_comma_in_quotes_may_divide_cells_too(autodiff) -> None:
    given = 'x,t\n"1,5",a\n3,b\n'
    result = autodiff("map", "x", "--const", "x", "--decimal", ",", "--delimiter", ",", stdin=given)
    assert result.out == 'x,t,value\n"1,5",a,"1,5"\n3,b,"3,0"\n'
    assert "`--decimal ,` reads a decimal comma" in autodiff("map", "x", stdin=given).err


@needs_arrow
def test_numbers_with_a_decimal_comma_are_numbers_in_other_formats(autodiff, tmp_path: Path) -> None:
    lines = autodiff("map", "x", "--const", "x", "--decimal", ",", "--format", "jsonl", stdin=COMMA).out.splitlines()
    assert [json.loads(line)["a"] for line in lines] == [2.25, 3, 1000.0, None]
    assert [json.loads(line)["b"] for line in lines] == ["u", "01,5", "v", None]
    path = str(tmp_path / "out.parquet")
    assert autodiff("map", "x", "--const", "x", "--decimal", ",", "-o", path, stdin=COMMA).code == 1
    again = autodiff("map", "a", "--const", "a", path, "--format", "csv", "--decimal", ",", "--overwrite")
    assert again.out.splitlines()[1] == "1,5;2,25;u;2,25"


@pytest.mark.parametrize("output", ["csv", "tsv", "jsonl"])
def test_columns_without_names_are_called_by_their_places(autodiff, output: str) -> None:
    given = "\ufeff1,a,3\n\n2,b,4\nc,d,e\n"
    result = autodiff("map", "x1*x3", "--wrt", "x3", "--no-header", "--format", output, stdin=given)
    assert "line 4: `x1` is `c`, not a number" in result.err
    if output == "jsonl":
        assert json.loads(result.out.splitlines()[0]) == {"x1": 1, "x2": "a", "x3": 3, "value": 3.0, "d_x3": 1.0}
    else:
        rows = list(csv.reader(io.StringIO(result.out), delimiter="\t" if output == "tsv" else ","))
        assert [row for row in rows if row][:2] == [["1", "a", "3", "3.0", "1.0"], ["2", "b", "4", "8.0", "2.0"]]


def test_numbers_in_place_of_a_header_lead_to_the_option(autodiff) -> None:
    assert "--no-header" in autodiff("map", "x*y", stdin="1,2\n3,4\n").err
    assert "--no-header" in autodiff("map", "x", stdin="\n1,2\n").err
    assert "is empty" in autodiff("map", "x1", "--no-header", stdin="").err


cells = st.text(st.sampled_from('ab,"\n \r'), max_size=6)


@given(
    st.lists(st.tuples(cells, st.booleans()), min_size=1, max_size=8), st.sampled_from([1, 7, 1 << 20]), st.booleans()
)
@settings(deadline=None, max_examples=examples(80))
def test_a_row_that_fails_is_named_by_its_line(autodiff, rows, size: int, has_header: bool) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    starts = []
    for text, fails in [("t", None), *rows] if has_header else rows:
        starts.append(table.getvalue().count("\n") + 1)
        writer.writerow(["x1" if fails is None else "no" if fails else "1", text])
    expected = [start for start, (_, fails) in zip(starts[has_header:], rows, strict=True) if fails][:5]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_ends, "BLOCK", size)
        result = autodiff("map", "x1", *([] if has_header else ["--no-header"]), stdin=table.getvalue())
    said = [int(line.split()[2].rstrip(":")) for line in result.err.splitlines() if line.startswith("error[row]: line")]
    assert said == expected


@pytest.mark.parametrize("output", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_line_ends_of_old_end_lines_outside_quotes_alone(autodiff, monkeypatch, size: int, output: str) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", size)
    given = 'x,t\r1,"a\nb"\r2,c\r'
    result = autodiff("map", "x", "--const", "x", "--format", output, stdin=given)
    if output == "jsonl":
        assert [json.loads(line)["t"] for line in result.out.splitlines()] == ["a\nb", "c"]
    else:
        rows = csv.reader(io.StringIO(result.out), delimiter="\t" if output == "tsv" else ",")
        assert list(rows) == [["x", "t", "value"], ["1", "a\nb", "1.0"], ["2", "c", "2.0"]]
    lines = autodiff("map", "x", "--const", "x", "--format", "csv", stdin='{"x":1}\r{"x":2}\r')
    assert lines.out == "x,value\n1,1.0\n2,2.0\n"


@pytest.mark.parametrize("output", ["csv", "jsonl", "tsv"])
def test_a_folder_without_a_value_is_empty(autodiff, tmp_path: Path, output: str) -> None:
    for name in ("k=1/t=a,b", "k=__HIVE_DEFAULT_PARTITION__/t=__HIVE_DEFAULT_PARTITION__"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "in.csv").write_text("x\n2\nno\n")
    result = autodiff("map", "x*k", "--const", "x,k", str(tmp_path), "--format", output)
    # A row that fails keeps what its folder says.
    expected = [["2", "1", "a,b", "2.0"], ["no", "1", "a,b", ""], ["2", "", "", ""], ["no", "", "", ""]]
    if output == "jsonl":
        rows = [list(json.loads(line).values()) for line in result.out.splitlines()]
        assert [["" if cell is None else str(cell) for cell in row] for row in rows] == expected
    else:
        assert list(csv.reader(io.StringIO(result.out), delimiter="\t" if output == "tsv" else ","))[1:] == expected


@pytest.mark.parametrize(
    ("texts", "kind"), [(["1", "2"], int), (["1", "2.5"], float), (["01"], str), (["1", "a"], str)]
)
def test_folders_of_all_tables_have_one_type(texts: list[str], kind: type) -> None:
    from autodiff.cli.map.folder_keys import typed_keys

    assert [keys["k"].value for keys in typed_keys([{"k": text} for text in texts])] == list(map(kind, texts))


@pytest.mark.parametrize(
    ("expression", "given", "name"),
    [("x*y + inf", "0,nan", "y"), ("x + y", "inf,nan", "y"), ("x*0 + y + pi", "1,nan", "y"), ("x + y", "inf,1", "x")],
)
def test_the_variable_that_is_not_finite_is_the_one_that_is_named(autodiff, expression, given, name) -> None:
    assert f"so is the variable `{name}`\n" in autodiff("map", expression, stdin=f"x,y\n{given}\n").err
