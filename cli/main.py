"""The command `autodiff`: a group that imports a command when it is called, and the place where its errors end."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import click

from ..parser.syntax.errors import UsageError, did_you_mean
from ..parser.syntax.wording import quoted, shortened
from .shell.command import Helpful, format_examples
from .shell.exit_codes import INTERRUPTED, OK, USAGE
from .shell.failures import DEBUG, report
from .shell.streams import decoded, discard, manner, prepare
from .shell.time_limit import is_asked_for, work_in_child

COMMANDS = {
    "eval": "Value, grad_fn and gradients of an expression.",
    "batch": "Value, grad_fn and gradients of many expressions.",
    "map": "An expression and its derivatives for each row of a table.",
    "diff": "The derivative of an expression, as an expression or code.",
    "trace": "Forward and backward pass of an expression, step by step.",
    "graph": "The graph of an expression, with values and gradients.",
    "plot": "Expressions and their derivatives over a range.",
    "fit": "The parameters of a model that fit a table best.",
    "propagate": "The deviation of a result, from those of what goes in.",
    "check": "Derivatives of an expression against differences, or claims.",
    "minimize": "Where an expression is least, or largest.",
    "solve": "Where equations hold, from a start or in a range.",
    "run": "A script in PyTorch's words, or the cells of a notebook.",
    "repl": "A prompt to type a script at, line by line.",
    "functions": "What can be called in an expression.",
    "completion": "A script that completes commands and options in your shell.",
}
# Those that begin without it, or never need it.
WITHOUT_NUMPY = {"repl", "completion"}
EXAMPLES = [
    ('autodiff eval "x**2" --x 3', "value and gradient at x = 3"),
    ('autodiff eval "sin(x**2)" --x pi/4 --get grad.x', "one number, for $(...)"),
    ('autodiff diff "sin(x**2)"', "the derivative itself"),
    ("autodiff batch expressions.txt --x 3 --json", "many expressions, a line each"),
    ("autodiff functions sin", "what a function computes"),
]
EXIT_CODES = [
    ("0", "all went well, warnings allowed"),
    ("1", "the answer is no: expressions, rows, a check or an assert failed, --strict met a number that is not finite"),
    ("2", "wrong call: an option, a file, a variable missing or unused"),
    ("3", "wrong expression: syntax, a name, arguments of a call, a limit"),
    ("5", "evaluation failed: shapes, types, a derivative that does not exist"),
    ("124", "it took longer than --timeout"),
]


class Group(Helpful, click.Group):
    """Commands by name, each imported when it is needed: `--help` needs none of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(USAGE)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name
            close = did_you_mean(name, [spelling for param in self.params for spelling in param.opts])
            help = f"did you mean `{close}`?" if close else f"options stand after a command: `autodiff eval {name} ...`"
            raise UsageError(f"there is no option {quoted(name)} before a command", help) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"..commands.{cmd_name}", __name__)
        return module.command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        # While completing, Click wants no error.
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise UsageError(f"there is no command {quoted(args[0])}", _command_help(args[0]))
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_usage(ctx, formatter)
        format_examples(formatter, EXAMPLES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)


def _command_help(name: str) -> str:
    from difflib import get_close_matches

    from ..parser.syntax.what_is_meant import meant_by_word

    meant = meant_by_word("commands", name.lower())
    if meant:
        return meant
    close = get_close_matches(name, COMMANDS, n=1)
    if close:
        return f"did you mean `autodiff {close[0]}`?"
    if name.isidentifier() and len(name) > 1:
        return "`autodiff --help` lists the commands"
    return f'to evaluate an expression, write `autodiff eval "{shortened(name)}"`'


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"autodiff {version('autodiff-cli')}")
        ctx.exit()


def _show_config(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from .shell.configuration import shown

        click.echo(shown(), nl=False)
        ctx.exit()


@click.command(cls=Group)
@click.option("--debug", is_flag=True, help="Show the traceback of an error; may stand after the command too.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.option(
    "--show-config",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_config,
    help="Show the defaults that files set, and where these are looked for.",
)
def cli(debug: bool) -> None:
    """Differentiate expressions: value, graph and gradients, with PyTorch's autograd semantics."""


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with its code (see `errors`)."""
    prepare()
    args = [decoded(argument) for argument in sys.argv[1:]] if argv is None else argv
    if is_asked_for(args):
        work_in_child()
    sys.exit(run(args))


def run(argv: Sequence[str]) -> int:
    """Runs the command line and returns its exit code. Every error ends here, in words, on standard error."""
    manner.begin(_is_for_json(argv))
    args, debug = _without_flag(argv, "--debug")
    try:
        return _invoke(args, debug)
    except BrokenPipeError:
        discard(sys.stdout)
        return OK
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.exceptions.Exit as request:
        return request.exit_code
    except Exception as error:
        return report(error, debug)


def _invoke(args: list[str], debug: bool) -> int:
    if "_AUTODIFF_COMPLETE" in os.environ:
        # A shell asks what could follow: Click answers and exits.
        cli.main(args, prog_name="autodiff", standalone_mode=False)
    # Not `cli.main`, which exits with 1 when the reader of a pipe leaves.
    with cli.make_context("autodiff", args) as context:
        context.meta[DEBUG] = debug
        if {*args[:1]} & COMMANDS.keys() - WITHOUT_NUMPY and not {"-h", "--help"} & {*args}:
            # Here, where the stack is low. From below a command's imports it crosses the end of a piece of Python's
            # stack 1,600 times and more, each time mapping memory and giving it back: 8 % of the time of an `eval`.
            importlib.import_module("numpy")
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            # As `start.py` has left it; from here on there is something to clean up.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if not gc.isenabled():
            # As `start.py` has left it, too: what there is by now stays.
            gc.freeze()
            gc.enable()
        code = cli.invoke(context)
        sys.stdout.flush()
    return code if isinstance(code, int) else OK


def _is_for_json(argv: Sequence[str]) -> bool:
    """Whether JSON is asked for, as far as one can tell before a command has read its options, which may be wrong."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    return "--json" in words or any(
        f"{word}={following}".startswith("--format=json") for word, following in pairwise([*words, ""])
    )


def _without_flag(argv: Sequence[str], flag: str) -> tuple[list[str], bool]:
    """The arguments without a flag that may stand anywhere before `--`, and whether it was there."""
    args = list(argv)
    end = args.index("--") if "--" in args else len(args)
    if flag not in args[:end]:
        return args, False
    args.remove(flag)
    return args, True


__all__ = ["cli", "main", "run"]
