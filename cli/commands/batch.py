"""`autodiff batch`: value and gradients of many expressions, each on a line or in a row of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted, shortened
from ..batch.running import INPUT_FORMAT, Running
from ..cluster.cluster_options import Cluster
from ..shell.command import command as declared
from ..shell.command import is_assignment
from ..shell.exit_codes import BUG, FAILED, OK
from ..shell.foreign_options import refused
from ..shell.options import STRICT, Derivatives, Limits, Values, Variables, option_names
from ..shell.streams import is_terminal
from ..shell.words import is_code
from ..tables.table_options import TextTables

EXAMPLES = [
    ("autodiff batch expressions.txt --x 3", "a line each; a line may end in `where y = 2, w = [1, 2]`"),
    ("autodiff batch expressions.jsonl --json", '`{"expr": "x**2", "vars": {"x": 3}}` on each line'),
    ("autodiff batch expressions.csv --format csv --wrt x", "a column `expr`, and one for each variable"),
    ("generate | autodiff batch --jobs 4 --json > results.jsonl", "from a pipe, with four processes"),
    ("autodiff batch expressions.txt --x 3 --get grad.x", "a number a line"),
    ("autodiff batch millions.txt --json --cluster tcp://host:8786 -o out/", "by a cluster's machines"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="[FILE] [NAME=VALUE]...")


@declared(EXAMPLES, WORDS, INPUT_FORMAT, TextTables, Variables, Derivatives, Running, Cluster, STRICT, Values, Limits)
def command(
    words: tuple[str, ...],
    input_format: str | None,
    texts: TextTables,
    variables: Variables,
    derivatives: Derivatives,
    running: Running,
    cluster: Cluster,
    strict: bool,
    printing: Values,
    limits: Limits,
) -> int:
    """Value, grad_fn and gradients of many expressions, from FILE or standard input.

    Text has an expression on each line, which may end in `where x = 3, y = [1, 2]`; empty lines and # comments are no
    records. JSON Lines have {"expr": ..., "vars": {...}}, and "wrt": [...] where wanted; CSV and TSV a column expr and
    one for each variable. What else they say, such as an id, stands in the output too: as `input.value` where a result
    has its name. --x 3 gives a value to every expression that has an x and gives it none itself.

    Each expression has one record in the output, in order; one that fails has its error there, and the exit code is 1.
    With --cluster, -o is a folder of parts.
    """
    path, assigned = _split(words)
    if path is None and is_terminal(sys.stdin):
        raise UsageError("the file of expressions is missing", "write `autodiff batch FILE`, or `-` to type them")

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request
    from ...parser.semantics.computing import computing
    from ...parser.syntax.layout import LONGEST
    from ..batch.output import Output as Written
    from ..batch.settings import settings_for
    from ..batch.source import Source
    from ..batch.writing import Tally, warn_of_unused, write_results
    from ..shell.variables import collect

    with computing(variables.dtype):
        given = collect(variables.context.obj, [*variables.assignments, *assigned], None)
        defaults = {**collect((), (), variables.vars_file), **given}
    request = Request(derivatives.hessian, derivatives.jacobian, derivatives.order)
    output = Written(printing.format_name, running.keys, printing.style())
    progress = Tally()
    longest = _LINE * limits.parsing().get("max_length", LONGEST)
    with closing(Source(path, input_format, texts.form(), longest)) as source:
        texts.check_used(source.format_name, printing.format_name)
        settings = settings_for(source, output, variables, request, defaults, limits, running.errors)
        if cluster.where is None:
            write_results(source, settings, running.jobs, progress)
        else:
            from ..cluster.expression_parts import write_expressions

            write_expressions(cluster.where, source, settings, progress)
    progress.summarise()
    counts = progress.counts
    if counts["records"] and not (running.errors == "stop" and counts["failed"]):
        named = {"": given, ", as --wrt says": settings.wrt or (), ", as --const says": settings.const}
        warn_of_unused(named, progress.used, option_names(variables.context.command))
    failed = counts["failed"] or (strict and counts["nonfinite"])
    return BUG if counts["bugs"] else FAILED if failed else OK


# How many times as long as an expression a line may be: it holds values too.
_LINE = 16


def _split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The file among the words, and the `name=value` words. UsageError: a second file, or an expression."""
    assigned = [word for word in words if is_assignment(word)]
    paths = [word for word in words if word not in assigned]
    if len(paths) > 1:
        raise refused(
            paths[1],
            f"{quoted(paths[1])} is a second file, after {quoted(paths[0])}",
            "a batch reads one file, or its input",
        )
    if paths and is_code(paths[0]):
        raise refused(
            paths[0],
            f"there is no file {quoted(paths[0])}",
            f'one expression is `autodiff eval "{shortened(paths[0])}"`',
        )
    return (paths[0] if paths else None), assigned
