"""The words of a command that takes an expression and tables."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from ...parser.syntax.errors import UsageError
from .command import is_assignment
from .streams import is_terminal


def split_tables(words: Sequence[str], example: str) -> tuple[str, list[str], list[str]]:
    """The expression, the tables, and the `name=value` words. UsageError: the first is missing."""
    if not words:
        raise UsageError("the expression is missing", f"write `{example}`")
    tables: list[str] = []
    assigned: list[str] = []
    for word in words[1:]:
        (assigned if is_assignment(word) and not os.path.lexists(word) else tables).append(word)
    return words[0], tables, assigned


def is_code(path: str) -> bool:
    """Whether what was given as a file is none, and looks like an expression or a script."""
    return not os.path.lexists(path) and re.search(r"[*()^=+]|\s", path) is not None


def standard_input(help: str) -> str:
    """What stands for standard input as a table. UsageError, with this help: a person sits there."""
    if is_terminal(sys.stdin):
        raise UsageError("the table is missing", help)
    return "-"
