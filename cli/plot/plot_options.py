"""What can be asked of `autodiff plot`: its options."""

from __future__ import annotations

import sys

import click

from ...parser.syntax.errors import UsageError, suggested
from ...parser.syntax.wording import listed, quoted
from ..shell.options import (
    SET,
    Drawn,
    Options,
    file_option,
    format_option,
    names_option,
    option,
    precision_option,
    split_names,
    theme_option,
    vars_option,
)
from ..shell.printing import Style
from ..shell.streams import is_terminal, wants_color


class Curves(Options):
    """What is drawn."""

    assignments: tuple[str, ...] = SET
    vars_file: str | None = vars_option("Variables from a JSON file: an object of values.")
    order: int | None = option(
        "--order", type=click.IntRange(0, 8), metavar="N", help="Derivatives up to the N-th.  [default: 1]"
    )
    only: str | None = names_option("--only", help="Draw these alone: value, d_x, d2_x; separated by commas.")
    view: str | None = option("--ylim", metavar="LOW:HIGH", help="Show values from LOW to HIGH.")
    data: str | None = file_option(
        "--data",
        metavar="TABLE",
        help="Draw the points of a table, with a column of the variable's name, over it.",
    )
    response: str | None = option("--response", metavar="COLUMN", help="Which column of --data is how high.")

    def highest(self, variable: str) -> int:
        """The highest derivative that is needed. UsageError: --only names something else."""
        names = split_names(self.only)
        if names is None:
            return 1 if self.order is None else self.order
        if self.order is not None:
            raise UsageError("--only says which derivatives are drawn, and takes no --order", "leave out one of them")
        known = ["value", f"d_{variable}", *(f"d{n}_{variable}" for n in range(2, 9))]
        for name in names:
            if name not in known:
                help = suggested(name, known, f"write {listed(known[:3])}")
                raise UsageError(f"--only names {quoted(name)}, which is no curve of this plot", help)
        return max(map(known.index, names))


class Curved(Drawn):
    """How it is drawn. UsageError: a file in a format for numbers."""

    default = "pretty"
    theme: str | None = theme_option(
        None, "Colours for a light or a dark background.  [default: of files light, of terminals for both]"
    )
    format_name: str = format_option(
        ("pretty", "plain", "json", "csv", "tsv"),
        "A picture; what there is to see, a line each; or the numbers.  [default: pretty]",
    )
    precision: int | None = precision_option("Digits below the picture.  [default: 6]")

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        if self.picture is not None and self.format_name in ("csv", "tsv"):
            raise UsageError(
                f"-o draws a picture, and {self.format_name} is for numbers",
                f"leave out one of them, or write `--format {self.format_name} > FILE`",
            )

    def style(self) -> Style:
        """The looks that were chosen; ASCII alone where a program reads it, or the terminal shows nothing else."""
        encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
        ascii = not is_terminal(sys.stdout) or not encoding.startswith("utf")
        return Style(self.precision, wants_color(sys.stdout), ascii)
