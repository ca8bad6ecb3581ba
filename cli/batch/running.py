"""What can be asked of `autodiff batch`: its options."""

from __future__ import annotations

import click

from ..shell.options import Options, errors_option, option

INPUT_FORMAT = option(
    "--input-format",
    type=click.Choice(("text", "jsonl", "csv", "tsv")),
    help="What FILE holds.  [default: by its name or content]",
)


class Running(Options):
    """How to go through the records, and what of each to print."""

    errors: str = errors_option("An expression that fails: stop there; leave it out; or put its error in its place.")
    jobs: int = option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="Compute in N processes.")
    keys: tuple[str, ...] = option(
        "--get", "keys", metavar="KEY", multiple=True, help="Print this result alone for each expression: value, ..."
    )
