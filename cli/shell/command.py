"""Commands: examples at the top of the help, options as records, and variables among the options."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import click

from ...parser.syntax.errors import UsageError
from .configuration import defaults_of
from .foreign_options import check_variables, in_words_of_options
from .options import EVERYWHERE, completed_by
from .progress import progress
from .streams import written_to
from .time_limit import within


def format_examples(formatter: click.HelpFormatter, examples: Sequence[tuple[str, str]]) -> None:
    """Writes example calls, each with what it is for."""
    with formatter.section("Examples"):
        for call, purpose in examples:
            formatter.write(f"  {call}\n      {purpose}\n")


def _show_help(context: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(context.get_help(), color=context.color)
        context.exit()


# Click's own looks for a translation of its text, which costs more than many a module of ours.
_HELP = click.Option(
    ["-h", "--help", "show_help"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    help="Show this message and exit.",
    callback=_show_help,
)


class Helpful(click.Command):
    """A command or a group with `--help`."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return _HELP


EXPRESSION = click.Argument(["words"], nargs=-1, metavar="EXPR [NAME=VALUE]...", shell_complete=completed_by("words"))


def command(
    examples: Sequence[tuple[str, str]], *parts: Any, takes_variables: bool = True
) -> Callable[[Callable[..., int]], click.Command]:
    """Makes a command of a function, whose docstring is the help.

    `parts` are what it can be given, in the order of the help: groups of options, of which the function gets records,
    and single options and arguments, of which it gets the values; all of them by position. It returns an exit code.
    Every command has the options of `EVERYWHERE`.
    """

    def made(function: Callable[..., int]) -> click.Command:
        def call(**given: Any) -> int:
            context = click.get_current_context()
            with in_words_of_options(context):
                taken = [part(context) if isinstance(part, type) else given[part.name] for part in parts]
                # What a cluster writes, it writes itself; it is as it is for files.
                results = os.devnull if context.params.get("cluster") else context.params.get("results")
                with written_to(results), progress.of(context.info_name or ""):
                    return within(given["timeout"] if timed else None, lambda: function(*taken))

        params = [
            p
            for part in parts
            for p in (part.params.values() if isinstance(part, type) else [part])  # pyrefly: ignore[missing-attribute]
        ]
        own = {spelling for param in params for spelling in param.opts}
        # Scripts have it for each cell or input.
        timed = "--timeout" not in own
        params += [param for param in EVERYWHERE if own.isdisjoint(param.opts)]
        kind = VariablesCommand if takes_variables else Command
        return kind(None, callback=call, params=params, help=function.__doc__, examples=examples)

    return made


class Command(Helpful):
    """A command with examples in its help."""

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            if not ctx.resilient_parsing:
                self._check_given_once(ctx, args)
                ctx.default_map = defaults_of(self, ctx)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            # Click leaves out of some errors which command they are about.
            error.ctx = error.ctx or ctx
            raise

    def _check_given_once(self, ctx: click.Context, args: list[str]) -> None:
        """UsageError: an option that takes one value is given another, of which Click would forget the first."""
        seen: set[str | None] = set()
        for param in self.make_parser(ctx).parse_args(list(args))[2]:
            if isinstance(param, click.Option) and not (param.multiple or param.is_flag or param.count):
                if param.name in seen:
                    raise UsageError(f"`{param.opts[-1]}` is given twice", "leave out one of them")
                seen.add(param.name)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_usage(ctx, formatter)
        if self.examples:
            format_examples(formatter, self.examples)


class VariablesCommand(Command):
    """A command that takes variables as options: `--x 3`, `--x=-3`.

    Known options pass on to Click; any other `--name` takes the next token as it is, and all else is positional,
    so that an expression may begin with a dash. The variables arrive as the context's `obj`: (name, text) pairs.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            with in_words_of_options(ctx):
                args, ctx.obj = split_variables(args, _arities(self, ctx))
            if not ctx.resilient_parsing:
                check_variables(ctx, ctx.obj, args[args.index("--") :])
        except UsageError:
            # While completing, the value of the last one is yet to come.
            if not ctx.resilient_parsing:
                raise
            args, ctx.obj = split_variables(args[:-1], _arities(self, ctx))
        return super().parse_args(ctx, args)


def _arities(command: click.Command, ctx: click.Context) -> dict[str, int]:
    """Each spelling of each option, with how many tokens follow it."""
    arities: dict[str, int] = {}
    for param in command.get_params(ctx):
        if isinstance(param, click.Option):
            takes = 0 if param.is_flag or param.count else param.nargs
            arities.update((spelling, takes) for spelling in (*param.opts, *param.secondary_opts))
    return arities


def split_variables(args: Sequence[str], arities: dict[str, int]) -> tuple[list[str], list[tuple[str, str]]]:
    """Splits a command's tokens into those for Click (options, `--`, positional ones) and variables.

    UsageError: a variable or an option without its value.
    """
    options: list[str] = []
    positional: list[str] = []
    variables: list[tuple[str, str]] = []
    tokens = iter(args)
    for token in tokens:
        if token == "--":
            positional.extend(tokens)
            break
        name, has_value, value = token.partition("=")
        if name in arities:
            options.append(token)
            if not has_value:
                options.extend(_following(tokens, name, arities[name]))
        elif name.startswith("--") and name[2:].isidentifier():
            if not has_value:
                (value,) = _following(tokens, name, 1)
            variables.append((name[2:], value))
        else:
            positional.append(token)
    return [*options, "--", *positional], variables


def is_assignment(word: str) -> bool:
    """Whether a word gives a variable its value: `x=3`."""
    name, separator, value = word.partition("=")
    return bool(separator) and name.strip().isidentifier() and not value.startswith("=")


def _following(tokens: Iterator[str], name: str, count: int) -> list[str]:
    """The tokens that belong to the option `name`."""
    following = list(islice(tokens, count))
    if len(following) < count:
        error = UsageError(f"`{name}` has no value", f"write it after a space or an equals sign: `{name} VALUE`")
        error.option = name.removeprefix("--")
        raise error
    return following
