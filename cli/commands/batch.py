"""`autodiff batch`: value and gradients of many expressions, each on a line or in a row of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell.command import command as declared
from ..shell.exit_codes import BUG, FAILED, OK
from ..shell.options import (
    STRICT,
    Derivatives,
    Limits,
    Options,
    Output,
    Variables,
    errors_option,
    option,
    option_names,
    split_names,
)
from ..shell.streams import is_terminal

EXAMPLES = [
    ("autodiff batch expressions.txt --x 3", "a line each; a line may end in `where y = 2, w = [1, 2]`"),
    ("autodiff batch expressions.jsonl --json", '`{"expr": "x**2", "vars": {"x": 3}}` on each line'),
    ("autodiff batch expressions.csv --format csv --wrt x", "a column `expr`, and one for each variable"),
    ("generate | autodiff batch --jobs 4 --json > results.jsonl", "from a pipe, with four processes"),
    ("autodiff batch expressions.txt --x 3 --get grad.x", "a number a line"),
]

WORDS = click.Argument(["words"], nargs=-1, type=click.Path(), metavar="[FILE] [NAME=VALUE]...")
INPUT_FORMAT = option(
    "--input-format",
    type=click.Choice(("text", "jsonl", "csv", "tsv")),
    help="What FILE holds.  [default: by its suffix, else text]",
)


class Running(Options):
    """How to go through the records, and what of each to print."""

    errors: str = errors_option("An expression that fails: stop there; leave it out; or put its error in its place.")
    jobs: int = option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="Compute in N processes.")
    keys: tuple[str, ...] = option(
        "--get", "keys", metavar="KEY", multiple=True, help="Print this result alone for each expression: value, ..."
    )


@declared(EXAMPLES, WORDS, INPUT_FORMAT, Variables, Derivatives, Running, STRICT, Output, Limits)
def command(
    words: tuple[str, ...],
    input_format: str | None,
    variables: Variables,
    derivatives: Derivatives,
    running: Running,
    strict: bool,
    printing: Output,
    limits: Limits,
) -> int:
    """Value, grad_fn and gradients of many expressions, from FILE or standard input.

    Text has an expression on each line, which may end in `where x = 3, y = [1, 2]`; empty lines and # comments are no
    records. JSON Lines have {"expr": ..., "vars": {...}}, and "wrt": [...] where wanted; CSV and TSV a column expr and
    one for each variable. --x 3 gives a value to every expression that has an x and gives it none itself.

    Each expression has one record in the output, in order; one that fails has its error there, and the exit code is 1.
    """
    path, assigned = _split(words)
    if path is None and is_terminal(sys.stdin):
        raise UsageError("the file of expressions is missing", "write `autodiff batch FILE`, or `-` to type them")

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request
    from ...parser.semantics.computing import computing
    from ..batch.computing import Settings
    from ..batch.output import Output, columns_of
    from ..batch.source import Source
    from ..batch.tally import Tally
    from ..batch.writing import warn_of_unused, write_results
    from ..shell.variables import collect

    with computing(variables.dtype):
        given = collect(variables.context.obj, [*variables.assignments, *assigned], None)
        defaults = {**collect((), (), variables.vars_file), **given}
    chosen, constant = split_names(variables.wrt), split_names(variables.const) or []
    request = Request(derivatives.hessian, derivatives.jacobian, derivatives.order)
    progress = Tally()
    with closing(Source(path, input_format, _LINE * limits.parsing().get("max_length", _LENGTH))) as source:
        columns: list[str] = []
        if printing.format_name in ("csv", "tsv"):
            names = source.names(defaults) if chosen is None else dict.fromkeys(chosen)
            columns = columns_of([name for name in names if name not in constant], request)
        settings = Settings(
            read=source.read,
            give=source.give,
            source=source.name,
            longest=source.longest,
            defaults={name: value._data for name, value in defaults.items()},
            wrt=chosen,
            const=constant,
            dtype=variables.dtype,
            request=request,
            bounds=limits.parsing(),
            limits=limits.evaluation(),
            errors=running.errors,
            output=Output(printing.format_name, running.keys, printing.style(), columns),
        )
        write_results(source, settings, running.jobs, progress)
    progress.summarise()
    counts = progress.counts
    if counts["records"] and not (running.errors == "stop" and counts["failed"]):
        named = {"": given, ", as --wrt says": chosen or (), ", as --const says": constant}
        warn_of_unused(named, progress.used, option_names(variables.context.command))
    failed = counts["failed"] or (strict and counts["nonfinite"])
    return BUG if counts["bugs"] else FAILED if failed else OK


# Characters of an expression by default, and how many times as long a line may be: it holds values too.
_LENGTH = 1_000_000
_LINE = 16


def _split(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The file among the words, and the `name=value` words. UsageError: a second file."""
    assigned = [word for word in words if word.partition("=")[0].strip().isidentifier() and "=" in word]
    paths = [word for word in words if word not in assigned]
    if len(paths) > 1:
        raise UsageError(
            f"{quoted(paths[1])} is a second file, after {quoted(paths[0])}", "a batch reads one file, or its input"
        )
    return (paths[0] if paths else None), assigned
