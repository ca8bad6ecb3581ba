"""`autodiff fit`: the parameters of a model that fit a table best, with their errors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain

import click

from ..fit.fit_options import Modelling, Printing, Reading, Searching
from ..map.choices import NewColumns
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits
from ..shell.printing import answer
from ..shell.progress import progress
from ..shell.saying import say_remarks
from ..shell.streams import write
from ..shell.words import split_tables, standard_input
from ..tables.table_options import TextTables

EXAMPLES = [
    ('autodiff fit "a*(1-exp(-b*x))" growth.csv --response y --a 9 --b 1', "parameters, errors, intervals"),
    ('autodiff fit "c + n*log(x)" growth.csv --response "log(y)" c=0 n=1', "another response than a column"),
    ('autodiff fit "a*x + b" growth.csv --response y a=1 b=0 --sigma dy --absolute', "known deviations of the rows"),
    ('autodiff fit "a*exp(-k*t)" decay.csv --response y a=9 k=1 --by run --shared k', "an `a` for each run"),
    ('autodiff fit "a*(1-exp(-b*x))" growth.csv --response y a=9 b=1 -o fitted.csv', "the table with the model"),
    ('autodiff fit ... --json | autodiff propagate "log(2)/k"', "what follows from the parameters, with its error"),
]

_CALL = 'autodiff fit "a*x + b" table.csv --response y --a 1 --b 0'
WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="MODEL [TABLE]... [NAME=VALUE]...")


@declared(EXAMPLES, WORDS, Modelling, Searching, Reading, NewColumns, TextTables, Printing, Limits)
def command(
    words: Sequence[str],
    asked: Modelling,
    searching: Searching,
    reading: Reading,
    added: NewColumns,
    texts: TextTables,
    output: Printing,
    limits: Limits,
) -> int:
    """The parameters of a model that fit a table best, by nonlinear least squares.

    MODEL is an expression. Its variables with a value, as --b1 500, are parameters that start there; the others are
    columns of TABLE, which is what `map` reads: CSV, TSV, JSON Lines, Parquet or Arrow, files, patterns or standard
    input. The response may stand before a tilde, "y ~ a*x". The Jacobian is exact.

    Errors and intervals are those of least squares near the solution, of robust losses those of M-estimates. A
    solution is one where the residuals are orthogonal to all derivatives, and which the rows determine: else the exit
    code is 1.

    -o writes the table with columns fitted and residual, and bands around the model (low, high) and around further rows
    (predicted_low, predicted_high).
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy and SciPy.
    from ...parser.rows.fit_curves import curves_of
    from ...parser.rows.fitting import fit
    from ...parser.semantics.computing import computing
    from ..drawing import write_picture
    from ..fit.fit_picture import picture_of, pictures_among
    from ..fit.fit_planning import planned
    from ..fit.fitted_columns import kept_for_later, write_fitted
    from ..fit.observations import observed
    from ..map.table_formats import open_tables

    text, table_words, assigned = split_tables(words, _CALL)
    table_words = table_words or [standard_input(f"write `{_CALL}`")]
    pictures = pictures_among(reading.outputs)
    with computing("float64"), kept_for_later(table_words, len(reading.outputs) > len(pictures)) as places:
        form = texts.form(reading.nulls)
        tables = open_tables(places, reading.input_format, form)
        first = next(tables)
        job = planned(text, assigned, first, asked, searching, reading, limits)
        residuals = observed(chain([first], tables), job, reading.errors, os.cpu_count() or 1)
        found = fit(residuals, job.asked, lambda n, squares: progress.tell(f"{n} evaluations, rss {squares:.6g}"))
        for path in reading.outputs:
            if path in pictures:
                write_picture(picture_of(curves_of(found), found.report), path, reading.theme)
            else:
                write_fitted(path, form, open_tables(places, reading.input_format, form), found, job.rows, added)
        residuals.shelf.close()
    write(answer("fit", output.format_name, found.report, output.style(), output.keys))
    say_remarks(found.report)
    return OK if found.report.converged else FAILED
