"""`autodiff trace`: the forward and the backward pass of an expression, step by step."""

from __future__ import annotations

import sys
from functools import partial

import click

from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import OK
from ..shell.streams import say, wants_color, write

FORMATS = ("pretty", "plain", "json", "csv", "tsv", "markdown", "latex")
EXAMPLES = [
    ('autodiff trace "sin(x**2)" --x 4', "each step with its local derivative"),
    ('autodiff trace "x*y + sin(x)" --x 0.5 --y 4.2', "x is used twice: its gradient is a sum"),
    ('autodiff trace "sigmoid(w*x + b)" w=0.5 x=2 b=-1 --format markdown', "tables for a note"),
    ('autodiff trace "w*x + b" --vars point.json --json', "all numbers, for a program"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@options.variables
@partial(options.output, formats=FORMATS)
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
    format_name: str | None,
    as_json: bool,
    precision: int | None,
    color: str,
    limit_texts: tuple[str, ...],
) -> int:
    """Forward and backward pass of an expression, step by step.

    The forward pass: each operation with its sub-expression, its result and its grad_fn. The backward pass, in the
    order in which it runs: each node with the gradient that comes in, and for each of its inputs the local derivative
    (a formula in the names of the results, and its value) and the gradient sent there, which is their product. Where
    there are arrays, the formula is of the gradient sent. A variable's gradient is the sum of all that is sent to it.

    Variables are given as for `eval`. Numbers have 6 digits in pretty, markdown and latex, unless --precision says
    otherwise, and all their digits in the other formats.
    """
    format_name = options.chosen_format(format_name, as_json, None)
    limits = options.parse_limits(limit_texts)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request, differentiate
    from ...parser.analysis.forward_pass import record
    from ...parser.semantics.computing import computing
    from ..shell.problem import read_problem
    from ..trace import render
    from ..value import Style

    with computing(dtype):
        problem = read_problem(ctx, words, assignments, vars_file, wrt, const, limits)
        # First as `eval` does it, for its warnings and its words for what has no derivative.
        report = differentiate(problem.program, problem.variables, problem.wrt, Request(), problem.limits)
        text = render(format_name, report, record(problem), Style(precision, wants_color(sys.stdout, color)))
    write(text)
    for note in report.notes:
        say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)
    return OK
