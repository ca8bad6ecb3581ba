"""`autodiff map`: an expression and its derivatives for the rows of tables."""

from __future__ import annotations

import os
import sys
from itertools import chain

import click

from ..map.choices import Columns, Differentiation, Files, Rows
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits
from ..shell.streams import is_terminal, say
from ..shell.words import split_tables
from ..tables.table_options import TextTables

EXAMPLES = [
    ('autodiff map "x*exp(-y)" points.csv', "the table, with columns value, d_x and d_y behind"),
    ('autodiff map "a*x**2" points.csv --a 2 -o results.csv.gz', "a constant; into a compressed file"),
    ('autodiff map "m*v**2/2" run.csv --rename m="mass (kg)"', "a column whose name is no variable"),
    ("autodiff map 'u = x/y; sin(u)' 'runs/*.csv' --keep u --wrt x", "many files; an intermediate result too"),
    ("autodiff map 'x**2' export.csv --decimal , --encoding latin-1", "from a spreadsheet: `1,5;2,25`"),
    ('zcat points.gz | autodiff map "x/y" --only-new > results.csv', "in a pipe; the new columns alone"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="EXPR [TABLE]... [NAME=VALUE]...")


@declared(EXAMPLES, WORDS, Files, TextTables, Differentiation, Columns, Rows, Limits)
def command(
    words: tuple[str, ...],
    files: Files,
    texts: TextTables,
    asked: Differentiation,
    added: Columns,
    reading: Rows,
    limits: Limits,
) -> int:
    """An expression and its derivatives for each row of a table.

    TABLE is CSV, TSV, JSON Lines, Parquet or Arrow, compressed or not: files, patterns such as '*.csv', folders, whose
    names such as year=2024 are columns, or standard input. Several tables are written as one. Variables are the columns
    of their names; --a 2 is a constant, which is not differentiated by unless --wrt says so.

    How other programs write CSV is said by --encoding, --delimiter, --decimal and --no-header. The last three hold for
    what is written too, which is always UTF-8.

    The columns of the table stay as they are. Behind them stand value, d_x, d_y; with --order d2_x, with --hessian
    d2_x_y. A row with an empty cell among its variables has empty results; one with text in place of a number fails.
    """
    text, table_words, assigned = split_tables(words, 'autodiff map "x**2" table.csv')

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ...parser.syntax.parse import parse
    from ..map.mapping import write_mapped
    from ..map.planning import planned
    from ..map.table_formats import check_binary, open_tables, say_doubt
    from ..shell.variables import collect
    from ..tables.formats import format_by_name

    with computing("float64"):
        program = parse(text, **limits.parsing())
        constants = collect(asked.context.obj, [*asked.assignments, *assigned], asked.vars_file)
        form = texts.form(reading.nulls)
        tables = open_tables(table_words, files.input_format, form)
        first = next(tables)
        job = planned(program, constants, first, files.renames, asked, added, reading.errors, limits.evaluation())
        if not job.computation.columns and texts.delimiter is None:
            say_doubt(first.source)
        format_name = files.format_name or format_by_name(files.output or "") or first.format_name
        if files.output is None:
            check_binary(format_name, is_terminal(sys.stdout))
        texts.check_used(first.format_name, format_name)

        threads = reading.jobs or os.cpu_count() or 1
        progress = write_mapped(files.output, format_name, chain([first], tables), job, threads, form)
        progress.summarise()
        if progress.first_nonfinite is not None:
            say(job.computation.explained(*progress.first_nonfinite))
    return FAILED if progress.failed else OK
