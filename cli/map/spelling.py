"""Columns of numbers as columns of text: the shortest digits that give the same number, as Python writes them.

A column of text is a list of `str`, or with pyarrow an Arrow array of strings, which is several times as fast, or
still the numbers: what puts them into rows of text by machine code (`insertion.py`) writes their digits there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ...parser.frames.arrow_import import arrow, has_arrow
from ..tables.dialect import Dialect

Texts: TypeAlias = Any


class Spelling(NamedTuple):
    """How a format writes what is no plain number. `nonfinite` None: as nan, inf and -inf."""

    blank: str
    true: str
    false: str
    nonfinite: str | None = None
    # What stands around a list of several numbers.
    quote: str = ""
    # What a number with a point is written as, its parts being `{0}` and `{1}`; None: as it is.
    decimal: str | None = None


def spelling_of(dialect: Dialect) -> Spelling:
    """How numbers are written in delimited text. Those of lists, which are JSON, have points."""
    quote = '"' if dialect.delimiter in ", " else ""
    if dialect.decimal == ".":
        return Spelling("", "True", "False", quote=quote)
    around = '"' if dialect.decimal == dialect.delimiter else ""
    return Spelling("", "True", "False", quote=quote, decimal=f"{around}{{0}}{dialect.decimal}{{1}}{around}")


JSON = Spelling(blank="null", true="true", false="false", nonfinite="null")


class Unspelled(NamedTuple):
    """The arguments of `texts`, for a column of numbers in the digits that Python writes."""

    values: np.ndarray
    blank: np.ndarray | None
    spelling: Spelling


def texts(values: np.ndarray, blank: np.ndarray | None, spelling: Spelling) -> Texts:
    """The text of each of n values, of shape (n,), or (n, k) for lists; `blank` marks rows without a value."""
    if values.ndim == 1 and values.dtype == np.float64 and spelling.decimal is None:
        return Unspelled(values, blank, spelling)
    return _spelled(values, blank, spelling)


def spelled(column: Texts) -> Texts:
    """A column of text that is not numbers any more."""
    return _spelled(*column) if isinstance(column, Unspelled) else column


def _spelled(values: np.ndarray, blank: np.ndarray | None, spelling: Spelling) -> Texts:
    numbers = np.ascontiguousarray(values).reshape(-1)
    if values.ndim > 1:
        spelling = spelling._replace(decimal=None)
    if has_arrow():
        column = _arrow_numbers(numbers, spelling)
        return _arrow_rows(column, values, blank, spelling)
    column = _plain_numbers(numbers, spelling)
    return _plain_rows(column, values, blank, spelling)


def _plain_numbers(numbers: np.ndarray, spelling: Spelling) -> list[str]:
    if numbers.dtype == bool:
        return [spelling.true if value else spelling.false for value in numbers.tolist()]
    found = list(map(repr, numbers.tolist()))
    if spelling.nonfinite is not None and numbers.dtype.kind == "f":
        for i in np.flatnonzero(~np.isfinite(numbers)).tolist():
            found[i] = spelling.nonfinite
    if spelling.decimal is not None and numbers.dtype.kind == "f":
        return [spelling.decimal.format(*text.split(".")) if "." in text else text for text in found]
    return found


def _plain_rows(column: list[str], values: np.ndarray, blank: np.ndarray | None, spelling: Spelling) -> list[str]:
    if values.ndim > 1:
        width = values.shape[1]
        quote = spelling.quote if width > 1 else ""
        starts = range(0, len(column), width) if width else [0] * len(values)
        column = [f"{quote}[{', '.join(column[start : start + width])}]{quote}" for start in starts]
    if blank is not None:
        for i in np.flatnonzero(blank).tolist():
            column[i] = spelling.blank
    return column


def _arrow_numbers(numbers: np.ndarray, spelling: Spelling) -> Texts:
    pa, pc = arrow("fast text"), arrow("fast text", "compute")
    if numbers.dtype == bool:
        return pc.if_else(pa.array(numbers), spelling.true, spelling.false)
    found = pa.array(numbers).cast(pa.string())
    if numbers.dtype.kind != "f":
        return found
    # Arrow writes 3 for 3.0, and changes to exponents elsewhere than Python.
    size = np.abs(numbers)
    whole = (size < 1e10) & (numbers == np.rint(numbers))
    if whole.any():
        found = pc.if_else(pa.array(whole), pc.binary_join_element_wise(found, ".0", ""), found)
    other = ((size >= 1e10) & (size < 1e16)) | ((size > 9e-10) & (size < 1e-4))
    if other.any():
        found = pc.replace_with_mask(found, pa.array(other), pa.array(list(map(repr, numbers[other].tolist()))))
    if spelling.nonfinite is not None:
        finite = np.isfinite(numbers)
        if not finite.all():
            found = pc.if_else(pa.array(finite), found, spelling.nonfinite)
    if spelling.decimal is not None:
        found = pc.replace_substring_regex(found, r"^(.*)\.(.*)$", spelling.decimal.format(r"\1", r"\2"))
    return found


def _arrow_rows(column: Texts, values: np.ndarray, blank: np.ndarray | None, spelling: Spelling) -> Texts:
    pa, pc = arrow("fast text"), arrow("fast text", "compute")
    if values.ndim > 1:
        rows, width = values.shape
        quote = spelling.quote if width > 1 else ""
        starts = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
        joined = pc.binary_join(pa.ListArray.from_arrays(starts, column), ", ")
        column = pc.binary_join_element_wise(f"{quote}[", joined, f"]{quote}", "")
    if blank is not None:
        column = pc.if_else(pa.array(blank), spelling.blank, column)
    return column


def as_list(column: Texts) -> Sequence[str]:
    """A column of text as a list."""
    column = spelled(column)
    return column if isinstance(column, list) else column.to_pylist()
