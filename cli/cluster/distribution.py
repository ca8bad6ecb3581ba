"""Parts for the workers of a cluster to write, and what becomes of them, in their order."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..shell.saying import complain, say
from ..shell.stores import is_address, shown
from .admission import check_workers
from .cluster_options import Where
from .manifest import Manifest, opened_manifest
from .scheduler import Cluster, connected
from .tasks import Outcome, StoppedPartError, Task, Work, own_version
from .worker import compute


class Parts:
    """What is cut into parts: how a worker writes one, and what is said of them.

    `data` is what all share, pickled; `about` what their bytes depend on beside their input, and `seen` the files that
    workers have to see, with what errors call them.
    """

    work: ClassVar[Work]
    # What errors call one of those that a part has.
    unit: ClassVar[str] = "row"

    def __init__(self, data: bytes, about: Mapping[str, Any], seen: Mapping[str, str]) -> None:
        self.data = data
        self.about = about
        self.seen = seen

    def tasks(self, cluster: Cluster, folder: str) -> Iterable[Task]:
        """The parts in order; a sequence where it is known how many there are."""
        raise NotImplementedError

    def written(self, report: Mapping[str, Any], share: str) -> None:
        """Counts a part as soon as it is written; `share` says how many are."""
        raise NotImplementedError

    def settled(self, number: int, report: Mapping[str, Any]) -> None:
        """Says what there is to say of a part, when it is its turn."""
        raise NotImplementedError


def write_parts(where: Where, parts: Parts) -> None:
    """Has the parts written by a cluster. UsageError: it, the folder or the input is not as it should be."""
    folder = where.folder.rstrip("/") if is_address(where.folder) else os.path.abspath(where.folder)
    manifest = opened_manifest(folder, shown(where.folder), parts.about, where.resume)
    with connected(where.cluster) as cluster, contextlib.ExitStack() as made:
        check_workers(cluster, parts.seen, folder)
        tasks = parts.tasks(cluster, folder)
        if isinstance(tasks, Sequence):
            manifest.plan(len(tasks))
        made.callback(_close, manifest)
        try:
            manifest.finish(_compute(cluster, tasks, parts, manifest))
        except StoppedPartError:
            # Those behind it are written at the same time, and some are whole by now.
            complain(
                f"error[{parts.unit}]: {shown(where.folder)} lacks that part and may lack others behind it, because of "
                "`--errors stop`"
            )


def _compute(cluster: Cluster, tasks: Iterable[Task], parts: Parts, manifest: Manifest) -> int:
    """Has the parts written, says what is to be said of them in their order, and returns how many they are.

    StoppedPartError: something failed, and no part is wanted from there on.
    """
    stopping = False
    begun: dict[int, Task] = {}

    def calls() -> Iterator[tuple[Any, ...]]:
        for number, task in enumerate(tasks):
            if stopping:
                return
            begun[number] = task
            yield type(parts).work, parts.data, own_version(), task, manifest.recorded(task)

    waiting: dict[int, Outcome] = {}
    turn = written = 0
    total = f" of {manifest.planned:,}" if manifest.planned is not None else ""
    done = cluster.finished(compute, calls())
    with contextlib.closing(done):
        for number, outcome in done:
            task = begun.pop(number)
            if outcome.error is None and not outcome.is_stopped:
                manifest.add(task, outcome)
                written += 1
                parts.written(outcome.report, f"{written:,}{total} parts, ")
            else:
                stopping = True
            waiting[number] = outcome
            while turn in waiting:
                outcome = waiting.pop(turn)
                if outcome.error is not None:
                    raise outcome.error
                parts.settled(turn, outcome.report)
                if outcome.is_stopped:
                    parts.written(outcome.report, "")
                    raise StoppedPartError
                turn += 1
    return turn


def _close(manifest: Manifest) -> None:
    manifest.write()
    done, planned = len(manifest.parts), manifest.planned
    if planned != done:
        say(f"note: {done:,}{'' if planned is None else f' of {planned:,}'} parts are done; `--resume` goes on")
