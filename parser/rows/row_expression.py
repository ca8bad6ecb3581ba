"""An expression and its derivatives over many rows: one program run over columns, else each row by itself."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np

from ...engine import Tensor
from ...engine.program import Program, TraceError, pays, pays_from, run
from ...engine.program.taylor import derivatives
from ..semantics.evaluate import evaluate_again, evaluate_traced
from ..semantics.limits import Limits
from ..semantics.program import trace_expression
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.parse import parse_again
from ..syntax.records import Program as Syntax

Shapes = Mapping[str, tuple[int, ...]]


class Wanted(NamedTuple):
    """What to compute beside the value: names to keep, derivatives by the variables in `wrt`."""

    keep: Sequence[str] = ()
    wrt: Sequence[str] = ()
    hessian: bool = False
    order: int = 1

    def result_names(self) -> list[str]:
        """The results, named as a program names its outputs."""
        names = ["value", *self.keep, *(f"grad.{x}" for x in self.wrt)]
        if self.hessian:
            names += [f"hessian.{x}.{y}" for x in self.wrt for y in self.wrt]
        return names + [f"d{k}.{x}" for x in self.wrt for k in range(2, self.order + 1)]


class RowExpression:
    """An expression whose variables are columns, or constants that are the same in all rows.

    The methods take the shapes of the columns' elements by variable: () for numbers, (k,) for lists. All of them may
    run in several threads, and raise ExpressionError where the expression is wrong for values of such shapes,
    UsageError where a result is no number and no list of numbers. `rows` is about how many there will be in all: with
    enough of them, the results are computed by machine code, whose last digits are others than NumPy's. Where more come
    than that, it begins when there were enough. With None they are NumPy's, whatever there is.
    """

    def __init__(
        self, syntax: Syntax, constants: Mapping[str, Tensor], wanted: Wanted, limits: Limits, rows: float | None = None
    ) -> None:
        self.syntax = syntax
        self.wanted = wanted
        self.limits = limits
        self.rows = rows
        self.constants: dict[str, Any] = {name: value._data for name, value in constants.items()}
        self._programs: dict[Any, Program | None] = {}
        self._lock = threading.Lock()

    def for_rows(self, rows: float | None) -> Self:
        """The same for another number of rows. What is traced for one serves for both."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, rows=rows)
        return other

    def __getstate__(self) -> dict[str, Any]:
        # A tree may be too deep to be pickled, and a text is shorter.
        return {**self.__dict__, "syntax": self.syntax.source, "_programs": {}, "_lock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, syntax=parse_again(state["syntax"]))
        self._lock = threading.Lock()

    def result_names(self, columns: Shapes) -> list[str]:
        """The results, named as a program names its outputs."""
        program = self._program(columns)
        return self.wanted.result_names() if program is None else list(program.outputs)

    def is_traced(self, columns: Shapes) -> bool:
        """Whether one program computes all rows, and not each of them its own."""
        return self._program(columns) is not None

    def results(
        self,
        columns: Shapes,
        given: Mapping[str, Any],
        values: Mapping[str, np.ndarray],
        skipped: np.ndarray,
        faults: dict[int, str],
        before: int = 0,
    ) -> dict[str, np.ndarray]:
        """The results for n rows, arrays of shape (n,) or (n, k), which come after so many `before`.

        `given` are the values of constants, `values` those of columns, a row for each of n. The rows that `skipped`, a
        bool array (n,), marks need no results. Rows that fail are added to the faults, with why; theirs mean nothing.
        """
        program = self._program(columns)
        if program is None:
            return self._row_by_row(given, values, skipped, faults)
        rows = len(skipped)
        first = int(min(max(self.native_from(columns) - before, 0), rows))
        failed: dict[int, str] = {}
        parts = [
            self._run(program, given, values, slice(*bounds), native, failed)
            for native, bounds in ((False, (0, first)), (True, (first, rows)))
            if bounds[0] < bounds[1] or bounds == (0, rows)
        ]
        for row, why in failed.items():
            if not skipped[row]:
                faults.setdefault(row, why)
        return parts[0] if len(parts) == 1 else {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}

    def native_from(self, columns: Shapes) -> float:
        """The row from which on results are computed by machine code, by the rows alone; infinity for none."""
        program = self._program(columns)
        if program is None or self.rows is None or not pays(program, math.inf):
            return math.inf
        return 0 if pays(program, self.rows) else pays_from(program)

    def _run(
        self,
        program: Program,
        given: Mapping[str, Any],
        values: Mapping[str, np.ndarray],
        part: slice,
        native: bool,
        failed: dict[int, str],
    ) -> dict[str, np.ndarray]:
        columns = {**given, **{name: column[part] for name, column in values.items()}}
        here: dict[int, str] = {}
        found = run(program, columns, threads=1, native=native, failed=here)
        failed.update((part.start + row, why) for row, why in here.items())
        return {name: _for_rows(array, part.stop - part.start) for name, array in found.items()}

    def _program(self, columns: Shapes) -> Program | None:
        """The program for such columns; None if each row needs its own."""
        shapes = {**{name: np.shape(value) for name, value in self.constants.items()}, **columns}
        key = tuple(shapes.items())
        with self._lock:
            if key not in self._programs:
                self._programs[key] = self._traced(shapes)
            return self._programs[key]

    def _traced(self, shapes: Mapping[str, tuple[int, ...]]) -> Program | None:
        keep, wrt, hessian, order = self.wanted
        try:
            program = trace_expression(
                self.syntax, shapes, wrt, keep=keep, hessian=hessian, order=order, limits=self.limits
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
        results = {name: np.full(len(skipped), np.nan) for name in self.wanted.result_names()}
        for row in np.flatnonzero(~skipped).tolist():
            variables = {**given, **{name: column[row] for name, column in values.items()}}
            try:
                found = self._one_row(variables)
            except ExpressionError as error:
                faults[row] = error.message
                continue
            for name, number in found.items():
                results[name][row] = number
        return results

    def _one_row(self, variables: Mapping[str, Any]) -> dict[str, float]:
        """The results for the values of one row. ExpressionError: it cannot be evaluated, or a result is no number."""
        wanted, syntax = self.wanted, self.syntax
        tensors = {name: Tensor(np.asarray(value, float)[()]) for name, value in variables.items()}
        by = {name: tensors[name].requires_grad_() for name in wanted.wrt}
        value, assigned = evaluate_traced(syntax, tensors, self.limits)
        found = {"value": value, **{name: assigned[name] for name in wanted.keep}}
        try:
            if by and value.dtype.is_floating_point:
                again = partial(evaluate_again, syntax, tensors, self.limits)
                found.update(derivatives(value, by, hessian=wanted.hessian, order=wanted.order, function=again))
            return {name: float(tensor._data) for name, tensor in found.items()}
        except (RuntimeError, TypeError, ValueError) as error:
            raise ExpressionError("value", str(error), syntax.source, 0, len(syntax.source)) from None


def _for_rows(array: np.ndarray, rows: int) -> np.ndarray:
    """The array with as many rows as the chunk, where it has one for all."""
    return array if len(array) == rows else np.broadcast_to(array, (rows, *array.shape[1:]))
