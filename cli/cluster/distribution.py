"""The tables of a call as tasks for a cluster, and what becomes of them, in the order of the rows."""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from ...parser.syntax.errors import AutodiffError, UsageError
from ...parser.syntax.wording import quoted, sentence
from ..map.folder_keys import typed_keys
from ..map.mapping import Job, StoppedError
from ..map.row_counts import RowCounts
from ..map.table_formats import Table
from ..shell.progress import progress
from ..shell.saying import complain, say
from ..tables.dialect import TextForm
from ..tables.opening import Place
from .manifest import Manifest, opened_manifest, remove_remains
from .preflight import look
from .scheduler import Cluster, connected
from .survey import PART_BYTES, part_size
from .tasks import Outcome, Run, Survey, Task, described, digest_of, own_version
from .worker import compute, survey

_MOST_LOOKED_FOR = 1000


class Where(NamedTuple):
    """The cluster, the folder of parts, and whether to go on with what is there."""

    cluster: str
    folder: str
    resume: bool


def write_parts(
    where: Where,
    places: Sequence[Place],
    first: Table,
    job: Job[Any],
    format_name: str,
    form: TextForm,
    input_format: str | None,
) -> RowCounts:
    """Has the tables written with their results by a cluster, as parts in the order of the rows, and counts the rows.

    UsageError: the cluster or the folder is not as it should be, or a table cannot be read. ExpressionError: the
    expression is wrong for the values of a table.
    """
    places = [_absolute(place) for place in places]
    # Folders that say a column stay folders, and the column is there.
    folders = list(job.layout.keys)
    job = job._replace(layout=job.layout._replace(keys={}))
    alone = len(places) == 1
    run = Run(job, format_name, form, input_format, places[0], alone, first.is_sized, own_version())
    data = pickle.dumps(run)
    counts = RowCounts()
    part_bytes = part_size(first.all_bytes, PART_BYTES)
    about = {**described(run, first), "folders": folders, "part_bytes": part_bytes}
    manifest = opened_manifest(where.folder, about, where.resume)
    with connected(where.cluster) as cluster, contextlib.ExitStack() as made:
        _check_workers(cluster, places, where.folder)
        calls = [(data, place, part_bytes) for place in places]
        tasks = list(_tasks(where.folder, places, _surveys(cluster, calls), folders, format_name, digest_of(about)))
        manifest.plan(len(tasks))
        made.callback(_close, manifest, len(tasks))
        try:
            _compute(cluster, data, tasks, manifest, counts, alone)
        except StoppedError:
            words = f"error[row]: {quoted(where.folder)} lacks parts from there on, because of `--errors stop`"
            complain(words)
    if len(manifest.parts) == len(tasks):
        remove_remains(where.folder)
    return counts


def _absolute(place: Place) -> Place:
    """The same place from wherever a worker runs, called as it was."""
    if place.path is None:
        raise UsageError("the workers of a cluster cannot read standard input", "name a file that they see")
    return place._replace(path=os.path.abspath(place.path), called=place.title)


def _check_workers(cluster: Cluster, places: Sequence[Place], folder: str) -> None:
    """UsageError: a worker is another version than this, or does not see the tables or the folder of the parts."""
    # One in each folder: what is in one is on one file system.
    named = {os.path.dirname(place.path or ""): place for place in reversed(places[:_MOST_LOOKED_FOR])}
    titles = {place.path or "": place.title for place in named.values()}
    folder = os.path.abspath(folder)
    try:
        os.makedirs(folder, exist_ok=True)
        mark = os.path.join(folder, f".{secrets.token_hex(8)}.tmp")
        with open(mark, "xb"):
            pass
    except OSError as error:
        reason = sentence(error.strerror or str(error))
        raise UsageError(f"cannot write to the folder {quoted(folder)}: {reason}") from None
    try:
        own = look([], folder)["versions"]
        found = cluster.look([*titles, mark], folder)
    finally:
        os.unlink(mark)
    for worker, said in sorted(found.items()):
        there = f"the worker {worker}"
        for name, version in said["versions"].items():
            called = name.removesuffix("-cli")
            if version is None and own[name] is not None:
                help = "install the same on all of them, with what it needs for tables: `autodiff-cli[tables]`"
                raise UsageError(f"{there} has no {called}", help)
            if version != own[name]:
                help = "install the same version on all of them: results are the same to the last bit only then"
                raise UsageError(f"{there} has {called} {version}, and here is {own[name] or 'none'}", help)
        missing = [path for path in said["missing"] if path != mark]
        if missing:
            help = "put the tables where all workers see them by the same path"
            title = titles[missing[0]]
            here = "" if title == quoted(missing[0]) else f", which is {quoted(missing[0])} here"
            raise UsageError(f"{there} does not see {title}{here}", help)
        if said["missing"] or not said["writes"]:
            what = "does not see" if said["missing"] else "may not write to"
            raise UsageError(
                f"{there} {what} the folder {quoted(folder)}", "choose a folder that all workers share: `-o FOLDER`"
            )


def _surveys(cluster: Cluster, calls: Sequence[tuple[Any, ...]]) -> list[Survey]:
    """The ranges of each table. UsageError: one cannot be read, the first of those that cannot."""
    found: dict[int, Survey | AutodiffError] = {}
    for number, result in cluster.finished(survey, calls):
        found[number] = result
        progress.tell(f"{len(found):,} of {len(calls):,} tables looked through")
    surveys: list[Survey] = []
    for _, result in sorted(found.items()):
        if isinstance(result, AutodiffError):
            raise result
        surveys.append(result)
    return surveys


def _tasks(
    folder: str,
    places: Sequence[Place],
    surveys: Sequence[Survey],
    folders: Sequence[str],
    format_name: str,
    run: str,
) -> Iterator[Task]:
    """The tasks in the order of the rows."""
    planned = sum(len(found.ranges) for found in surveys)
    digits = max(5, len(str(planned - 1)))
    number = 0
    keys_of = typed_keys([place.keys for place in places])
    for place, keys, found in zip(places, keys_of, surveys, strict=True):
        way = [f"{name}={quote(place.keys[name], safe=' ')}" for name in folders if name in place.keys]
        said = [[name, key.text, key.kind.__name__] for name, key in keys.items()]
        for part in found.ranges:
            path = os.path.abspath(os.path.join(folder, *way, f"part-{number:0{digits}}.{format_name}"))
            digest = digest_of(run, surveys[0].head, found.head, said, part)
            yield Task(path, place, keys, part, found.stamp, digest)
            number += 1


def _compute(
    cluster: Cluster, data: bytes, tasks: Sequence[Task], manifest: Manifest, counts: RowCounts, is_alone: bool
) -> None:
    """Has the parts written, and counts their rows; what is said of them is said in their order.

    StoppedError: a row failed, and no part is wanted from there on.
    """
    stopping = False

    def calls() -> Iterator[tuple[Any, ...]]:
        for task in tasks:
            if stopping:
                return
            yield data, task, manifest.recorded(task)

    waiting: dict[int, Outcome] = {}
    turn = written = 0
    done = cluster.finished(compute, calls())
    with contextlib.closing(done):
        for number, outcome in done:
            if outcome.error is None and not outcome.is_stopped:
                manifest.add(tasks[number], outcome)
                written += 1
                counts.share = f"{written:,} of {len(tasks):,} parts, "
                counts.add(outcome.rows, outcome.empty)
            else:
                stopping = True
            waiting[number] = outcome
            while turn in waiting:
                _settle(waiting.pop(turn), None if is_alone else tasks[turn].place.title, counts)
                turn += 1


def _settle(outcome: Outcome, title: str | None, counts: RowCounts) -> None:
    """Says what is to be said of a part of a table. AutodiffError: there is none. StoppedError: it ends there."""
    if outcome.error is not None:
        raise outcome.error
    counts.fail(outcome.failed, outcome.faults, title)
    if outcome.first is not None:
        counts.add_nonfinite(outcome.nonfinite, title, outcome.first[0], dict(outcome.first[1]))
    if outcome.is_stopped:
        raise StoppedError


def _close(manifest: Manifest, planned: int) -> None:
    manifest.write()
    if len(manifest.parts) < planned:
        say(f"note: {len(manifest.parts):,} of {planned:,} parts are done; `--resume` goes on")
