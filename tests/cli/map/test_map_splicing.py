"""Text put together by machine code: the digits are Python's, and the rows those that slower ways write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from groups import grouped

from autodiff.cli.map import insertion
from autodiff.cli.map.spelling import JSON, Spelling, texts
from autodiff.engine.program.native.code import available
from autodiff.parser.rows import late_code, splicing

pytestmark = pytest.mark.skipif(not available(), reason="no machine code can be made here")
pyarrow = pytest.importorskip("pyarrow")

RANDOM = np.random.default_rng(0)
PLAIN = Spelling("", "True", "False")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code from the first number on."""
    monkeypatch.setattr(splicing.CODE, "enough", 0)


def written(numbers: np.ndarray) -> list[str]:
    """The texts of numbers as machine code writes them."""
    column = splicing.Digits(b"", numbers, np.zeros(len(numbers), bool), b"")
    code = splicing.CODE.get(1)
    assert code is not None
    found = splicing.spliced(code, b"\n" * len(numbers), np.arange(len(numbers) + 1), [column], None)
    return bytes(found).decode().split("\n")[1:]


POWERS = 2.0 ** np.arange(-1074, 1024)
NUMBERS = {
    "special": np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, 5e-324, 2.2250738585072014e-308, 1e22, 1e23]),
    "any bits": RANDOM.integers(0, 2**64, 20000, dtype=np.uint64).view(float),
    "powers of two": POWERS,
    "neighbours of powers of two": np.concatenate([np.nextafter(POWERS, 0), np.nextafter(POWERS, np.inf)]),
    "few digits of all sizes": np.array([float(f"{d}e{e}") for d in (1, 12, 125, 999) for e in range(-326, 308)]),
    "below the normal ones": RANDOM.integers(0, 2**52, 5000).view(float),
    "whole": RANDOM.integers(-(2**60), 2**60, 5000) // 2 ** RANDOM.integers(0, 60, 5000) + 0.0,
    "where the exponent begins": np.concatenate([RANDOM.uniform(0.5, 2, 500) * 10.0**e for e in (-5, -4, 15, 16)]),
    "halves": np.arange(-500, 500) / 8,
    "of all sizes": 10 ** RANDOM.uniform(-10, 20, 5000),
}


@grouped("kind", NUMBERS)
def test_digits_are_those_of_python(kind: str) -> None:
    assert written(NUMBERS[kind]) == list(map(repr, NUMBERS[kind].tolist()))


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("spelling", [PLAIN, JSON])
def test_rows_are_those_that_arrow_puts_together(
    keep: bool, spelling: Spelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 300
    old = "".join("é" * i + f"{'x' * (i % 70)},{i}" for i in RANDOM.integers(0, 9, rows)).encode()
    bounds = np.sort(RANDOM.integers(3, len(old) + 1, rows + 1))
    values = RANDOM.normal(size=rows) * 10.0 ** RANDOM.integers(-20, 20, rows)
    values[::7] = np.nan
    blank = RANDOM.random(rows) < 0.3
    words = pyarrow.array([f"{'ß' * (i % 50)}" for i in range(rows + 5)])[5:]
    columns = [texts(values, blank, spelling), words, texts(-values, None, spelling)]
    kept = RANDOM.random(rows) < 0.5 if keep else None
    leads = [", a long lead that is no single delimiter: ", "", ","]
    found = insertion.splice(old, bounds, leads, columns, kept)
    monkeypatch.setattr(insertion, "_by_machine_code", lambda *given: None)
    assert bytes(found) == bytes(insertion.splice(old, bounds, leads, columns, kept))


@pytest.mark.parametrize("options", [["--only-new"], ["--errors", "skip"], ["--decimal", ","], ["--keep", "z"]])
@pytest.mark.parametrize(("ending", "form"), [("csv", "csv"), ("csv", "jsonl"), ("jsonl", "jsonl"), ("parquet", "csv")])
def test_tables_are_written_the_same(
    autodiff: Any, tmp_path: Path, ending: str, form: str, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if (ending, form) != ("csv", "csv") and "--decimal" in options:
        return
    rows = [f'"a ""b"", {i}",{i / 7},{"" if i % 5 == 0 else "text" if i % 11 == 0 else i - 20}' for i in range(60)]
    source, table = tmp_path / "t.csv", tmp_path / f"t.{ending}"
    mark = ";" if "--decimal" in options else ","
    source.write_text("\r\n".join([f"name{mark}x{mark}y", *(row.replace(",", mark) for row in rows)]))
    if ending != "csv":
        autodiff("map", "x", str(source), "--wrt", "", "-o", str(table), "--text", "y")
    command = ["map", "z = sqrt(x); z + 0*x", str(table), "--prefix", "new_", "--format", form, *options]
    found = autodiff(*command)
    monkeypatch.setattr(insertion, "_by_machine_code", lambda *given: None)
    slower = autodiff(*command)
    assert found.out == slower.out
    assert found.out.count("\n") > 40


def test_few_numbers_are_not_worth_compiling_for(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[bool] = []

    def code_of(text: str, symbols: Any, *, compiles: bool) -> str | None:
        compiled.append(compiles)
        return text if compiles else None

    monkeypatch.setattr(late_code, "code_of", code_of)
    code = late_code.LateCode(lambda: "code", 2_000_000)
    assert code.enough == 100
    assert [code.get(40) for _ in range(4)] == [None, None, "code", "code"]
    assert compiled == [False, True]
