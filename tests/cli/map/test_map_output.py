"""Where `autodiff map` writes: files that are there whole or not at all, pipes, terminals; and in what memory."""

from __future__ import annotations

import os
import random
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from effort import THOROUGH, examples
from processes import START, TIMEOUT, left, watched

pytestmark = pytest.mark.processes

MAP = [*START, "map"]
OLD = "the old file\n"


@pytest.fixture(scope="module")
def long_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that takes many blocks."""
    path = tmp_path_factory.mktemp("tables") / "long.csv"
    rng = random.Random(0)
    block = "".join(f"{rng.random()},{rng.random()},text\n" for _ in range(20_000))
    path.write_text("x,y,t\n" + block * 20)
    return path


@contextmanager
def endless() -> Iterator[IO[bytes]]:
    """A table without an end."""
    command = ["sh", "-c", "echo x,y; exec yes 0.25,0.75"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as rows:
        assert rows.stdout
        try:
            yield rows.stdout
        finally:
            rows.kill()


def wait_for_temporary(folder: Path, child: subprocess.Popen[bytes]) -> None:
    """Waits until something has been written beside the target."""
    while child.poll() is None and not any(
        path.name.endswith(".tmp") and path.stat().st_size for path in folder.iterdir()
    ):
        time.sleep(0.005)


@pytest.mark.parametrize("number", range(examples(16)))
def test_a_run_that_is_killed_leaves_the_old_file_or_none(tmp_path: Path, number: int) -> None:
    rng = random.Random(number)
    target = tmp_path / "out.csv"
    if number % 2:
        target.write_text(OLD)
    sent = signal.SIGKILL if number % 4 < 2 else signal.SIGINT
    command = [*MAP, "sin(x)*y", "-o", str(target)]
    with endless() as rows, subprocess.Popen(command, stdin=rows, stderr=subprocess.PIPE) as child:
        wait_for_temporary(tmp_path, child)
        time.sleep(rng.random() * 0.3)
        child.send_signal(sent)
        _, err = child.communicate(timeout=TIMEOUT)
    assert child.returncode == (-signal.SIGKILL if sent == signal.SIGKILL else 130), err
    if number % 2:
        assert target.read_text() == OLD
    else:
        assert not target.exists()
    if sent == signal.SIGINT:
        assert (err, [path.name for path in tmp_path.iterdir()]) == (b"", ["out.csv"] * (number % 2))


def test_an_interrupted_pipe_has_complete_records_only(long_table: Path) -> None:
    with subprocess.Popen([*MAP, "x*y", str(long_table)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        first = os.read(child.stdout.fileno(), 1000)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=TIMEOUT)
    assert (child.returncode, err) == (130, b"")
    lines = (first + out).decode().split("\n")
    assert {line.count(",") for line in lines if line} == {5}


def test_an_interrupt_while_waiting_for_input_ends_the_command_with_130() -> None:
    with subprocess.Popen([*MAP, "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"x\n1\n2\n")
        child.stdin.flush()
        # The rows are written while the next is awaited.
        assert child.stdout.readline() == b"x,value,d_x\n"
        assert child.stdout.readline() == b"1,1.0,1.0\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(TIMEOUT) == 130
        assert child.stderr
        assert child.stderr.read() == b""


def test_rows_pass_through_a_pipe_as_they_come() -> None:
    with subprocess.Popen(
        [*MAP, "x*2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"x\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"x,value,d_x\n"
        for i in range(3):
            child.stdin.write(b"%d\n" % i)
            child.stdin.flush()
            assert child.stdout.readline() == b"%d,%d.0,2.0\n" % (i, 2 * i)
        child.stdin.close()
        assert child.stdout.read() == b""
        assert child.wait(TIMEOUT) == 0


def test_a_reader_that_leaves_early_ends_the_command_quietly(long_table: Path) -> None:
    with subprocess.Popen([*MAP, "x*y", str(long_table)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.readline()
        child.stdout.close()
        assert child.wait(TIMEOUT) == 0
        assert child.stderr.read() == b""


def test_a_file_can_be_replaced_by_what_is_computed_from_it(autodiff, tmp_path: Path) -> None:
    path, link = tmp_path / "table.csv", tmp_path / "link.csv"
    path.write_text("x\n1\n")
    path.chmod(0o640)
    link.symlink_to(path)
    assert autodiff("map", "x*2", str(path), "-o", str(link), "--const", "x").code == 0
    assert path.read_text() == "x,value\n1,2.0\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()


@pytest.mark.parametrize("target", ["missing/out.csv", "table.csv/out.csv", "."])
def test_a_file_that_cannot_be_written_is_an_error_in_words(
    autodiff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text("x\n1\n")
    result = autodiff("map", "x*2", "table.csv", "-o", target)
    assert result.code == 2
    assert f"cannot write `{target}`" in result.err
    assert os.listdir() == ["table.csv"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_disk_is_an_error_in_words(autodiff) -> None:
    result = autodiff("map", "x*2", "-o", "/dev/full", stdin="x\n1\n")
    assert result.code == 2
    assert "no space left on device" in result.err


def test_a_device_is_written_to(autodiff) -> None:
    assert autodiff("map", "x*2", "-o", "/dev/null", stdin="x\n1\n").code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_the_output_is_the_same_for_any_number_of_threads(process, long_table: Path) -> None:
    with long_table.open("rb") as file:
        rows = b"".join(next(file) for _ in range(200_000))
    outputs = {process("map", "sin(x)/y", "--jobs", jobs, stdin=rows).stdout for jobs in ("1", "2", "5")}
    assert len(outputs) == 1


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path, process) -> None:
    words = ["map", "x*y", "-o", str(tmp_path / "out.csv")]
    result = watched([*START, *words], b"x,y\n1,2\n", b" rows/s", lambda child: b"3,4\n")
    assert "\r\x1b[K1 rows, " in result.err
    assert re.fullmatch(r"2 rows: 2 ok, [0-9.]+ s\n", left(result.err))
    piped = process(*words, stdin=b"x,y\n1,2\n3,4\n").stderr
    assert re.fullmatch(rb"2 rows: 2 ok, [0-9.]+ s\n", piped)


def write_long(path: Path, rows: int) -> None:
    """A table of two columns of numbers, a part at a time where the format has parts."""
    if path.suffix in (".csv", ".jsonl"):
        line = "0.12345678901234,9.87654321\n" if path.suffix == ".csv" else '{"x": 0.12345678901, "y": 9.87654}\n'
        with path.open("w") as file:
            file.write("x,y\n" if path.suffix == ".csv" else "")
            for _ in range(rows // 1000):
                file.write(line * 1000)
        return
    pa = pytest.importorskip("pyarrow")
    numbers = np.arange(rows) / 7
    table = pa.table({"x": numbers, "y": numbers})
    if path.suffix == ".parquet":
        pytest.importorskip("pyarrow.parquet").write_table(table, path, row_group_size=1 << 16)
    else:
        with pytest.importorskip("pyarrow.ipc").new_file(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=1 << 14)


@pytest.mark.memory
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system does not say how much memory was used")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "arrow"] if THOROUGH else ["csv", "parquet"])
def test_the_memory_does_not_grow_with_the_table(tmp_path: Path, ending: str) -> None:
    # With one thread, as each has some blocks, which wait for it or for the writer as it happens.
    # Not ru_maxrss, which starts from what the parent had.
    script = (
        "import re, sys; from autodiff.cli.main import run; code = run(sys.argv[1:]); "
        "print(re.search('VmHWM:\\s*([0-9]+)', open('/proc/self/status').read())[1]); sys.exit(code)"
    )
    few, many, peaks = 500_000, 2_000_000, []
    # Many first, so that all that pays to be compiled is kept: the compiler takes as much memory again.
    for rows in (many, few, many):
        source = tmp_path / f"{rows}.{ending}"
        write_long(source, rows)
        words = ["map", "sin(x)*y", str(source), "-o", str(tmp_path / f"out.{ending}"), "--jobs", "1"]
        command = [sys.executable, "-c", script, *words]
        peaks.append(int(subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT).stdout))
    # In kB; what the allocators hold on to differs by some MB from run to run.
    assert peaks[2] <= 1.2 * peaks[1] + 16_384


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_a_file_that_cannot_grow_is_an_error_in_the_words_of_the_system(autodiff, tmp_path: Path, ending: str) -> None:
    resource = pytest.importorskip("resource")
    pytest.importorskip("pyarrow")
    table, target = tmp_path / "table.csv", tmp_path / f"out.{ending}"
    table.write_text("x\n" + "".join(f"{i / 7}\n" for i in range(20_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        result = autodiff("map", "x**2", str(table), "-o", str(target))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert result.code == 2
    assert result.err.splitlines()[-1] == "error[usage]: cannot write the result: file too large"
    assert not target.exists()
