"""What is to be done with tables: which columns the variables are, what is computed, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine import Tensor
from ...parser.analysis.given_names import differentiated, match
from ...parser.frames.column_names import column_names, kept_names, removed_columns
from ...parser.rows.row_expression import RowExpression, Wanted
from ...parser.semantics.limits import Limits
from ...parser.semantics.names import free_variables
from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.records import Program
from ...parser.syntax.wording import listed, quoted
from ..shell.options import caller, split_names
from .choices import Columns, Differentiation
from .computation import Computation
from .grid import Grid, GridComputation
from .layout import Layout
from .mapping import Job
from .matching import matched
from .table_formats import Table


def planned(
    program: Program,
    constants: Mapping[str, Tensor],
    first: Table,
    renames: tuple[str, ...],
    asked: Differentiation,
    added: Columns,
    errors: str,
    limits: Limits,
) -> Job[Computation]:
    """The job for an expression and tables like the first, or a grid. UsageError: they do not fit, or names clash."""
    free = free_variables(program)
    kept = kept_names(program, split_names(asked.keep))
    names = [*first.source.names, *first.keys]
    is_grid = isinstance(first.source, Grid)
    if is_grid:
        match(program, free, [*constants, *names], caller(asked.context.command))
    columns = matched(free, first, constants, renames)
    match(program, free, [*constants, *columns], caller(asked.context.command))
    by = list(columns) if asked.wrt is None else split_names(asked.wrt)
    chosen = differentiated([*columns, *constants], by, split_names(asked.const))
    wanted = Wanted(kept, chosen, asked.hessian, asked.order)
    rows = None if asked.exact else first.expected_rows()
    expression = RowExpression(program, constants, wanted, limits, rows)
    computation = (GridComputation if is_grid else Computation)(expression, columns)
    results = column_names(computation.result_names(first), kept, added.prefix)
    removed = removed_columns(results, names, added.overwrite or added.only_new, first.source.title)
    if is_grid:
        results = results if added.only_new else {**{name: name for name in names}, **results}
        return Job(computation, results, Layout(tuple(results), only_new=True), errors)
    keys = {name: key.kind for name, key in first.keys.items() if not added.only_new and name not in removed}
    texts = split_names(added.text) or []
    for name in texts:
        if name not in first.source.names:
            close = did_you_mean(name, first.source.names)
            help = f"did you mean `{close}`?" if close else f"its columns are {listed(first.source.names)}"
            raise UsageError(f"--text names {quoted(name)}, which {first.source.title} has not", help)
    return Job(computation, results, Layout(tuple(results), removed, added.only_new, keys), errors, texts)
