"""`autodiff diff`: the derivative of an expression, as an expression or as code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import OK
from ..shell.streams import from_input, say, write

if TYPE_CHECKING:
    from ...parser.algebra.derivative import By
    from ...parser.syntax.errors import ExpressionError
    from ...parser.syntax.records import Program

FORMATS = ("text", "latex", "python", "numpy", "torch", "c", "json")
EXAMPLES = [
    ('autodiff diff "sin(x**2)"', "2*x*cos(x**2)"),
    ('autodiff diff "x**2*y + y**3"', "by each variable"),
    ('autodiff diff "x**2*y + y**3" --wrt x,y', "by x and then by y: the mixed second derivative"),
    ('autodiff diff "x**5" --order 3', "the third derivative"),
    ('autodiff diff "x*exp(-x**2)" --format c', "a function in C"),
    ("autodiff diff 'x**x' | autodiff eval --x 2", "the derivative, evaluated"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A variable, whatever its name.")
@click.option(
    "--wrt",
    metavar="NAMES",
    help="Differentiate by this variable; by several, separated by commas, one after the other.",
)
@click.option("--const", metavar="NAMES", help="Take these variables as constants, separated by commas.")
@click.option("--order", type=click.IntRange(1, 20), metavar="N", help="The N-th derivative by each variable.")
@click.option("--expand", is_flag=True, help="Write out parts that occur several times, instead of naming them.")
@click.option("--no-simplify", is_flag=True, help="The rules as they are, not simplified.")
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="What to print.  [default: text]")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@options.limits
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    assignments: tuple[str, ...],
    wrt: str | None,
    const: str | None,
    order: int | None,
    expand: bool,
    no_simplify: bool,
    format_name: str | None,
    as_json: bool,
    limit_texts: tuple[str, ...],
) -> int:
    """The derivative of an expression, as an expression or code.

    It is differentiated by each of its variables. A single derivative stands alone on a line; of several, each has
    its line, `d_x` before it. Parts that occur often are assigned to names first, in the language itself, so that the
    output can be evaluated. A variable is a single number unless a value of another shape is given, as for `eval`:
    --x "[1, 2, 3]". Each derivative is compared with the engine's numbers before it is printed. An expression that is
    - or left out is read from standard input.
    """
    if as_json and format_name not in (None, "json"):
        raise UsageError(f"--json and --format {format_name} exclude each other", "leave out one of them")
    format_name = "json" if as_json else format_name or "text"
    limits = options.parse_limits(limit_texts)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...engine.tensors.symbol import TraceError
    from ...parser.algebra.derivative import derivatives, variables_of
    from ...parser.algebra.formulas import UntranslatableError
    from ...parser.semantics.computing import computing
    from ...parser.semantics.limits import Limits
    from ...parser.semantics.names import free_variables
    from ...parser.syntax.parse import parse
    from ...parser.syntax.printer import UnprintableError
    from ...parser.unparse import printed
    from ..shell.variables import collect, match, split_words

    expression, assigned = split_words(words)
    source = from_input('autodiff diff "x**2"') if expression is None else expression
    with computing("float64"):
        bounds = {f"max_{name}": limits.pop(name) for name in ("length", "depth") if name in limits}
        program = parse(source, **bounds)
        given = collect(ctx.obj, [*assignments, *assigned], None)
        free = free_variables(program)
        if given:
            match(program, {name: free[name] for name in free if name in given}, given, options.names(ctx.command))
        shapes = {name: tuple(value.shape) for name, value in given.items()}
        names = variables_of(program, shapes)
        wanted = _wanted(names, options.split_names(wrt), options.split_names(const) or [], order)
        try:
            found = derivatives(
                program,
                wanted,
                shapes,
                simplify=not no_simplify,
                share=not expand,
                limits=Limits()._replace(**limits),
            )
        except (TraceError, UntranslatableError) as error:
            raise _error(program, f"no formula: {error}", "`autodiff eval` computes it as numbers") from error
        except RuntimeError as error:
            # Raised by a rule: there is no derivative.
            raise _error(program, str(error), "leave the variables of this part out: `--const NAMES`") from error
        try:
            text = printed(format_name, found, source)
        except UnprintableError as error:
            raise UsageError(str(error), "print it in another --format") from None
    write(text)
    if not found.points:
        say("note: no point was found at which the value is finite, to compare this with the engine")
    return OK


def _wanted(names: Sequence[str], wrt: Sequence[str] | None, const: Sequence[str], order: int | None) -> list[By]:
    """By what to differentiate, for each derivative. UsageError: a name that is no variable, or nothing to do."""
    from ...parser.syntax.errors import did_you_mean
    from ...parser.syntax.wording import variables_help

    for option, mentioned in (("--wrt", wrt or []), ("--const", const)):
        for name in mentioned:
            if name not in names:
                close = did_you_mean(name, names)
                raise UsageError(
                    f"{option} names {quoted(name)}, which is not a variable of the expression",
                    f"did you mean `{close}`?" if close else variables_help(names),
                )
    if wrt and len(wrt) > 1:
        if order is not None:
            raise UsageError(
                "--order repeats the derivative by one variable, and --wrt names several",
                f"write each as often as it is differentiated by: `--wrt {wrt[0]},{wrt[0]},{wrt[1]}`",
            )
        return [tuple(wrt)]
    by = [name for name in (wrt or names) if name not in const]
    if not by:
        raise UsageError("there is no variable to differentiate by", variables_help(names))
    return [(name,) * (order or 1) for name in by]


def _error(program: Program, message: str, help: str) -> ExpressionError:
    """The error about a derivative that cannot be written, pointing at the operation that the message names."""
    from ...parser.semantics.place import operation_named
    from ...parser.syntax.errors import ExpressionError

    place = operation_named(program, message)
    return ExpressionError("value", message, program.source, place.start, place.end, help)
