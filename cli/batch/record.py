"""One record of a batch, as read: an expression and what it is given, before any of it is understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...parser.syntax.errors import UsageError


class Record(NamedTuple):
    """An expression with the values of its variables.

    `line` is where the record begins in the input, from 1. `values` are as they stand there: texts, or what JSON
    holds. With `may_ignore`, a value that the expression has no use for is no mistake. `wrt` are the variables to
    differentiate by, None for what the command line says. `kept` is what else it says, by name in order: text, or JSON.
    """

    line: int
    expr: str
    values: dict[str, Any]
    may_ignore: bool = False
    wrt: Sequence[str] | None = None
    kept: Mapping[str, str] = {}


class Json(str):
    """A value as JSON spells it."""


class Cells(dict[str, str]):
    """What a row of a table says by the names of its columns: the values of its variables are among it."""


class RecordError(UsageError):
    """A record that cannot be read, or whose values do not fit its expression."""

    def __init__(self, message: str, help: str | None = None, code: str = "record") -> None:
        super().__init__(message, help)
        self.code = code
