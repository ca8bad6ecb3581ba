"""What may follow on a command line, for the shell: files, names of the expression, keys of results, limits.

Nothing is computed or imported for it: what looks like a variable is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem

from .files import paths_beginning

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?!\w*\s*\()")
_CONSTANTS = {"pi", "e", "tau", "inf", "nan", "and", "or", "not", "if", "else"}


def files(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, by the shell itself."""
    return [CompletionItem(incomplete, type="file")]


def words(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The file after an `@` as the value of a variable."""
    before, at, start = incomplete.rpartition("@")
    if not at:
        # bash parts words at an `@`.
        values = context.obj or [("", "")]
        return files(context, param, incomplete) if values[-1][1] == "@" else []
    return [CompletionItem(f"{before}@{path}") for path in paths_beginning(start)]


def variables(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The variables of the expression, after those that are named already."""
    before, comma, start = incomplete.rpartition(",")
    named = before.split(",")
    return [
        CompletionItem(f"{before}{comma}{name}")
        for name in _names(context)
        if name.startswith(start) and name not in named
    ]


def keys(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys of the results of the expression."""
    found = ["value", "grad_fn", *(f"grad.{name}" for name in _names(context))]
    if context.params.get("hessian"):
        found += [f"hessian.{a}.{b}" for a in _names(context) for b in _names(context)]
    return [CompletionItem(key) for key in found if key.startswith(incomplete)]


def _names(context: click.Context) -> list[str]:
    given: Sequence[str] = context.params.get("words") or ()
    found = _NAME.findall(given[0]) if given else []
    found += [name for name, _ in context.obj or ()]
    return [name for name in dict.fromkeys(found) if name not in _CONSTANTS]
