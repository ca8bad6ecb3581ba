"""`f.map` on frames in memory, against Polars with the derivatives by hand, and against the command on a file.

Three million rows, value and gradient, both sides in turn. Of Polars and of ours it is the time of the call alone; the
command is a process that reads and writes Parquet. Memory is what a call makes the process take beyond the results.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.parser import Expression

TEXT = "sin(x**2)*exp(-y)+log(x*y)"
F = Expression(TEXT)


def by_hand(frame: Any) -> Any:
    """What `map` computes, as one writes it in Polars."""
    import polars as pl

    x, y = pl.col("x"), pl.col("y")
    return frame.with_columns(
        ((x * x).sin() * (-y).exp() + (x * y).log()).alias("value"),
        (2 * x * (x * x).cos() * (-y).exp() + 1 / x).alias("d_x"),
        (1 / y - (x * x).sin() * (-y).exp()).alias("d_y"),
    )


def seconds(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    work()
    return clock() - start


def peak(work: Callable[[Any], Any], frame: Any) -> float:
    """How many bytes more than before the process had at most, while it worked: once, in a process of its own."""
    Path("/proc/self/clear_refs").write_text("5")

    def status(name: str) -> float:
        text = Path("/proc/self/status").read_text()
        return float(text.partition(f"{name}:")[2].split()[0]) * 1024

    before = status("VmRSS")
    held = work(frame)
    grown = status("VmHWM") - before
    del held
    return grown


def framed(rows: int, kind: str) -> Any:
    """The table as a frame of a kind."""
    random = np.random.default_rng(0)
    arrays = {"id": np.arange(rows), "x": random.uniform(0.1, 3, rows), "y": random.uniform(0.1, 3, rows)}
    if kind == "arrays":
        return arrays
    if kind == "pandas":
        return importlib.import_module("pandas").DataFrame(arrays)
    table = importlib.import_module("pyarrow").table(arrays)
    return table if kind == "pyarrow" else importlib.import_module("polars").from_arrow(table)


def peak_of(rows: int, kind: str) -> str:
    """The peak of a call, in a process of its own, in words."""
    command = [sys.executable, __file__, "--rows", str(rows), "--peak", kind]
    found = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return f"{found / (3 * 8 * rows):.2f} x the new columns in memory"


def compare(rows: int, rounds: int) -> None:
    import pyarrow.parquet

    polars = framed(rows, "polars")
    for kind in ("arrays", "pyarrow", "polars", "pandas"):
        if kind == "pandas" and importlib.util.find_spec(kind) is None:
            continue
        frame = framed(rows, kind)
        F.map(frame)
        pairs = [(seconds(lambda f=frame: F.map(f)), seconds(lambda: by_hand(polars))) for _ in range(rounds)]
        ours, theirs = (min(side) for side in zip(*pairs, strict=True))
        print(f"{kind}: {rows / ours / 1e6:.1f} M rows/s, {ours / theirs:.2f} x Polars by hand, {peak_of(rows, kind)}")
    print(f"Polars by hand: {peak_of(rows, 'hand')}")
    table, function = framed(rows, "pyarrow"), F.columns()
    parts = [table.slice(start, 2048) for start in range(0, rows // 10, 2048)]
    taken = seconds(lambda: [function(part["x"], part["y"]) for part in parts], time.process_time)
    print(f"columns, 2,048 rows at a time: {rows / 10 / taken / 1e6:.1f} M rows a second of one core")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.parquet"), Path(folder, "out.parquet")
        pyarrow.parquet.write_table(table, source)

        def in_process() -> None:
            pyarrow.parquet.write_table(F.map(pyarrow.parquet.read_table(source)), target)

        command = [sys.executable, "-c", "from autodiff.cli.main import main; main()", "map", TEXT, str(source)]
        command += ["-o", str(target)]

        def as_command() -> None:
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

        as_command()
        pairs = [(seconds(in_process), seconds(as_command)) for _ in range(rounds)]
        ours, theirs = (min(side) for side in zip(*pairs, strict=True))
        print(f"Parquet to Parquet with pyarrow around it: {ours / theirs:.2f} x the command ({theirs:.2f} s)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peak", help="print the peak memory of one call alone, for a frame of this kind")
    options = parser.parse_args()
    if options.peak:
        hand = options.peak == "hand"
        work = by_hand if hand else F.map
        work(framed(100_000, "polars" if hand else options.peak))
        print(peak(work, framed(options.rows, "polars" if hand else options.peak)))
    else:
        compare(options.rows, options.rounds)
