"""An expression and its derivatives for the rows of a chunk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...parser.frames.row_plan import shapes_of
from ...parser.rows.answers import Answer, answered
from ...parser.rows.row_expression import RowExpression
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .chunk import Chunk
from .table_formats import Table


class RowComputation(Protocol):
    """What is computed of the rows of tables."""

    def numeric(self, table: Table) -> list[str]:
        """The columns of a table that are to be read as numbers."""
        ...

    def answer(self, table: Table, chunk: Chunk) -> Answer:
        """The results for rows of a table. Those of a row that failed mean nothing."""
        ...


def read_columns(columns: Mapping[str, str], table: Table) -> list[str]:
    """The columns of variables that a table has itself, not its folders."""
    return list(dict.fromkeys(column for column in columns.values() if column not in table.keys))


def folder_numbers(columns: Mapping[str, str], table: Table) -> dict[str, float]:
    """The variables that are the same in all rows of a table, nan where there is none. UsageError: no number."""
    found: dict[str, float] = {}
    for variable, column in columns.items():
        if column in table.keys:
            key = table.keys[column]
            try:
                found[variable] = key.number()
            except ValueError:
                text = quoted(key.text or "")
                raise UsageError(f"`{column}` is {text} in {table.place.title}, not a number") from None
    return found


class Computation:
    """An expression whose variables are columns of tables, `columns` by variable, or the same in all rows."""

    def __init__(self, expression: RowExpression, columns: Mapping[str, str]) -> None:
        self.expression = expression
        self.columns = columns

    def numeric(self, table: Table) -> list[str]:
        """The columns of a table that are to be read as numbers."""
        return read_columns(self.columns, table)

    def result_names(self, table: Table) -> list[str]:
        """The results for a table. ExpressionError, UsageError: as `RowExpression`."""
        return self.expression.result_names(self._shapes(table))

    def answer(self, table: Table, chunk: Chunk) -> Answer:
        """The results for rows of a table. Those of a row that failed mean nothing.

        ExpressionError, UsageError: as `RowExpression`.
        """
        read = chunk.read()
        columns = {variable: read[column] for variable, column in self.columns.items() if column in read}
        keys, shapes = folder_numbers(self.columns, table), self._shapes(table)
        return answered(self.expression, shapes, keys, columns, chunk.rows, chunk.rows_before)

    def explained(self, row: str, variables: Mapping[str, Any]) -> str:
        """Where in a row the first number that is not finite came from."""
        # Here, as it is seldom needed.
        from ...engine.api.creation import tensor
        from ...parser.analysis.differentiate import Request, differentiate
        from ...parser.analysis.problem import Problem

        expression, wanted = self.expression, self.expression.wanted
        given = {name: tensor(value) for name, value in variables.items()}
        problem = Problem(expression.syntax, given, wanted.wrt, expression.limits)
        report = differentiate(problem, Request(hessian=wanted.hessian, order=wanted.order))
        found = "\n".join(finding.diagnostic for finding in report.warnings)
        return f"note: {row} is the first with a result that is not finite\n{found}".rstrip()

    def _shapes(self, table: Table) -> dict[str, tuple[int, ...]]:
        """The shapes of the variables that are columns, which depend on the lengths of a table's lists."""
        return shapes_of(self.columns, table.source.widths)
