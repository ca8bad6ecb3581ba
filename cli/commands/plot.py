"""`autodiff plot`: expressions and their derivatives over a range, as a picture with what there is to see on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import listed, quoted, shortened
from ..plot.plot_options import Curved, Curves
from ..shell.command import command as declared
from ..shell.command import is_assignment
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits, caller, split_names
from ..shell.printing import rendered
from ..shell.saying import say
from ..shell.streams import from_input, write
from ..tables.table_options import TextTables

if TYPE_CHECKING:
    from ...engine import Tensor
    from ...parser.analysis.ranges import Range
    from ...parser.rows.curve import Plotted
    from ...parser.syntax.records import Program

EXAMPLES = [
    ('autodiff plot "sin(x)" --x 0:6.28', "the curve, its slope, and its roots and extrema"),
    ('autodiff plot "x**3 - 2*x" --x -2:2 --order 2 -o cubic.svg', "with the second derivative, into a file"),
    ('autodiff plot "tan(x)" --x -5:5 --only value', "without derivatives; poles are gaps"),
    ('autodiff plot "exp(-x)" "1/(1 + x)" --x 0:5', "several expressions"),
    ('autodiff plot "4*exp(-x/3)" --x 0:10 --data points.csv --response y', "over the points of a table"),
    ('autodiff plot "x**2 - y**2" --x -1:1 --y -1:1', "contours, and where the gradient points"),
    ('autodiff plot "sin(x)/x" --x 0.1:20:0.1 --format csv', "the numbers"),
]

WORDS = click.Argument(["words"], nargs=-1, metavar="EXPR... [NAME=VALUE]...")


@declared(EXAMPLES, WORDS, Curves, Curved, TextTables, Limits)
def command(words: Sequence[str], asked: Curves, drawn: Curved, texts: TextTables, limits: Limits) -> int:
    """Expressions and their derivatives over a range.

    One variable goes through a range, such as 0:6.28 or -pi:pi; others are given a value. Poles and jumps are gaps in
    the curve. Roots, minima, maxima, inflections and kinks are marked and listed with their places, which are found
    with the derivatives and not among the points drawn. Two variables with ranges give contours.

    An expression that is - or left out is read from standard input; of several there, as `diff` writes them, each is
    drawn.

    The picture is drawn on the terminal, or with -o into a file. Both need the extra `plot`. Exit code 1 where there is
    no finite value at all.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.several import named_parts
    from ...parser.semantics.computing import computing
    from ...parser.semantics.names import free_variables
    from ...parser.syntax.parse import parse
    from ..drawing import check_drawable, check_terminal
    from ..shell.variables import collect_ranges

    if drawn.picture is not None:
        check_drawable(drawn.picture)
    elif drawn.format_name == "pretty":
        check_terminal()
    expressions = [word for word in words if not _gives_value(word)]
    assigned = [word for word in words if _gives_value(word)]
    if expressions in ([], ["-"]):
        piped = from_input('autodiff plot "sin(x)" --x 0:6.28')
        expressions = list(named_parts(piped).values()) or [piped]
    with computing("float64"):
        programs = [parse(text, **limits.parsing()) for text in expressions]
        needed = {name for program in programs for name in free_variables(program)}
        ranges, given = collect_ranges(asked.context.obj, [*asked.assignments, *assigned], asked.vars_file, needed)
        _check_variables(programs, ranges, given, asked.context)
        if len(ranges) == 2:
            return _draw_field(programs, ranges, given, asked, drawn, limits)
        return _draw_curves(programs, ranges, given, asked, drawn, texts, limits)


def _gives_value(word: str) -> bool:
    """Whether a word is a variable with its value, and not a program such as `u = x**2; sin(u)`."""
    from ...parser.analysis.given_values import is_constant
    from ...parser.analysis.ranges import is_range

    value = word.partition("=")[2]
    return is_assignment(word) and (is_constant(value) or is_range(value))


def _check_variables(
    programs: Sequence[Program], ranges: Mapping[str, Range], given: Mapping[str, Tensor], context: click.Context
) -> None:
    """ExpressionError, UsageError: the variables of the expressions are not those that are given."""
    from ...parser.analysis.given_names import match, unused
    from ...parser.semantics.names import CONSTANTS, free_variables

    free = [free_variables(program) for program in programs]
    who = caller(context.command)
    known = [*ranges, *given]
    needed = [name for name in dict.fromkeys(n for own in free for n in own) if name in known or name not in CONSTANTS]
    if not ranges:
        name = next((n for n in needed if n not in given), needed[0] if needed else "x")
        spelled = who.value(name, "0:1")
        raise UsageError(
            "no variable is given a range", f'write `autodiff plot "{shortened(programs[0].source)}" {spelled}`'
        )
    if len(ranges) > 2:
        raise UsageError(f"{listed(ranges)} have ranges, and a picture has room for two", "give the others a value")
    for name in known:
        # A number alone is the same over any range.
        if name not in needed and (needed or name not in ranges or len(ranges) > 1):
            raise unused(name, programs[0], needed, who)
    for program, own in zip(programs, free, strict=True):
        match(program, own, [name for name in known if name in own], who)


def _draw_curves(
    programs: Sequence[Program],
    ranges: Mapping[str, Range],
    given: Mapping[str, Tensor],
    asked: Curves,
    drawn: Curved,
    texts: TextTables,
    limits: Limits,
) -> int:
    from ...parser.rows.curve import Plotted
    from ...parser.semantics.names import free_variables
    from ..drawing import write_picture
    from ..plot.picture_of_curves import picture_of_curves
    from ..plot.points_of_table import read_points, read_view
    from ..plot.pretty import listing, render

    ((variable, axis),) = ranges.items()
    only = split_names(asked.only)
    order = asked.highest(variable)
    plots: list[Plotted] = []
    for program in programs:
        own = {name: value for name, value in given.items() if name in free_variables(program)}
        plots.append(Plotted(program, variable, axis, own, order, limits.evaluation()))
    _check_curves(plots, only)
    if asked.response is not None and asked.data is None:
        raise UsageError("--response is for the points of a table", "name it with `--data TABLE`")
    if asked.data is None:
        texts.check_used("none", "none")
    points = None if asked.data is None else read_points(asked.data, variable, asked.response, texts)
    style = drawn.style()
    is_somewhere = any(plot.is_finite_somewhere for plot in plots)
    if drawn.format_name != "pretty":
        write(rendered("plot", drawn.format_name, plots, only))
    if is_somewhere and (drawn.picture is not None or drawn.format_name == "pretty"):
        picture = picture_of_curves(plots, only, points, read_view(asked.view))
        if drawn.picture is not None:
            write_picture(picture, drawn.picture, drawn.theme or "light")
        if drawn.format_name == "pretty":
            below = listing(plots, only, style)
            write(below.removeprefix("\n") if drawn.picture else render(picture, style, drawn.theme) + below)
    for plot in plots:
        _say_remarks(plot, drawn.format_name)
    return OK if all(plot.is_finite_somewhere for plot in plots) else FAILED


def _check_curves(plots: Sequence[Plotted], only: Sequence[str] | None) -> None:
    """UsageError: a curve that is asked for is none of an expression's, or has the name of the variable."""
    for plot in plots:
        names = plot.names
        if plot.variable in names:
            raise UsageError(f"the variable {quoted(plot.variable)} and a curve have one name", "rename the variable")
        for name in only or ():
            if name not in names:
                raise UsageError(f"{quoted(plot.expr)} has no derivative {quoted(name)}", "leave it out of `--only`")


def _say_remarks(plot: Plotted, format_name: str) -> None:
    """Says what is not in the picture."""
    expr = quoted(plot.expr)
    if not plot.is_finite_somewhere:
        say(f"warning[nonfinite]: {expr} is finite nowhere from {plot.axis.text.replace(':', ' to ', 1)}")
    if plot.failure is not None:
        say(f"warning[value]: {expr} cannot be computed everywhere: {plot.failure}")
    if plot.lacks_derivatives:
        say(f"note: {expr} has no derivative by `{plot.variable}`, so that extrema are not looked for")
    unlisted = sorted(plot.curves[0].found.unlisted) if format_name not in ("csv", "tsv") else []
    if unlisted:
        say(f"note: {expr} has too many of these to tell them apart: {', '.join(unlisted)}; give it a shorter range")


def _draw_field(
    programs: Sequence[Program],
    ranges: Mapping[str, Range],
    given: Mapping[str, Tensor],
    asked: Curves,
    drawn: Curved,
    limits: Limits,
) -> int:
    import numpy as np

    from ...parser.rows.field import field
    from ..drawing import write_picture
    from ..plot.picture_of_field import picture_of_field, point_lines
    from ..plot.pretty import render

    if len(programs) > 1:
        raise UsageError(
            f"{listed(ranges)} have ranges, and contours are those of one expression", "give one variable a value"
        )
    curves_alone = {"--order": asked.order, "--only": asked.only, "--data": asked.data, "--ylim": asked.view}
    for option, value in curves_alone.items():
        if value is not None:
            raise UsageError(f"{option} is for curves, and two ranges give contours", f"leave out `{option}`")
    if drawn.format_name in ("csv", "tsv", "json"):
        raise UsageError(
            "a field is a picture; its numbers are a table", f'write `autodiff map "{programs[0].source}" ...`'
        )
    found = field(programs[0], ranges, given, limits.evaluation())
    is_somewhere = bool(np.isfinite(found.z).any())
    style = drawn.style()
    lines = "".join(line + "\n" for line in point_lines(found, style.precision))
    if is_somewhere and drawn.picture is not None:
        write_picture(picture_of_field(found), drawn.picture, drawn.theme or "light")
    elif is_somewhere and drawn.format_name == "pretty":
        write(render(picture_of_field(found), style, drawn.theme) + ("\n" if lines else ""))
    write(lines)
    if not is_somewhere:
        say(f"warning[nonfinite]: {quoted(found.expr)} is finite nowhere on the grid")
    if found.points is None:
        say(f"note: {quoted(found.expr)} has too many points with a gradient of 0 to list")
    if found.failures is not None:
        say(f"warning[value]: {quoted(found.expr)} cannot be computed everywhere: {found.failures[1]}")
    return OK if is_somewhere else FAILED
