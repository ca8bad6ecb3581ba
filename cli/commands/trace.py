"""`autodiff trace`: the forward and the backward pass of an expression, step by step."""

from __future__ import annotations

from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.options import STRICT, Limits, Output, Variables, format_option
from ..shell.printing import rendered
from ..shell.saying import say_remarks
from ..shell.streams import write_listing

EXAMPLES = [
    ('autodiff trace "sin(x**2)" --x 4', "each step with its local derivative"),
    ('autodiff trace "x*y + sin(x)" --x 0.5 --y 4.2', "x is used twice: its gradient is a sum"),
    ('autodiff trace "sigmoid(w*x + b)" w=0.5 x=2 b=-1 --format markdown', "tables for a note"),
    ('autodiff trace "w*x + b" --vars point.json --json', "all numbers, for a program"),
]


class Tables(Output):
    """How to print the passes."""

    format_name: str = format_option(("pretty", "plain", "json", "csv", "tsv", "markdown", "latex", "html"))


@declared(EXAMPLES, EXPRESSION, Variables, STRICT, Tables, Limits)
def command(words: tuple[str, ...], variables: Variables, strict: bool, output: Tables, limits: Limits) -> int:
    """Forward and backward pass of an expression, step by step.

    The forward pass: each operation with its sub-expression, its result and its grad_fn. The backward pass, in the
    order in which it runs: each node with the gradient that comes in, and for each of its inputs the local derivative
    (a formula in the names of the results, and its value) and the gradient sent there, which is their product. Where
    there are arrays, the formula is of the gradient sent. A variable's gradient is the sum of all that is sent to it.

    Variables are given as for `eval`. Numbers have 6 digits in pretty, markdown and latex, unless --precision says
    otherwise, and all their digits in the other formats.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.forward_pass import record
    from ...parser.analysis.graph import graph_of_passes
    from ...parser.semantics.computing import computing
    from ..shell.problem import read_problem

    with computing(variables.dtype):
        problem = read_problem(words, variables, limits)
        report, passes = record(problem)
        if output.format_name == "html":
            # The page of the graph, opened at its table.
            graph = graph_of_passes(passes, report.inputs, problem.program.source)
            text = rendered("graph", "html", graph, output.style(), "table")
        else:
            text = rendered("trace", output.format_name, report, passes, output.style())
    write_listing(text)
    say_remarks(report)
    return FAILED if strict and not report.is_finite() else OK
