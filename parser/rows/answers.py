"""What becomes of some rows of a table: columns of numbers come in, results go out, and which rows failed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .row_expression import RowExpression, Shapes


class Column(NamedTuple):
    """The numbers of one column of a chunk with n rows.

    `values` is float64, (n,) or for lists of length k (n, k), with nan in the rows without a number: those that
    `empty` marks, a bool array (n,), and those in `faults`, by row from 0 with what is wrong with them.
    """

    values: np.ndarray
    empty: np.ndarray
    faults: Mapping[int, str]


class Answer(NamedTuple):
    """What became of a chunk: arrays by result, the rows whose input was empty, and those that failed, with why.

    `variables` are the values that were given: one each, or arrays with one for each row.
    """

    results: dict[str, np.ndarray]
    empty: np.ndarray
    faults: dict[int, str]
    variables: Mapping[str, Any]
    columns: frozenset[str]

    def row(self, number: int) -> dict[str, Any]:
        """The variables' values in one row."""
        return {name: value[number] if name in self.columns else value for name, value in self.variables.items()}

    def settled(self, results: Mapping[str, str], errors: str) -> Settled:
        """What is to be written, `results` being the result that each new column holds, by its name in order.

        Rows that fail have empty cells (`errors` is `mark`), are left out (`skip`), or end it (`stop`): of them and
        what follows nothing is written, nor counted but for the first.
        """
        rows = len(self.empty)
        faults = sorted(self.faults.items())
        failed = no_rows(rows)
        failed[[row for row, _ in faults]] = True
        keep = None
        if faults and errors == "skip":
            keep = ~failed
        elif faults and errors == "stop":
            keep = np.arange(rows) < faults[0][0]
            faults = faults[:1]
            rows = faults[0][0] + 1
        blank = self.empty | failed
        nonfinite = self._nonfinite(blank)
        count = int(nonfinite[:rows].sum())
        return Settled(
            columns={name: self.results[result] for name, result in results.items()},
            blank=blank if blank.any() else None,
            keep=keep,
            faults=faults,
            rows=rows,
            empty=int((self.empty & ~failed)[:rows].sum()),
            nonfinite=count,
            first_nonfinite=int(nonfinite.argmax()) if count else None,
        )

    def _nonfinite(self, blank: np.ndarray) -> np.ndarray:
        """The rows with a result that is nan or infinite, without those in `blank`."""
        found = no_rows(len(blank))
        for array in self.results.values():
            bad = ~np.isfinite(array)
            found |= bad if bad.ndim == 1 else bad.any(axis=tuple(range(1, bad.ndim)))
        return found & ~blank


class Settled(NamedTuple):
    """The new columns of a chunk with n rows, by name in order: arrays of shape (n,), or (n, k) for lists.

    `blank` marks the rows that have no results, `keep` those to write; None stands for no such row and for all of them.
    `faults` are rows that failed and why, of `rows` in all, among them so many whose input was `empty`, and whose
    results are `nonfinite`, the first of which is a row of the chunk.
    """

    columns: Mapping[str, np.ndarray]
    blank: np.ndarray | None
    keep: np.ndarray | None
    faults: Sequence[tuple[int, str]]
    rows: int
    empty: int
    nonfinite: int
    first_nonfinite: int | None


def answered(
    expression: RowExpression,
    shapes: Shapes,
    given: Mapping[str, Any],
    columns: Mapping[str, Column],
    rows: int,
    before: int = 0,
) -> Answer:
    """The results for n rows that come after so many `before`: those of a row that failed mean nothing.

    `columns` are variables', and `shapes` those of the elements of all columns; `given` are the values of variables
    that are the same in all rows, nan for none. ExpressionError, UsageError: as `RowExpression`.
    """
    empty = no_rows(rows)
    faults: dict[int, str] = {}
    for column in columns.values():
        empty |= column.empty
        for row, fault in column.faults.items():
            faults.setdefault(row, fault)
    skipped = empty.copy()
    skipped[list(faults)] = True
    if any(np.isnan(number) for number in given.values()):
        empty[:] = skipped[:] = True
    constants = {**expression.constants, **given}
    values = {variable: column.values for variable, column in columns.items()}
    with np.errstate(all="ignore"):
        results = expression.results(shapes, constants, values, skipped, faults, before)
    return Answer(results, empty, faults, {**constants, **values}, frozenset(values))


def no_rows(n: int) -> np.ndarray:
    """A mask that marks none of n rows."""
    return np.zeros(n, dtype=bool)
