"""The command `autodiff`: a group that imports a command when it is called, and the one place where errors end."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from .command import Command, format_examples
from .errors import BUG, EVALUATION, EVALUATION_KINDS, EXPRESSION, INTERRUPTED, OK, USAGE, UsageError
from .streams import discard_output, prepare, say

COMMANDS = {
    "eval": "Value, grad_fn and gradients of an expression.",
    "functions": "What can be called in an expression.",
    "completion": "A script that completes commands and options in your shell.",
}
EXAMPLES = [
    ('autodiff eval "x**2" --x 3', "value and gradient at x = 3"),
    ('autodiff eval "sin(x**2)" --x pi/4 --get grad.x', "one number, for $(...)"),
    ("autodiff functions sin", "what a function computes"),
]


class Group(click.Group):
    """Commands by name, each imported when it is needed: `--help` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"..commands.{cmd_name}", __name__)
        return module.command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(name, COMMANDS, n=1)
            raise UsageError(
                f"there is no command `{name}`",
                f"did you mean `autodiff {close[0]}`?"
                if close
                else f'to evaluate an expression: autodiff eval "{name}"',
            )
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_usage(ctx, formatter)
        format_examples(formatter, EXAMPLES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"autodiff {version('autodiff-cli')}")
        ctx.exit()


@click.command(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def cli(debug: bool) -> None:
    """Differentiate expressions: value, graph and gradients, with PyTorch's autograd semantics."""


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with its code (see `errors`)."""
    args = list(sys.argv[1:] if argv is None else argv)
    prepare()
    sys.exit(run(args))


def run(args: list[str]) -> int:
    """Runs the command line and returns its exit code. Every error ends here, in words, on standard error."""
    debug = _take_flag(args, "--debug")
    try:
        code = cli.main(args, prog_name="autodiff", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except BrokenPipeError:
        discard_output()
        return OK
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:
        if debug:
            import traceback

            traceback.print_exc()
        return _report(error)


def _take_flag(args: list[str], flag: str) -> bool:
    """Removes a flag that may stand anywhere before `--`, and says whether it was there."""
    end = args.index("--") if "--" in args else len(args)
    if flag in args[:end]:
        args.remove(flag)
        return True
    return False


def _report(error: Exception) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, UsageError):
        say(str(error))
        return USAGE
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "autodiff"
        say(str(UsageError(_sentence(error.format_message()), f"`{command} --help` shows how it is called")))
        return USAGE
    if isinstance(error, click.ClickException):
        say(str(UsageError(_sentence(error.format_message()))))
        return USAGE
    from ..parser.errors import ExpressionError, diagnostic

    if isinstance(error, ExpressionError):
        say(diagnostic(error))
        return EVALUATION if error.kind in EVALUATION_KINDS else EXPRESSION
    say(
        f"error[bug]: {type(error).__name__}: {error}\n"
        "  = help: this is a bug in autodiff; please report it with what --debug prints"
    )
    return BUG


def _sentence(text: str) -> str:
    """Click's message in the form of ours: lower case, without the full stop."""
    return text[:1].lower() + text[1:].rstrip(".")


__all__ = ["Command", "cli", "main", "run"]
