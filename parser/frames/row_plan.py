"""What is computed for the rows of a table: of which columns, and what the new columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...engine import Tensor
from ..analysis.given_names import differentiated
from ..rows.row_expression import RowExpression, Shapes, Wanted
from ..semantics.limits import Limits
from ..syntax.callers import Caller
from ..syntax.records import Program
from .column_names import column_names, kept_names, removed_columns


class Asked(NamedTuple):
    """What is asked of an expression for rows, beside its value; None for what is not said.

    `wrt` and `const` are the variables to differentiate by and those not to, `keep` names that it assigns. `prefix` is
    what the names of new columns begin with, which `overwrite` those of the table where they are the same.
    """

    wrt: Sequence[str] | None = None
    const: Sequence[str] | None = None
    hessian: bool = False
    order: int = 1
    keep: Sequence[str] | None = None
    prefix: str = ""
    overwrite: bool = False


class RowPlan(NamedTuple):
    """The expression, the column of each variable that is one, the result that each new column holds by its name, and
    the columns that new ones replace.
    """

    expression: RowExpression
    columns: Mapping[str, str]
    results: Mapping[str, str]
    removed: tuple[str, ...]


def plan_rows(
    program: Program,
    constants: Mapping[str, Tensor],
    columns: Mapping[str, str],
    names: Sequence[str],
    title: str,
    shapes: Shapes,
    asked: Asked,
    limits: Limits,
    rows: float | None,
    caller: Caller,
) -> RowPlan:
    """The plan for a table with columns of such names, about so many rows in all, None for NumPy's results whatever
    there is.

    `shapes` are those of the variables that are columns. ExpressionError, UsageError: as `RowExpression`; a name is
    none of the expression's, or two columns would have one name.
    """
    kept = kept_names(program, asked.keep, caller)
    by = list(columns) if asked.wrt is None else asked.wrt
    chosen = differentiated([*columns, *constants], by, asked.const, caller)
    expression = RowExpression(program, constants, Wanted(kept, chosen, asked.hessian, asked.order), limits, rows)
    results = column_names(expression.result_names(shapes), kept, asked.prefix)
    return RowPlan(expression, columns, results, removed_columns(results, names, asked.overwrite, title, caller))


def shapes_of(columns: Mapping[str, str], widths: Mapping[str, int | None]) -> dict[str, tuple[int, ...]]:
    """The shapes of the variables that are columns: `widths` are the lengths of the lists in them, None for numbers."""
    found = {variable: widths.get(column) for variable, column in columns.items()}
    return {variable: () if width is None else (width,) for variable, width in found.items()}
