"""The rows of tables with the value of an expression, its deviation, and what each variable contributes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain

import numpy as np

from ...engine.api.creation import tensor
from ...parser.analysis.given_names import match, named_texts
from ...parser.frames.column_names import column_names, removed_columns
from ...parser.rows.uncertain_rows import UncertainRows
from ...parser.semantics.names import free_variables
from ...parser.solving.correlations import read_correlations
from ...parser.syntax.errors import UsageError, suggested
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Program
from ...parser.syntax.wording import listed, quoted
from ..map.choices import NewColumns
from ..map.computation import Computation
from ..map.layout import Layout
from ..map.mapping import Job, write_mapped
from ..map.matching import matched
from ..map.table_formats import format_to_write, open_tables
from ..shell.options import Limits, caller
from ..shell.saying import say
from ..tables.table_options import TextTables
from .uncertain_inputs import read_values
from .uncertainty_options import Given, Rows, Said, Written


def write_rows(
    program: Program,
    words: Sequence[str],
    assigned: Sequence[str],
    given: Given,
    said: Said,
    written: Written,
    rows: Rows,
    added: NewColumns,
    texts: TextTables,
    limits: Limits,
) -> bool:
    """Writes the tables with the columns, and returns whether a row failed. Errors: as `map`."""
    form = texts.form(rows.nulls)
    tables = open_tables(words, rows.input_format, form)
    first = next(tables)
    source = first.source
    names = [*source.names, *first.keys]
    sigmas = _sigmas(given.sigmas, limits)
    free = dict(free_variables(program))
    own = list(free)
    for sigma in sigmas.values():
        free.update(free_variables(sigma))
    values = read_values(given, assigned, free)
    columns = matched(free, first, values, rows.renames)
    known = [*values, *(name for name in columns if name in own)]
    match(program, {name: free[name] for name in own}, known, caller(given.context.command))
    for name, value in values.items():
        if np.any(value.deviation):
            if name in sigmas:
                raise UsageError(f"`{name}` has a deviation of its own and one of --sigma", "leave out one of them")
            sigmas[name] = parse(str(value.deviation.tolist()))
    _check_sigmas(sigmas, own)
    constants = {name: tensor(value.value) for name, value in values.items()}
    correlated = read_correlations(given.correlations)
    expected = first.expected_rows()
    expression = UncertainRows(
        program, constants, sigmas, correlated, limits.evaluation(), expected, second=said.order > 1
    )
    computation = Computation(expression, columns)
    results = column_names(computation.result_names(first), (), added.prefix)
    removed = removed_columns(results, names, added.overwrite, source.title)
    layout = Layout(tuple(results), removed, False, {name: key.kind for name, key in first.keys.items()})
    format_name = format_to_write(_format(written), written.output, first)
    job = Job(computation, results, layout, rows.errors)
    progress = write_mapped(written.output, format_name, chain([first], tables), job, os.cpu_count() or 1, form)
    progress.summarise()
    if progress.first_nonfinite is not None:
        say(computation.explained(*progress.first_nonfinite))
    return bool(progress.failed or (written.strict and progress.nonfinite))


def _format(written: Written) -> str | None:
    """The format that was asked for. UsageError: tables have none like it."""
    if not written.is_given:
        return None
    if written.format_name in ("pretty", "plain", "json"):
        help = "write `--format jsonl`" if written.format_name == "json" else "write `--format csv`"
        raise UsageError(f"--format {written.format_name} is for one point, and a table is given", help)
    return written.format_name


def _sigmas(texts: Sequence[str], limits: Limits) -> dict[str, Program]:
    """The deviations as they are given: `m=dm`, `m=0.01*m`, `m=5%`. UsageError: another form, or one twice."""
    found: dict[str, Program] = {}
    given = named_texts("--sigma", "NAME=EXPR", "write `--sigma m=dm`, or `m=5%`", texts)
    for name, value in given.items():
        is_share = value.rstrip().endswith("%")
        found[name] = parse(f"abs({name})*({value.rstrip()[:-1]})/100" if is_share else value, **limits.parsing())
    return found


def _check_sigmas(sigmas: dict[str, Program], own: Sequence[str]) -> None:
    """UsageError: there are none, or one is of no variable."""
    if not own:
        raise UsageError("the expression has no variables, and only these have deviations")
    for name in sigmas:
        if name not in own:
            help = suggested(name, own, f"its variables are {listed(own)}")
            raise UsageError(f"--sigma names {quoted(name)}, which is not a variable of the expression", help)
    if not sigmas:
        raise UsageError("no variable has a deviation", "say which column it is: `--sigma m=dm`, or `--sigma m=5%`")
