"""Options that several commands share."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .streams import is_terminal

FORMATS = ("pretty", "plain", "json", "csv", "tsv", "torch")
LIMITS = ("length", "depth", "nodes", "elements", "calls")
SCRIPT_LIMITS = ("length", "depth", "steps", "calls", "elements", "memory")

_LONGEST_LIMIT = 18

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def variables(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that give variables and say which of them to differentiate by."""
    return _stack(
        click.option(
            "--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A variable, whatever its name."
        ),
        click.option("--vars", "vars_file", metavar="FILE", help="Variables from a JSON file: an object of values."),
        click.option("--wrt", metavar="NAMES", help="Differentiate by these variables only, separated by commas."),
        click.option("--const", metavar="NAMES", help="Take these variables as constants, separated by commas."),
        _dtype("Type to compute with."),
    )(function)


def derivatives(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that ask for other derivatives than the gradient."""
    return _stack(
        click.option("--hessian", is_flag=True, help="Second derivatives, by pair of variables."),
        click.option("--jacobian", is_flag=True, help="Derivatives of each element of the value."),
        click.option(
            "--order",
            type=click.IntRange(1, 20),
            default=1,
            metavar="N",
            help="Derivatives up to the N-th by each variable.",
        ),
    )(function)


def directions(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that ask for products of the derivative with a vector."""
    return _stack(
        click.option("--vjp", metavar="VALUE", help="Gradients of the value weighted by VALUE, which has its shape."),
        click.option(
            "--jvp",
            multiple=True,
            metavar="NAME=VALUE",
            help="Derivative of the value along a direction; once for each variable that moves.",
        ),
    )(function)


def output(function: Callable[..., Any], formats: Sequence[str] = FORMATS) -> Callable[..., Any]:
    """Adds the options that say how to print results, in one of the formats."""
    return _stack(
        click.option(
            "--format",
            "format_name",
            type=click.Choice(formats),
            help="How to print.  [default: pretty on a terminal, plain in a pipe]",
        ),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option(
            "--precision",
            type=click.IntRange(1, 17),
            metavar="DIGITS",
            help="Digits to show in the formats for people: significant ones, but in torch decimals.",
        ),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours on a terminal.",
        ),
    )(function)


def limits(function: Callable[..., Any], names: Sequence[str] = LIMITS) -> Callable[..., Any]:
    """Adds `--limit`, which raises or lowers a limit by name."""
    return click.option(
        "--limit",
        "limit_texts",
        multiple=True,
        metavar="NAME=N",
        help=f"Change a limit: {', '.join(names)}. May be given several times.",
    )(function)


def _dtype(help: str) -> Callable[..., Any]:
    return click.option(
        "--dtype", type=click.Choice(["float64", "float32"]), default="float64", show_default=True, help=help
    )


def scripts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of commands that run scripts: the type of numbers, and what a script may take."""
    return _stack(
        _dtype("Type of tensors made from floats."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Stop a script, a cell or an input after so long.",
        ),
        partial(limits, names=SCRIPT_LIMITS),
    )(function)


def parse_limits(texts: tuple[str, ...], names: Sequence[str] = LIMITS) -> dict[str, int]:
    """The limits given with `--limit`. UsageError: an unknown name, or not a positive whole number."""
    result: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in names:
            raise UsageError(f"there is no limit {quoted(name)}", f"the limits are {', '.join(names)}")
        if not value.isdecimal() or len(value) > _LONGEST_LIMIT or int(value) < 1:
            raise UsageError(
                f"the limit `{name}` takes a positive whole number, not {quoted(value)}",
                f"write `--limit {name}=1000000`",
            )
        result[name] = int(value)
    return result


def parse_script_limits(texts: tuple[str, ...], timeout: float | None) -> dict[str, Any]:
    """What a script may take, as given with `--limit` and `--timeout`. UsageError: as `parse_limits`, or a nan."""
    if timeout is None:
        return dict(parse_limits(texts, SCRIPT_LIMITS))
    if math.isnan(timeout):
        raise UsageError("`--timeout` takes a number of seconds, not `nan`", "write `--timeout 10`")
    return {**parse_limits(texts, SCRIPT_LIMITS), "seconds": timeout}


def chosen_format(format_name: str | None, as_json: bool, key: str | None) -> str:
    """The format to print in. UsageError: two formats, or one for the single result `key`."""
    asked = "--json" if as_json else f"--format {format_name}" if format_name else None
    if as_json and format_name not in (None, "json"):
        raise UsageError(f"--json and --format {format_name} exclude each other", "leave out one of them")
    if key is not None and asked:
        raise UsageError(f"--get prints one result as plain text and takes no {asked}", "leave out one of them")
    if as_json:
        return "json"
    return format_name or ("pretty" if is_terminal(sys.stdout) else "plain")


def names(command: click.Command) -> list[str]:
    """The long names of a command's options, without dashes."""
    spellings = [spelling for param in command.params for spelling in param.opts]
    return ["debug", "help", *(spelling[2:] for spelling in spellings if spelling.startswith("--"))]


def split_names(text: str | None) -> list[str] | None:
    """Names separated by commas; None stays None."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _stack(*decorators: Decorator) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate
