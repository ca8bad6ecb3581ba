"""`autodiff eval`: the value, the graph's last node and the gradients of an expression."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import listed, quoted
from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import FAILED, OK
from ..shell.streams import say, wants_color, write

if TYPE_CHECKING:
    from ...engine import Tensor
    from ...parser.analysis.result import Report

EXAMPLES = [
    ('autodiff eval "x**2" --x 3', "value 9.0, grad_fn PowBackward0, gradient 6.0"),
    ('autodiff eval "sin(x**2)*y" x=0.5 y=pi --wrt x', "variables after the expression; the gradient of x only"),
    ('autodiff eval "(x**2).mean()" --x "[1, 2, 3]"', "a vector"),
    ('autodiff eval "w*x + b" --vars point.json --json', "variables from a file, the result as JSON"),
    ("g=$(autodiff eval 'x**3' --x 2 --get grad.x)", "one number for a script"),
    ('echo "exp(-x)" | autodiff eval --x 1', "the expression from standard input"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@options.variables
@options.derivatives
@options.directions
@click.option("--get", "key", metavar="KEY", help="Print one result alone: value, grad_fn, grad.x, ...")
@click.option("--strict", is_flag=True, help="Exit 1 if a result is not finite.")
@options.output
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
    hessian: bool,
    jacobian: bool,
    order: int,
    vjp: str | None,
    jvp: tuple[str, ...],
    key: str | None,
    strict: bool,
    format_name: str | None,
    as_json: bool,
    precision: int | None,
    color: str,
    limit_texts: tuple[str, ...],
) -> int:
    """Value, grad_fn and gradients of an expression.

    Variables are given as --x 3, --x=-3, or x=3 after the expression; --set x=3 where the name is also an option.
    A value is a number, a list, a constant expression such as pi/2, or @file (.npy, .json, .csv). Every variable
    is differentiated by, unless --wrt or --const says otherwise. An expression that is - or left out is read from
    standard input.
    """
    format_name = options.chosen_format(format_name, as_json, key)
    limits = options.parse_limits(limit_texts)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request, differentiate
    from ...parser.semantics.computing import computing
    from ..shell.problem import read_problem
    from ..shell.values import read_value
    from ..value import Style, render

    with computing(dtype):
        problem = read_problem(ctx, words, assignments, vars_file, wrt, const, limits)
        request = Request(
            hessian=hessian,
            jacobian=jacobian,
            order=order,
            vjp=None if vjp is None else read_value("--vjp", vjp),
            jvp=_directions(jvp) if jvp else None,
        )
        report = differentiate(problem.program, problem.variables, problem.wrt, request, problem.limits)
        if key is not None:
            text = _fact(report, key)
        else:
            text = render(format_name, report, Style(precision, wants_color(sys.stdout, color)))
    write(text)
    for note in report.notes:
        # A note is about derivatives, which `--get value` does not show.
        if key not in ("value", "grad_fn"):
            say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)
    return FAILED if strict and not report.is_finite() else OK


def _directions(texts: Sequence[str]) -> dict[str, Tensor]:
    """The directions given with `--jvp`, by variable."""
    from ..shell.values import read_value

    directions: dict[str, Tensor] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        name = name.strip()
        if not separator:
            raise UsageError(f"--jvp takes NAME=VALUE, not {quoted(text)}")
        if name in directions:
            raise UsageError(f"--jvp has two directions for {quoted(name)}")
        directions[name] = read_value(name, value)
    return directions


def _fact(report: Report, key: str) -> str:
    """One result alone on a line. UsageError: there is no such result."""
    from ...parser.analysis.result import value_text
    from ...parser.syntax.errors import did_you_mean

    facts = dict(report.facts())
    if key not in facts:
        close = did_you_mean(key, facts)
        raise UsageError(
            f"there is no result {quoted(key)}",
            f"did you mean `{close}`?" if close else f"the results are {listed(facts)}",
        )
    return value_text(facts[key]) + "\n"
