"""Delimited text without quotes read by machine code: where its records end, and the numbers in some of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...engine.program.native.words import Routine, Variable, Word
from .decimals import read_number
from .late_code import LateCode
from .numerals import powers_of_ten

_NEWLINE = ord("\n")
_ONES, _TOPS = 0x0101010101010101, 0x8080808080808080
_NAN = 0x7FF8000000000000
# What it saves for each cell, in ns.
_SAVED = 80


class PlainRows(NamedTuple):
    """Where each of n records ends, behind 0: (n + 1,), the numbers of each column that is read, and its empty cells.

    The numbers of empty cells are nan.
    """

    bounds: np.ndarray
    values: list[np.ndarray]
    empty: list[np.ndarray]


def read_plain(data: bytes, delimiter: str, width: int, places: Sequence[int]) -> PlainRows | None:
    """The records of text that has no quotes and no carriage returns, each of `width` cells, numbers at the `places`.

    None: a record has more or fewer cells, or one of these is neither empty nor a number such as `-12.5e-3`, or one
    that is hard to round; or there is no machine code for so few.
    """
    most = len(data) // width + 2
    code = CODE.get(most * len(places) // 8)
    if code is None:
        return None
    text = np.frombuffer(data, np.uint8)
    bounds = np.empty(most + 1, np.int64)
    values = [np.empty(most) for _ in places]
    empty = [np.empty(most, bool) for _ in places]
    columns = np.zeros((width, 2), np.uintp)
    for place, numbers, marks in zip(places, values, empty, strict=True):
        columns[place] = numbers.ctypes.data, marks.ctypes.data
    settings = np.array([ord(delimiter), ord(delimiter) * _ONES, columns.ctypes.data + columns.nbytes], np.uintp)
    found = np.zeros(2, np.int64)
    code.run(len(text), [text, bounds, columns, settings, powers_of_ten(), found])
    good, rows = found.tolist()
    if not good:
        return None
    return PlainRows(bounds[: rows + 1], [v[:rows] for v in values], [e[:rows] for e in empty])


def _routine() -> str:
    """The code: its rows are the bytes of the text."""
    code = Routine()
    data, bounds, columns, settings, powers, found = map(code.pointer, range(6))
    delimiter, pattern, last_column = ((settings + 8 * i).read() for i in range(3))
    limit = data + code.rows
    place, row, good = code.variable(data), code.variable(0), code.variable(1)
    bounds.write(0)
    with code.repeat(lambda: (place.now < limit) & (good.now != 0)):

        def record() -> None:
            column = code.variable(columns)
            with code.repeat(lambda: (column.now < last_column) & (good.now != 0)):
                _cell(code, column.now, row.now, place, limit, pattern, delimiter, powers, good)
                column.add(16)
                _end_of_cell(code, column.now == last_column, place, limit, delimiter, good)
            row.add(1)
            (bounds + (row.now << 3)).write(place.now - data - 1)

        code.either(place.now.read(8) == _NEWLINE, lambda: place.add(1), record)
    found.write(good.now)
    (found + 8).write(row.now)
    return code.text()


def _cell(
    code: Routine,
    column: Word,
    row: Word,
    place: Variable,
    limit: Word,
    pattern: Word,
    delimiter: Word,
    powers: Word,
    good: Variable,
) -> None:
    """Reads one cell, or goes past it."""
    numbers, marks = column.read(), (column + 8).read()

    def number() -> None:
        byte = code.variable(_NEWLINE)
        with code.when(place.now < limit):
            byte.set(place.now.read(8))
        is_empty = (byte.now == delimiter) | (byte.now == _NEWLINE)
        (marks + row).write(is_empty.one_if(), 8)

        def empty() -> None:
            (numbers + (row << 3)).write(_NAN)

        def some() -> None:
            (numbers + (row << 3)).write(read_number(code, place, limit, powers, good))

        code.either(is_empty, empty, some)

    code.either(numbers != 0, number, lambda: _past(code, place, limit, pattern, delimiter))


def _past(code: Routine, place: Variable, limit: Word, pattern: Word, delimiter: Word) -> None:
    """Goes to the next delimiter or newline, by eight bytes where there are so many."""
    goes_on = code.variable(1)
    with code.repeat(lambda: (goes_on.now != 0) & (place.now + 8 <= limit)):
        text = place.now.read()
        # The first byte that is 0 where the text and a pattern are the same is marked for sure.
        marked = code.constant(0)
        for other in (text ^ pattern, text ^ (_NEWLINE * _ONES)):
            marked = marked | ((other - _ONES) & (other ^ ((1 << 64) - 1)) & _TOPS)
        goes_on.set((marked == 0).one_if())
        place.add(marked.trailing_zeros() >> 3)
    stops = code.variable(0)
    with code.repeat(lambda: (stops.now == 0) & (place.now < limit)):
        byte = place.now.read(8)
        is_end = ((byte == delimiter) | (byte == _NEWLINE)).one_if()
        stops.set(is_end)
        place.add(is_end ^ 1)


def _end_of_cell(code: Routine, is_last: Word, place: Variable, limit: Word, delimiter: Word, good: Variable) -> None:
    """Goes past what ends a cell: a delimiter, behind the last a newline or the end of the text."""
    byte = code.variable(_NEWLINE)
    with code.when(place.now < limit):
        byte.set(place.now.read(8))
    with code.when(byte.now != is_last.chosen(_NEWLINE, delimiter)):
        good.set(0)
    place.add(1)


CODE = LateCode(_routine, _SAVED)
