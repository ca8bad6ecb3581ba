"""Words for what was meant as an option and read as a variable: mistyped, of another command, or of another tool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.wording import quoted
from .options import option_names

# How the value of a variable begins, as a rule.
NUMERIC = r"[-+\d.(\[@]"


def refused(word: str, message: str, help: str | None = None) -> UsageError:
    """The error about a word of a command that has no place there; one such as `--no-heder` was meant as an option."""
    flag = re.match(r"--[a-zA-Z][\w-]*(?=$|=)", word)
    if flag is None:
        return UsageError(message, help)
    error = UsageError(f"there is no option {quoted(flag[0])}")
    error.option = flag[0].lstrip("-")
    return error


@contextmanager
def in_words_of_options(context: click.Context) -> Iterator[None]:
    """Where an error is about a variable that was given as an option, says which option may have been meant."""
    try:
        yield
    except UsageError as error:
        help = None if error.option is None else option_help(context, error.option)
        if help is not None:
            error.help = help
        raise


def option_help(context: click.Context, name: str) -> str | None:
    """Which option of a command, of another one, or what else is meant by an option that the command lacks."""
    name = name.replace("-", "_")
    own = option_names(context.command)
    if name in own:
        return None
    from ...parser.syntax.what_is_meant import meant_by_word

    close = did_you_mean(name, own)
    if close:
        return f"did you mean the option `--{close}`?"
    group: Any = context.parent.command if context.parent else None
    if not isinstance(group, click.Group):
        return meant_by_word("options", name)
    spelled = f"-{name}" if len(name) == 1 else f"--{name}"
    owners = [
        other
        for other in group.list_commands(context)
        if any(spelled in param.opts for param in getattr(group.get_command(context, other), "params", ()))
    ]
    words = meant_by_word("options", name)
    if not owners:
        return words
    shown = ", ".join(f"`{other}`" for other in owners)
    help = f"`{context.info_name}` has no option `{spelled}`; {shown} {'has' if len(owners) == 1 else 'have'} it"
    return f"{help}; {words}" if words else help


def check_variables(context: click.Context, variables: Iterable[tuple[str, str]], words: Sequence[str]) -> None:
    """UsageError: a variable that no word of the command mentions has taken for its value what is none, after a name
    that was meant as an option: `--quiet "x**2"`.
    """
    for name, value in variables:
        if value[:1].isdecimal() or re.match(NUMERIC, value) or any(re.search(rf"\b{name}\b", word) for word in words):
            continue
        help = option_help(context, name)
        if help is not None:
            from ...parser.analysis.given_values import is_constant

            if not is_constant(value):
                raise UsageError(f"there is no option `--{name}`", help)
