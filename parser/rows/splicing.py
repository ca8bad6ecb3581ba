"""Rows of text put together by machine code: a piece of old text, then new cells, numbers among them as digits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ...engine.program.native.code import Code
from ...engine.program.native.words import Routine, Variable, Word
from .late_code import LateCode
from .numerals import LONGEST, SLACK, powers_of_ten, write_number

_BLOCK = 32
# What it saves for each number, in ns.
_SAVED = 150
_FIELDS = ("lead", "lead_end", "numbers", "blanks", "word", "word_end", "places", "text", "text_end")


class Digits(NamedTuple):
    """A column of numbers, float64, with a text in place of those that are marked."""

    lead: bytes
    numbers: np.ndarray
    blanks: np.ndarray
    word: bytes


class Cells(NamedTuple):
    """A column of texts: each from one of the `places`, int32, (n + 1,), in `text` to the next."""

    lead: bytes
    places: np.ndarray
    text: np.ndarray


def spliced(
    code: Code, data: Any, bounds: np.ndarray, columns: Sequence[Digits | Cells], keep: np.ndarray | None
) -> Any:
    """The pieces `data[bounds[i]:bounds[i + 1]]` for n rows, each followed by its cells, each cell after its lead.

    Of the rows that `keep` does not mark nothing is written. Returns a buffer of bytes.
    """
    rows = len(bounds) - 1
    old = np.frombuffer(data, np.uint8)
    # What the code is given the addresses of, which have to live as long as it runs.
    held: list[Any] = []

    def address(array: Any) -> int:
        held.append(array)
        return array.ctypes.data

    size = int(bounds[-1] - bounds[0]) + SLACK
    table = np.zeros((len(columns), len(_FIELDS)), np.uintp)
    for line, column in zip(table, columns, strict=True):
        lead = np.frombuffer(column.lead or b"\0", np.uint8)
        fields = {"lead": address(lead), "lead_end": lead.ctypes.data + len(column.lead)}
        size += rows * len(column.lead)
        if isinstance(column, Digits):
            word = np.frombuffer(column.word or b"\0", np.uint8)
            fields |= {"word": address(word), "word_end": word.ctypes.data + len(column.word)}
            fields |= {
                "numbers": address(np.ascontiguousarray(column.numbers, np.float64)),
                "blanks": address(np.ascontiguousarray(column.blanks, bool)),
            }
            size += rows * max(LONGEST, len(column.word))
        else:
            text = address(column.text)
            places = address(np.ascontiguousarray(column.places, np.int32))
            fields |= {"places": places, "text": text, "text_end": text + len(column.text)}
            size += int(column.places[-1] - column.places[0])
        line[:] = [fields.get(name, 0) for name in _FIELDS]
    kept = np.ones(rows, bool) if keep is None else np.ascontiguousarray(keep, bool)
    out = np.empty(size, np.uint8)
    written = np.zeros(1, np.int64)
    settings = np.array([len(columns), address(old) + len(old)], np.uintp)
    whole = np.ascontiguousarray(bounds, np.int64)
    code.run(rows, [old, whole, kept, powers_of_ten(), table, settings, out, written])
    return memoryview(out.data)[: int(written[0])]


def _routine() -> str:
    """The code: for each row its piece of the old text, then the cells of each column."""
    code = Routine()
    data, bounds, kept, powers, columns, settings, out, written = map(code.pointer, range(8))
    last_column = columns + settings.read() * (8 * len(_FIELDS))
    data_end = (settings + 8).read()
    end, row, buffer = code.variable(out), code.variable(0), code.buffer(SLACK)
    with code.repeat(lambda: row.now < code.rows):
        with code.when((kept + row.now).read(8) != 0):
            bound = bounds + (row.now << 3)
            _copy(code, data + bound.read(), data + (bound + 8).read(), data_end, end)
            column = code.variable(columns)
            with code.repeat(lambda: column.now < last_column):
                _write_cell(code, column.now, row.now, powers, end, buffer)
                column.add(8 * len(_FIELDS))
        row.add(1)
    written.write(end.now - out)
    return code.text()


def _write_cell(code: Routine, column: Word, row: Word, powers: Word, end: Variable, buffer: Word) -> None:
    """What stands in a row of a column, behind its lead."""
    field = {name: (column + 8 * i).read() for i, name in zip(count(), _FIELDS)}
    _copy(code, field["lead"], field["lead_end"], field["lead_end"], end)

    def digits() -> None:
        code.either((field["blanks"] + row).read(8) != 0, blank, number)

    def blank() -> None:
        _copy(code, field["word"], field["word_end"], field["word_end"], end)

    def number() -> None:
        write_number(code, (field["numbers"] + (row << 3)).read(), powers, end, buffer)

    def text() -> None:
        place = field["places"] + (row << 2)
        start, stop = (field["text"] + at.read(32) for at in (place, place + 4))
        _copy(code, start, stop, field["text_end"], end)

    code.either(field["numbers"] != 0, digits, text)


def _copy(code: Routine, start: Word, stop: Word, limit: Word, end: Variable) -> None:
    """Copies text to `end`, which moves behind it. More is read at once where that is before `limit`."""
    behind = end.now + (stop - start)
    place = code.variable(start)

    def many() -> None:
        end.now.copy(place.now, _BLOCK)
        place.add(_BLOCK)
        end.add(_BLOCK)

    def one() -> None:
        end.now.copy(place.now, 1)
        place.add(1)
        end.add(1)

    with code.repeat(lambda: place.now < stop):
        code.either(place.now + _BLOCK <= limit, many, one)
    end.set(behind)


CODE = LateCode(_routine, _SAVED)
