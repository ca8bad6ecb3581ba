"""Records of a batch that are alike, computed together; nobody can tell from what is printed of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.tensors.dtypes import get_default_dtype
from ...parser.analysis.given_names import canonical
from ...parser.rows.forms import form_of, kind, places_of, split
from ...parser.syntax.decimal_text import decimal
from .alone import MOST_REMEMBERED, Alone, value_of
from .record import Record

if TYPE_CHECKING:
    from ...parser.rows.together import Together

# Of records that are alike: below it, tracing takes longer than it saves.
FEWEST = 32

# Values by row: an array (n, ...), or where they differ in shape arrays, and None for what is no value.
Column = Any


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
        for (between, *_), members in alike.items():
            if len(members) >= FEWEST:
                places, own, numbers = zip(*members, strict=True)
                # What is wrong with them is said of each alone, where its place is known.
                with contextlib.suppress(Exception):
                    for rows, texts in self._of_forms(between, own, [*zip(*numbers, strict=True)]):
                        found.update({places[row]: text for row, text in zip(rows, texts, strict=True) if text})
        return found

    def _of_forms(
        self, between: tuple[str, ...], records: Sequence[Record], numbers: Sequence[Sequence[str]]
    ) -> Iterator[tuple[Sequence[int], Sequence[str | None]]]:
        """The texts of rows of records that have the same between their numbers, by form; None of one alone."""
        from .patterns import texts

        alone, first = self.alone, records[0]
        program, free = alone.program(first.expr)
        is_short = self.has_forms and len(first.expr) <= MOST_REMEMBERED
        places = places_of(first.expr, program, free) if is_short else []
        given = {canonical(name): name for name in first.values}
        columns = {
            name: _column(name, [record.values[given[name]] for record in records])
            for name in alone.needed(first, program, free)
            if name in given
        }
        keys = [[*map(kind, texts)] if i in places else texts for i, texts in enumerate(numbers)]
        keys += [[*map(_shape, range(len(records)), c)] for c in columns.values() if isinstance(c, list)]
        groups: dict[Any, list[int]] = {}
        for row, *key in zip(range(len(records)), *keys, strict=True):
            groups.setdefault(tuple(key), []).append(row)
        for key, rows in groups.items():
            if len(rows) < FEWEST:
                continue
            own = [records[row] for row in rows]
            problems = alone.problem(own[0]), alone.problem(own[-1])
            varying = {i: [numbers[i][row] for row in rows] for i in places if type(key[i]) is bool}
            form = form_of(between, [texts[rows[0]] for texts in numbers], varying, alone.program)
            values = {
                name: _taken(columns[name], rows)
                if name in columns
                else np.broadcast_to(value._data, (len(rows), *value._data.shape))
                for name, value in problems[0].variables.items()
            }
            found = self.together.rows(form, values, *problems)
            if found is not None:
                exprs = [record.expr for record in own] if varying else [problems[0].program.source] * len(own)
                yield rows, texts(alone.settings.output, own, exprs, found)


def _column(name: str, cells: Sequence[Any]) -> Column:
    try:
        numbers = [cell if type(cell) is float else decimal(cell) for cell in cells]
        return np.array(numbers, get_default_dtype().numpy)
    except (AttributeError, ValueError):
        return [_value(name, cell) for cell in cells]


def _value(name: str, cell: Any) -> Any:
    with contextlib.suppress(Exception):
        return value_of(name, cell)._data
    return None


def _shape(row: int, value: Any) -> Any:
    """What rows computed together have in common: the shape of a value; where there is none, nothing."""
    return row if value is None else value.shape


def _taken(column: Column, rows: Sequence[int]) -> np.ndarray:
    return column[rows] if isinstance(column, np.ndarray) else np.stack([column[row] for row in rows])
