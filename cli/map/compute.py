"""An expression and its derivatives for the rows of a chunk."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.program import Program, TraceError, run
from ...parser.semantics.limits import Limits
from ...parser.semantics.names import CONSTANTS
from ...parser.semantics.program import trace_expression
from ...parser.syntax.errors import ExpressionError, UsageError
from ...parser.syntax.records import Program as Syntax
from ...parser.syntax.wording import quoted
from .chunk import Chunk, no_rows
from .formats import Table

Shapes = tuple[tuple[str, tuple[int, ...]], ...]


class Wanted(NamedTuple):
    """What to compute beside the value: names to keep, derivatives by the variables in `wrt`."""

    keep: Sequence[str] = ()
    wrt: Sequence[str] = ()
    hessian: bool = False
    order: int = 1


class Answer(NamedTuple):
    """What became of a chunk: arrays by result, the rows whose input was empty, and those that failed, with why.

    `variables` are the values that were given: one each, or arrays with one for each row.
    """

    results: dict[str, np.ndarray]
    empty: np.ndarray
    faults: dict[int, str]
    variables: Mapping[str, Any]
    columns: frozenset[str]

    def nonfinite(self, blank: np.ndarray) -> np.ndarray:
        """The rows with a result that is nan or infinite, without those in `blank`."""
        found = no_rows(len(blank))
        for array in self.results.values():
            bad = ~np.isfinite(array)
            found |= bad if bad.ndim == 1 else bad.any(axis=tuple(range(1, bad.ndim)))
        return found & ~blank

    def row(self, number: int) -> dict[str, Any]:
        """The variables' values in one row."""
        return {name: value[number] if name in self.columns else value for name, value in self.variables.items()}


class Computation:
    """An expression whose variables are columns, or constants that are the same in all rows."""

    def __init__(
        self,
        syntax: Syntax,
        columns: Mapping[str, str],
        constants: Mapping[str, Tensor],
        wanted: Wanted,
        limits: Limits,
    ) -> None:
        self.syntax = syntax
        self.columns = columns
        self.wanted = wanted
        self.limits = limits
        self.constants: dict[str, Any] = {**CONSTANTS, **{name: value._data for name, value in constants.items()}}
        self._programs: dict[Shapes, Program | None] = {}
        self._lock = threading.Lock()

    def numeric(self, table: Table) -> list[str]:
        """The columns of a table that are to be read as numbers."""
        return list(dict.fromkeys(column for column in self.columns.values() if column not in table.keys))

    def program(self, table: Table) -> Program | None:
        """The program for a table, which depends on the lengths of its lists; None if each row needs its own.

        ExpressionError: the expression is wrong for values of such shapes. UsageError: a result is no number and no
        list of numbers.
        """
        shapes = {name: np.shape(value) for name, value in self.constants.items()}
        for variable, column in self.columns.items():
            width = table.source.widths.get(column)
            shapes[variable] = () if width is None else (width,)
        key = tuple(shapes.items())
        with self._lock:
            if key not in self._programs:
                self._programs[key] = self._traced(shapes)
            return self._programs[key]

    def _from_keys(self, table: Table) -> dict[str, float]:
        """The variables that are the same in all rows of a table. UsageError: one is no number."""
        found: dict[str, float] = {}
        for variable, column in self.columns.items():
            if column in table.keys:
                value = table.keys[column]
                if isinstance(value, str):
                    raise UsageError(f"`{column}` is {quoted(value)} in {table.place.title}, not a number")
                found[variable] = value
        return found

    def _traced(self, shapes: Mapping[str, tuple[int, ...]]) -> Program | None:
        wanted = self.wanted
        try:
            program = trace_expression(
                self.syntax,
                shapes,
                wanted.wrt,
                keep=wanted.keep,
                hessian=wanted.hessian,
                order=wanted.order,
                limits=self.limits,
            )
        except TraceError:
            return None
        except ValueError as error:
            raise UsageError(str(error)) from None
        for name, output in program.outputs.items():
            if len(output.shape) > 1:
                shape = " x ".join(map(str, output.shape))
                raise UsageError(
                    f"a cell holds a number or a list of numbers, and `{name}` is an array of {shape}",
                    "take the sum or an element of it",
                )
        return program

    def result_names(self, table: Table) -> list[str]:
        """The results for a table, named as a program names its outputs. ExpressionError, UsageError: as `program`."""
        from .rowwise import result_names

        program = self.program(table)
        return result_names(*self.wanted) if program is None else list(program.outputs)

    def answer(self, table: Table, chunk: Chunk) -> Answer:
        """The results for rows of a table, arrays of shape (n,) or (n, k). Those of a row that failed mean nothing.

        ExpressionError, UsageError: as `program`.
        """
        rows = chunk.rows
        read = chunk.read()
        empty = no_rows(rows)
        faults: dict[int, str] = {}
        for column in read.values():
            empty |= column.empty
            for row, fault in column.faults.items():
                faults.setdefault(row, fault)
        values = {variable: read[column].values for variable, column in self.columns.items() if column in read}
        given = {**self.constants, **self._from_keys(table)}
        program = self.program(table)
        if program is None:
            skipped = empty.copy()
            skipped[list(faults)] = True
            results = self._row_by_row(given, values, skipped, faults)
        else:
            found = run(program, {**given, **values}, threads=1)
            results = {name: _for_rows(array, rows) for name, array in found.items()}
        return Answer(results, empty, faults, {**given, **values}, frozenset(values))

    def _row_by_row(
        self, given: Mapping[str, Any], values: Mapping[str, np.ndarray], skipped: np.ndarray, faults: dict[int, str]
    ) -> dict[str, np.ndarray]:
        """The results of an expression that does not do the same for all rows. Adds to the faults."""
        from .rowwise import evaluate_row, result_names

        results = {name: np.full(len(skipped), np.nan) for name in result_names(*self.wanted)}
        for row in np.flatnonzero(~skipped).tolist():
            variables = {**given, **{name: column[row] for name, column in values.items()}}
            try:
                found = evaluate_row(self.syntax, variables, *self.wanted, self.limits)
            except ExpressionError as error:
                faults[row] = error.message
                continue
            for name, number in found.items():
                results[name][row] = number
        return results


def _for_rows(array: np.ndarray, rows: int) -> np.ndarray:
    """The array with as many rows as the chunk, where it has one for all."""
    return array if len(array) == rows else np.broadcast_to(array, (rows, *array.shape[1:]))
