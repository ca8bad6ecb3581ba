"""Reads tables, computes, and writes them with the results, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from ...parser.rows.pipeline import overlapped
from ...parser.semantics.computing import computing_here
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import listed, quoted
from ..shell.saying import complain
from ..tables.dialect import TextForm
from .chunk import Chunk, Results
from .computation import RowComputation
from .destination import writing
from .layout import Layout, Writer
from .row_counts import MOST_FAILURES, RowCounts
from .table_formats import Table, open_writer

Rows = TypeVar("Rows", bound=RowComputation)


class Job(NamedTuple, Generic[Rows]):
    """What to do with the rows of all tables: `results` says which result each new column holds.

    `errors` is `mark`, `skip` or `stop`; `texts` are columns that become text in other formats.
    """

    computation: Rows
    results: Mapping[str, str]
    layout: Layout
    errors: str
    texts: Sequence[str] = ()

    def expect(self, table: Table) -> None:
        """Tells a table which columns are read, and which are added. UsageError: one of the former has no numbers."""
        added = () if self.layout.removed else self.layout.new_names()
        table.source.expect(self.computation.numeric(table), added, self.texts)


class StoppedError(Exception):
    """A row failed, and nothing is to be written from there on."""


class _Done(NamedTuple):
    """A chunk that is ready to be written: its rows, how many of them were empty or failed, where some are and why.

    `nonfinite` counts those with results that are not finite; `first` is the first of them and its variables.
    """

    table: Table
    payload: Any
    rows: int
    empty: int
    failed: int
    faults: Sequence[tuple[str, str]]
    nonfinite: int
    first: tuple[str, dict[str, Any]] | None


def write_mapped(
    output: str | None, format_name: str, tables: Iterable[Table], job: Job[Any], threads: int, form: TextForm
) -> RowCounts:
    """Writes the tables with their results, to a file or standard output, and counts the rows. Errors: `map_tables`."""
    counts = RowCounts()
    try:
        with writing(output) as file:
            writer = open_writer(format_name, file, job.layout, form)
            try:
                map_tables(tables, job, writer, threads, counts)
            except BaseException:
                writer.abandon()
                raise
    except StoppedError:
        if output is not None:
            complain(f"error[row]: {quoted(output)} is not written, because of `--errors stop`")
    return counts


def map_tables(
    tables: Iterable[Table], job: Job[Any], writer: Writer, threads: int, progress: RowCounts, like: Table | None = None
) -> None:
    """Writes the tables one after the other with their results; `like` has their columns, by default the first.

    StoppedError: a row failed and `errors` is `stop`; the rows before it are written. UsageError: a table cannot be
    read, or has other columns than the first. ExpressionError: the expression is wrong for the values of a table.
    """
    every = iter(tables)
    first = like or next(every)
    job.expect(first)
    writer.begin(first.source)
    every = every if like else chain([first], every)
    for done in overlapped(_parts(first, every, job), lambda part: _work(*part, job, writer), threads):
        title = None if done.table.is_alone else done.table.place.title
        progress.fail(done.failed, done.faults, title)
        if done.first is not None:
            progress.add_nonfinite(done.nonfinite, title, *done.first)
        writer.write(done.payload)
        progress.add(done.rows, done.empty)
        if done.faults and job.errors == "stop":
            raise StoppedError
    writer.finish()


def _parts(first: Table, every: Iterator[Table], job: Job[Any]) -> Iterator[tuple[Table, Chunk]]:
    """The chunks of all tables. UsageError: a table has other columns than the first."""
    before = 0
    for table in every:
        if table is not first:
            check_same(table, first)
            job.expect(table)
        for chunk in table.source.chunks():
            chunk.rows_before = before
            yield table, chunk
            if not table.is_sized:
                before += chunk.rows


def _work(table: Table, chunk: Chunk, job: Job[Any], writer: Writer) -> _Done:
    with computing_here("float64"):
        answer = job.computation.answer(table, chunk)
        settled = answer.settled(job.results, job.errors)
        keys = {name: table.keys[name] for name in job.layout.keys}
        payload = writer.encode(chunk, Results(settled.columns, settled.blank, settled.keep, keys))
    worst = settled.first_nonfinite
    first = None if worst is None else (chunk.place(worst), answer.row(worst))
    said = [(chunk.place(row), reason) for row, reason in settled.faults[:MOST_FAILURES]]
    return _Done(table, payload, settled.rows, settled.empty, len(settled.faults), said, settled.nonfinite, first)


def check_same(table: Table, first: Table) -> None:
    """UsageError: the table has not the columns that the first one has."""
    found, wanted = ([*t.source.names, *t.keys] for t in (table, first))
    if found == wanted:
        return
    missing = [name for name in wanted if name not in found]
    more = [name for name in found if name not in wanted]
    if missing:
        reason = f"lacks {listed(missing)}"
    else:
        reason = f"has {listed(more)} beside them" if more else "has them in another order"
    raise UsageError(f"{table.place.title} has not the columns of the first table: it {reason}")
