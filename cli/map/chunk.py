"""Some rows of a table: what readers give, what computing makes of them, what writers take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ...parser.rows.answers import Column
from .folder_keys import Key


class Results(NamedTuple):
    """The new columns of a chunk with n rows, by name in order.

    Arrays of shape (n,), or (n, k) for lists. `blank` marks the rows that have no results, `keep` those to write;
    None stands for no such row and for all of them. `keys` are columns before these, of one value each.
    """

    columns: Mapping[str, np.ndarray]
    blank: np.ndarray | None = None
    keep: np.ndarray | None = None
    keys: Mapping[str, Key] = {}


class Source(Protocol):
    """A table that is read: its columns, and the lengths of the lists in those that have lists, in `widths`.

    `schema` is its schema in Arrow; `title` is what errors call it.
    """

    names: list[str]
    title: str

    @property
    def widths(self) -> Mapping[str, int | None]: ...

    @property
    def schema(self) -> Any: ...

    @property
    def row_bytes(self) -> float:
        """About how many bytes of its file each row takes, by the first of them."""
        ...

    def expect(self, numeric: Sequence[str], added: Sequence[str], texts: Sequence[str] = ()) -> None:
        """Says which columns are read as numbers, which are added, and which become text in other formats.

        That is before the schema and the chunks are used.
        """
        ...

    def chunks(self) -> Iterator[Chunk]:
        """The rows in order, some at a time."""
        ...


class Chunk(Protocol):
    """Some rows of a table. `rows_before` are those of all tables before them, where nobody knows how many come."""

    rows_before: int

    def read(self) -> dict[str, Column]:
        """The columns that its source expects to be numeric, as numbers."""
        ...

    @property
    def source(self) -> Source:
        """The table it is of."""
        ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    def place(self, row: int) -> str:
        """Where in the table a row is, counted from 0 in the chunk: `line 7` of text, else `row 6`."""
        ...

    def batch(self, without: Sequence[str]) -> Any:
        """All columns but some in Arrow, after `read`. UsageError: a column has changed its type."""
        ...
