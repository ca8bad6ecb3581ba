"""`autodiff batch` among processes: pipes, several jobs, Ctrl-C, a terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from array import array
from pathlib import Path
from typing import IO

import pytest
from effort import THOROUGH
from processes import START, TIMEOUT, left, watched
from pytorch.recorded import DATA

pytestmark = pytest.mark.processes

# The same for a shell.
AUTODIFF = f"'{sys.executable}' -c 'from autodiff.cli.main import main; main()'"
RECORDED = DATA / "expressions.jsonl"


def started(*args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*START, "batch", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def waiting(pipe: IO[bytes]) -> int:
    """How many bytes a pipe holds."""
    count = array("i", [0])
    pytest.importorskip("fcntl").ioctl(pipe, pytest.importorskip("termios").FIONREAD, count)
    return count[0]


def without_time(summary: bytes) -> str:
    return re.sub(r"[0-9.]+ s$", "T s", summary.decode().strip())


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("output_format", ["plain", "json"])
def test_who_writes_a_line_can_read_its_answer(jobs: str, output_format: str) -> None:
    with started("--jobs", jobs, "--format", output_format) as child:
        assert child.stdin
        assert child.stdout
        for x in range(5):
            child.stdin.write(f"x**2 where x = {x}\n".encode())
            child.stdin.flush()
            answer = child.stdout.readline()
            assert f"{float(x * x)}".encode() in answer
        rest, err = child.communicate(timeout=TIMEOUT)
    assert rest == b""
    assert without_time(err) == "5 expressions: 5 ok, 0 failed, T s"
    assert child.returncode == 0


@pytest.mark.parametrize("output_format", ["plain", "json", "csv"] if THOROUGH else ["plain"])
def test_jobs_do_not_change_a_byte(process, own_process, tmp_path: Path, output_format: str) -> None:
    path = tmp_path / "expressions.jsonl"
    lines = RECORDED.read_text().splitlines()[::3]
    path.write_text("\n".join([*lines[:100], '{"expr": "2x"}', *lines[100:]]))
    words = ("batch", str(path), "--format", output_format, "--jobs")
    alone, together = process(*words, "1"), own_process(*words, "2")
    assert (alone.returncode, together.returncode) == (1, 1)
    assert alone.stdout == together.stdout
    assert alone.stdout.count(b"\n") >= 201
    assert without_time(alone.stderr) == without_time(together.stderr) == "201 expressions: 200 ok, 1 failed, T s"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_stopping_prints_all_that_came_before(own_process, tmp_path: Path, jobs: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join([*["1"] * 2500, "2y", *["1"] * 5000]))
    result = own_process("batch", str(path), "--errors", "stop", "--jobs", jobs, "--get", "value")
    assert (result.returncode, result.stdout) == (1, b"1.0\n" * 2500)
    assert b" --> " + str(path).encode() + b":2501:2\n" in result.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_head_gets_its_line_and_nobody_complains(jobs: str) -> None:
    command = f"yes 'x**2 where x = 3' | {AUTODIFF} batch --get value --jobs {jobs} | head -1; echo ${{PIPESTATUS[1]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    assert (result.stdout, result.stderr) == ("9.0\n0\n", "")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_complete_records_only(tmp_path: Path, jobs: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"sin(x**2) + {i} where x = {i}\n" for i in range(100_000)))
    with started(str(path), "--json", "--jobs", jobs) as child:
        assert child.stdout
        assert child.stderr
        first = child.stdout.readline()
        # The command is in the midst of writing, as more than half of what a pipe holds is there.
        while waiting(child.stdout) < 1 << 15:
            time.sleep(0.001)
        child.send_signal(signal.SIGINT)
        out = first + child.stdout.read()
        assert child.stderr.read() == b""
    assert child.returncode == 130
    assert out.endswith(b"\n")
    records = [json.loads(line) for line in out.splitlines()]
    assert len(records) < 100_000
    assert [record["line"] for record in records] == list(range(1, len(records) + 1))


def test_an_interrupt_while_waiting_for_a_line_ends_the_command() -> None:
    with started("--get", "value") as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"1\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"1.0\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=TIMEOUT)
    assert (child.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps to list processes with")
def test_a_job_that_is_killed_is_an_error_in_words() -> None:
    with started("--get", "value", "--jobs", "2") as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"1\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"1.0\n"
        listed = subprocess.run(
            ["ps", "--ppid", str(child.pid), "-o", "pid="], capture_output=True, text=True, check=True
        )
        jobs = listed.stdout.split()
        assert len(jobs) == 1  # as many as chunks came
        for job in jobs:
            os.kill(int(job), signal.SIGKILL)
        out, err = child.communicate(b"2\n", timeout=TIMEOUT)
    assert (child.returncode, out) == (2, b"")
    assert b"was killed" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_from_any_system(process, newline: str, encoding: str) -> None:
    text = newline.join(["π*größe where größe = 2", "", "# Kommentar", "x where x = 1"])
    result = process("batch", "--get", "value", stdin=text.encode(encoding))
    assert result.stdout == b"6.283185307179586\n1.0\n"


def test_memory_does_not_grow_with_the_input() -> None:
    # A line without an end, of 200 MB: far more than the process may have.
    command = (
        f"(head -c 200000000 /dev/zero | tr '\\0' x; echo; echo 1) | (ulimit -v 1500000; "
        f"{AUTODIFF} batch --limit length=10000 --json)"
    )
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    long, short = map(json.loads, result.stdout.splitlines())
    assert long["error"]["code"] == "limit"
    assert short["value"] == 1


def test_pretty_is_the_default_on_a_terminal_and_shows_failures_in_place(terminal, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x**2 where x = 3\n2y\n")
    result = terminal("batch", str(path), env={"NO_COLOR": "1"})
    assert result.code == 1
    assert result.out.startswith("expression  x**2\nx           3.0\n")
    assert "\n\nerror[syntax]: " in result.out
    assert re.search(r"\n\n2 expressions: 1 ok, 1 failed, [0-9.]+ s\n$", result.out)


def test_a_person_who_forgot_the_file_is_told(terminal) -> None:
    result = terminal("batch")
    assert result.code == 2
    assert "the file of expressions is missing" in result.out


def test_progress_is_shown_on_a_terminal_and_taken_away() -> None:
    result = watched(
        [*START, "batch"],
        b"x*y where x = 1, y = 2\n",
        b" a second",
        lambda child: b"2 + x where x = 1\n",
    )
    assert "\r\x1b[K1 expressions, " in result.err
    assert re.fullmatch(r"2 expressions: 2 ok, 0 failed, [0-9.]+ s\n", left(result.err))
