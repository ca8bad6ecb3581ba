"""`map` on object stores: the same bytes as on files, whole or not at all, and words for what is missing."""

from __future__ import annotations

import gzip
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from groups import grouped

fsspec = pytest.importorskip("fsspec")
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

SECRET = "s3cr3t"


@pytest.fixture
def memory() -> Iterator[Any]:
    """A store in the memory of this process, empty."""
    store = fsspec.filesystem("memory", use_listings_cache=False)
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()


@pytest.fixture
def tree(tmp_path: Path, memory: Any) -> Path:
    """The same files in a folder and in the store below `memory://t`."""
    folder = tmp_path / "t"
    for year in (2023, 2024):
        (folder / f"year={year}").mkdir(parents=True)
        for name in ("b", "a", ".hidden", "_left"):
            (folder / f"year={year}" / f"{name}.csv").write_text(f"x,y\n{year},{len(name)}\n2,abc\n")
    (folder / "_temporary").mkdir()
    (folder / "_temporary" / "c.csv").write_text("z\n1\n")
    (folder / "plain.csv").write_text("x,y\n" + "".join(f"{i},{i / 7}\n" for i in range(3000)))
    (folder / "packed.csv.gz").write_bytes(gzip.compress(b"x,y\r\n1,2\r\n"))
    (folder / "lines.jsonl").write_text('{"x": 1, "y": 2}\n{"x": 3, "y": null}\n')
    table = pa.table({"x": [float(i) for i in range(50)], "y": [1.0] * 50, "t": [str(i) for i in range(50)]})
    parquet.write_table(table, folder / "p.parquet", row_group_size=20)
    with pa.ipc.new_file(str(folder / "f.arrow"), table.schema) as writer:
        writer.write_table(table)
    for path in folder.rglob("*.*"):
        if path.is_file():
            memory.pipe_file(f"/{path.relative_to(tmp_path)}", path.read_bytes())
    return folder


def test_what_is_read_from_a_store_is_what_is_read_from_files(autodiff: Callable[..., Any], tree: Path) -> None:
    for name in (
        *("plain.csv", "packed.csv.gz", "lines.jsonl", "p.parquet", "f.arrow"),
        *("year=*", "year=*/*.csv", "year=2023", "year=2023/[ab].csv", "**/a.csv", "year=202?/a*"),
    ):
        words = ["map", "x*y", "--format", "csv"]
        local = autodiff(*words, f"{tree}/{name}")
        for prefix in ("memory://t", f"file://{tree}"):
            found = autodiff(*words, f"{prefix}/{name}")
            assert (found.code, found.out) == (local.code, local.out), (name, found.err)
            says = [[line.partition("year")[2] for line in result.err.splitlines()] for result in (found, local)]
            assert says[0] == says[1], name


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "parquet", "arrow"])
def test_what_is_written_to_a_store_is_what_is_written_to_a_file(
    autodiff: Callable[..., Any], tree: Path, memory: Any, tmp_path: Path, ending: str
) -> None:
    words = ["map", "x*y", str(tree / "plain.csv"), "-o"]
    assert autodiff(*words, str(tmp_path / f"out.{ending}")).code == 0
    for address in (f"memory://o/out.{ending}", f"file://{tmp_path}/new/out.{ending}"):
        assert autodiff(*words, address).code == 0
    expected = (tmp_path / f"out.{ending}").read_bytes()
    assert memory.cat_file(f"/o/out.{ending}") == expected
    assert (tmp_path / "new" / f"out.{ending}").read_bytes() == expected
    assert memory.find("/o") == [f"/o/out.{ending}"]


def test_what_fails_leaves_what_was_there(
    autodiff: Callable[..., Any], tree: Path, memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "passing"))
    (tmp_path / "passing").mkdir()
    memory.pipe_file("/o/out.csv", b"before")
    words = ["map", "x*y", "-o", "memory://o/out.csv"]
    assert autodiff(*words, "memory://t/plain.csv", "memory://t/year=2023", "memory://t/p.parquet").code == 2
    assert autodiff(*words, "memory://t/year=2023", "--errors", "stop").code == 1
    # A store that breaks off.
    memory_type = type(memory)
    monkeypatch.setattr(memory_type, "mv", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    found = autodiff(*words, "memory://t/plain.csv")
    assert (found.code, found.err.splitlines()[0]) == (
        2,
        "error[usage]: cannot write `memory://o/out.csv`: the disk is full",
    )
    assert memory.cat_file("/o/out.csv") == b"before"
    assert memory.find("/o") == ["/o/out.csv"]
    assert not os.listdir(tmp_path / "passing")


@grouped(
    "words, message, help",
    [
        (["memory://t/none.csv"], "there is no file `memory://t/none.csv`", ""),
        (["memory://t/none*.csv"], "there is no file `memory://t/none*.csv`", ""),
        (["nowhere://t/a.csv"], "there is no store `nowhere://`", "addresses begin with"),
        ([f"s3://key:{SECRET}@bucket/a.csv"], "an address of `s3://` has a password in it", "AWS_ACCESS_KEY_ID"),
        ([f"https://me:{SECRET}@host/a.csv"], "an address of `https://` has a password in it", "environment"),
        (["memory://t/plain.csv", "-o", f"https://host/a.csv?sig={SECRET}"], "web servers are for reading", "a file"),
        (["memory://t/plain.csv", "-o", "memory://t"], "cannot write `memory://t`: it is a folder", ""),
    ],
)
def test_what_cannot_be_meant_is_said_without_what_is_secret(autodiff, tree: Path, words, message, help) -> None:
    found = autodiff("map", "x", *words)
    assert found.code == 2
    assert message in found.err
    assert help in found.err
    assert SECRET not in found.err


def test_without_the_package_of_a_store_its_command_is_named(autodiff, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = importlib.import_module("fsspec.registry")
    for scheme, package, end in (("s3", "s3fs", '[s3]"`'), ("gs", "gcsfs", '[gs]"`'), ("abfs", "adlfs", " adlfs`")):
        monkeypatch.setitem(sys.modules, package, None)
        monkeypatch.delitem(registry._registry, scheme, raising=False)
        found = autodiff("map", "x", f"{scheme}://b/a.csv")
        assert found.code == 2
        assert f"`{scheme}://` needs {package}, which is not installed" in found.err
        assert "= help: install it with `" in found.err
        assert found.err.endswith(f"{end}\n")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert "`memory://` needs fsspec, which is not installed" in autodiff("map", "x", "memory://t/a.csv").err
