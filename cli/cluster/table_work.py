"""A part of a table, in a worker: where the table is cut, and the rows of a range through the pipeline of `map`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...parser.semantics.computing import computing_here
from ...parser.syntax.errors import AutodiffError, UsageError
from ...parser.syntax.wording import reason_of
from ..map.arrow import ArrowTable
from ..map.delimited import Delimited
from ..map.folder_keys import Key
from ..map.mapping import StoppedError, map_tables
from ..map.row_counts import MOST_FAILURES, RowCounts
from ..map.table_formats import Table, open_tables, open_writer
from ..shell.files import open_to_read, state_of
from ..tables.formats import BINARY
from ..tables.opening import Place
from .file_range import FileRange
from .survey import Range, Survey, surveyed
from .table_run import Run
from .tasks import StoppedPartError
from .worker import loaded

_lock = threading.Lock()


def survey(data: bytes, place: Place, part_bytes: int) -> Survey | AutodiffError:
    """The ranges of a table, or what is wrong with it."""
    run: Run = loaded(data)
    try:
        return surveyed(place, run.input_format, run.form, part_bytes)
    except OSError as error:
        return UsageError(f"cannot read {place.title}: {reason_of(error)}")
    except AutodiffError as error:
        return error


def write_range(
    data: bytes, file: Any, place: Place, keys: Mapping[str, Key], part: Range, state: str
) -> Mapping[str, Any]:
    """Writes the rows of a range with their results. UsageError: the table is not as it was when it was cut."""
    run: Run = loaded(data)
    counts = PartCounts()
    changed = UsageError(f"{place.title} has changed while it was read", "run it again")
    with computing_here("float64"), contextlib.ExitStack() as opened:
        tables = opened.enter_context(contextlib.closing(open_tables([place], run.input_format, run.form)))
        table = next(tables)
        keys = {name: key for name, key in keys.items() if name not in table.source.names}
        table = table._replace(keys=keys, is_alone=run.is_alone, is_sized=run.is_sized)
        if not _narrow(table, part, opened):
            raise changed
        with _lock:
            first = _first(data, state_of(run.first.path or ""))
        writer = open_writer(run.format_name, file, run.job.layout, run.form)
        try:
            map_tables([table], run.job, writer, 1, counts, first)
        except StoppedError:
            writer.abandon()
            raise StoppedPartError(counts.report()) from None
        except BaseException:
            writer.abandon()
            raise
        if state_of(place.path or "") != state:
            raise changed
    return counts.report()


@lru_cache(4)
def _first(data: bytes, state: str) -> Table:
    """The first table of a run, whose file is in such a state, looked at once for all tasks."""
    run: Run = loaded(data)
    with contextlib.closing(open_tables([run.first], run.input_format, run.form)) as tables:
        table = next(tables)
        run.job.expect(table)
        if run.format_name in BINARY:
            # While it is open.
            _ = table.source.schema
        return table


def _narrow(table: Table, part: Range, opened: contextlib.ExitStack) -> bool:
    """Makes a table have the rows of a range alone; whether there is such a range."""
    source = table.source
    if part.kind == "bytes" and isinstance(source, Delimited):
        file = opened.enter_context(open_to_read(table.place.path or ""))
        source.narrow(FileRange(file, part.start, part.stop), part.before)
    elif part.kind == "groups" and isinstance(source, ArrowTable) and source.file is not None:
        groups = source.file.metadata.num_row_groups
        if part.stop - part.start < groups:
            source.narrow(range(part.start, min(part.stop, groups)), part.before)
    else:
        return part.kind == "file"
    return True


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

    def report(self) -> dict[str, Any]:
        """What there is to say of the part."""
        found: dict[str, Any] = {name: getattr(self, name) for name in ("rows", "empty", "failed", "nonfinite")}
        if self.first_nonfinite is not None:
            place, variables = self.first_nonfinite
            found["first"] = [place, {name: np.asarray(value).tolist() for name, value in variables.items()}]
        return {**found, "faults": self.faults}
