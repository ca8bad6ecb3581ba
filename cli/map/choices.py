"""What can be asked of `autodiff map`: its options."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..shell.options import (
    HIGHEST_ORDER,
    STRICT,
    WRT,
    Options,
    errors_option,
    given_format,
    json_option,
    names_option,
    option,
    output_option,
    split_names,
    vars_option,
)
from ..tables.table_options import INPUT_FORMAT, NULL, RENAME, TABLES

if TYPE_CHECKING:
    from ...parser.frames.row_plan import Asked


class Files(Options):
    """What is read and written."""

    output: str | None = output_option(help="Write to FILE, which appears when it is whole.")
    format_name: str | None = option(
        "--format", type=click.Choice(TABLES), help="How to write.  [default: by FILE, as read]"
    )
    as_json: bool = json_option("Short for --format jsonl; an error is printed as an object too.")
    input_format: str | None = INPUT_FORMAT
    renames: tuple[str, ...] = RENAME

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        self.format_name = given_format(context, "jsonl")


class NewColumns(Options):
    """What new columns are called, and whether they replace others."""

    prefix: str = option("--prefix", default="", metavar="TEXT", help="What the names of new columns begin with.")
    overwrite: bool = option("--overwrite", is_flag=True, help="Replace columns that have the name of a new one.")


class Differentiation(Options):
    """What is computed."""

    assignments: tuple[str, ...] = option(
        "--set", multiple=True, metavar="NAME=VALUE", help="A constant, whatever its name."
    )
    vars_file: str | None = vars_option("Constants from a JSON file: an object of values.")
    wrt: str | None = WRT
    const: str | None = names_option("--const", help="Do not differentiate by these variables, separated by commas.")
    hessian: bool = option("--hessian", is_flag=True, help="Second derivatives d2_x_y, by pair of variables.")
    order: int = option(
        "--order", type=HIGHEST_ORDER, default=1, metavar="N", help="Derivatives up to the N-th by each variable."
    )
    exact: bool = option(
        "--exact", is_flag=True, help="Results with NumPy's bits, without machine code for long tables."
    )
    keep: str | None = names_option(
        "--keep", help="Columns for names that the expression assigns, separated by commas."
    )

    def given(self, assigned: Sequence[str]) -> tuple[Sequence[tuple[str, str]], Sequence[str], str | None]:
        """Where constants are given: as options, as `name=value`, and in a file."""
        return self.context.obj, [*self.assignments, *assigned], self.vars_file

    def rows(self, added: NewColumns, only_new: bool) -> Asked:
        """The same for the rows of tables; beside no old columns, new ones may have any name."""
        from ...parser.frames.row_plan import Asked

        wrt, const, keep = map(split_names, (self.wrt, self.const, self.keep))
        return Asked(wrt, const, self.hessian, self.order, keep, added.prefix, added.overwrite or only_new)


class Columns(NewColumns):
    """Which columns are written."""

    text: str | None = names_option(
        "--text", help="Columns to write as text in another format, though their first values look like numbers."
    )
    only_new: bool = option("--only-new", is_flag=True, help="Write the new columns alone.")


class Rows(Options):
    """How to go through the rows."""

    nulls: tuple[str, ...] = NULL
    errors: str = errors_option("A row that fails: stop there; leave it out; or leave its new cells empty.")
    strict: bool = STRICT
    jobs: int | None = option(
        "--jobs", type=click.IntRange(1, 256), metavar="N", help="Threads to compute with.  [default: all cores]"
    )

    def threads(self) -> int:
        """How many threads compute."""
        return self.jobs or os.cpu_count() or 1
