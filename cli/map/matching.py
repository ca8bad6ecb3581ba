"""Which columns of a table the variables of an expression are, as options say."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...parser.analysis.given_names import named_texts
from ...parser.frames.matching import match_columns
from ...parser.syntax.callers import Caller
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
    return named_texts("--rename", "VARIABLE=COLUMN", 'write `--rename x="the column\'s name"`', texts)
