"""`autodiff map` over CSV and Parquet, value and gradient, against DuckDB and Polars with the derivative by hand.

Each side is a process of its own that reads a file and writes one, the imports included; the derivative is written out
for the others, and ours is derived. Prints ratios of times, and the peak memory of ours for tables that grow tenfold.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

EXPRESSION = "sin(x**2)*exp(-y)+log(x*y)"
OURS = [sys.executable, "-c", "from autodiff.cli.main import main; main()", "map", EXPRESSION]
DUCKDB = """
import sys, duckdb
source, target = sys.argv[1:]
duckdb.execute("set enable_progress_bar = false")
form = "parquet" if target.endswith("parquet") else "csv, header"
duckdb.execute(f'''copy (select *, sin(x*x)*exp(-y) + ln(x*y) as value, 2*x*cos(x*x)*exp(-y) + 1/x as d_x,
    -sin(x*x)*exp(-y) + 1/y as d_y from '{source}') to '{target}' (format {form})''')
"""
POLARS = """
import sys, polars
source, target = sys.argv[1:]
x, y = polars.col("x"), polars.col("y")
columns = [
    ((x*x).sin()*(-y).exp() + (x*y).log()).alias("value"),
    (2*x*(x*x).cos()*(-y).exp() + 1/x).alias("d_x"),
    (1/y - (x*x).sin()*(-y).exp()).alias("d_y"),
]
if target.endswith("parquet"):
    polars.scan_parquet(source).with_columns(columns).sink_parquet(target, compression="snappy")
else:
    polars.scan_csv(source).with_columns(columns).sink_csv(target)
"""


def write_tables(folder: Path, rows: int) -> None:
    """A table of the columns id, x and y as CSV and as Parquet."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    random = np.random.default_rng(0)
    table = pa.table({"id": np.arange(rows), "x": random.uniform(0.1, 3, rows), "y": random.uniform(0.1, 3, rows)})
    # Not in quotes, as most write numbers and names.
    pyarrow.csv.write_csv(table, folder / f"{rows}.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.parquet.write_table(table, folder / f"{rows}.parquet", row_group_size=1 << 18)


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak(command: list[str]) -> float:
    """The most memory the process had, in MB."""
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL); "
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    result = subprocess.run([sys.executable, "-c", script, *command], check=True, capture_output=True, text=True)
    return float(result.stdout)


def commands(source: Path, target: Path) -> dict[str, list[str]]:
    """What to run, by name."""
    found = {"autodiff": [*OURS, str(source), "-o", str(target)]}
    for name, script in (("duckdb", DUCKDB), ("polars", POLARS)):
        if importlib.util.find_spec(name):
            found[name] = [sys.executable, "-c", script, str(source), str(target)]
    return found


def compare(folder: Path, rows: int, rounds: int, endings: Sequence[str], show: Callable[[str], None]) -> None:
    """Times each side in turn, so that a machine that slows down slows all."""
    for ending in endings:
        sides = commands(folder / f"{rows}.{ending}", folder / f"out.{ending}")
        times = [{name: seconds(command) for name, command in sides.items()} for _ in range(rounds)]
        ours = statistics.median(round["autodiff"] for round in times)
        show(f"{ending}, {rows:,} rows: {ours:.2f} s, {rows / ours / 1e6:.1f} M rows/s")
        for name in list(sides)[1:]:
            ratio = statistics.median(round["autodiff"] / round[name] for round in times)
            show(f"  {ratio:.2f} times as long as {name} ({statistics.median(r[name] for r in times):.2f} s)")


def grow(folder: Path, rows: int, show: Callable[[str], None]) -> None:
    """The peak memory for a table and for one ten times as long."""
    for ending in ("csv", "parquet"):
        small, large = (
            peak(commands(folder / f"{n}.{ending}", folder / f"out.{ending}")["autodiff"]) for n in (rows, 10 * rows)
        )
        show(
            f"{ending}: peak memory {small:.0f} MB for {rows:,} rows, {large / small:.2f} times that for {10 * rows:,}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="measure the peak memory for 1 M and 10 M rows too")
    parser.add_argument("--formats", nargs="+", choices=("csv", "parquet"), default=["csv", "parquet"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write_tables(place, options.rows)
        compare(place, options.rows, options.rounds, options.formats, print)
        if options.memory:
            for count in (1_000_000, 10_000_000):
                write_tables(place, count)
            grow(place, 1_000_000, print)
