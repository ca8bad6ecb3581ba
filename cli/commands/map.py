"""`autodiff map`: an expression and its derivatives for the rows of tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import chain

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import shortened
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import (
    HIGHEST_ORDER,
    WRT,
    Limits,
    Options,
    errors_option,
    names_option,
    option,
    option_names,
    split_names,
)
from ..shell.streams import is_terminal, say

FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "arrows")
EXAMPLES = [
    ('autodiff map "x*exp(-y)" points.csv', "the table, with columns value, d_x and d_y behind"),
    ('autodiff map "a*x**2" points.csv --a 2 -o results.csv.gz', "a constant; into a compressed file"),
    ('autodiff map "m*v**2/2" run.csv --rename m="mass (kg)"', "a column whose name is no variable"),
    ("autodiff map 'u = x/y; sin(u)' 'runs/*.csv' --keep u --wrt x", "many files; an intermediate result too"),
    ('zcat points.gz | autodiff map "x/y" --only-new > results.csv', "in a pipe; the new columns alone"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="EXPR [TABLE]... [NAME=VALUE]...")


class Files(Options):
    """What is read and written."""

    output: str | None = option("-o", "--output", metavar="FILE", help="Write to FILE, which appears when it is whole.")
    format_name: str | None = option(
        "--format", type=click.Choice(FORMATS), help="How to write.  [default: by FILE, as read]"
    )
    input_format: str | None = option(
        "--input-format", type=click.Choice(FORMATS), help="What TABLE is.  [default: by its name or content]"
    )
    renames: tuple[str, ...] = option(
        "--rename", multiple=True, metavar="NAME=COLUMN", help="Which column a variable is."
    )


class Differentiation(Options):
    """What is computed."""

    assignments: tuple[str, ...] = option(
        "--set", multiple=True, metavar="NAME=VALUE", help="A constant, whatever its name."
    )
    vars_file: str | None = option("--vars", metavar="FILE", help="Constants from a JSON file: an object of values.")
    wrt: str | None = WRT
    const: str | None = names_option("--const", help="Do not differentiate by these variables, separated by commas.")
    hessian: bool = option("--hessian", is_flag=True, help="Second derivatives d2_x_y, by pair of variables.")
    order: int = option(
        "--order", type=HIGHEST_ORDER, default=1, metavar="N", help="Derivatives up to the N-th by each variable."
    )
    keep: str | None = names_option(
        "--keep", help="Columns for names that the expression assigns, separated by commas."
    )


class Columns(Options):
    """Which columns are written."""

    prefix: str = option("--prefix", default="", metavar="TEXT", help="What the names of new columns begin with.")
    overwrite: bool = option("--overwrite", is_flag=True, help="Replace columns that have the name of a new one.")
    only_new: bool = option("--only-new", is_flag=True, help="Write the new columns alone.")


class Rows(Options):
    """How to go through the rows."""

    nulls: tuple[str, ...] = option(
        "--null", multiple=True, metavar="TEXT", help="A text, such as NA, that means an empty cell."
    )
    errors: str = errors_option("A row that fails: stop there; leave it out; or leave its new cells empty.")
    jobs: int | None = option(
        "--jobs", type=click.IntRange(1, 256), metavar="N", help="Threads to compute with.  [default: all cores]"
    )


@declared(EXAMPLES, WORDS, Files, Differentiation, Columns, Rows, Limits)
def command(
    words: tuple[str, ...], files: Files, asked: Differentiation, added: Columns, reading: Rows, limits: Limits
) -> int:
    """An expression and its derivatives for each row of a table.

    TABLE is CSV, TSV, JSON Lines, Parquet or Arrow, compressed or not: files, patterns such as '*.csv', folders, whose
    names such as year=2024 are columns, or standard input. Several tables are written as one. Variables are the columns
    of their names; --a 2 is a constant, which is not differentiated by unless --wrt says so.

    The columns of the table stay as they are. Behind them stand value, d_x, d_y; with --order d2_x, with --hessian
    d2_x_y. A row with an empty cell among its variables has empty results; one with text in place of a number fails.
    """
    text, table_words, assigned = _split(words)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.rows.expression import RowExpression, Wanted
    from ...parser.semantics.computing import computing
    from ...parser.semantics.names import free_variables
    from ...parser.syntax.parse import parse
    from ..map.column_names import column_names, kept_names, removed_columns
    from ..map.computation import Computation
    from ..map.layout import Layout
    from ..map.mapping import Job, write_mapped
    from ..map.matching import match_columns, parse_renames
    from ..map.table_formats import check_binary, format_by_name, open_tables
    from ..shell.variables import collect, differentiated, match

    with computing("float64"):
        program = parse(text, **limits.parsing())
        free = free_variables(program)
        constants = collect(asked.context.obj, [*asked.assignments, *assigned], asked.vars_file)
        renamed = parse_renames(files.renames)
        kept = kept_names(program, split_names(asked.keep))

        tables = open_tables(table_words, files.input_format, reading.nulls)
        first = next(tables)
        keys = list(first.keys)
        names = [*first.source.names, *keys]
        columns = match_columns(free, names, constants, renamed, first.source.title)
        match(program, free, [*constants, *columns], option_names(asked.context.command))
        by = list(columns) if asked.wrt is None else split_names(asked.wrt)
        chosen = differentiated([*columns, *constants], by, split_names(asked.const))
        wanted = Wanted(kept, chosen, asked.hessian, asked.order)
        expression = RowExpression(program, constants, wanted, limits.evaluation())
        computation = Computation(expression, columns)
        results = column_names(computation.result_names(first), kept, added.prefix)
        removed = removed_columns(results, names, added.overwrite or added.only_new, first.source.title)
        keys = [] if added.only_new else [key for key in keys if key not in removed]
        layout = Layout((*keys, *results), removed, added.only_new)
        job = Job(computation, results, keys, layout, reading.errors)
        format_name = files.format_name or format_by_name(files.output or "") or first.format_name
        if files.output is None:
            check_binary(format_name, is_terminal(sys.stdout))

        threads = reading.jobs or os.cpu_count() or 1
        progress = write_mapped(files.output, format_name, chain([first], tables), job, threads)
        progress.summarise()
        if progress.first_nonfinite is not None:
            say(computation.explained(*progress.first_nonfinite))
    return FAILED if progress.failed else OK


def _split(words: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """The expression, the tables, and the `name=value` words. UsageError: one of the former is missing."""
    if not words:
        raise UsageError("the expression is missing", 'write `autodiff map "x**2" table.csv`')
    tables: list[str] = []
    assigned: list[str] = []
    for word in words[1:]:
        is_assignment = word.partition("=")[0].strip().isidentifier() and "=" in word and not os.path.lexists(word)
        (assigned if is_assignment else tables).append(word)
    if not tables:
        if is_terminal(sys.stdin):
            raise UsageError("the table is missing", f'write `autodiff map "{shortened(words[0])}" table.csv`')
        tables.append("-")
    return words[0], tables, assigned
