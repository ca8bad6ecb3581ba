"""One task, run in a worker: the rows of a range through the pipeline of `map`, into one file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ...parser.semantics.computing import computing_here
from ...parser.syntax.errors import AutodiffError, UsageError
from ...parser.syntax.wording import quoted, sentence
from ..map.arrow import ArrowTable
from ..map.delimited import Delimited
from ..map.mapping import StoppedError, map_tables
from ..map.row_counts import MOST_FAILURES, RowCounts
from ..map.table_formats import Table, open_tables, open_writer
from ..shell.files import replacing
from ..tables.formats import BINARY
from ..tables.opening import Place
from .file_range import FileRange
from .survey import digest_of_file, surveyed
from .tasks import Outcome, Run, Survey, Task, own_version

_lock = threading.Lock()


def survey(data: bytes, place: Place, part_bytes: int) -> Survey | AutodiffError:
    """The ranges of a table, or what is wrong with it."""
    run = _loaded(data)
    try:
        return surveyed(place, run.input_format, run.form, part_bytes)
    except OSError as error:
        return UsageError(f"cannot read {place.title}: {sentence(error.strerror or str(error))}")
    except AutodiffError as error:
        return error


def compute(data: bytes, task: Task, recorded: Outcome | None) -> Outcome:
    """Writes the part of a task, unless it is there as it was `recorded`. `data` is the run, pickled."""
    if recorded is not None and digest_of_file(task.path) == recorded.digest:
        return recorded
    run = _loaded(data)
    try:
        if run.version != own_version():
            raise UsageError(f"a worker has autodiff {own_version()}, and this is {run.version}")
        return _computed(data, run, task)
    except StoppedError as stopped:
        return stopped.args[0]
    except OSError as error:
        return Outcome(error=UsageError(f"cannot write {quoted(task.path)}: {sentence(error.strerror or str(error))}"))
    except AutodiffError as error:
        return Outcome(error=error)


@lru_cache(4)
def _loaded(data: bytes) -> Run:
    """The run, once for all its tasks in a worker: what is traced for one serves for the others."""
    return pickle.loads(data)


def _computed(data: bytes, run: Run, task: Task) -> Outcome:
    counts = PartCounts()
    os.makedirs(os.path.dirname(task.path), exist_ok=True)
    with computing_here("float64"), contextlib.ExitStack() as opened:
        tables = opened.enter_context(contextlib.closing(open_tables([task.place], run.input_format, run.form)))
        table = next(tables)
        keys = {name: key for name, key in task.keys.items() if name not in table.source.names}
        table = table._replace(keys=keys, is_alone=run.is_alone, is_sized=run.is_sized)
        _narrow(table, task, opened)
        status = os.stat(run.first.path or "")
        with _lock:
            first = _first(data, status.st_size, status.st_mtime_ns)
        file = _Digested(opened.enter_context(replacing(task.path)))
        writer = open_writer(run.format_name, file, run.job.layout, run.form)
        try:
            map_tables([table], run.job, writer, 1, counts, first)
        except StoppedError:
            writer.abandon()
            raise StoppedError(counts.outcome(0, "")._replace(is_stopped=True)) from None
        except BaseException:
            writer.abandon()
            raise
        status = os.stat(task.place.path or "")
        if (status.st_size, status.st_mtime_ns) != task.stamp:
            raise UsageError(f"{task.place.title} has changed while it was read", "run it again")
    return counts.outcome(file.size, file.digest.hexdigest())


@lru_cache(4)
def _first(data: bytes, size: int, changed: int) -> Table:
    """The first table of a run, whose file has such a size and time of change, looked at once for all tasks."""
    run = _loaded(data)
    with contextlib.closing(open_tables([run.first], run.input_format, run.form)) as tables:
        table = next(tables)
        run.job.expect(table)
        if run.format_name in BINARY:
            # While it is open.
            _ = table.source.schema
        return table


def _narrow(table: Table, task: Task, opened: contextlib.ExitStack) -> None:
    """Makes a table have the rows of the task's range alone. UsageError: there is no such range any more."""
    source, part = table.source, task.range
    if part.kind == "bytes" and isinstance(source, Delimited):
        file = opened.enter_context(open(task.place.path or "", "rb"))  # noqa: SIM115
        source.narrow(FileRange(file, part.start, part.stop), part.before)
    elif part.kind == "groups" and isinstance(source, ArrowTable) and source.file is not None:
        groups = source.file.metadata.num_row_groups
        if part.stop - part.start < groups:
            source.narrow(range(part.start, min(part.stop, groups)), part.before)
    elif part.kind != "file":
        raise UsageError(f"{task.place.title} has changed while it was read", "run it again")


class PartCounts(RowCounts):
    """Counts the rows of a part, and says nothing: that is done where the parts are put together."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[tuple[str, str]] = []

    def fail(self, count: int, faults: Sequence[tuple[str, str]], title: str | None) -> None:
        """Counts rows that failed, and keeps where the first are and why."""
        self.faults += faults[: MOST_FAILURES - len(self.faults)]
        self.failed += count

    def add_nonfinite(self, count: int, title: str | None, place: str, variables: dict[str, Any]) -> None:
        """Counts rows with results that are not finite."""
        super().add_nonfinite(count, None, place, variables)

    def outcome(self, size: int, digest: str) -> Outcome:
        """What became of the part, which has so many bytes."""
        first = self.first_nonfinite
        faults = list(self.faults)
        return Outcome(self.rows, self.empty, self.failed, faults, self.nonfinite, first, size, digest)


class _Digested:
    """A file that knows the size and the digest of what was written to it."""

    closed = False

    def __init__(self, file: Any) -> None:
        self.file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.digest.update(data)
        written = memoryview(data).nbytes
        self.size += written
        self.file.write(data)
        return written

    def flush(self) -> None:
        self.file.flush()
