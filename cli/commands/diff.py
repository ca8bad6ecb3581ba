"""`autodiff diff`: the derivative of an expression, as an expression or as code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import variables_help
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import OK
from ..shell.options import (
    CONST,
    HIGHEST_ORDER,
    JSON,
    SET,
    Format,
    Limits,
    Options,
    names_option,
    option,
    split_names,
)
from ..shell.streams import say, write

if TYPE_CHECKING:
    from ...parser.algebra.derivative import By

EXAMPLES = [
    ('autodiff diff "sin(x**2)"', "2*x*cos(x**2)"),
    ('autodiff diff "x**2*y + y**3"', "by each variable"),
    ('autodiff diff "x**2*y + y**3" --wrt x,y', "by x and then by y: the mixed second derivative"),
    ('autodiff diff "x**5" --order 3', "the third derivative"),
    ('autodiff diff "x*exp(-x**2)" --format c', "a function in C"),
    ("autodiff diff 'x**x' | autodiff eval --x 2", "the derivative, evaluated"),
]


class Differentiation(Options):
    """What to differentiate by, and how to write it."""

    assignments: tuple[str, ...] = SET
    wrt: str | None = names_option(
        "--wrt",
        help="Differentiate by this variable; by several, separated by commas, one after the other.",
    )
    const: str | None = CONST
    order: int | None = option("--order", type=HIGHEST_ORDER, metavar="N", help="The N-th derivative by each variable.")
    expand: bool = option(
        "--expand", is_flag=True, help="Write out parts that occur several times, instead of naming them."
    )
    no_simplify: bool = option("--no-simplify", is_flag=True, help="The rules as they are, not simplified.")


class Language(Format):
    """What to write it in."""

    default = "text"
    format_name: str = option(
        "--format",
        type=click.Choice(("text", "latex", "python", "numpy", "torch", "c", "json")),
        help="What to print.  [default: text]",
    )
    as_json: bool = JSON


@declared(EXAMPLES, EXPRESSION, Differentiation, Language, Limits)
def command(words: tuple[str, ...], asked: Differentiation, language: Language, limits: Limits) -> int:
    """The derivative of an expression, as an expression or code.

    It is differentiated by each of its variables. A single derivative stands alone on a line; of several, each has
    its line, `d_x` before it. Parts that occur often are assigned to names first, in the language itself, so that the
    output can be evaluated. A variable is a single number unless a value of another shape is given, as for `eval`:
    --x "[1, 2, 3]". Each derivative is compared with the engine's numbers before it is printed. An expression that is
    - or left out is read from standard input.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.symbolic import formulas
    from ...parser.semantics.computing import computing
    from ...parser.syntax.printer import UnprintableError
    from ...parser.unparse import printed
    from ..shell.problem import read_given

    with computing("float64"):
        program, names, given = read_given(words, asked.context, limits, asked.assignments)
        shapes = {name: tuple(value.shape) for name, value in given.items()}
        wanted = _wanted(names, asked)
        simplify, share = not asked.no_simplify, not asked.expand
        found, notes = formulas(program, wanted, shapes, simplify=simplify, share=share, limits=limits.evaluation())
        try:
            text = printed(language.format_name, found, program.source)
        except UnprintableError as error:
            raise UsageError(str(error), "print it in another --format") from None
    write(text)
    for note in notes:
        say(f"note: {note}")
    return OK


def _wanted(names: Sequence[str], asked: Differentiation) -> list[By]:
    """By what to differentiate, for each derivative. UsageError: a name that is no variable, or nothing to do."""
    from ..shell.variables import differentiated

    wrt, order = split_names(asked.wrt), asked.order
    by = differentiated(names, wrt or None, split_names(asked.const))
    if wrt and len(wrt) > 1:
        if order is not None:
            raise UsageError(
                "--order repeats the derivative by one variable, and --wrt names several",
                f"write each as often as it is differentiated by: `--wrt {wrt[0]},{wrt[0]},{wrt[1]}`",
            )
        return [tuple(wrt)]
    if not by:
        raise UsageError("there is no variable to differentiate by", variables_help(names))
    return [(name,) * (order or 1) for name in by]
