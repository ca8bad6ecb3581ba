"""Records that are printed alike but for numbers and words: one is printed with stand-ins, which make way for those."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from ...parser.rows.together import Rows
from ..shell.printing import DELIMITERS
from .outcome import Outcome
from .output import Output
from .record import Record

# What prints all digits of a number.
_WHOLE = ("plain", "json", *DELIMITERS)
# Digits that no name has, in a whole number, a float, and a word that is quoted nowhere.
_LINE, _NUMBER, _WORD = 7310943210943210, "7.31094{:06}1e+201", "stand7310943in{:06}"
_MOST = 64


def texts(output: Output, records: Sequence[Record], rows: Rows) -> list[str | None]:
    """The texts of records by their rows, None where these are not finite. UsageError: they have no such result."""

    def text(row: int) -> str:
        record = records[row]
        return output.text_of(
            Outcome(record.line, record.expr, rows.report(record.expr, itemgetter(row)), None, record.kept)
        )

    finite = np.flatnonzero(rows.finite).tolist()
    # The pattern is none where what it makes of the first or the last is not what is printed of them.
    ends = {row: text(row) for row in (finite[:1] + finite[-1:])}
    made = _filled(output, records, rows) if ends else None
    if made is None or any(made[row] != end for row, end in ends.items()):
        made = {row: text(row) for row in finite}
    return [made[row] if is_finite else None for row, is_finite in enumerate(rows.finite.tolist())]


def _filled(output: Output, records: Sequence[Record], rows: Rows) -> Sequence[str] | None:
    """The texts by a pattern; None: there is none for all."""
    arrays = [*rows.inputs.values(), *rows.found.values()]
    is_whole = output.keys or output.format_name in _WHOLE
    if not is_whole or any(a.dtype != np.float64 for a in arrays) or sum(a[0].size for a in arrays) > _MOST:
        return None
    lines = [record.line for record in records]
    columns: dict[str, Sequence[Any]] = {str(_LINE): lines}

    def number(array: np.ndarray) -> Any:
        elements = array.reshape(len(array), -1).T.tolist()
        stand_ins = [float(_NUMBER.format(len(columns) + i)) for i in range(len(elements))]
        columns.update(zip(map(repr, stand_ins), elements, strict=True))
        return np.array(stand_ins).reshape(array.shape[1:])[()]

    def word(texts: Sequence[str]) -> str:
        stand_in = _WORD.format(len(columns))
        columns[stand_in] = texts
        return type(texts[0])(stand_in)

    first: Any = records[0].kept
    kept = type(first)({name: word([record.kept[name] for record in records]) for name in first})
    report = rows.report(word([record.expr for record in records]), number)
    text = output.text_of(Outcome(_LINE, report.expr, report, None, kept))
    pieces = re.split("|".join(map(re.escape, columns)).join("()"), text)
    used = [columns[name] for name in pieces[1::2]]
    if not all(_is_plain(column, output) for column in used if isinstance(column[0], str)):
        return None
    pattern = "".join(["%s" if i % 2 else piece.replace("%", "%%") for i, piece in enumerate(pieces)])
    # The lines too, so that there are as many texts where nothing differs.
    return [pattern % row[1:] for row in zip(lines, *used, strict=True)]


def _is_plain(texts: Sequence[str], output: Output) -> bool:
    """Whether texts are of one kind and are printed as they are, perhaps in quotes."""
    joined = "".join(texts)
    special = '"\\' + (output.dialect.delimiter if output.format_name in DELIMITERS else "")
    is_as_it_is = joined.isascii() and joined.isprintable() and not any(mark in joined for mark in special)
    # A null of JSON is an empty cell.
    return is_as_it_is and len({*map(type, texts)}) == 1 and "null" not in texts
