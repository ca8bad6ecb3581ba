"""Records of a batch that are alike, computed together; nobody can tell from what is printed of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.tensors.dtypes import get_default_dtype
from ...parser.analysis.given_names import canonical
from ...parser.rows.forms import form_of, groups, places_of, split
from ...parser.syntax.decimal_text import decimal
from .alone import MOST_REMEMBERED, Alone, value_of
from .record import Record

if TYPE_CHECKING:
    from ...parser.rows.together import Together

# Of records that are alike: below it, tracing takes longer than it saves.
FEWEST = 32


class Alike:
    """Computes records of a chunk together, where so many have one expression but for its numbers."""

    def __init__(self, alone: Alone) -> None:
        self.alone = alone
        settings = alone.settings
        # Forms compute in float64, and the length of an expression is no matter of its form.
        longest = settings.bounds.get("max_length", MOST_REMEMBERED)
        self.has_forms = settings.dtype == "float64" and longest >= MOST_REMEMBERED

    @cached_property
    def together(self) -> Together:
        """What computes them; imported where there are any."""
        from ...parser.rows.together import Together

        return Together(self.alone.settings.request)

    def texts(self, records: Sequence[Any]) -> dict[int, str]:
        """The texts of records by their place among all, of which those computed alone are left out."""
        alike: dict[Any, list[tuple[int, Record, list[str]]]] = {}
        for i, record in enumerate(records):
            if type(record) is Record:
                between, numbers = split(record.expr)
                wrt = None if record.wrt is None else tuple(record.wrt)
                key = between, tuple(record.values), tuple(record.kept), wrt
                alike.setdefault(key, []).append((i, record, numbers))
        found: dict[int, str] = {}
        for members in alike.values():
            if len(members) >= FEWEST:
                places, own, numbers = zip(*members, strict=True)
                # What is wrong with them is said of each alone, where its place is known.
                with contextlib.suppress(Exception):
                    for rows, texts in self._of_forms(own, [*zip(*numbers, strict=True)]):
                        found.update({places[row]: text for row, text in zip(rows, texts, strict=True) if text})
        return found

    def _of_forms(
        self, records: Sequence[Record], numbers: Sequence[Sequence[str]]
    ) -> Iterator[tuple[Sequence[int], Sequence[str | None]]]:
        """The texts of rows of records that have the same between their numbers, by form; None of one alone."""
        # Here, as few batches are so short that there are none.
        from .patterns import texts

        alone, first = self.alone, records[0]
        program, free = alone.program(first.expr)
        is_short = self.has_forms and len(first.expr) <= MOST_REMEMBERED
        own = {canonical(name): name for name in first.values}
        columns = {
            name: _column(name, [record.values[own[name]] for record in records])
            if name in own
            else np.broadcast_to(value._data, (len(records), *value._data.shape))
            for name, value in alone.problem(first).variables.items()
        }
        shapes = [[*map(_shape, range(len(records)), c)] for c in columns.values() if c.dtype == object]
        places = places_of(first.expr, program, free) if is_short else []
        for rows, varying in groups(numbers, places, [*shapes, [()] * len(records)]):
            if len(rows) >= FEWEST:
                some = [records[row] for row in rows]
                problems = alone.problem(some[0]), alone.problem(some[-1])
                values = {name: _numbers(column[rows]) for name, column in columns.items()}
                found = self.together.rows(form_of(some[0].expr, varying, alone.program), values, *problems)
                if found is not None:
                    yield rows, texts(alone.settings.output, some, found)


def _column(name: str, cells: Sequence[Any]) -> np.ndarray:
    """The values of a variable, (n,), of arrays and None for what is no value if there are others than numbers."""
    try:
        numbers = [cell if type(cell) is float else decimal(cell) for cell in cells]
        return np.array(numbers, get_default_dtype().numpy)
    except (AttributeError, ValueError):
        column = np.empty(len(cells), object)
        for row, cell in enumerate(cells):
            with contextlib.suppress(Exception):
                column[row] = value_of(name, cell)._data
        return column


def _shape(row: int, value: Any) -> Any:
    """What rows computed together have in common: the shape of a value; where there is none, nothing."""
    return row if value is None else value.shape


def _numbers(column: np.ndarray) -> np.ndarray:
    return np.stack(column.tolist()) if column.dtype == object else column
