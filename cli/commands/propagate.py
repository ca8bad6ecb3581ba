"""`autodiff propagate`: the deviation of what is computed from numbers that have deviations."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ..map.choices import NewColumns
from ..propagate.uncertainty_options import Given, Rows, Said, Written
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits, caller
from ..shell.printing import Style, answer
from ..shell.progress import progress
from ..shell.saying import say, say_remarks
from ..shell.streams import wants_color, write, written_to
from ..shell.words import split_tables
from ..tables.table_options import TextTables

if TYPE_CHECKING:
    from ...parser.syntax.records import Program

EXAMPLES = [
    ('autodiff propagate "m*v**2/2" --m 2±0.1 --v "3+-0.2"', "the value, its deviation, and each one's share"),
    ('autodiff propagate "x/y" --x "3.09(2)" --y 3.7±4% --correlation x,y=0.5', "other ways to write deviations"),
    ('autodiff propagate "x*exp(-y)" --x 3±1% --y 2±1% --check', "compared with random draws"),
    ('autodiff propagate "x/y" run.csv --sigma x=0.1 --sigma y=2%', "the rows of a table; `x=dx` is a column"),
    ('autodiff fit ... --json | autodiff propagate "log(2)/k"', "of the parameters of a fit, with their covariance"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="EXPR [TABLE]... [NAME=VALUE]...")
_TEXTS = ("pretty", "plain", "json")
_DRAWS = 1_000_000


@declared(EXAMPLES, WORDS, Given, Said, Written, Rows, NewColumns, TextTables, Limits)
def command(
    words: tuple[str, ...],
    given: Given,
    said: Said,
    written: Written,
    rows: Rows,
    added: NewColumns,
    texts: TextTables,
    limits: Limits,
) -> int:
    """The deviation of a result, from those of what goes in.

    A variable is written with its standard deviation: 2±0.1, 2+-0.1, 2.0(1), "2 0.1", 2±5%; without one it is exact.
    The deviation of the result follows the Guide to the Expression of Uncertainty in Measurement: along the straight
    line, with exact derivatives. What is within 95 % of the values and is no straight line is warned of: bends, kinks,
    jumps, the end of the domain.

    Contributions are |df/dx| times the deviation of x; shares are those of the variance; elasticities (x/f) df/dx say
    by how many percent the result changes with one percent of x.

    With TABLE, which is what `map` reads, the columns value, sd and contribution_x stand behind its own.
    """
    example = 'autodiff propagate "m*v**2/2" --m 2±0.1 --v 3±0.2'
    text, tables, assigned = split_tables(words, example)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ...parser.syntax.parse import parse

    with computing("float64"):
        program = parse(text, **limits.parsing())
        if tables:
            from ..propagate.uncertain_columns import write_rows

            for name, is_given in {"--check": said.check, "--get": written.keys, "--fit": given.fit_file}.items():
                if is_given:
                    raise UsageError(f"{name} is for one point, and a table is given", "leave out one of them")
            return (
                FAILED
                if write_rows(program, tables, assigned, given, said, written, rows, added, texts, limits)
                else OK
            )
        return _one(program, assigned, given, said, written, limits)


def _one(program: Program, assigned: Sequence[str], given: Given, said: Said, written: Written, limits: Limits) -> int:
    """Prints the result at one point."""
    from ...parser.solving.uncertainty import Asked, propagate
    from ..propagate.uncertain_inputs import read_inputs

    if given.sigmas:
        raise UsageError("--sigma is for tables, and none is given", "write it after the expression")
    if written.format_name not in (*_TEXTS, "csv", "tsv"):
        raise UsageError(f"--format {written.format_name} is for tables, and none is given")
    if said.draws is not None and not said.check:
        raise UsageError("--draws is for --check", "write `--check` too, or leave it out")
    inputs = read_inputs(program, assigned, given)
    asked = Asked(said.digits, said.order > 1, (said.draws or _DRAWS) if said.check else 0, said.seed)
    report = propagate(program, inputs, limits.evaluation(), asked, lambda n: progress.tell(f"{n:,} draws"))
    style = Style(written.precision, wants_color(sys.stdout), not _is_utf8())
    with written_to(written.output):
        write(answer("propagate", written.format_name, report, style, written.keys))
    say_remarks(report)
    if not inputs.deviations.any():
        name = caller(given.context.command).value(next(iter(inputs.variables)), "2+-0.1")
        say(f"note: no variable has a deviation: write it behind the value, `{name}`")
    return FAILED if written.strict and not report.is_finite() else OK


def _is_utf8() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
