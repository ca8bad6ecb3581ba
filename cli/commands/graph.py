"""`autodiff graph`: the graph of an expression, or of its gradient, as a tree or a drawing."""

from __future__ import annotations

import sys

import click

from ...parser.syntax.errors import UsageError
from ..graph import FORMATS
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import STRICT, Limits, Output, Variables, format_option, option, precision_option, theme_option
from ..shell.printing import Style, rendered
from ..shell.saying import say_remarks
from ..shell.streams import is_terminal, wants_color, write

EXAMPLES = [
    ('autodiff graph "sin(x**2)" --x 4', "a tree of grad_fn names with values and gradients"),
    ('autodiff graph "x*y + sin(x)" --x 0.5 --y 4.2 --format mermaid', "for a Markdown document"),
    ('autodiff graph "sigmoid(w*x + b)" w=0.5 x=2 b=-1 -o graph.dot', "the ending says in which format"),
    ('autodiff graph "x**3" --x 2 --backward', "the graph of the gradient"),
]


class Drawing(Output):
    """What to draw, and how. UsageError: the file's ending does not say in which format."""

    default = "tree"
    endings = FORMATS
    backward: bool = option("--backward", is_flag=True, help="The graph of the gradient, as create_graph records it.")
    strict: bool = STRICT
    theme: str = theme_option("light", "Of the ground of dot, svg and png.  [default: light]")
    format_name: str = format_option(list(FORMATS), "How to draw.  [default: tree, or by FILE]")
    precision: int | None = precision_option("Significant digits.  [default: 6]")

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        path = context.params["results"]
        if path is not None and not self.is_given and self.named(path) is None:
            raise UsageError(f"`{path}` does not say in which format to draw", f"add --format: {', '.join(FORMATS)}")


@declared(EXAMPLES, EXPRESSION, Variables, Drawing, Limits)
def command(words: tuple[str, ...], variables: Variables, drawing: Drawing, limits: Limits) -> int:
    """The graph of an expression, with values and gradients.

    A node for each operation, with its grad_fn, sub-expression, value and gradient, and for each of its inputs the
    local derivative (with arrays, the gradient it sends, g being the one that comes in). Constants have no node, as in
    PyTorch. A tree has results above what they were computed from; the other drawings have arrows in the direction of
    the computation. svg, png and html need the extra `graph`. html is a page on which the passes are played step
    by step, and a click on a node shows all that is known of it.

    Variables are given as for `eval`.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.graph import gradient_graph_of, graph_of
    from ...parser.semantics.computing import computing
    from ..shell.problem import read_problem

    with computing(variables.dtype):
        problem = read_problem(words, variables, limits)
        report, graph = gradient_graph_of(problem) if drawing.backward else graph_of(problem)
        style = Style(drawing.precision, wants_color(sys.stdout), not is_terminal(sys.stdout), drawing.theme)
        drawn = rendered("graph", drawing.format_name, graph, style)
    if isinstance(drawn, bytes):
        _write_bytes(drawn, drawing.format_name)
    else:
        write(drawn)
    say_remarks(report)
    return FAILED if drawing.strict and not report.is_finite() else OK


def _write_bytes(drawing: bytes, format_name: str) -> None:
    """Writes to standard output. UsageError: that is a terminal."""
    if is_terminal(sys.stdout):
        raise UsageError(
            f"{format_name} is not text, and this is a terminal", f"write it to a file: -o graph.{format_name}"
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(drawing)
