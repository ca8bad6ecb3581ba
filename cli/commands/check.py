"""`autodiff check`: the derivatives of an expression against differences of its values, or against claimed ones."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import FAILED, OK
from ..shell.streams import from_input, say, wants_color, write

if TYPE_CHECKING:
    from ...parser.analysis.verdict import CheckReport

FORMATS = ("pretty", "plain", "json")

EXAMPLES = [
    ('autodiff check "sin(x**2)*y"', "at random points"),
    ('autodiff check "sin(x**2)" --x 3 --order 2', "at a point, second derivatives too"),
    ('autodiff check "sin(x**2)" --claim x="2*x*cos(x**2)"', "a derivative worked out by hand"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@options.variables
@click.option("--points", "count", type=click.IntRange(1, 10_000), metavar="N", help="Random points.  [default: 10]")
@click.option("--seed", type=int, default=0, show_default=True, help="Where the random numbers begin.")
@click.option("--order", type=click.IntRange(1, 2), default=1, metavar="N", help="2: second derivatives too.")
@click.option(
    "--claim", "claims", multiple=True, metavar="NAME=EXPR", help="Check this derivative by NAME; may be repeated."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="How to print.  [default: pretty on a terminal, plain in a pipe]",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours on a terminal.")
@options.limits
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    assignments: tuple[str, ...],
    vars_file: str | None,
    wrt: str | None,
    const: str | None,
    dtype: str,
    count: int | None,
    seed: int,
    order: int,
    claims: tuple[str, ...],
    format_name: str | None,
    as_json: bool,
    color: str,
    limit_texts: tuple[str, ...],
) -> int:
    """Derivatives of an expression against differences, or claims against derivatives.

    Variables have the values given, as for `eval`; those without one are numbers drawn at random, where the expression
    is finite. Differences are central, and extrapolated to a step of 0 (Richardson's rule in Ridders' form), which
    chooses the step and estimates the error. At a kink the derivative shown has to lie between the slopes of both
    sides.

    With --claim, derivatives worked out by hand are compared with autograd's. Exit code 1 where something does not
    hold.
    """
    format_name = options.chosen_format(format_name, as_json, None)
    limits = options.parse_limits(limit_texts)
    if claims and order > 1:
        raise UsageError("--claim is about first derivatives and takes no --order", "leave out one of them")

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.coordinates import Expression
    from ...parser.analysis.verdict import check, check_claims
    from ...parser.semantics.computing import computing
    from ...parser.semantics.limits import Limits
    from ...parser.semantics.names import CONSTANTS, free_variables
    from ...parser.syntax.parse import parse
    from ..shell.variables import collect, differentiated, split_words, unused

    expression, assigned = split_words(words)
    source = from_input('autodiff check "x**2"') if expression is None else expression
    with computing("float64"), warnings.catch_warnings():
        # About degrees of freedom, at each of many points.
        warnings.simplefilter("ignore", UserWarning)
        bounds = {f"max_{name}": limits.pop(name) for name in ("length", "depth") if name in limits}
        program = parse(source, **bounds)
        given = collect(ctx.obj, [*assignments, *assigned], vars_file)
        names = [name for name in free_variables(program) if name in given or name not in CONSTANTS]
        for name in given:
            if name not in names:
                raise unused(name, program, names, options.names(ctx.command))
        chosen = differentiated(names, options.split_names(wrt), options.split_names(const))
        if not chosen:
            raise UsageError("there is no variable to differentiate by")
        subject = Expression(program, chosen, Limits()._replace(**limits), dtype)
        point = {name: given[name]._data for name in names if name in given}
        free = [name for name in names if name not in given]
        if not free and count is not None:
            raise UsageError("--points is for variables without a value, and all have one", "leave out --points")
        report = (
            check_claims(subject, point, free, count, seed, claims)
            if claims
            else check(subject, point, free, count, seed, order)
        )
    write(_rendered(format_name, report, wants_color(sys.stdout, color)))
    for note in report.notes:
        say(f"note: {note}")
    return OK if report.holds else FAILED


def _rendered(format_name: str, report: CheckReport, color: bool) -> str:
    # Only what is used is imported: `pretty` brings Rich.
    if format_name == "pretty":
        from ..check.pretty import render

        return render(report, color)
    if format_name == "json":
        from ..check.json import render

        return render(report)
    from ..check.plain import render

    return render(report)
