"""A cluster for all tests of this folder: it watches itself as long as it lives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from processes import TIMEOUT

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="package")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers, threads of this process."""
    patient = {f"distributed.comm.timeouts.{name}": TIMEOUT for name in ("connect", "tcp")}
    with pytest.MonkeyPatch.context() as patch, dask.config.set(patient):
        patch.setattr("autodiff.cli.cluster.scheduler._SECONDS", TIMEOUT)
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=0,
        ) as found:
            yield found.scheduler_address
