"""`autodiff map`: an expression and its derivatives for the rows of tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import listed, quoted, shortened
from ..cluster.cluster_options import Cluster
from ..map.choices import Columns, Differentiation, Files, Rows
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits
from ..shell.saying import say
from ..shell.words import split_tables, standard_input
from ..tables.table_options import TextTables

if TYPE_CHECKING:
    from ..tables.opening import Place

EXAMPLES = [
    ('autodiff map "x*exp(-y)" points.csv', "the table, with columns value, d_x and d_y behind"),
    ('autodiff map "a*x**2" points.csv --a 2 -o results.csv.gz', "a constant; into a compressed file"),
    ('autodiff map "m*v**2/2" run.csv --rename m="mass (kg)"', "a column whose name is no variable"),
    ("autodiff map 'u = x/y; sin(u)' 'runs/*.csv' --keep u --wrt x", "many files; an intermediate result too"),
    ("autodiff map 'x**2' export.csv --decimal , --encoding latin-1", "from a spreadsheet: `1,5;2,25`"),
    ('autodiff map "sin(x)*y" --x 0:1:11 --y 1:3:3 > grid.csv', "no table: all points of a grid, 11 by 3"),
    ("autodiff map 'x**2' 'runs/*.parquet' --cluster local:4 -o out/", "by four processes, or a cluster's machines"),
    ('zcat points.gz | autodiff map "x/y" --only-new > results.csv', "in a pipe; the new columns alone"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="EXPR [TABLE]... [NAME=VALUE]...")


@declared(EXAMPLES, WORDS, Files, TextTables, Differentiation, Columns, Rows, Cluster, Limits)
def command(
    words: tuple[str, ...],
    files: Files,
    texts: TextTables,
    asked: Differentiation,
    added: Columns,
    reading: Rows,
    cluster: Cluster,
    limits: Limits,
) -> int:
    """An expression and its derivatives for each row of a table.

    TABLE is CSV, TSV, JSON Lines, Parquet or Arrow, compressed or not: files, patterns such as '*.csv', folders, whose
    names such as year=2024 are columns, addresses such as s3://bucket/key, or standard input. Several are written as
    one. Variables are the columns of their names; --a 2 is a constant, not differentiated by unless --wrt says so.

    Without a table, variables given as ranges are the points of a grid, the last varying fastest. `--x 0:10` is 100
    values from 0 to 10, `0:10:0.5` goes in steps of 0.5, `0:1:11` has 11 values. Where the third part could be both, as
    in `0:10:2`, write `0:10:n=2` or `0:10:step=2`. Both ends are included, and may be `-pi/2` or such.

    How other programs write CSV is said by --encoding, --delimiter, --decimal and --no-header. The last three hold for
    what is written too, which is always UTF-8. With --cluster, -o is a folder of parts in the order of the rows.

    The columns of the table stay as they are. Behind them stand value, d_x, d_y; with --order d2_x, with --hessian
    d2_x_y. A row with an empty cell among its variables has empty results; one with text in place of a number fails.
    """
    text, table_words, assigned = split_tables(words, 'autodiff map "x**2" table.csv')
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.library.expression import Expression
    from ...parser.semantics.computing import computing
    from ..map.grid import grid_table
    from ..map.mapping import write_mapped
    from ..map.planning import planned
    from ..map.table_formats import format_to_write, open_tables, say_doubt
    from ..shell.variables import collect_ranges
    from ..tables.opening import places

    with computing("float64"):
        expression = Expression(text, limits=limits.found)
        ranges, constants = collect_ranges(*asked.given(assigned), expression.free)
        form = texts.form(reading.nulls)
        found: Sequence[Place] = [] if ranges else places(table_words or [_input(text)])
        _check_no_table(table_words, ranges, files, texts, added, reading, cluster)
        tables = iter([grid_table(ranges)]) if ranges else open_tables(found, files.input_format, form)
        first = next(tables)
        job = planned(expression, constants, first, files.renames, asked, added, reading.errors)
        if not job.computation.columns and texts.delimiter is None:
            say_doubt(first.source)
        format_name = format_to_write(files.format_name, files.output, first)
        texts.check_used("grid" if ranges else first.format_name, format_name)
        if cluster.where is None:
            progress = write_mapped(files.output, format_name, chain([first], tables), job, reading.threads(), form)
        else:
            from ..cluster.table_parts import write_tables

            progress = write_tables(cluster.where, found, first, job, format_name, form, files.input_format)
        progress.summarise()
        if progress.first_nonfinite is not None:
            say(job.computation.explained(*progress.first_nonfinite))
    return FAILED if progress.failed or (reading.strict and progress.nonfinite) else OK


def _input(text: str) -> str:
    """What stands for standard input as the table of an expression. UsageError: a person sits there."""
    return standard_input(f'write `autodiff map "{shortened(text)}" table.csv`, or with ranges `--x 0:1` for a grid')


def _check_no_table(
    tables: Sequence[str],
    ranges: Collection[str],
    files: Files,
    texts: TextTables,
    added: Columns,
    reading: Rows,
    cluster: Cluster,
) -> None:
    """UsageError: what is said is about a table, and there are ranges in place of one."""
    if not ranges:
        return
    if tables:
        raise UsageError(
            f"{quoted(tables[0])} is a table, and ranges are given in place of one, for {listed(ranges)}",
            "leave out the table for a grid, or the ranges for the rows of the table",
        )
    about_tables = {
        "--rename": files.renames,
        "--input-format": files.input_format,
        "--encoding": texts.encoding,
        "--null": reading.nulls,
        "--text": added.text,
        "--cluster": cluster.cluster,
    }
    for option, given in about_tables.items():
        if given:
            raise UsageError(f"{option} is for tables, and ranges are given in place of one", f"leave out `{option}`")
