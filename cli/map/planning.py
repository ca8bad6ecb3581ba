"""What is to be done with tables: which columns the variables are, what is computed, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine import Tensor
from ...parser.analysis.given_names import match
from ...parser.frames.row_plan import plan_rows, shapes_of
from ...parser.library.expression import Expression
from ...parser.syntax.errors import UsageError, suggested
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
    expression: Expression,
    constants: Mapping[str, Tensor],
    first: Table,
    renames: tuple[str, ...],
    asked: Differentiation,
    added: Columns,
    errors: str,
) -> Job[Computation]:
    """The job for an expression and tables like the first, or a grid. UsageError: they do not fit, or names clash."""
    program, free = expression.program, expression.free
    names = [*first.source.names, *first.keys]
    is_grid = isinstance(first.source, Grid)
    who = caller(asked.context.command)
    if is_grid:
        match(program, free, [*constants, *names], who)
    columns = matched(free, first, constants, renames)
    match(program, free, [*constants, *columns], who)
    plan = plan_rows(
        program,
        constants,
        columns,
        names,
        first.source.title,
        shapes_of(columns, first.source.widths),
        asked.rows(added, added.only_new),
        expression.limits,
        None if asked.exact else first.expected_rows(),
        who,
    )
    results = plan.results
    computation = (GridComputation if is_grid else Computation)(plan.expression, columns)
    if is_grid:
        results = results if added.only_new else {**{name: name for name in names}, **results}
        return Job(computation, results, Layout(tuple(results), only_new=True), errors)
    keys = {name: key.kind for name, key in first.keys.items() if not added.only_new and name not in plan.removed}
    texts = split_names(added.text) or []
    for name in texts:
        if name not in first.source.names:
            help = suggested(name, first.source.names, f"its columns are {listed(first.source.names)}")
            raise UsageError(f"--text names {quoted(name)}, which {first.source.title} has not", help)
    return Job(computation, results, Layout(tuple(results), plan.removed, added.only_new, keys), errors, texts)
