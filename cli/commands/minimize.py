"""`autodiff minimize`: where an expression is least, or largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..minimize.search import Search
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import Drawn, Limits, Unknowns, option, theme_option
from ..shell.printing import answer
from ..shell.progress import progress
from ..shell.saying import complain, say, say_remarks
from ..shell.streams import write

if TYPE_CHECKING:
    from ...parser.solving.minimization import Goal, MinimumReport

EXAMPLES = [
    ('autodiff minimize "(1 - x)**2 + 100*(y - x**2)**2" --x -1.2 --y 1', "from a start"),
    ('autodiff minimize "x*exp(-x)" --x 3 --maximize', "the largest value"),
    ('autodiff minimize "(x - 3)**2 + y**2" --x 0 --y 1 --bound x=0:1', "within bounds; `y=0:` has one"),
    ('autodiff minimize "x**2 + y**2" --x 1 --y 2 --subject "x + y >= 1"', "subject to a constraint"),
    ('autodiff minimize "x**2 + 9*sin(5*x)" --x -5:5', "from 20 starts in a range, the same each time"),
    ('autodiff minimize "sum((w - [1, 2])**2)" --w "[0, 0]"', "a vector"),
    ('autodiff minimize "x**4 + y**2" --x 1 --y 1 --trace --format csv', "the points on the way"),
    ('autodiff minimize "(x**2 - y)**2 + (x - 1)**2" --x 0 --y 2 -o way.svg', "drawn"),
    ("x=$(autodiff minimize '(x - 3)**2' --x 0 --get x)", "one number for a script"),
]


class Shown(Drawn):
    """How to print what was found."""

    path: bool = option("--trace", is_flag=True, help="Print the points on the way too, a record each.")
    theme: str = theme_option("light", "Colours of a picture.")


GET = option("--get", "keys", metavar="KEY", multiple=True, help="Print this result alone: x, value, ...")


@declared(EXAMPLES, EXPRESSION, Unknowns, Search, GET, Shown, Limits)
def command(
    words: tuple[str, ...], variables: Unknowns, search: Search, keys: tuple[str, ...], output: Shown, limits: Limits
) -> int:
    """Where an expression is least, or largest.

    Each variable is given a value to start from, as for `eval`, and is looked for unless --wrt or --const says
    otherwise. With ranges such as --x -5:5 the search starts from many points in them. Gradients and Hessians are
    exact. Beside the point it says of what kind it is: the eigenvalues of the Hessian are the curvatures there, all
    positive at a minimum.

    A constraint (--subject) is an equation or an inequality; its multiplier is how much the value changes with its
    right side, and that of a bound likewise.

    Exit code 1 where no minimum was found: the value falls without end, or the search got stuck.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ...parser.solving.minimization import minimized
    from ..minimize.goal import read_goal

    if output.picture is not None:
        from ..drawing import check_drawable

        check_drawable(output.picture)
    with computing("float64"):
        goal = read_goal(words, variables, search, limits)
        total = f" of {goal.starts:,}" if goal.starts > 1 else ""

        def told(start: int, steps: int, value: float) -> None:
            progress.tell(f"start {start:,}{total}, step {steps:,}: {value:.6g}")

        report = minimized(goal, told)
        text = answer("minimize", output.format_name, report, output.style(), keys, output.path)
        if output.picture is not None:
            _draw(goal, report, output.picture, output.theme)
    write(text)
    say_remarks(report)
    if not report.converged and (keys or output.path):
        complain(f"no {'maximum' if search.maximize else 'minimum'} found: {report.reason}")
    return OK if report.converged else FAILED


def _draw(goal: Goal, report: MinimumReport, path: str, theme: str) -> None:
    from ...parser.solving.landscape import landscape
    from ..drawing import write_picture
    from ..minimize.picture_of_way import picture_of_way

    if not report.path:
        say("note: there is no way to draw")
        return
    write_picture(picture_of_way(landscape(goal, report), report.expr), path, theme)
