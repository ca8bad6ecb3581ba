"""The options of `minimize`: what is looked for, and where."""

from __future__ import annotations

import click

from ..shell.options import Options, option


class Search(Options):
    """What is looked for, and where."""

    maximize: bool = option("--maximize", is_flag=True, help="Look for the largest value.")
    bounds: tuple[str, ...] = option(
        "--bound", multiple=True, metavar="NAME=LOW:HIGH", help="Keep a variable within bounds; may be repeated."
    )
    subject: tuple[str, ...] = option(
        "--subject",
        multiple=True,
        metavar="RELATION",
        help='Keep to a constraint, such as "x + y <= 1" or "x*y = 2"; may be repeated.',
    )
    starts: int | None = option(
        "--starts",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help="Search from so many points.  [default: 1, in ranges 20]",
    )
    most: int = option(
        "--iterations",
        type=click.IntRange(1, 10_000_000),
        metavar="N",
        default=1000,
        show_default=True,
        help="Iterations from each start.",
    )
