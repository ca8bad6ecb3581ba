"""Which columns of a table the variables of an expression are, as options say."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...parser.analysis.given_names import canonical
from ...parser.frames.matching import match_columns
from ...parser.syntax.callers import Caller
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .delimited import Delimited
from .table_formats import Table


def matched(free: Collection[str], table: Table, constants: Collection[str], renames: Sequence[str]) -> dict[str, str]:
    """The column of a table, or of its folders, for each variable that is no constant. UsageError: `match_columns`."""
    source = table.source
    misread = source.misread() if isinstance(source, Delimited) else None
    names = [*source.names, *table.keys]
    return match_columns(free, names, constants, parse_renames(renames), source.title, Caller(), misread)


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
