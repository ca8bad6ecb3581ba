"""`autodiff check`: the derivatives of an expression against differences of its values, or against claimed ones."""

from __future__ import annotations

import warnings

import click

from ...parser.syntax.errors import UsageError
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import (
    Limits,
    Options,
    Output,
    Variables,
    format_option,
    option,
    split_names,
)
from ..shell.printing import rendered
from ..shell.progress import progress
from ..shell.saying import say
from ..shell.streams import write

EXAMPLES = [
    ('autodiff check "sin(x**2)*y"', "at random points"),
    ('autodiff check "sin(x**2)" --x 3 --order 2', "at a point, second derivatives too"),
    ('autodiff check "sin(x**2)" --claim x="2*x*cos(x**2)"', "a derivative worked out by hand"),
]


class Sampling(Options):
    """What to check, and where."""

    count: int | None = option(
        "--points", type=click.IntRange(1, 10_000), metavar="N", help="Random points.  [default: 10]"
    )
    seed: int = option("--seed", type=int, default=0, show_default=True, help="Where the random numbers begin.")
    order: int = option("--order", type=click.IntRange(1, 2), default=1, metavar="N", help="2: second derivatives too.")
    claims: tuple[str, ...] = option(
        "--claim", multiple=True, metavar="NAME=EXPR", help="Check this derivative by NAME; may be repeated."
    )


class Checks(Output):
    """How to print what was found."""

    format_name: str = format_option(("pretty", "plain", "json"))


@declared(EXAMPLES, EXPRESSION, Variables, Sampling, Checks, Limits)
def command(words: tuple[str, ...], variables: Variables, sampling: Sampling, output: Checks, limits: Limits) -> int:
    """Derivatives of an expression against differences, or claims against derivatives.

    Variables have the values given, as for `eval`; those without one are numbers drawn at random, where the expression
    is finite. Differences are central, and extrapolated to a step of 0 (Richardson's rule in Ridders' form), which
    chooses the step and estimates the error. At a kink the derivative shown has to lie between the slopes of both
    sides.

    With --claim, derivatives worked out by hand are compared with autograd's: by algebra, where the difference of both
    cancels, else by numbers. Exit code 1 where something does not hold.
    """
    if sampling.claims and sampling.order > 1:
        raise UsageError("--claim is about first derivatives and takes no --order", "leave out one of them")

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    import numpy as np

    from ...parser.analysis.coordinates import NumericFunction
    from ...parser.analysis.given_names import differentiated
    from ...parser.analysis.verdict import check, check_claims
    from ...parser.semantics.computing import computing
    from ...parser.semantics.doubtful_names import remarks
    from ..shell.problem import read_given

    context, count = variables.context, sampling.count
    with computing("float64"), warnings.catch_warnings():
        # About degrees of freedom, at each of many points.
        warnings.simplefilter("ignore", UserWarning)
        expression, given = read_given(words, context, limits, variables.assignments, variables.vars_file)
        names = expression.names(given)
        chosen = differentiated(names, split_names(variables.wrt), split_names(variables.const))
        if not chosen:
            raise UsageError("there is no variable to differentiate by")
        subject = NumericFunction(expression.program, chosen, expression.limits, variables.dtype)
        point = {name: given[name]._data for name in names if name in given}
        for name in chosen:
            if name in point and not np.isfinite(point[name]).all():
                raise UsageError(f"`{name}` is not finite, and differences are of numbers around it", "write a number")
        free = [name for name in names if name not in given]
        if not free and count is not None:
            raise UsageError("--points is for variables without a value, and all have one", "leave out --points")
        total = f"{count or 0:,} points"
        report = (
            check_claims(subject, point, free, count, sampling.seed, sampling.claims)
            if sampling.claims
            else check(
                subject, point, free, count, sampling.seed, sampling.order, lambda n: progress.tell(f"{n:,} of {total}")
            )
        )
    write(rendered("check", output.format_name, report, output.style()))
    for note in (*report.notes, *remarks(expression.program, free)):
        say(f"note: {note}")
    return OK if report.holds else FAILED
