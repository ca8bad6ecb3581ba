"""An expression and its derivatives over many rows: one program run over columns, else each row by itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.program import Program, TraceError, run
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS
from ..semantics.program import trace_expression
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.records import Program as Syntax
from .each_row import evaluate_row, result_names

Shapes = Mapping[str, tuple[int, ...]]


class Wanted(NamedTuple):
    """What to compute beside the value: names to keep, derivatives by the variables in `wrt`."""

    keep: Sequence[str] = ()
    wrt: Sequence[str] = ()
    hessian: bool = False
    order: int = 1


class RowExpression:
    """An expression whose variables are columns, or constants that are the same in all rows.

    The methods take the shapes of the columns' elements by variable: () for numbers, (k,) for lists. All of them may
    run in several threads, and raise ExpressionError where the expression is wrong for values of such shapes,
    UsageError where a result is no number and no list of numbers.
    """

    def __init__(self, syntax: Syntax, constants: Mapping[str, Tensor], wanted: Wanted, limits: Limits) -> None:
        self.syntax = syntax
        self.wanted = wanted
        self.limits = limits
        self.constants: dict[str, Any] = {**CONSTANTS, **{name: value._data for name, value in constants.items()}}
        self._programs: dict[Any, Program | None] = {}
        self._lock = threading.Lock()

    def result_names(self, columns: Shapes) -> list[str]:
        """The results, named as a program names its outputs."""
        program = self._program(columns)
        return result_names(*self.wanted) if program is None else list(program.outputs)

    def results(
        self,
        columns: Shapes,
        given: Mapping[str, Any],
        values: Mapping[str, np.ndarray],
        skipped: np.ndarray,
        faults: dict[int, str],
    ) -> dict[str, np.ndarray]:
        """The results for n rows, arrays of shape (n,) or (n, k).

        `given` are the values of constants, `values` those of columns, a row for each of n. The rows that `skipped`, a
        bool array (n,), marks need no results. Rows that fail are added to the faults, with why; theirs mean nothing.
        """
        program = self._program(columns)
        if program is None:
            return self._row_by_row(given, values, skipped, faults)
        rows = len(skipped)
        return {name: _for_rows(array, rows) for name, array in run(program, {**given, **values}, threads=1).items()}

    def _program(self, columns: Shapes) -> Program | None:
        """The program for such columns; None if each row needs its own."""
        shapes = {**{name: np.shape(value) for name, value in self.constants.items()}, **columns}
        key = tuple(shapes.items())
        with self._lock:
            if key not in self._programs:
                self._programs[key] = self._traced(shapes)
            return self._programs[key]

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

    def _row_by_row(
        self, given: Mapping[str, Any], values: Mapping[str, np.ndarray], skipped: np.ndarray, faults: dict[int, str]
    ) -> dict[str, np.ndarray]:
        """The results of an expression that does not do the same for all rows. Adds to the faults."""
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
