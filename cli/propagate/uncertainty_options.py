"""What can be asked of `autodiff propagate`: its options."""

from __future__ import annotations

import click

from ..shell.options import (
    SET,
    STRICT,
    Options,
    Output,
    errors_option,
    file_option,
    format_option,
    option,
    output_option,
    precision_option,
    vars_option,
)
from ..tables.table_options import INPUT_FORMAT, NULL, RENAME, TABLES


class Given(Options):
    """What gives variables and their deviations."""

    assignments: tuple[str, ...] = SET
    vars_file: str | None = vars_option()
    correlations: tuple[str, ...] = option(
        "--correlation", multiple=True, metavar="NAME,NAME=R", help="Two variables are correlated; may be repeated."
    )
    fit_file: str | None = file_option(
        "--fit",
        help="Variables from `fit --json`, with their covariance; - is standard input.",
    )
    sigmas: tuple[str, ...] = option(
        "--sigma",
        multiple=True,
        metavar="NAME=EXPR",
        help="The deviation of a variable in each row of TABLE: a column, an expression, or 5%.",
    )


class Said(Options):
    """What is said of the result."""

    digits: int = option(
        "--digits",
        type=click.IntRange(1, 15),
        default=2,
        show_default=True,
        metavar="N",
        help="Digits of the deviation that are stated.",
    )
    order: int = option(
        "--order", type=click.IntRange(1, 2), default=1, metavar="N", help="2: with second-order terms too."
    )
    check: bool = option("--check", is_flag=True, help="Compare with random draws of the variables.")
    draws: int | None = option(
        "--draws", type=click.IntRange(100, 10**9), metavar="N", help="How many.  [default: 1,000,000]"
    )
    seed: int = option("--seed", type=click.IntRange(0), default=0, help="Where their random numbers begin.")


class Written(Output):
    """How to print the result, or the rows of a table."""

    output: str | None = output_option(help="Write to FILE, which appears when it is whole; in its format.")
    keys: tuple[str, ...] = option(
        "--get", multiple=True, metavar="KEY", help="Print this result alone: value, sd, share.m, ..."
    )
    format_name: str = format_option(
        ("pretty", "plain", "json", *TABLES),
        "How to print.  [default: pretty on a terminal, plain in a pipe; a table as it is read]",
    )
    strict: bool = STRICT
    precision: int | None = precision_option("Significant digits in `pretty`.")


class Rows(Options):
    """How tables are read."""

    input_format: str | None = INPUT_FORMAT
    renames: tuple[str, ...] = RENAME
    nulls: tuple[str, ...] = NULL
    errors: str = errors_option("A row that fails: stop there; leave it out; or leave its new cells empty.")
