"""`map --cluster`: parts of tables in the workers of a scheduler, one machine's bytes, and going on after a death."""

from __future__ import annotations

import io
import json
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parts_of_runs import parts, without_time
from processes import START, environment

from autodiff.cli.cluster import preflight, table_parts
from autodiff.cli.cluster.admission import PACKAGES
from autodiff.cli.cluster.scheduler import connected
from autodiff.cli.cluster.survey import PART_BYTES, part_size, surveyed
from autodiff.cli.tables.dialect import TextForm
from autodiff.cli.tables.opening import Place
from autodiff.parser.syntax.errors import UsageError

distributed = pytest.importorskip("distributed")
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

FORM = TextForm()
EXPRESSION = "x*exp(-y)"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has parts of any size: of one block of text, of one row group."""
    monkeypatch.setattr(table_parts, "PART_BYTES", 1)
    monkeypatch.setattr("autodiff.cli.tables.record_ends.BLOCK", 300)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder of tables in folders that say a year, with quotes that hold newlines, and rows that fail."""
    for year in (2023, 2024):
        folder = tmp_path / "in" / f"year={year}"
        folder.mkdir(parents=True)
        rows = [f'{i},{i / 7:.4f},"a ""{i}""\n, b"' if i % 3 else f"{i},{i / 7:.4f},c" for i in range(60)]
        rows[20], rows[40], rows[41] = "20,abc,c", "40,,c", "41,1"
        (folder / "a.csv").write_text("x,y,name\n" + "\n".join(rows) + "\n" * (year == 2023))
    return tmp_path / "in"


@pytest.mark.usefixtures("small")
def test_parts_are_what_one_machine_writes_and_failures_are_said_alike(
    autodiff, cluster: str, tables: Path, tmp_path: Path
) -> None:
    words = ["map", EXPRESSION, str(tables)]
    out, one = tmp_path / "out", tmp_path / "one.csv"
    found = autodiff(*words, "--cluster", cluster, "-o", str(out))
    alone = autodiff(*words, "-o", str(one))
    assert (found.code, found.out, without_time(found.err)) == (alone.code, alone.out, without_time(alone.err))
    assert "a.csv`, line 35: `y` is `abc`" in found.err
    assert "120 rows: 114 ok, 2 empty, 4 failed" in found.err
    written = parts(out)
    assert len(written) > 6
    assert {name.split("/")[0] for name in written} == {"year=2023", "year=2024"}
    rows = b""
    for name, data in written.items():
        header, _, rest = data.partition(b"\n")
        assert header == b"x,y,name,value,d_x,d_y"
        rows += rest if rest.endswith(b"\n") else rest + b"\n"
        assert name.startswith("year=2023") == (name < list(written)[len(written) // 2])
    # The folders say the year, in place of the column.
    whole = one.read_bytes().partition(b"\n")[2]
    assert re.sub(rb",(2023|2024)(?=(,[^,\n]*){3}$)", b"", whole, flags=re.MULTILINE) == rows.rstrip(b"\n")


@pytest.mark.usefixtures("small")
def test_row_groups_are_parts_of_their_own(autodiff, cluster: str, tmp_path: Path) -> None:
    table = pa.table({"x": [0.5 * i for i in range(10)], "y": list(range(10)), "t": [f"text {i}" for i in range(10)]})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    out = tmp_path / "out"
    assert autodiff("map", EXPRESSION, str(tmp_path / "a.parquet"), "--cluster", cluster, "-o", str(out)).code == 0
    autodiff("map", EXPRESSION, str(tmp_path / "a.parquet"), "-o", str(tmp_path / "one.parquet"))
    assert list(parts(out)) == [f"part-0000{n}.parquet" for n in range(3)]
    found = pa.concat_tables(parquet.read_table(out / name) for name in parts(out))
    assert found.equals(parquet.read_table(tmp_path / "one.parquet"))


@pytest.mark.usefixtures("small")
def test_text_becomes_parquet_of_one_schema(autodiff, cluster: str, tmp_path: Path) -> None:
    rows = "".join(f"{i},{i},{'' if i > 40 else i}\n" for i in range(90))
    (tmp_path / "a.csv").write_text("x,y,n\n" + rows)
    out = tmp_path / "out"
    words = ["map", EXPRESSION, str(tmp_path / "a.csv"), "--format", "parquet"]
    assert autodiff(*words, "--cluster", cluster, "-o", str(out)).code == 0
    autodiff(*words, "-o", str(tmp_path / "one"))
    assert len(parts(out)) > 2
    found = pa.concat_tables(parquet.read_table(out / name) for name in parts(out))
    assert found.equals(parquet.read_table(tmp_path / "one"))


@pytest.mark.usefixtures("small")
def test_going_on_writes_what_is_missing_or_wrong_and_nothing_else(
    autodiff, cluster: str, tables: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ["map", EXPRESSION, str(tables), "--cluster", cluster, "-o", str(out)]
    first = autodiff(*words)
    before = parts(out)
    refused = autodiff(*words)
    assert refused.code == 2
    assert "holds the parts of a run already" in refused.err
    assert "--resume" in refused.err
    gone, broken, *kept = before
    (out / gone).unlink()
    (out / broken).write_bytes(before[broken][:-1])
    (out / "year=2023" / ".part-00000.csv.0123.tmp").touch()
    times = {name: os.stat(out / name).st_mtime_ns for name in kept}
    again = autodiff(*words, "--resume")
    assert (again.code, without_time(again.err)) == (first.code, without_time(first.err))
    assert parts(out) == before
    assert times == {name: os.stat(out / name).st_mtime_ns for name in kept}
    assert not list(out.rglob("*.tmp"))
    # A manifest that does not know of a part yet.
    manifest = json.loads((out / "_autodiff.json").read_text())
    del manifest["parts"][kept[0]]
    (out / "_autodiff.json").write_text(json.dumps(manifest))
    assert autodiff(*words, "--resume").code == first.code
    assert parts(out) == before


@pytest.mark.usefixtures("small")
def test_a_store_holds_tables_and_parts_as_a_folder_does(autodiff, cluster: str, tables: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory", use_listings_cache=False)
    for path in tables.rglob("*.csv"):
        memory.pipe_file(f"/in/{path.relative_to(tables)}", path.read_bytes())
    words = ["map", EXPRESSION, "--cluster", cluster, "-o"]
    local = autodiff(*words, str(tmp_path / "out"), str(tables))
    for folder in ("memory://out/", f"file://{tmp_path}/other"):
        found = autodiff(*words, folder, "memory://in")
        assert found.code == local.code
        assert without_time(found.err).replace("memory://in", str(tables)).count("\n") == local.err.count("\n")
    expected = parts(tmp_path / "out")
    assert parts(tmp_path / "other") == expected

    def stored() -> dict[str, bytes]:
        return {path.removeprefix("/out/"): memory.cat_file(path) for path in memory.find("/out") if "part-" in path}

    assert stored() == expected
    refused = autodiff(*words, "memory://out", "memory://in")
    assert "the folder `memory://out` holds the parts of a run already" in refused.err
    gone, broken, *_ = expected
    memory.rm_file(f"/out/{gone}")
    memory.pipe_file(f"/out/{broken}", b"")
    assert autodiff(*words, "memory://out", "memory://in", "--resume").code == local.code
    assert stored() == expected
    # A table that has changed changes the parts that it stands in.
    memory.pipe_file("/in/year=2024/a.csv", memory.cat_file("/in/year=2024/a.csv").replace(b"59,8.4286", b"99,8.4286"))
    assert autodiff(*words, "memory://out", "memory://in", "--resume").code == local.code
    assert [name for name, data in stored().items() if data != expected[name]] == [list(expected)[-1]]
    memory.rm("/in", recursive=True)
    memory.rm("/out", recursive=True)


@pytest.mark.usefixtures("small")
def test_another_run_is_not_gone_on_with(autodiff, cluster: str, tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = [str(tables / "year=2023" / "a.csv"), "--cluster", cluster, "-o", str(out), "--resume"]
    assert autodiff("map", "x**2", *words).code == 1
    other = autodiff("map", "x**3", *words)
    assert other.code == 2
    assert "they differ in `expression`" in other.err
    # A row that has changed changes the parts that it stands in.
    table = tables / "year=2023" / "a.csv"
    table.write_text(table.read_text().replace("59,8.4286,", "99,8.4286,"))
    assert autodiff("map", "x**2", *words).code == 1
    assert b"9801" in list(parts(out).values())[-1]
    table.write_text(table.read_text() * 4)
    assert "now, and was into" in autodiff("map", "x**2", *words).err


@pytest.mark.usefixtures("small")
def test_a_row_that_stops_leaves_the_parts_before_it(autodiff, cluster: str, tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["map", "y+n", str(tables / "year=2023" / "a.csv"), "--n", "1"]
    found = autodiff(*words, "--cluster", cluster, "-o", str(out), "--errors", "stop")
    assert found.code == 1
    assert "error[row]: line 35: `y` is `abc`, not a number" in found.err
    assert "part-00000.csv" in parts(out)
    assert all(b"abc" not in data for data in parts(out).values())


def test_errors_of_workers_are_those_of_one_machine(autodiff, cluster: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b.csv").write_text("z\n1\n")
    words = ["map", "x**2", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    found = autodiff(*words, "--cluster", cluster, "-o", str(tmp_path / "out"))
    alone = autodiff(*words, "-o", str(tmp_path / "one"))
    assert found.code == alone.code == 2
    assert found.err == "note: 1 of 2 parts are done; `--resume` goes on\n" + alone.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cluster", "local"], "--cluster writes a folder of parts, and none is named"),
        (["--resume"], "--resume is for runs on a cluster"),
        (["--cluster", "local", "-o", "out", "--jobs", "2"], "--jobs is for one machine"),
        (["--cluster", "nowhere", "-o", "out"], "--cluster takes the address of a scheduler"),
        (["--cluster", "local:0", "-o", "out"], "`local:` is followed by a number of workers, not `0`"),
        (["--cluster", "tcp://127.0.0.1:1", "-o", "out"], "the scheduler at tcp://127.0.0.1:1 does not answer"),
        (["--cluster", "tcp://127.0.0.1", "-o", "out"], "is none that this machine understands: missing port number"),
        (["--cluster", "tls://127.0.0.1:1", "-o", "out"], "is none that this machine understands: TLS expects"),
        (["--cluster", "other.json", "-o", "out"], "the scheduler of `other.json` is none that this machine"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_said(
    autodiff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if "does not answer" in message:
        monkeypatch.setattr("autodiff.cli.cluster.scheduler._SECONDS", 0.2)
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "other.json").write_text('{"address": 3}')
    found = autodiff("map", "x", "a.csv", *words)
    assert found.code == 2
    assert message in found.err
    assert "= help: " in found.err


def test_what_is_no_file_is_not_for_a_cluster(autodiff, tmp_path: Path) -> None:
    out = ["--cluster", "local", "-o", str(tmp_path / "out")]
    assert "cannot read standard input" in autodiff("map", "x", "-", *out, stdin="x\n1\n").err
    assert "--cluster is for tables" in autodiff("map", "x", "--x", "0:1", *out).err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "own.txt").touch()
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert "holds `own.txt` already" in autodiff("map", "x", str(tmp_path / "a.csv"), *out).err


def test_a_worker_of_another_version_or_without_the_files_says_so(
    autodiff, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    words = ["map", "x", str(tmp_path / "a.csv"), "--cluster", cluster, "-o", str(tmp_path / "out")]
    own = preflight.look(PACKAGES, [], str(tmp_path))
    said = {
        "has no autodiff\n  = help: install it where the worker runs, with what it needs: `/there/python -m pip": {
            "versions": {**own["versions"], "autodiff-cli": None},
            "environment": ("/there", "/there/python", True),
        },
        "cannot open `s3://b/a.csv` without s3fs": {"fault": ("s3://b/a.csv", "Install s3fs", "s3fs")},
        "cannot open `memory://b`: no rights": {"fault": ("memory://b", "No rights", None)},
        "has numpy 1.0, and here is": {"versions": {**own["versions"], "numpy": "1.0"}},
        "does not see `": {"missing": [str(tmp_path / "a.csv")]},
        "may not write to the folder": {"writes": False},
    }
    for message, changes in said.items():
        answer = {"tcp://host:1": {**own, "missing": [], "writes": True, **changes}}
        monkeypatch.setattr("autodiff.cli.cluster.scheduler.Cluster.look", lambda *_, a=answer: a)
        found = autodiff(*words)
        assert found.code == 2
        assert f"the worker tcp://host:1 {message}" in found.err
    assert not parts(tmp_path / "out")


def test_another_version_of_dask_is_named(autodiff, cluster: str, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    real = distributed.Client.get_versions

    def other(client: Any) -> dict[str, Any]:
        found = real(client)
        found["scheduler"]["packages"]["distributed"] = "2020.1"
        return found

    monkeypatch.setattr(distributed.Client, "get_versions", other)
    found = autodiff("map", "x", str(tmp_path / "a.csv"), "--cluster", cluster, "-o", str(tmp_path / "out"))
    assert found.code == 2
    assert f"the scheduler at {cluster} has Dask 2020.1, and here is {distributed.__version__}" in found.err


def test_without_dask_its_extra_is_named(autodiff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    monkeypatch.setitem(sys.modules, "distributed", None)
    found = autodiff("map", "x", str(tmp_path / "a.csv"), "--cluster", "local", "-o", str(tmp_path / "out"))
    assert found.code == 2
    assert "--cluster needs Dask, which is not installed" in found.err
    assert "[cluster]" in found.err


def test_dask_and_what_it_stands_on_say_nothing_themselves() -> None:
    logging.getLogger("tornado.application").setLevel(logging.ERROR)  # as Dask sets it
    with pytest.raises(UsageError, match="takes the address"), connected("nowhere"):
        pass
    named = [name for name in logging.root.manager.loggerDict if name.startswith(("distributed", "tornado", "asyncio"))]
    assert [name for name in named if logging.getLogger(name).isEnabledFor(logging.ERROR)] == []


def _not_there(number: int) -> None:
    raise ModuleNotFoundError("No module named 'autodiff'")


def test_a_worker_that_comes_later_and_lacks_autodiff_is_named(cluster: str) -> None:
    with connected(cluster) as found, pytest.raises(UsageError, match="come later cannot run autodiff: no module"):
        list(found.finished(_not_there, [(0,)]))


def test_the_check_needs_nothing_of_autodiff_in_a_worker(cluster: str, tmp_path: Path) -> None:
    with connected(cluster) as found:
        answers = found.look(PACKAGES, [str(tmp_path / "none")], str(tmp_path))
    assert len(answers) == 2
    assert all(answer["missing"] == [str(tmp_path / "none")] for answer in answers.values())
    named: set[str] = set()

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            named.add(module.partition(".")[0])
            return super().find_class(module, name)

    cloudpickle = pytest.importorskip("cloudpickle")
    cloudpickle.register_pickle_by_value(preflight)
    Reader(io.BytesIO(cloudpickle.dumps(preflight.look))).load()
    cloudpickle.unregister_pickle_by_value(preflight)
    assert named <= {"builtins", "cloudpickle"}


def test_a_survey_depends_on_the_bytes_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffx,y\r\n" + '1,"2\n"\r\n' * 10)
    (tmp_path / "b.jsonl").write_text('{"x": 1}\n')
    (tmp_path / "c.csv").write_text("x,y\n")
    ranges = [surveyed(Place(str(path)), None, FORM, 1).ranges for path in sorted(tmp_path.iterdir())]
    assert [[part[:4] for part in found] for found in ranges] == [
        [("bytes", 8, 8 + 80, 1)],
        [("file", 0, 0, 0)],
        [("bytes", 4, 4, 1)],
    ]


def test_large_tables_have_larger_parts_rather_than_more_of_them() -> None:
    assert part_size(0, PART_BYTES) == part_size(100_000 * PART_BYTES, PART_BYTES) == PART_BYTES
    assert 50_000 < 10**14 / part_size(10**14, PART_BYTES) <= 100_000


@pytest.mark.processes
def test_after_a_death_the_parts_are_those_of_an_undisturbed_run(
    autodiff: Callable[..., Any], cluster: str, tmp_path: Path
) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.csv").write_text("x\n" + "".join(f"{i / 7}\n" for i in range(5000)))
    words = ["map", "sin(x)*exp(-x)", str(tmp_path / "*.csv"), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(
        [*START, *words, "--cluster", "local:1"],
        env=environment({}),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list(tmp_path.glob("out/part-*")) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert parts(tmp_path / "out")
    assert autodiff(*words, "--cluster", cluster, "--resume").code == 0
    words[-1] = str(tmp_path / "undisturbed")
    assert autodiff(*words, "--cluster", cluster).code == 0
    assert parts(tmp_path / "out") == parts(tmp_path / "undisturbed")
