"""Which columns of a table the variables of an expression are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from ...parser.semantics.names import CONSTANTS
from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.wording import listed, quoted, variables_help
from ..shell.variables import canonical
from .chunk import Source
from .delimited import Delimited

_MOST_LISTED = 10


def match_columns(
    free: Collection[str], names: Sequence[str], constants: Collection[str], renamed: Mapping[str, str], source: Source
) -> dict[str, str]:
    """The column of each free variable that is not one of the constants, in the order of the variables.

    `names` are the columns of a source and its folders, `renamed` says of variables which column they are; others are
    the columns of their names. A variable such as `e` is a column where there is one, else the number. UsageError: a
    column is missing, there more than once, or not the expression's.
    """
    for variable, column in renamed.items():
        if variable not in free:
            close = did_you_mean(variable, free)
            raise UsageError(
                f"--rename names {quoted(variable)}, which is not a variable of the expression",
                f"did you mean `{close}`?" if close else variables_help(list(free)),
            )
        if column not in names:
            raise _missing(column, names, source, f"--rename {variable}={column}: ")
    columns = {canonical(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for variable in free:
        if variable in constants:
            continue
        column = renamed.get(variable, columns.get(variable))
        if column is not None:
            found[variable] = column
        elif variable not in CONSTANTS:
            raise _missing(variable, names, source)
    for column in found.values():
        if names.count(column) > 1:
            raise UsageError(f"{source.title} has several columns `{column}`", "rename all but one of them")
    return found


def parse_renames(texts: Sequence[str]) -> dict[str, str]:
    """The columns of variables as given by `--rename x=column`. UsageError: another form, or a variable twice."""
    found: dict[str, str] = {}
    for text in texts:
        variable, separator, column = text.partition("=")
        variable = canonical(variable.strip())
        if not separator or not variable.isidentifier():
            raise UsageError(
                f"--rename takes VARIABLE=COLUMN, not {quoted(text)}", 'write `--rename x="the column\'s name"`'
            )
        if variable in found:
            raise UsageError(f"--rename gives `{variable}` two columns")
        found[variable] = column
    return found


def _with_word_like(word: str, names: Sequence[str]) -> str | None:
    """The first name that has a word like the one given, such as `mass (kg)` for `mas`."""
    words = {part.lower(): name for name in reversed(names) for part in re.findall(r"[^\W_]+", name)}
    close = did_you_mean(word.lower(), words)
    return words[close] if close else None


def _missing(column: str, names: Sequence[str], source: Source, lead: str = "") -> UsageError:
    close = did_you_mean(column, names) or _with_word_like(column, names)
    if close:
        help = f"did you mean `{close}`?"
        if not lead and not close.isidentifier():
            help = f'did you mean `{close}`? write `--rename {column}="{close}"`'
    else:
        more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
        shown = listed(names[:_MOST_LISTED]) if names else "none"
        help = f"its columns are {shown}{more}"
        if not lead:
            help += f"; a number for all rows is given as `--{column} 2`"
    misread = source.misread() if isinstance(source, Delimited) else None
    return UsageError(f"{lead}{source.title} has no column {quoted(column)}", misread or help)
