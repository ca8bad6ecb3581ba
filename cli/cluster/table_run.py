"""What all parts of tables have in common, and what their bytes depend on beside the tables."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...parser.frames.row_plan import shapes_of
from ..map.mapping import Job
from ..map.table_formats import Table
from ..tables.dialect import TextForm
from ..tables.opening import Place
from .tasks import own_versions


class Run(NamedTuple):
    """What all tasks of a run have in common. `first` is the table whose columns all tables have."""

    job: Job[Any]
    format_name: str
    form: TextForm
    input_format: str | None
    first: Place
    is_alone: bool
    is_sized: bool


def described(run: Run, first: Table) -> dict[str, Any]:
    """What the bytes of all parts depend on beside the tables, in words that can be read, and compared."""
    job, form = run.job, run.form
    expression, columns = job.computation.expression, job.computation.columns
    native = expression.native_from(shapes_of(columns, first.source.widths))
    return {
        **own_versions("numpy", "pyarrow"),
        "expression": expression.syntax.source,
        "constants": {name: expression.constants[name].tolist() for name in sorted(expression.constants)},
        "columns": dict(columns),
        "results": dict(job.results),
        "removed": list(job.layout.removed),
        "only_new": job.layout.only_new,
        "errors": job.errors,
        "texts": list(job.texts),
        "limits": list(expression.limits),
        "machine_code_from_row": str(native),
        "format": run.format_name,
        "input_format": run.input_format,
        "text": [*form[:-1], list(form.nulls)],
    }
