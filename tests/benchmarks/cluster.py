"""`autodiff map --cluster` with 1, 2 and 4 workers, processes of this machine, over a table in 64 files.

Prints rows a second from the first task to the last (workers run already), the time that the scheduler takes for a task
that does nothing, the size of the manifest, and whether the parts have the same bytes; and `map` on one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import operator
import tempfile
import time
from pathlib import Path

import distributed
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from autodiff.cli.cluster.scheduler import connected
from autodiff.cli.main import run

EXPRESSION = "sin(x**2)*exp(-y)+log(x*y)"
PARTS = 64
EMPTY = 2000


def write_tables(folder: Path, rows: int) -> None:
    """A table of the columns id, x and y in so many files."""
    random = np.random.default_rng(0)
    count = rows // PARTS
    for number in range(PARTS):
        columns = {"x": random.uniform(0.1, 3, count), "y": random.uniform(0.1, 3, count)}
        table = pa.table({"id": np.arange(number * count, (number + 1) * count), **columns})
        pa.parquet.write_table(table, folder / f"{number:02}.parquet", row_group_size=1 << 18)


def timed(words: list[str]) -> float:
    """The seconds that a call of the command takes in this process."""
    start = time.perf_counter()
    assert run([*words, "--quiet"]) == 0
    return time.perf_counter() - start


def measure(source: Path, folder: Path, rows: int, workers: int) -> str:
    """Prints how long a cluster of so many workers takes, and returns the digest of all parts."""
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:
        where = ["--cluster", cluster.scheduler_address, "-o"]
        # Imports, and machine code.
        some = [str(source / f"{number:02}.parquet") for number in range(2 * workers)]
        timed(["map", EXPRESSION, *some, *where, str(folder / f"warm{workers}")])
        seconds = timed(["map", EXPRESSION, str(source), *where, str(folder / f"out{workers}")])
        with connected(cluster.scheduler_address) as found:
            start = time.perf_counter()
            count = sum(1 for _ in found.finished(operator.neg, [(number,) for number in range(EMPTY)]))
            empty = (time.perf_counter() - start) / count
    parts = sorted((folder / f"out{workers}").glob("part-*"))
    manifest = (folder / f"out{workers}" / "_autodiff.json").stat().st_size / len(parts)
    print(f"{workers} workers: {seconds:.2f} s, {rows / seconds / 1e6:.2f} M rows/s, {len(parts)} parts")
    print(f"  {1e3 * empty:.2f} ms a task that does nothing, {manifest:.0f} bytes of the manifest a part")
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=30_000_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "in").mkdir()
        write_tables(place / "in", options.rows)
        alone = min(timed(["map", EXPRESSION, str(place / "in"), "-o", str(place / "one.parquet")]) for _ in range(2))
        print(f"one machine: {alone:.2f} s, {options.rows / alone / 1e6:.2f} M rows/s")
        digests = {measure(place / "in", place, options.rows, count) for count in options.workers}
        print("the same bytes" if len(digests) == 1 else "different bytes")
