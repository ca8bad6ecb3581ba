"""An expression over tables in memory and streams of record batches: in Python what `autodiff map` is for files."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ..analysis.given_names import match
from ..rows.answers import Settled, answered
from ..rows.pipeline import overlapped
from ..rows.row_expression import Shapes
from ..semantics.computing import computing_here
from ..semantics.limits import Limits
from ..semantics.names import free_variables
from ..syntax.callers import PYTHON
from ..syntax.errors import ExpressionWarning, UsageError
from ..syntax.records import Program
from ..syntax.wording import counted, sentence
from .arrow_import import arrow
from .frame_kinds import ArrowTable, Frame, NewColumn, Part, frame_of, is_a
from .matching import match_columns
from .row_plan import Asked, RowPlan, plan_rows, shapes_of

_MOST_SAID = 5


class Choices(NamedTuple):
    """How tables are gone through: `rename` says which column a variable is, `errors` what becomes of rows that fail,
    `exact` that results have NumPy's bits whatever the length; `threads` None is all cores.
    """

    rename: Mapping[str, str] = {}
    only_new: bool = False
    errors: str = "mark"
    exact: bool = False
    threads: int | None = None


_CALLER = PYTHON._replace(options=(*Asked._fields, *Choices._fields))


class RowMap:
    """Computes an expression for the rows of one table after another. It may be called in many threads, and pickled.

    What is traced for the columns of one table serves for all that have columns like them.
    """

    def __init__(
        self, program: Program, constants: Mapping[str, Tensor], asked: Asked, choices: Choices, limits: Limits
    ) -> None:
        self.program = program
        self.constants = constants
        # Beside no old columns, new ones may have any name.
        self.asked = asked._replace(overwrite=asked.overwrite or choices.only_new)
        self.choices = choices
        self.limits = limits
        self._plans: dict[Any, RowPlan] = {}
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "program": self.program.source, "_plans": {}, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from ..syntax.parse import parse_again

        self.__dict__.update(state, program=parse_again(state["program"]))
        self._lock = threading.Lock()

    def __call__(self, table: Any) -> Any:
        """A table in memory, or a stream of record batches, with the new columns: of the kind that it is.

        Rows that fail are warned of (`ExpressionWarning`). AutodiffError: the expression is wrong for its columns.
        """
        frame = frame_of(table)
        if frame is not None:
            return self._frame(frame)
        if is_a(table, "polars", "LazyFrame"):
            return self._lazy(table)
        if hasattr(table, "__arrow_c_stream__"):
            pa = arrow("streams of Arrow")
            try:
                return self._reader(pa.RecordBatchReader.from_stream(table))
            except pa.ArrowInvalid as error:
                raise UsageError(f"a {type(table).__name__} is not a table: {sentence(str(error))}") from None
        if hasattr(table, "__arrow_c_array__"):
            return self(arrow("arrays of Arrow").record_batch(table))
        if isinstance(table, Iterable) and not isinstance(table, (str, bytes, np.ndarray)):
            return self._each(iter(table))
        raise UsageError(
            f"a {type(table).__name__} is not a table",
            "give a table of pyarrow, pandas or Polars, a dictionary of arrays, or a stream of record batches; "
            "`autodiff map` reads files",
        )

    def run_of(self, names: Sequence[str], title: str, widths: Mapping[str, int | None], rows: float | None) -> Run:
        """What computes tables with such columns: about so many rows in all, None for NumPy's results."""
        columns = self._matched(names, title)
        shapes = shapes_of(columns, widths)
        key = tuple(names), tuple(shapes.items())
        with self._lock, computing_here("float64"):
            if key not in self._plans:
                self._plans[key] = plan_rows(
                    self.program, self.constants, columns, names, title, shapes, self.asked, self.limits, rows, _CALLER
                )
        plan = self._plans[key]
        return Run(plan._replace(expression=plan.expression.for_rows(rows)), shapes, self.choices)

    def _matched(self, names: Sequence[str], title: str) -> dict[str, str]:
        """The column of each variable that is one. UsageError: there is none."""
        free = free_variables(self.program)
        columns = match_columns(free, names, self.constants, self.choices.rename, title, _CALLER)
        match(self.program, free, [*self.constants, *columns], _CALLER)
        return columns

    def _widths(self, frame: Frame) -> dict[str, int | None]:
        return frame.widths(list(dict.fromkeys(self._matched(frame.names, frame.title).values())))

    def _frame(self, frame: Frame) -> Any:
        widths, failures = self._widths(frame), Failures()
        run = self.run_of(frame.names, frame.title, widths, None if self.choices.exact else float(frame.rows))
        found = run.result(frame, widths, 0, failures)
        failures.say()
        return found

    def _lazy(self, frame: Any) -> Any:
        """A lazy frame of Polars, computed when Polars collects it: at once, unless that makes no difference."""
        schema = self(sys.modules["polars"].DataFrame(schema=frame.collect_schema())).schema
        pushed = dict.fromkeys(("predicate_pushdown", "projection_pushdown", "slice_pushdown"), False)
        return frame.map_batches(self, schema=schema, streamable=self.choices.exact, **pushed)

    def _each(self, parts: Iterator[Any]) -> Iterator[Any]:
        """Parts of a table, one after the other, each of the kind that it is, computed when it is asked for."""
        failures, widths = Failures(), None
        before = 0
        for part in parts:
            frame = frame_of(part)
            if frame is None:
                raise UsageError(f"a stream of tables has a {type(part).__name__} in it")
            # Lists are of one length in all parts.
            widths = self._widths(frame) if widths is None else widths
            run = self.run_of(frame.names, frame.title, widths, None if self.choices.exact else 0.0)
            yield run.result(frame, widths, before, failures)
            before += frame.rows
        failures.say()

    def _reader(self, reader: Any) -> Any:
        """A stream of record batches, as one that computes them when they are read. Its first is read at once."""
        pa = arrow("streams of Arrow")
        first = next(reader, None) if hasattr(reader, "__next__") else next(iter(reader), None)
        some = pa.RecordBatch.from_pylist([], schema=reader.schema) if first is None else first
        frame = ArrowTable(some)
        widths = self._widths(frame)
        run = self.run_of(frame.names, frame.title, widths, None)
        schema = run.result(ArrowTable(some.slice(0, 0)), widths, 0, Failures()).schema
        batches = [] if first is None else self._each(chain([first], reader))
        return pa.RecordBatchReader.from_batches(schema, batches)


class Run(NamedTuple):
    """What computes the rows of tables with columns of one kind."""

    plan: RowPlan
    shapes: Shapes
    choices: Choices

    def settled(self, part: Part, before: int) -> Settled:
        """What becomes of some rows behind so many others."""
        plan = self.plan
        columns = {variable: part.columns[column] for variable, column in plan.columns.items()}
        with computing_here("float64"):
            answer = answered(plan.expression, self.shapes, {}, columns, part.rows, before + part.start)
        return answer.settled(plan.results, self.choices.errors)

    def result(self, frame: Frame, widths: Mapping[str, int | None], before: int, failures: Failures) -> Any:
        """The frame with the new columns, behind so many rows of others."""
        whole = Whole(frame.rows)
        for settled in self._all(frame.parts(widths), before):
            failures.add(settled, self.choices.errors)
            whole.add(settled)
        return frame.result(whole.columns(), self.plan.removed, self.choices.only_new, whole.keep)

    def _all(self, parts: Iterator[Part], before: int) -> Iterator[Settled]:
        """The parts, computed by several threads where there are several."""
        threads = self.choices.threads or os.cpu_count() or 1
        first = list(islice(parts, 2))
        work = partial(self.settled, before=before)
        if len(first) < 2 or threads == 1:
            return map(work, chain(first, parts))
        return overlapped(chain(first, parts), work, threads)


class Whole:
    """New columns that are put together part by part."""

    def __init__(self, rows: int) -> None:
        self.most = rows
        self.rows = 0
        self.keep: np.ndarray | None = None
        self._values: dict[str, np.ndarray] = {}
        self._blank: np.ndarray | None = None

    def add(self, part: Settled) -> None:
        """The columns of the next rows."""
        start = self.rows
        for name, values in part.columns.items():
            if len(values) == self.most:
                self._values[name] = values
                continue
            if name not in self._values:
                self._values[name] = np.empty((self.most, *values.shape[1:]), values.dtype)
            self._values[name][start : start + len(values)] = values
        count = part.rows
        if part.blank is not None:
            if self._blank is None:
                self._blank = np.zeros(self.most, bool)
            self._blank[start : start + count] = part.blank
        if part.keep is not None:
            if self.keep is None:
                self.keep = np.ones(self.most, bool)
            self.keep[start : start + count] = part.keep
        self.rows += count

    def columns(self) -> dict[str, NewColumn]:
        """The columns of all rows that are kept."""
        found: dict[str, NewColumn] = {}
        for name, values in self._values.items():
            blank = self._blank
            if self.keep is not None:
                values, blank = values[self.keep], None if blank is None else blank[self.keep]
            found[name] = NewColumn(values, None if blank is None or not blank.any() else blank)
        return found


class Failures:
    """Counts rows that failed, and says why the first of them did."""

    def __init__(self) -> None:
        self.rows = 0
        self.failed = 0
        self.said: list[str] = []

    def add(self, settled: Settled, errors: str) -> Failures:
        """Counts the next rows. UsageError: one failed, and that is to be the end."""
        for row, reason in settled.faults[: max(0, _MOST_SAID - self.failed)]:
            self.said.append(f"row {self.rows + row + 1:,}: {reason}")
        if settled.faults and errors == "stop":
            raise UsageError(self.said[-1], '`errors="skip"` leaves such rows out')
        self.rows += settled.rows
        self.failed += len(settled.faults)
        return self

    def say(self) -> None:
        """Warns of the rows that failed."""
        if self.failed:
            more = f"\n... and {counted(self.failed - _MOST_SAID, 'row')} more" if self.failed > _MOST_SAID else ""
            text = f"{self.failed:,} of {counted(self.rows, 'row')} failed\n" + "\n".join(self.said) + more
            warnings.warn(text, ExpressionWarning, stacklevel=4)
