"""What can be asked of a cluster: options of the commands that have one."""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from ...parser.syntax.errors import UsageError
from ..shell.options import Options, option


class Where(NamedTuple):
    """The cluster, the folder of parts, and whether to go on with what is there."""

    cluster: str
    folder: str
    resume: bool


class Cluster(Options):
    """Where to compute. UsageError: what is said of a cluster, and there is none."""

    cluster: str | None = option(
        "--cluster", metavar="WHERE", help="Compute in the workers of a Dask scheduler: its address, its file, local:4."
    )
    resume: bool = option("--resume", is_flag=True, help="Go on with a run on a cluster that ended too early.")

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        given: dict[str, Any] = context.params
        folder: str = given.get("output") or given.get("results") or ""
        if self.resume and self.cluster is None:
            raise UsageError("--resume is for runs on a cluster", "write `--cluster local`, or leave it out")
        if self.cluster is not None and not folder:
            raise UsageError("--cluster writes a folder of parts, and none is named", "name it with `-o FOLDER`")
        if self.cluster is not None and given["jobs"] not in (None, 1):
            raise UsageError("--jobs is for one machine: on a cluster each worker has its own", "leave out `--jobs`")
        self.where = None if self.cluster is None else Where(self.cluster, folder, self.resume)
