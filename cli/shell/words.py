"""The words of a command that takes an expression and tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ...parser.syntax.errors import UsageError
from .command import is_assignment
from .streams import is_terminal


def split_tables(words: Sequence[str], example: str) -> tuple[str, list[str], list[str]]:
    """The expression, the tables, and the `name=value` words; `-` for the table where there is none.

    UsageError: there is no expression, or no table and a person at the terminal.
    """
    if not words:
        raise UsageError("the expression is missing", f"write `{example}`")
    tables: list[str] = []
    assigned: list[str] = []
    for word in words[1:]:
        (assigned if is_assignment(word) and not os.path.lexists(word) else tables).append(word)
    if not tables:
        if is_terminal(sys.stdin):
            raise UsageError("the table is missing", f"write `{example}`")
        tables.append("-")
    return words[0], tables, assigned
