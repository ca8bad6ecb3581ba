"""`batch --cluster`: in parts, the bytes of one machine, its errors, and going on after a death."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts_of_runs import parts, without_time

from autodiff.cli.batch.lines import Line
from autodiff.cli.cluster import expression_parts

pytest.importorskip("distributed")

LINES = [f"sin({i}*x)" if i % 3 else f"x**2*{i}" for i in range(95)]
LINES[20], LINES[50], LINES[51], LINES[70] = "sinn(x)", "1/0*x", "x where x = 2, z = 1", "# nothing"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has parts of ten records."""
    monkeypatch.setattr(expression_parts, "RECORDS", 10)


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "lines.txt").write_text("\n".join(LINES))
    return str(tmp_path / "lines.txt")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "options",
    [
        ["--json"],
        ["--format", "pretty", "--errors", "skip", "--hessian"],
        ["--get", "grad.x", "--strict"],
        ["--format", "csv", "--wrt", "x"],
        ["--wrt", "x,w", "--q", "3"],
    ],
    ids=" ".join,
)
def test_parts_are_what_one_machine_writes_and_what_is_said_is_the_same(
    autodiff: Callable[..., Any], cluster: str, source: str, tmp_path: Path, options: list[str]
) -> None:
    words = ["batch", source, "--x", "0.5", *options]
    found = autodiff(*words, "--cluster", cluster, "-o", str(tmp_path / "out"))
    alone = autodiff(*words, "-o", str(tmp_path / "one"))
    assert (found.code, found.out, without_time(found.err)) == (alone.code, alone.out, without_time(alone.err))
    pieces = list(parts(tmp_path / "out").values())
    assert len(pieces) == 10
    header = pieces[0].partition(b"\n")[0] + b"\n" if "csv" in options else b""
    assert all(piece.startswith(header) for piece in pieces)
    assert header + b"".join(piece.removeprefix(header) for piece in pieces) == (tmp_path / "one").read_bytes()


@pytest.mark.usefixtures("small")
def test_going_on_writes_what_is_missing_or_other_and_says_the_same(
    autodiff: Callable[..., Any], cluster: str, source: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ["batch", source, "--x", "0.5", "--json", "--cluster", cluster, "-o", str(out)]
    first = autodiff(*words)
    before = parts(out)
    assert "holds the parts of a run already" in autodiff(*words).err
    gone, broken, *kept = before
    (out / gone).unlink()
    (out / broken).write_bytes(b"")
    manifest = json.loads((out / "_autodiff.json").read_text())
    del manifest["parts"][kept[0]]
    # As after a death: how many there are was not known.
    (out / "_autodiff.json").write_text(json.dumps({**manifest, "planned": None}))
    times = {name: os.stat(out / name).st_mtime_ns for name in kept[1:]}
    again = autodiff(*words, "--resume")
    assert (again.code, without_time(again.err)) == (first.code, without_time(first.err))
    assert parts(out) == before
    assert times == {name: os.stat(out / name).st_mtime_ns for name in times}
    assert "they differ in `errors`" in autodiff(*words, "--resume", "--errors", "skip").err
    # A line that has changed changes its part; lines that are gone leave a part that nothing is known of.
    Path(source).write_text("\n".join(["x+1", *LINES[1:]]))
    assert autodiff(*words, "--resume").code == 1
    assert [name for name, data in parts(out).items() if data != before[name]] == [gone]
    Path(source).write_text("\n".join(LINES[:60]))
    assert "parts now, and `" in autodiff(*words, "--resume").err


@pytest.mark.usefixtures("small")
def test_a_record_that_stops_leaves_the_parts_before_it(
    autodiff: Callable[..., Any], cluster: str, source: str, tmp_path: Path
) -> None:
    words = ["batch", source, "--x", "0.5", "--errors", "stop"]
    found = autodiff(*words, "--cluster", cluster, "-o", str(tmp_path / "out"))
    alone = autodiff(*words, "-o", str(tmp_path / "one"))
    assert found.code == alone.code == 1
    assert found.err.startswith(alone.err.splitlines()[0])
    assert "lacks that part and may lack others behind it, because of `--errors stop`" in found.err
    assert b"".join(list(parts(tmp_path / "out").values())[:2]) in (tmp_path / "one").read_bytes()


def test_a_pipe_and_nothing_and_a_table_are_read_as_on_one_machine(
    autodiff: Callable[..., Any], cluster: str, tmp_path: Path
) -> None:
    for number, (words, text) in enumerate(
        [
            ([], "x**2\r\n\nx"),
            (["--input-format", "csv"], 'id,expr,x\n1,"x +\n1",2\n2,sin(x),3\n'),
            (["--input-format", "csv", "--format", "csv"], "expr,x\n"),
            ([], ""),
        ]
    ):
        out = tmp_path / str(number)
        found = autodiff("batch", *words, "--x", "2", "--cluster", cluster, "-o", str(out), stdin=text)
        alone = autodiff("batch", *words, "--x", "2", stdin=text)
        assert (found.code, without_time(found.err)) == (alone.code, without_time(alone.err))
        assert b"".join(parts(out).values()).decode() == alone.out


def test_what_cannot_be_meant_is_said(autodiff: Callable[..., Any], source: str, tmp_path: Path) -> None:
    for words, message in (
        (["--cluster", "local"], "--cluster writes a folder of parts, and none is named"),
        (["--resume"], "--resume is for runs on a cluster"),
        (["--cluster", "local", "-o", str(tmp_path / "o"), "--jobs", "2"], "--jobs is for one machine"),
    ):
        found = autodiff("batch", source, *words)
        assert (found.code, message in found.err) == (2, True)


@given(st.lists(st.lists(st.integers(0, 300), max_size=30), max_size=6), st.randoms(use_true_random=False))
def test_pieces_do_not_depend_on_how_lines_arrive(sizes: list[list[int]], random: Any) -> None:
    lines = [Line(number, "x" * size) for number, size in enumerate(size for some in sizes for size in some)]
    cuts = sorted(random.randrange(len(lines) + 1) for _ in range(3))
    arrived = [lines[start:end] for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expression_parts, "RECORDS", 7)
        patch.setattr(expression_parts, "_CHARACTERS", 500)
        found = list(expression_parts.pieces(arrived))
        assert found == list(expression_parts.pieces([lines]))
    assert [line for piece in found for line in piece] == lines
