"""`map` on a server that speaks S3, on this machine: where moto and s3fs are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
moto = pytest.importorskip("moto.server", reason="moto's server is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket of a server."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem(use_listings_cache=False)
    files.mkdir("bucket")
    yield files
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_tables_are_read_from_a_bucket_and_written_to_it_whole_or_not_at_all(
    autodiff: Callable[..., Any], store: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2023, 2024):
        store.pipe_file(f"bucket/in/year={year}/a.csv", b"x,y\n" + f"{year},2\n3,4\n".encode() * 1000)
    for word in ("s3://bucket/in", "s3://bucket/in/*", "s3://bucket/in/*/a.csv"):
        assert autodiff("map", "x*y", word, "-o", "s3://bucket/out.parquet").code == 0
        found = autodiff("map", "x*year", "s3://bucket/out.parquet", "--only-new", "--format", "csv")
        assert (found.code, found.out.count("\n")) == (0, 4001)
    before = store.cat_file("bucket/out.parquet")
    failed = autodiff(
        "map", "x*y", "s3://bucket/in/*/a.csv", "s3://bucket/out.parquet", "-o", "s3://bucket/out.parquet"
    )
    assert failed.code == 2
    assert store.cat_file("bucket/out.parquet") == before
    assert [name for name in store.find("bucket") if "in/" not in name] == ["bucket/out.parquet"]
    none = autodiff("map", "x", "s3://nobucket/a.csv")
    assert (none.code, "cannot read `s3://nobucket/a.csv`" in none.err) == (2, True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    away = autodiff("map", "x", "s3://bucket/a.csv")
    assert (away.code, "AWS_ACCESS_KEY_ID" in away.err, "s3cr3t" in away.err) == (2, True, False)
