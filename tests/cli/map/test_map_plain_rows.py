"""Plain delimited text read by machine code: the numbers are Python's, the records those that slower ways find."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from groups import grouped

from autodiff.cli.map.delimited import DelimitedChunk
from autodiff.engine.program.native.code import available
from autodiff.parser.rows import plain_rows

pytestmark = pytest.mark.skipif(not available(), reason="no machine code can be made here")

RANDOM = np.random.default_rng(0)
_DRAWN = random.Random(0)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code from the first cell on."""
    monkeypatch.setattr(plain_rows.CODE, "enough", 0)


def read(cells: list[str]) -> np.ndarray | None:
    """The numbers in the middle of records of three cells."""
    text = "\n".join(f"{'text' * (i % 5)},{cell},{i}" for i, cell in enumerate(cells)).encode()
    found = plain_rows.read_plain(text, ",", 3, [2, 1])
    if found is None:
        return None
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == 10)
    assert found.bounds.tolist() == [0, *ends.tolist(), len(text)]
    assert found.values[0].tolist() == list(range(len(cells)))
    assert found.empty[1].tolist() == [not cell for cell in cells]
    return found.values[1]


NUMBERS = {
    "of all spellings": [
        "1.5",
        "-2",
        "0",
        "-0.0",
        "1e5",
        "1E-3",
        ".5",
        "5.",
        "-.25e+2",
        "0.00012345678901234567",
        "1e22",
        "1e-22",
        "12345678",
        "1e300",
    ],
    "random": [*map(repr, RANDOM.uniform(-10, 10, 20000).tolist())],
    "of all sizes": [*map(repr, (10.0 ** RANDOM.uniform(-250, 15, 20000)).tolist())],
    "rounded": [
        f"{x:.{k}f}" for x, k in zip(RANDOM.normal(size=5000) * 1000, RANDOM.integers(0, 12, 5000), strict=True)
    ],
    "of many digits": [f"{_DRAWN.randint(0, 10**17)}e{_DRAWN.randint(-260, -30)}" for _ in range(5000)],
    "whole": [str(_DRAWN.randint(0, 10 ** _DRAWN.randint(1, 18))) for _ in range(5000)],
    "in the middle of two": ["9007199254740993", "9007199254740995", "-9007199254740994", "36028797018963970"],
    "beside empty cells": ["", "1", "", ""],
}


@grouped("kind", NUMBERS)
def test_numbers_are_those_of_python(kind: str) -> None:
    found = read(NUMBERS[kind])
    assert found is not None
    assert found.tobytes() == np.array([float(text or "nan") for text in NUMBERS[kind]]).tobytes()


@grouped(
    "cell",
    [
        "abc",
        "1.2.3",
        "--1",
        "1e",
        "e5",
        "1e5000",
        "99999999999999999999",
        "-",
        ".",
        "1\t",
        "nan",
        "inf",
        "+1",
        "1e309",
        "5e-324",
        "0x1",
        "1_0",
        "1;2",
    ],
)
def test_what_is_no_plain_number_is_left_to_others(cell: str) -> None:
    assert read(["1", cell, "2"]) is None


@pytest.mark.parametrize("text", ["1,2\n3\n", "1,2\n3,4,5\n", "1,2\n3,", "1\n", ",\n,\n,,"])
def test_records_of_other_widths_are_left_to_others(text: str) -> None:
    assert plain_rows.read_plain(text.encode(), ",", 3, [0]) is None


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_without_cells_are_no_records(delimiter: str, end: str) -> None:
    text = "\n\n1,2\n\n\n3,4".replace(",", delimiter) + end
    found = plain_rows.read_plain(text.encode(), delimiter, 2, [0])
    assert found is not None
    assert found.values[0].tolist() == [1, 3]


def test_tables_with_all_kinds_of_cells_are_read_the_same(autodiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for cell in ("", "x", "nan", "1e400", "7,8", '"5"', "5\r", " 5", "-0", "9007199254740993e0", "5e-1"):
        table = f"a,b\n\n1,2\n3,{cell}\n\n{cell},4\n5,6"
        command = ["map", "a*b", "--errors", "mark"]
        found = autodiff(*command, stdin=table)
        with monkeypatch.context() as patch:
            patch.setattr(DelimitedChunk, "_read_plain", lambda self, places: None)
            slower = autodiff(*command, stdin=table)
        assert (found.code, found.out) == (slower.code, slower.out)
        assert found.err.rpartition(", ")[0] == slower.err.rpartition(", ")[0]
