"""What can be asked of `autodiff fit`: its options."""

from __future__ import annotations

import click

from ..shell.options import Options, Output, file_option, names_option, option, theme_option, vars_option
from ..tables.table_options import INPUT_FORMAT, NULL, RENAME


class Modelling(Options):
    """What is fitted to what."""

    response: str | None = option(
        "--response", metavar="EXPR", help="What the model is fitted to: a column, or an expression such as log(y)."
    )
    assignments: tuple[str, ...] = option(
        "--set", multiple=True, metavar="NAME=VALUE", help="Where a parameter starts, whatever its name."
    )
    vars_file: str | None = vars_option("Starts from a JSON file: an object of values.")
    fixed: str | None = names_option("--fix", "--const", help="Keep these at their values, separated by commas.")
    bounds: tuple[str, ...] = option(
        "--bound", multiple=True, metavar="NAME=LOW:HIGH", help="Keep a parameter within; either end may be left out."
    )
    sigma: str | None = option(
        "--sigma", metavar="EXPR", help="The standard deviation of each row's response: a column or an expression."
    )
    weights: str | None = option("--weights", metavar="EXPR", help="The weight of each row instead: 1/sigma**2.")
    absolute: bool = option(
        "--absolute", is_flag=True, help="The deviations are known, not only how they compare: errors follow from them."
    )
    loss: str | None = option(
        "--loss",
        type=click.Choice(("huber", "soft_l1", "cauchy", "arctan")),
        help="Count rows that lie far off less than least squares does.",
    )
    scale: float | None = option(
        "--scale",
        type=click.FloatRange(min=0, min_open=True),
        metavar="R",
        help="Residuals beyond R count less.  [default: by the rows]",
    )
    by: str | None = option("--by", metavar="COLUMN", help="Parameters of their own for each value of a column.")
    shared: str | None = names_option("--shared", help="With --by: these parameters are the same in all groups.")


class Searching(Options):
    """How to look for it, and what to say of it."""

    starts: int = option(
        "--starts",
        type=click.IntRange(1, 10_000),
        default=1,
        metavar="N",
        help="Search from so many points around the start.  [default: 1]",
    )
    seed: int = option("--seed", type=click.IntRange(0), default=0, help="Where the random numbers of --starts begin.")
    level: float = option(
        "--level",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default=True,
        help="Of confidence intervals and bands.",
    )
    profile: bool = option("--profile", is_flag=True, help="Confidence intervals by profile likelihood.")


class Reading(Options):
    """What is read and written."""

    outputs: tuple[str, ...] = file_option(
        "-o",
        "--output",
        multiple=True,
        help="The table with fitted columns; .svg, .png, .pdf: a picture.",
    )
    theme: str = theme_option("light", "Of a picture's background.")
    input_format: str | None = INPUT_FORMAT
    renames: tuple[str, ...] = RENAME
    nulls: tuple[str, ...] = NULL
    errors: str = option(
        "--errors",
        type=click.Choice(("stop", "skip")),
        default="stop",
        show_default=True,
        help="A row that cannot be used: stop there; or leave it out.",
    )


class Printing(Output):
    """How to print the result."""

    keys: tuple[str, ...] = option(
        "--get", multiple=True, metavar="KEY", help="Print this result alone: b1, se.b1, rss, correlation.b2.b1, ..."
    )
