"""CSV, TSV and JSON Lines: what `autodiff map` does not compute with stays as it is, byte for byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from effort import examples
from groups import grouped
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff.cli.map import delimited, spelling
from autodiff.cli.map.delimited import Delimited
from autodiff.cli.map.jsonl import JsonLines
from autodiff.cli.tables import encoding, opening, record_ends
from autodiff.cli.tables.dialect import Dialect
from autodiff.cli.tables.encoding import with_newlines
from autodiff.cli.tables.formats import format_by_content
from autodiff.cli.tables.opening import Headed
from autodiff.parser.frames.arrow_import import has_arrow

# How much is read at once: each cut in another place.
SIZES = [1, 2, 3, 7, 64, 1 << 20]

plain = st.text(st.characters(exclude_characters=',"\r\n', exclude_categories=["Cs"]), max_size=5)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
quoted = anything.map(lambda text: '"' + text.replace('"', '""') + '"')
# A quote that does not begin a cell stands for itself.
inner_quote = plain.map(lambda text: f'5{text}"{text}')
line_end = st.sampled_from(["\n", "\r\n", "\n\n", "\r\n\r\n"])
records = st.lists(st.tuples(st.integers(0, 99), st.one_of(plain, quoted, inner_quote), line_end), max_size=6)


@given(records, st.sampled_from(["", "\ufeff"]), line_end, st.booleans(), st.sampled_from(SIZES))
@settings(deadline=None, max_examples=examples(150))
def test_records_of_csv_are_copied_byte_for_byte(autodiff, records, mark, first_end, is_ended, size) -> None:
    before = [mark + "x,t", *(f"{x},{text}" for x, text, _ in records)]
    after = [mark + "x,t,value", *(f"{x},{text},{float(2 * x)!r}" for x, text, _ in records)]
    ends = [first_end, *(end for _, _, end in records)]
    if not is_ended:
        ends[-1] = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_ends, "BLOCK", size)
        result = autodiff("map", "2*x", "--const", "x", stdin="".join(map("".join, zip(before, ends, strict=True))))
    assert result.code == 0, result.err
    assert result.out == "".join(map("".join, zip(after, ends, strict=True)))


@pytest.mark.parametrize("size", SIZES)
def test_bytes_that_are_not_utf8_are_copied_too(
    autodiff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int
) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", size)
    data, out = b"x,gr\xf6\xdfe\n1,\xff\xfe\n2,\x00\n", tmp_path / "out.csv"
    assert autodiff("map", "2*x", "--const", "x", "-o", str(out), stdin=data).code == 0
    assert out.read_bytes() == b"x,gr\xf6\xdfe,value\n1,\xff\xfe,2.0\n2,\x00,4.0\n"


def test_bytes_that_are_not_utf8_go_through_pipes(process) -> None:
    result = process("map", "2*x", "--const", "x", stdin=b"x,gr\xf6\xdfe\n1,\xff\xfe\n2,\x00\n")
    assert result.stdout == b"x,gr\xf6\xdfe,value\n1,\xff\xfe,2.0\n2,\x00,4.0\n"


def test_tsv_is_told_by_its_tabs(autodiff) -> None:
    assert autodiff("map", "2*x", stdin='x\ty\n1\t"a\tb"\n').out == 'x\ty\tvalue\td_x\n1\t"a\tb"\t2.0\t2.0\n'


@grouped(
    "record, message",
    [
        ("1", "the row has 1 cell, the header 2"),
        ("1,2,3", "the row has 3 cells, the header 2"),
        ("1.5.2,2", "`x` is `1.5.2`, not a number"),
        ("0x10,2", "not a number"),
        ('"1,5",2', "`x` is `1,5`, not a number"),
        ("pi,2", "not a number"),
        ("2024_01,2", "`x` is `2024_01`, not a number"),
        ("1_000,2", "not a number"),
        ("\uff11\uff12,2", "not a number"),
        ("\u0661,2", "not a number"),
        ("\u00a01,2", "not a number"),
        ("nan(1),2", "not a number"),
        ("1e,2", "not a number"),
        ('"1"2,2', "text stands behind a closing quote"),
        ('1,"a"b', "text stands behind a closing quote"),
    ],
)
def test_a_record_at_fault_is_copied_with_empty_cells_and_touches_no_other(autodiff, record: str, message: str) -> None:
    result = autodiff("map", "x*2", "--const", "x", stdin=f"x,y\n1,2\n{record}\n3,4\n")
    assert result.code == 1
    assert result.out == f"x,y,value\n1,2,2.0\n{record},\n3,4,6.0\n"
    assert f"line 3: {message}" in result.err or message in result.err


@grouped("text", [" 1 ", "+1", "1e5", ".5", "5.", '"7"', "-0", "1E-3", "\t2"])
def test_a_number_may_be_written_with_sign_point_and_exponent(autodiff, text: str) -> None:
    result = autodiff("map", "x", "--const", "x", stdin=f"x,y\n{text},\n")
    assert result.out == f"x,y,value\n{text},,{float(text.strip(chr(34)))!r}\n"


@given(
    st.lists(st.one_of(plain, quoted), max_size=8),
    st.sampled_from(['"bob', '"', '"a ""b"" c', '""",']),
    st.lists(st.one_of(plain, plain.filter(bool).map(lambda text: f'"{text}"')), max_size=8),
    st.sampled_from(SIZES),
)
@settings(deadline=None, max_examples=examples(100))
def test_a_quote_that_is_never_closed_is_an_error_with_its_line(autodiff, before, broken, after, size) -> None:
    lines = [f"1,{text}\n" for text in before]
    given = "x,t\n" + "".join(lines) + f"2,{broken}\n" + "".join(f"3,{text}\n" for text in after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_ends, "BLOCK", size)
        result = autodiff("map", "x**2", stdin=given)
    assert result.code == 2, result.out
    assert f"line {2 + ''.join(lines).count(chr(10))} of standard input is never closed" in result.err


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["a", '"1"2', "2024_01", "1 2", "--1", "1,5", "1e5.0", "infinit", "NaNs", "\u0967"])
def test_what_is_no_number_is_none_with_pyarrow_and_without(
    autodiff, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", size)
    given = f"x,y\n1,2\n{text},2\n3,4\n"
    with_arrow = autodiff("map", "x", "--only-new", stdin=given)
    monkeypatch.setattr(delimited, "has_arrow", lambda: False)
    assert (autodiff("map", "x", "--only-new", stdin=given).out, with_arrow.code) == (with_arrow.out, 1)
    assert with_arrow.out.splitlines()[2] == ","


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('{"x":1}\n{"x":2}\n', '{"x":1, "value": 2.0}\n{"x":2, "value": 4.0}\n'),
        ('{"x":1}\n{"x":2}', '{"x":1, "value": 2.0}\n{"x":2, "value": 4.0}'),
        ('{"x":1}\r\n\r\n{ "x" : 2 }\r\n', '{"x":1, "value": 2.0}\r\n\r\n{ "x" : 2 , "value": 4.0}\r\n'),
        ('{"x":1}  \n{}\n{"x": 3}\n', '{"x":1, "value": 2.0}\n{"value": null}\n{"x": 3, "value": 6.0}\n'),
        ('{"x":1}\nnonsense\n[2]\n{"x": 3}\n', '{"x":1, "value": 2.0}\nnonsense\n[2]\n{"x": 3, "value": 6.0}\n'),
        ('{"x":1, "n": 1.50}\n{"x": true}\n', '{"x":1, "n": 1.50, "value": 2.0}\n{"x": true, "value": 2.0}\n'),
        ('{"x":"}\\n{"}\n{"x":"\u2028", "y": {"x": 1}}\n', None),
    ],
)
def test_objects_of_json_lines_keep_their_text(
    autodiff, monkeypatch: pytest.MonkeyPatch, given: str, expected: str | None, size: int
) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", size)
    result = autodiff("map", "2*x", "--const", "x", stdin=given)
    if expected is None:
        expected = given.replace('"}\n', '", "value": null}\n').replace("}}\n", '}, "value": null}\n')
    if size > 7 or "\r\n\r\n" not in given:
        assert result.out == expected
    assert [line for line in result.out.splitlines() if line] == [line for line in expected.splitlines() if line]


def test_an_object_that_has_a_new_member_already_is_at_fault(autodiff) -> None:
    given = '{"x": 1}\n' * 1000 + '{"value": 1, "x": 1}\n'
    result = autodiff("map", "x", "--const", "x", stdin=given)
    assert result.code == 1
    assert result.out == '{"x": 1, "value": 1.0}\n' * 1000 + '{"value": 1, "x": 1}\n'
    assert "line 1,001: there is a member `value` already" in result.err


@given(st.binary(max_size=40).map(lambda data: data.translate(bytes(b'ab,"\n\r'[i % 6] for i in range(256)))))
def test_records_end_where_the_csv_module_says(data: bytes) -> None:
    text = data.replace(b"\r", b"").decode()
    # The module takes such a quote for one that text follows.
    assume(record_ends.quotes_of(text.encode(), b",").unclosed is None)
    ends = record_ends.record_ends(text.encode(), b",")
    bounds = [0, *(int(end) + 1 for end in ends), len(text)]
    mine = [text[start:end] for start, end in pairwise(bounds)]
    expected = list(csv.reader(io.StringIO(text)))
    assert [next(csv.reader([record]), []) for record in mine if record] == expected


texts = st.one_of(
    st.floats().map(repr),
    st.sampled_from(["", " ", "nan", "-inf", "Infinity", "1_0", "1e400", "0x1", "true", "NA", '"2"', '""', "1,2", "a"]),
    plain,
    quoted,
)


@pytest.mark.skipif(not has_arrow(), reason="compares what pyarrow reads with what is read without it")
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_columns_are_the_same_read_with_pyarrow_and_without(records) -> None:
    data = "x,y\n" + "".join(f"{x},{y}\n" for x, y in records)
    source = Delimited(Headed(io.BytesIO(data.encode()), "here"), Dialect(nulls=("NA",)), "here")
    for chunk in source.chunks():
        fast = chunk._read_fast([0, 1])
        if fast is None:
            continue
        for one, other in zip(fast, chunk._read_each([0, 1]), strict=True):
            np.testing.assert_array_equal(one.values, other.values)
            np.testing.assert_array_equal(one.empty, other.empty)
            assert one.faults == other.faults == {}


numbers = st.one_of(st.none(), st.integers(-(2**60), 2**60), st.floats(), st.booleans(), st.text(max_size=2))


@pytest.mark.skipif(not has_arrow(), reason="compares what pyarrow reads with what is read without it")
@given(st.lists(st.dictionaries(st.sampled_from("xyz"), numbers, min_size=1), min_size=1, max_size=5))
def test_members_are_the_same_read_with_pyarrow_and_without(objects) -> None:
    data = "".join(json.dumps(members) + "\n" for members in objects)
    source = JsonLines(Headed(io.BytesIO(data.encode()), "here"), "here")
    for chunk in source.chunks():
        fast = chunk._read_fast(["x", "y"]) if chunk.is_plain else None
        if fast is None:
            continue
        slow = chunk._read_each(["x", "y"])
        for name in fast:
            np.testing.assert_array_equal(fast[name].values, slow[name].values)
            np.testing.assert_array_equal(fast[name].empty, slow[name].empty)
            assert fast[name].faults == slow[name].faults == {}


@pytest.mark.skipif(not has_arrow(), reason="compares what pyarrow writes with what Python does")
@given(st.lists(st.one_of(st.floats(), st.integers(-(10**17), 10**17).map(float), st.floats(1e-12, 1e-3))))
@settings(max_examples=examples(300))
def test_numbers_are_written_as_python_writes_them(values: list[float]) -> None:
    written = spelling.texts(np.array(values, float), None, spelling.spelling_of(Dialect()))
    assert spelling.as_list(written) == list(map(repr, values))


def test_powers_of_two_and_ten_are_written_as_python_writes_them() -> None:
    powers = [math.ldexp(1, n) for n in range(-1074, 1024)] + [float(f"1e{n}") for n in range(-323, 309)]
    values = np.array([*powers, *np.nextafter(powers, 0), *np.nextafter(powers, math.inf)])
    written = spelling.texts(-values, None, spelling.spelling_of(Dialect()))
    assert spelling.as_list(written) == list(map(repr, (-values).tolist()))


class Pieces:
    """A pipe whose writer pauses after each piece."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@grouped(
    "data",
    [
        b"x\ty\n1\t2\n",
        b"\n \n" + b'{"x": 1}\n',
        "x\ty\n1\t2\n".encode("utf-16"),
        gzip.compress(b"x\n1\n"),
        b"PAR1\x15\x04\n",
        b"ARROW1\0\0\n",
        b"\xff\xff\xff\xff\x80\x01",
        b"x\ry\r",
    ],
)
def test_what_a_table_is_does_not_depend_on_where_its_writer_pauses(
    monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(opening, "_ready", lambda *_: False)

    def told(*pieces: bytes) -> list[object]:
        stream = opening.Headed(Pieces(*pieces), "here", number=0)
        marks = [stream.head.startswith(mark) for mark in (*opening._MAGIC, *encoding._MARKS)]
        return [format_by_content(stream.head), marks, with_newlines(stream, True) is stream]

    assert all(told(data[:place], data[place:]) == told(data) for place in range(1, len(data)))
