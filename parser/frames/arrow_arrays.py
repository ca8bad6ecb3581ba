"""Arrow arrays as columns of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..rows.answers import Column, no_rows
from ..syntax.errors import UsageError
from ..syntax.wording import counted, quoted
from .arrow_import import arrow


def is_numeric(kind: Any) -> bool:
    """Whether an Arrow type is that of numbers, or of truth values, which count as 1 and 0."""
    types = arrow("reading this table", "types")
    kind = kind.value_type if types.is_dictionary(kind) else kind
    return any(is_kind(kind) for is_kind in (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal))


def is_list(kind: Any) -> bool:
    """Whether an Arrow type is that of lists."""
    types = arrow("reading this table", "types")
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def width_of(kind: Any, array: Any) -> int | None:
    """The length of the lists in a column of an Arrow type, those of the first row that has one; None for no lists."""
    if not is_list(kind):
        return None
    pa, pc = arrow("reading this table"), arrow("reading this table", "compute")
    if pa.types.is_fixed_size_list(kind):
        return kind.list_size
    lengths = pc.list_value_length(array).drop_null() if array is not None else []
    return lengths[0].as_py() if len(lengths) else 0


def check_type(name: str, kind: Any) -> None:
    """UsageError: the column's type is neither that of numbers nor that of lists of numbers."""
    if not is_numeric(kind.value_type if is_list(kind) else kind) and str(kind) != "null":
        raise UsageError(f"the column `{name}` is of type {kind}, and its values are to be numbers or lists of numbers")


def arrow_width(name: str, array: Any) -> int | None:
    """The length of the lists in an Arrow column, None for numbers. UsageError: it has neither."""
    check_type(name, array.type)
    return width_of(array.type, array)


def column_of(array: Any, name: str, width: int | None) -> Column:
    """An Arrow array of n numbers, or with `width` of n lists of that length, as a column."""
    if width is not None:
        return _lists(array, name, width)
    pa = arrow("reading this table")
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    # Asked of pyarrow.compute, whose import takes long, only where it has something to do.
    numbers = array if pa.types.is_float64(array.type) else array.cast(pa.float64(), safe=False)
    values = numbers.to_numpy(zero_copy_only=False)
    empty = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else no_rows(len(array))
    return Column(values, empty, {})


def _lists(array: Any, name: str, width: int) -> Column:
    pa, pc = arrow("reading this table"), arrow("reading this table", "compute")
    rows = len(array)
    empty = array.is_null().to_numpy(zero_copy_only=False)
    lengths = pc.fill_null(pc.list_value_length(array), width).to_numpy(zero_copy_only=False)
    faults = {
        int(row): wrong_length(name, int(lengths[row]), width) for row in np.flatnonzero((lengths != width) & ~empty)
    }
    whole = ~empty & (lengths == width)
    flat = array.filter(pa.array(whole)).flatten()
    values = np.full((rows, width), np.nan)
    values[whole] = flat.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).reshape(-1, width)
    if flat.null_count:
        gaps = flat.is_null().to_numpy(zero_copy_only=False).reshape(-1, width).any(axis=1)
        faults.update(dict.fromkeys(np.flatnonzero(whole)[gaps].tolist(), f"`{name}` has a null in its list"))
    return Column(values, empty, faults)


def wrong_length(name: str, length: int, width: int) -> str:
    """What is wrong with a list of another length than the first."""
    return f"`{name}` has {counted(length, 'element')}, and {width} in the first row"


def array_of(values: np.ndarray, missing: np.ndarray | None) -> Any:
    """Values (n,), or (n, k) for lists, as an Arrow array with nulls where `missing` marks rows."""
    pa = arrow("writing this format")
    if values.ndim == 1:
        if missing is None and values.dtype == np.float64:
            # As `pa.array`, without the import of masked arrays.
            return pa.Array.from_buffers(pa.float64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])
        return pa.array(values, mask=missing)
    pc = arrow("writing this format", "compute")
    rows, width = values.shape
    lists = pa.ListArray.from_arrays(np.arange(rows + 1, dtype=np.int32) * width, pa.array(values.reshape(-1)))
    return lists if missing is None else pc.if_else(pa.array(missing), pa.scalar(None, lists.type), lists)


def array_of_column(column: Column) -> Any:
    """A column as an Arrow array, with nulls in the rows without a number."""
    missing = column.empty.copy()
    missing[list(column.faults)] = True
    return array_of(column.values, missing if missing.any() else None)


def keeps_digits(texts: Any, kind: Any) -> bool:
    """Whether the texts of a column keep their leading zeros and all digits of whole numbers in an Arrow type.

    Arrow reads `0x10` as 16, which a cell does not mean.
    """
    pa, pc = arrow("writing another format"), arrow("writing another format", "compute")
    if not is_numeric(kind):
        return True
    if pc.any(pc.match_substring_regex(texts, r"^\s*[+-]?0[0-9xX]")).as_py():
        return False
    if not pa.types.is_floating(kind):
        return True
    long = texts.filter(pc.match_substring_regex(texts, r"^\s*[+-]?[0-9]{16,}\s*$")).to_pylist()
    return all(int(text) == float(text) for text in long)


def misfit(title: str, place: str, name: str, text: str, kind: Any) -> UsageError:
    """The error for a cell at a place of a table whose column begins with another kind of values."""
    given = name if name.isidentifier() else f'"{name}"'
    return UsageError(
        f"{place} of {title} has {quoted(text)} in the column `{name}`, whose first values are {_in_words(kind)}",
        f"write the column as text with `--text {given}`, or the table in the format that is read",
    )


def _in_words(kind: Any) -> str:
    types = arrow("writing another format", "types")
    kinds = {"truth values": types.is_boolean, "whole numbers": types.is_integer, "numbers": types.is_floating}
    kinds |= {"texts": types.is_string, "dates and times": types.is_temporal, "lists": is_list}
    return next((words for words, is_kind in kinds.items() if is_kind(kind)), f"of type {kind}")


def first_misfit(rows: int, fits: Callable[[int], bool]) -> int | None:
    """The first of n rows with which rows before no longer fit, None where all do; `fits` takes how many there are."""
    if fits(rows):
        return None
    low, high = 0, rows
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return high - 1
