"""`autodiff batch`: value and gradients of many expressions, each on a line or in a row of its own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell import options
from ..shell.command import VariablesCommand
from ..shell.errors import BUG, FAILED, OK
from ..shell.streams import is_terminal, say, wants_color, write

if TYPE_CHECKING:
    from ..batch.compute import Settings
    from ..batch.progress import Progress
    from ..batch.source import Source

FORMATS = ("text", "jsonl", "csv", "tsv")

EXAMPLES = [
    ("autodiff batch expressions.txt --x 3", "a line each; a line may end in `where y = 2, w = [1, 2]`"),
    ("autodiff batch expressions.jsonl --json", '`{"expr": "x**2", "vars": {"x": 3}}` on each line'),
    ("autodiff batch expressions.csv --format csv --wrt x", "a column `expr`, and one for each variable"),
    ("generate | autodiff batch --jobs 4 --json > results.jsonl", "from a pipe, with four processes"),
    ("autodiff batch expressions.txt --x 3 --get grad.x", "a number a line"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, type=click.Path(), metavar="[FILE] [NAME=VALUE]...")
@click.option(
    "--input-format", type=click.Choice(FORMATS), help="What FILE holds.  [default: by its suffix, else text]"
)
@options.variables
@options.derivatives
@click.option(
    "--errors",
    type=click.Choice(["stop", "skip", "mark"]),
    default="mark",
    show_default=True,
    help="An expression that fails: stop there; leave it out; or put its error in its place.",
)
@click.option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="Compute in N processes.")
@click.option("--get", "key", metavar="KEY", help="Print one result alone for each expression: value, grad.x, ...")
@click.option("--strict", is_flag=True, help="Exit 1 if a result is not finite.")
@options.output
@options.limits
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    input_format: str | None,
    assignments: tuple[str, ...],
    vars_file: str | None,
    wrt: str | None,
    const: str | None,
    dtype: str,
    hessian: bool,
    jacobian: bool,
    order: int,
    errors: str,
    jobs: int,
    key: str | None,
    strict: bool,
    format_name: str | None,
    as_json: bool,
    precision: int | None,
    color: str,
    limit_texts: tuple[str, ...],
) -> int:
    """Value, grad_fn and gradients of many expressions, from FILE or standard input.

    Text has an expression on each line, which may end in `where x = 3, y = [1, 2]`; empty lines and # comments are no
    records. JSON Lines have {"expr": ..., "vars": {...}}, and "wrt": [...] where wanted; CSV and TSV a column expr and
    one for each variable. --x 3 gives a value to every expression that has an x and gives it none itself.

    Each expression has one record in the output, in order; one that fails has its error there, and the exit code is 1.
    """
    format_name = options.chosen_format(format_name, as_json, key)
    limits = options.parse_limits(limit_texts)
    path, assigned = _split(words)
    if path is None and is_terminal(sys.stdin):
        raise UsageError("the file of expressions is missing", "write `autodiff batch FILE`, or `-` to type them")

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.analysis.differentiate import Request
    from ...parser.semantics.computing import computing
    from ...parser.semantics.limits import Limits
    from ..batch.compute import Settings
    from ..batch.output import Output, columns_of
    from ..batch.progress import Progress
    from ..batch.source import Source
    from ..shell.variables import collect
    from ..value import Style

    with computing(dtype):
        given = collect(ctx.obj, [*assignments, *assigned], None)
        defaults = {**collect((), (), vars_file), **given}
    chosen = options.split_names(wrt)
    constant = options.split_names(const) or []
    request = Request(hessian=hessian, jacobian=jacobian, order=order)
    bounds = {f"max_{name}": limits.pop(name) for name in ("length", "depth") if name in limits}
    progress = Progress()
    with Source(path, input_format, _LINE * bounds.get("max_length", _LENGTH)) as source:
        columns: list[str] = []
        if format_name in ("csv", "tsv"):
            names = _names(source, chosen, defaults)
            columns = columns_of([name for name in names if name not in constant], request)
        settings = Settings(
            read=source.read,
            give=source.give,
            source=source.name,
            longest=source.longest,
            defaults={name: value._data for name, value in defaults.items()},
            wrt=chosen,
            const=constant,
            dtype=dtype,
            request=request,
            bounds=bounds,
            limits=Limits()._replace(**limits),
            errors=errors,
            output=Output(format_name, key, Style(precision, wants_color(sys.stdout, color)), columns),
        )
        _run(source, settings, jobs, progress)
    progress.summarise()
    stopped = errors == "stop" and progress.failed
    if progress.records and not stopped:
        _warn_of_unused(
            {"": given, ", as --wrt says": chosen or (), ", as --const says": constant}, progress.used, ctx.command
        )
    if progress.bugs:
        return BUG
    return FAILED if progress.failed or (strict and progress.nonfinite) else OK


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


def _names(source: Source, wrt: Sequence[str] | None, defaults: Collection[str]) -> list[str]:
    """The variables that the columns of a table are about. UsageError: they are not known before the records are."""
    if wrt is not None:
        return list(dict.fromkeys(wrt))
    names = source.variables()
    if names is None:
        raise UsageError(
            "the columns of a table have to be known before its first row, and a pipe is read once",
            "name the variables, `--wrt x,y`, or write `--json`",
        )
    return list(dict.fromkeys([*names, *defaults]))


def _run(source: Source, settings: Settings, jobs: int, progress: Progress) -> None:
    """Computes all there is and writes it, each chunk at once."""
    from ..batch.workers import in_processes, in_this_process

    if jobs == 1:
        results = in_this_process(source.chunks(), settings)
    else:
        results = in_processes(source.chunks(), settings, jobs, source.is_waiting)
    write(settings.output.header())
    with closing(results):
        for done in results:
            if done.messages:
                progress.erase()
            with _whole():
                write(done.text)
            for message in done.messages:
                say(message)
            progress.add(done)
            if done.failed and settings.errors == "stop":
                break


@contextmanager
def _whole() -> Iterator[None]:
    """Holds Ctrl-C back until what is being written is written; a second one is obeyed, as the reader may sleep."""
    held: list[int] = []

    def hold(number: int, frame: Any) -> None:
        if held:
            raise KeyboardInterrupt
        held.append(number)

    previous = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if held:
        raise KeyboardInterrupt


def _warn_of_unused(named: dict[str, Collection[str]], used: Collection[str], command: click.Command) -> None:
    """Says which names on the command line no expression has; `named` holds them by where they stand."""
    from ...parser.syntax.errors import did_you_mean

    for where, names in named.items():
        for name in names:
            if name not in used:
                option = did_you_mean(name, options.names(command)) if not where else None
                help = f"\n  = help: did you mean the option `--{option}`?" if option else ""
                say(f"warning[unused]: no expression has a variable {quoted(name)}{where}{help}")
