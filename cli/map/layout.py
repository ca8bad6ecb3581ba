"""Which columns are written, and what every source and writer has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...parser.frames.arrow_import import arrow
from .chunk import Chunk, Results, Source


class Layout(NamedTuple):
    """The columns of the output: those of the input but for `removed`, unless `only_new`; the `keys`; then `added`."""

    added: tuple[str, ...]
    removed: tuple[str, ...] = ()
    only_new: bool = False
    # What folders say, and the types of these columns.
    keys: Mapping[str, type] = {}

    def new_names(self) -> list[str]:
        """The columns behind those of the input."""
        return [*self.keys, *self.added]

    def old_names(self, names: Sequence[str]) -> list[str]:
        """The columns of an input that are written, in order."""
        return [] if self.only_new else [name for name in names if name not in self.removed]


class Writer:
    """Writes tables with their results: `begin`, each chunk through `encode` and `write`, `finish`.

    `encode` may run in several threads, the others in one.
    """

    def __init__(self, file: Any, layout: Layout) -> None:
        self.file = file
        self.layout = layout

    def begin(self, source: Source) -> None:
        """Writes what stands before the first row; `source` is the first table."""

    def encode(self, chunk: Chunk, results: Results) -> Any:
        """The rows of a chunk with their results, in the form that is written."""
        raise NotImplementedError

    def write(self, payload: Any) -> None:
        """Writes what `encode` made."""
        raise NotImplementedError

    def finish(self) -> None:
        """Writes what stands after the last row."""

    def abandon(self) -> None:
        """Forgets what it was writing, because of an error."""


class TextWriter(Writer):
    """Writes lines as they were read: the last may lack its end, and gets it only where others follow."""

    is_line_open = False

    def write(self, payload: tuple[Any, bytes]) -> None:
        """Writes text and what it ends with."""
        text, end = payload
        if self.is_line_open and len(text):
            self.file.write(b"\n")
        for piece in (text, end):
            if len(piece):
                self.file.write(piece)
                self.is_line_open = bytes(piece[-1:]) != b"\n"


def written_rows(
    layout: Layout, chunk: Chunk, results: Results, read: Callable[[Sequence[str]], Any] | None = None
) -> tuple[int, list[Any], Results]:
    """How many rows of a chunk are written, the old columns of these as Arrow arrays, and their results.

    `read` gives the columns of the chunk but some, by default those of its types.
    """
    rows, keep = chunk.rows, results.keep
    without = [name for name in layout.removed if name in chunk.source.names]
    batch = None if layout.only_new else (read or chunk.batch)(without)
    if keep is not None:
        rows = int(keep.sum())
        columns: Mapping[str, np.ndarray] = {name: values[keep] for name, values in results.columns.items()}
        results = Results(columns, None if results.blank is None else results.blank[keep], None, results.keys)
        batch = None if batch is None else batch.filter(arrow("writing another format").array(keep))
    return rows, [] if batch is None else [_whole(column) for column in batch.columns], results


def _whole(column: Any) -> Any:
    """One array of a column that may be in several."""
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column
