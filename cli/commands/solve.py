"""`autodiff solve`: where equations hold."""

from __future__ import annotations

import click

from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Limits, Output, Unknowns, option
from ..shell.printing import rendered
from ..shell.progress import progress
from ..shell.saying import complain, say_remarks
from ..shell.streams import write

EXAMPLES = [
    ('autodiff solve "x**2 = 2" --x 1', "the root that a start leads to"),
    ('autodiff solve "cos(x) = x/5" --x -10:10', "all roots in a range"),
    ('autodiff solve "x**2 + y**2 = 4; x*y = 1" --x 1 --y 0', "two equations, two unknowns"),
    ('autodiff solve "x**2 + y**2 = 4; x*y = 1" --x -3:3 --y -3:3', "from many starts in ranges"),
    ('autodiff solve "a*exp(-k*t) = 1" --a 5 --k 0.3 --t 1 --wrt t', "constants: only t is looked for"),
    ('autodiff solve "A @ x = [1, 2]" --A "[[2, 1], [1, 3]]" --x "[0, 0]" --const A', "a vector"),
    ("x=$(autodiff solve 'x = cos(x)' --x 1 --get x)", "one number for a script"),
]
STARTS = option(
    "--starts",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Search from so many points.  [default: 1, in ranges of several unknowns 50 for each]",
)
GET = option("--get", "keys", metavar="KEY", multiple=True, help="Print this alone for each root: x, residual, ...")


@declared(EXAMPLES, EXPRESSION, Unknowns, STARTS, GET, Output, Limits)
def command(
    words: tuple[str, ...],
    variables: Unknowns,
    starts: int | None,
    keys: tuple[str, ...],
    output: Output,
    limits: Limits,
) -> int:
    """Where equations hold, from a start or in a range.

    An equation has an equals sign between its sides (`==` means the same); an expression alone is to be zero; several
    are separated by `;`. There are as many as unknowns: each variable that is given, unless --wrt or --const says
    otherwise. A value is where to start. A range such as --x -10:10 is searched for all roots of one equation, each
    between a change of sign or, where the value only touches zero, at a root of its derivative; poles are no roots.
    Several unknowns with ranges are searched for from many starts.

    Derivatives are exact. Of each root it says how far off it may be, and whether it is a multiple one or the Jacobian
    singular. Exit code 1 where no root is found.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ...parser.solving.solutions import solved
    from ..solve.asked import read_asked

    with computing("float64"):
        asked = read_asked(words, variables, starts, limits)
        report = solved(asked, progress.tell)
        if keys:
            text = "".join(line + "\n" for found in zip(*map(report.texts_of, keys), strict=True) for line in found)
        else:
            text = rendered("solve", output.format_name, report, output.style())
    write(text)
    say_remarks(report)
    if not report.is_solved and (keys or output.format_name in ("csv", "tsv")):
        complain(report.reason)
    return OK if report.is_solved else FAILED
