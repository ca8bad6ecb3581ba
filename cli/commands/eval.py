"""`autodiff eval`: the value, the graph's last node and the gradients of an expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...parser.syntax.errors import UsageError
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import STRICT, Derivatives, Directions, Limits, Values, Variables, completed_by, option
from ..shell.printing import answer
from ..shell.saying import say_remarks
from ..shell.streams import write

if TYPE_CHECKING:
    from ...engine import Tensor

EXAMPLES = [
    ('autodiff eval "x**2" --x 3', "value 9.0, grad_fn PowBackward0, gradient 6.0"),
    ('autodiff eval "sin(x**2)*y" x=0.5 y=pi --wrt x', "variables after the expression; the gradient of x only"),
    ('autodiff eval "(x**2).mean()" --x "[1, 2, 3]"', "a vector"),
    ('autodiff eval "w*x + b" --vars point.json --json', "variables from a file, the result as JSON"),
    ("g=$(autodiff eval 'x**3' --x 2 --get grad.x)", "one number for a script"),
    ('echo "exp(-x)" | autodiff eval --x 1', "the expression from standard input"),
]

GET = option(
    *("--get", "keys"),
    metavar="KEY",
    multiple=True,
    shell_complete=completed_by("keys"),
    help="Print this result alone: value, grad_fn, grad.x, ...",
)


@declared(EXAMPLES, EXPRESSION, Variables, Derivatives, Directions, GET, STRICT, Values, Limits)
def command(
    words: tuple[str, ...],
    variables: Variables,
    derivatives: Derivatives,
    directions: Directions,
    keys: tuple[str, ...],
    strict: bool,
    output: Values,
    limits: Limits,
) -> int:
    """Value, grad_fn and gradients of an expression.

    Variables are given as --x 3, --x=-3, or x=3 after the expression; --set x=3 where the name is also an option.
    A value is a number, a list, a constant expression such as pi/2, or @file (.npy, .json, .csv). Every variable
    is differentiated by, unless --wrt or --const says otherwise. An expression that is - or left out is read from
    standard input; of several there, as `diff` writes them, each after its name, the values are shown.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request, differentiate
    from ...parser.analysis.given_values import read_value
    from ...parser.analysis.problem import Problem
    from ...parser.semantics.computing import computing
    from ..shell.problem import read_problems

    with computing(variables.dtype):
        problem = read_problems(words, variables, limits)
        request = Request(
            hessian=derivatives.hessian,
            jacobian=derivatives.jacobian,
            order=derivatives.order,
            vjp=None if directions.vjp is None else read_value("--vjp", directions.vjp),
            jvp=_directions(directions.jvp) if directions.jvp else None,
        )
        if isinstance(problem, Problem):
            report = differentiate(problem, request)
        elif request.is_more():
            raise UsageError("several expressions are given, and of those there are the values alone")
        else:
            from ...parser.analysis.several import evaluated

            report = evaluated(problem)
        text = answer("value", output.format_name, report, output.style(), keys)
    write(text)
    say_remarks(report, keys)
    return FAILED if strict and not report.is_finite() else OK


def _directions(texts: Sequence[str]) -> dict[str, Tensor]:
    """The directions given with `--jvp`, by variable."""
    from ...parser.analysis.given_names import named_texts
    from ...parser.analysis.given_values import read_value

    given = named_texts("--jvp", "NAME=VALUE", "write `--jvp x=1`", texts)
    return {name: read_value(name, value) for name, value in given.items()}
