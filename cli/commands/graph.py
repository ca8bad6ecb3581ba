"""`autodiff graph`: the graph of an expression, or of its gradient, as a tree or a drawing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...parser.syntax.errors import UsageError
from ..graph import FORMATS
from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import OK
from ..shell.streams import is_terminal, say, write

EXAMPLES = [
    ('autodiff graph "sin(x**2)" --x 4', "a tree of grad_fn names with values and gradients"),
    ('autodiff graph "x*y + sin(x)" --x 0.5 --y 4.2 --format mermaid', "for a Markdown document"),
    ('autodiff graph "sigmoid(w*x + b)" w=0.5 x=2 b=-1 -o graph.dot', "the ending says in which format"),
    ('autodiff graph "x**3" --x 2 --backward', "the graph of the gradient"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@options.variables
@click.option("--backward", is_flag=True, help="The graph of the gradient, as create_graph records it.")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), help="How to draw.  [default: tree]")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file; its ending says in which format.")
@click.option("--precision", type=click.IntRange(1, 17), metavar="DIGITS", help="Significant digits.  [default: 6]")
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
    backward: bool,
    format_name: str | None,
    as_json: bool,
    output: str | None,
    precision: int | None,
    limit_texts: tuple[str, ...],
) -> int:
    """The graph of an expression, with values and gradients.

    A node for each operation, with its grad_fn, sub-expression, value and gradient, and for each of its inputs the
    local derivative (with arrays, the gradient it sends, g being the one that comes in). Constants have no node, as in
    PyTorch. A tree has results above what they were computed from; the other drawings have arrows in the direction of
    the computation. svg, png and html need
    the extra `graph`. In html, a click on a node shows all that is known of it.

    Variables are given as for `eval`.
    """
    format_name = _format(format_name, as_json, output)
    limits = options.parse_limits(limit_texts)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request, differentiate
    from ...parser.analysis.graph import gradient_graph_of, graph_of
    from ...parser.semantics.computing import computing
    from ..graph import Style, render
    from ..shell.problem import read_problem

    with computing(dtype):
        problem = read_problem(ctx, words, assignments, vars_file, wrt, const, limits)
        # First as `eval` does it, for its warnings and its words for what has no derivative.
        report = differentiate(problem.program, problem.variables, problem.wrt, Request(), problem.limits)
        graph = gradient_graph_of(problem) if backward else graph_of(problem)
        ascii = output is not None or not is_terminal(sys.stdout)
        drawing = render(format_name, graph, Style(precision, ascii))
    if output is not None:
        _save(output, drawing)
    elif isinstance(drawing, bytes):
        _write_bytes(drawing, format_name)
    else:
        write(drawing)
    for note in report.notes:
        say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)
    return OK


def _format(format_name: str | None, as_json: bool, output: str | None) -> str:
    """The format to draw in: as asked for, else as the file's ending says. UsageError: it says nothing."""
    if as_json or format_name is not None:
        return options.chosen_format(format_name, as_json, None)
    if output is None:
        return "tree"
    ending = Path(output).suffix.lower()
    for name, endings in FORMATS.items():
        if ending in endings:
            return name
    raise UsageError(f"`{output}` does not say in which format to draw", f"add --format: {', '.join(FORMATS)}")


def _write_bytes(drawing: bytes, format_name: str) -> None:
    """Writes to standard output. UsageError: that is a terminal."""
    if is_terminal(sys.stdout):
        raise UsageError(
            f"{format_name} is not text, and this is a terminal", f"write it to a file: -o graph.{format_name}"
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(drawing)


def _save(path: str, drawing: str | bytes) -> None:
    """Writes a file that is whole or not there. UsageError: it cannot be written."""
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        unfinished.write_bytes(drawing if isinstance(drawing, bytes) else drawing.encode())
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UsageError(f"cannot write `{path}`: {error.strerror}") from error
