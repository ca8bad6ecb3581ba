"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .errors import UsageError

FORMATS = ("pretty", "plain", "json", "csv", "tsv", "torch")
LIMITS = ("length", "depth", "nodes", "elements", "calls")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def variables(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that give variables and say which of them to differentiate by."""
    return _stack(
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A variable, whatever its name."),
        click.option("--vars", "vars_file", metavar="FILE", help="Variables from a JSON file: an object of values."),
        click.option("--wrt", metavar="NAMES", help="Differentiate by these variables only, separated by commas."),
        click.option("--const", metavar="NAMES", help="Take these variables as constants, separated by commas."),
        click.option(
            "--dtype",
            type=click.Choice(["float64", "float32"]),
            default="float64",
            show_default=True,
            help="Type to compute with.",
        ),
    )(function)


def output(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say how to print results."""
    return _stack(
        click.option(
            "--format",
            "format_name",
            type=click.Choice(FORMATS),
            help="How to print.  [default: pretty on a terminal, plain in a pipe]",
        ),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option(
            "--precision",
            type=click.IntRange(1, 17),
            metavar="DIGITS",
            help="Digits to show, in the formats for people: pretty and torch.",
        ),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours on a terminal.",
        ),
    )(function)


def limits(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--limit`, which raises or lowers a limit by name."""
    return click.option(
        "--limit",
        "limit_texts",
        multiple=True,
        metavar="NAME=N",
        help=f"Change a limit: {', '.join(LIMITS)}. May be given several times.",
    )(function)


def parse_limits(texts: tuple[str, ...]) -> dict[str, int]:
    """The limits given with `--limit`. UsageError: an unknown name, or not a positive whole number."""
    result: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in LIMITS:
            raise UsageError(f"there is no limit `{name}`", f"the limits are {', '.join(LIMITS)}")
        if not value.isdecimal() or int(value) < 1:
            raise UsageError(f"the limit `{name}` takes a positive whole number, not `{value}`")
        result[name] = int(value)
    return result


def split_names(text: str | None) -> list[str] | None:
    """Names separated by commas; None stays None."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _stack(*decorators: Decorator) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate
