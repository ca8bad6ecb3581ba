"""Which columns of a table the variables of an expression are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ..analysis.given_names import canonical
from ..semantics.names import CONSTANTS
from ..syntax.callers import Caller
from ..syntax.errors import UsageError, did_you_mean, suggested
from ..syntax.wording import listed, quoted, variables_help

_MOST_LISTED = 10


def match_columns(
    free: Collection[str],
    names: Sequence[str],
    constants: Collection[str],
    renamed: Mapping[str, str],
    title: str,
    caller: Caller,
    misread: str | None = None,
) -> dict[str, str]:
    """The column of each free variable that is not one of the constants, in the order of the variables.

    `names` are the columns of a table with a title, `renamed` says of variables which column they are; others are the
    columns of their names. A variable such as `e` is a column where there is one, else the number. `misread` is the
    help where the table may have been read as it is not meant. UsageError: a column is missing, there more than once,
    or not the expression's.
    """

    def missing(column: str, lead: str = "") -> UsageError:
        help = _help_about(column, names, caller, not lead)
        return UsageError(f"{lead}{title} has no column {quoted(column)}", misread or help)

    for variable, column in renamed.items():
        if variable not in free:
            raise UsageError(
                f"{caller.option('rename')} names {quoted(variable)}, which is not a variable of the expression",
                suggested(variable, free, variables_help(list(free))),
            )
        if column not in names:
            raise missing(column, f"{caller.renaming(variable, column)}: ")
    columns = {canonical(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for variable in free:
        if variable in constants:
            continue
        column = renamed.get(variable, columns.get(variable))
        if column is not None:
            found[variable] = column
        elif variable not in CONSTANTS:
            raise missing(variable)
    for column in found.values():
        if names.count(column) > 1:
            raise UsageError(f"{title} has several columns `{column}`", "rename all but one of them")
    return found


def _with_word_like(word: str, names: Sequence[str]) -> str | None:
    """The first name that has a word like the one given, such as `mass (kg)` for `mas`."""
    words = {part.lower(): name for name in reversed(names) for part in re.findall(r"[^\W_]+", name)}
    close = did_you_mean(word.lower(), words)
    return words[close] if close else None


def _help_about(column: str, names: Sequence[str], caller: Caller, is_variable: bool) -> str:
    """What to do about a column that is not there, which a variable may be meant to be."""
    close = did_you_mean(column, names) or _with_word_like(column, names)
    if close:
        renaming = f" write `{caller.renaming(column, close)}`" if is_variable and not close.isidentifier() else ""
        return f"did you mean `{close}`?{renaming}"
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    help = f"its columns are {listed(names[:_MOST_LISTED]) if names else 'none'}{more}"
    return f"{help}; a number for all rows is given as `{caller.value(column, '2')}`" if is_variable else help
