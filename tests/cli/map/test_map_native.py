"""Long tables, which `map` computes by machine code unless it is to be exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autodiff.cli.tables import record_ends
from autodiff.engine.program import columns
from autodiff.engine.program.fusing import Fused
from autodiff.engine.program.native.code import available

pytestmark = pytest.mark.skipif(not available(), reason="no machine code can be made here")
pyarrow = pytest.importorskip("pyarrow")

EXPRESSION = "sin(x**2)*exp(-y) + log(x*y)"


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call of a loop computed, where some hundred rows count as many."""
    found: list[int] = []
    run = Fused.run

    def counted(self: Fused, *given: Any, out: Any) -> None:
        found.append(len(out[0]))
        run(self, *given, out=out)

    monkeypatch.setattr(Fused, "run", counted)
    monkeypatch.setattr(columns, "_IMPORTED", 5000)
    monkeypatch.setattr(columns, "_COMPILED", 10)
    return found


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one table of 500 rows in several formats, and the first rows of it."""
    import pyarrow.csv
    import pyarrow.parquet

    folder = tmp_path_factory.mktemp("tables")
    random = np.random.default_rng(0)
    table = pyarrow.table({name: random.uniform(0.5, 2, 500) for name in "xy"})
    pyarrow.csv.write_csv(table, folder / "long.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.csv.write_csv(table[:50], folder / "short.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.parquet.write_table(table, folder / "long.parquet")
    with pyarrow.OSFile(str(folder / "long.arrow"), "wb") as file, pyarrow.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    (folder / "long.jsonl").write_text("".join(f'{{"x": {r["x"]}, "y": {r["y"]}}}\n' for r in table.to_pylist()))
    return folder


def numbers(text: str) -> Any:
    return np.loadtxt(text.splitlines(), delimiter=",", skiprows=1)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "arrow"])
def test_a_long_table_is_computed_by_machine_code_and_differs_in_last_digits(
    autodiff: Any, tables: Path, loops: list[int], ending: str
) -> None:
    table = str(tables / f"long.{ending}")
    found = numbers(autodiff("map", EXPRESSION, table, "--format", "csv").out)
    assert sum(loops) == 500
    loops.clear()
    exact = numbers(autodiff("map", EXPRESSION, table, "--format", "csv", "--exact").out)
    assert not loops
    np.testing.assert_allclose(found, exact, rtol=1e-13, atol=1e-14)


def test_short_tables_are_computed_by_numpy(autodiff: Any, tables: Path, loops: list[int]) -> None:
    autodiff("map", EXPRESSION, str(tables / "short.csv"))
    assert not loops


@pytest.mark.parametrize("block", [1 << 21, 3000])
def test_of_a_pipe_machine_code_computes_the_rows_that_come_after_enough_others(
    autodiff: Any, tables: Path, loops: list[int], monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(record_ends, "BLOCK", block)
    text = (tables / "long.csv").read_text()
    piped = autodiff("map", EXPRESSION, stdin=text).out.splitlines()
    # By its equations, 17 or so.
    enough = 500 - sum(loops)
    assert 200 < enough < 400
    native = autodiff("map", EXPRESSION, str(tables / "long.csv")).out.splitlines()
    loops.clear()
    exact = autodiff("map", EXPRESSION, "--exact", stdin=text).out.splitlines()
    assert not loops
    assert piped == [*exact[: enough + 1], *native[enough + 1 :]]
    assert piped != exact


def test_short_tables_that_are_long_together_count_as_one(autodiff: Any, tables: Path, loops: list[int]) -> None:
    autodiff("map", EXPRESSION, *[str(tables / "short.csv")] * 9)
    assert loops == [50] * 9


def test_how_many_threads_compute_changes_no_digit(autodiff: Any, tables: Path, loops: list[int]) -> None:
    one, two = (autodiff("map", EXPRESSION, str(tables / "long.csv"), "--jobs", n).out for n in "12")
    assert one == two
    assert loops
