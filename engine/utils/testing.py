"""`torch.testing`: comparing tensors in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..tensors import dtypes
from ..tensors.tensor import Tensor

__all__ = ["assert_close"]

_TOLERANCES = {np.float64: (1e-7, 1e-7), np.float32: (1.3e-6, 1e-5), np.float16: (1e-3, 1e-5)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_dtype: bool = True,
    msg: Any = None,
    **others: Any,
) -> None:
    """AssertionError: two tensors, numbers, or nestings of them are not |a - b| <= atol + rtol*|b|, or not alike.

    Without tolerances they are 1e-7 for float64, 1.3e-6 and 1e-5 for float32, 0 for whole numbers.
    """
    if (rtol is None) != (atol is None):
        raise ValueError("rtol and atol must both be specified or both be unspecified")
    where = _different(actual, expected, (rtol, atol, equal_nan, check_dtype))
    if where is not None:
        raise AssertionError(msg(where) if callable(msg) else where if msg is None else msg)


def _different(actual: Any, expected: Any, how: tuple[Any, ...]) -> str | None:
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if actual.keys() != expected.keys():
            return f"The keys of the mappings do not match: {sorted(actual)} and {sorted(expected)}"
        return next((w for k in actual if (w := _different(actual[k], expected[k], how)) is not None), None)
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            return f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
        pairs = zip(actual, expected, strict=True)
        return next((w for a, e in pairs if (w := _different(a, e, how)) is not None), None)
    scalars = not isinstance(actual, Tensor) and not isinstance(expected, Tensor)
    return _not_close(_data(actual), _data(expected), "Scalars" if scalars else "Tensor-likes", *how)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _data(value: Any) -> Any:
    return np.asarray(value._data if isinstance(value, Tensor) else value)


def _not_close(a: Any, e: Any, what: str, rtol: Any, atol: Any, equal_nan: bool, check_dtype: bool) -> str | None:
    if a.shape != e.shape:
        shapes = f"torch.Size({list(a.shape)}) != torch.Size({list(e.shape)})"
        return f"The values for attribute 'shape' do not match: {shapes}."
    if check_dtype and what != "Scalars" and a.dtype != e.dtype:
        return f"The values for attribute 'dtype' do not match: {dtypes.of(a.dtype)} != {dtypes.of(e.dtype)}."
    if rtol is None:
        each = [_TOLERANCES.get(array.dtype.type, (0.0, 0.0)) for array in (a, e)]
        rtol, atol = max(r for r, _ in each), max(t for _, t in each)
    matches = np.isclose(a, e, rtol, atol, equal_nan=equal_nan)
    if matches.all():
        return None
    off = np.abs(a.astype(float) - e.astype(float))
    off = np.where(matches, 0, off)
    relative = off / np.abs(e.astype(float))
    if not a.ndim:
        return f"Scalars are not close!\n\nExpected {e.item()} but got {a.item()}.\n" + "\n".join(
            f"{kind} difference: {float(value)} (up to {most} allowed)"
            for kind, value, most in (("Absolute", off, atol), ("Relative", relative, rtol))
        )
    count = int((~matches).sum())
    lines = [f"{what} are not close!", "", f"Mismatched elements: {count} / {a.size} ({count / a.size:.1%})"]
    for kind, values, most in (("absolute", off, atol), ("relative", relative, rtol)):
        place = tuple(int(i) for i in np.unravel_index(np.nanargmax(values), values.shape))
        lines.append(f"Greatest {kind} difference: {float(values[place])} at index {place} (up to {most} allowed)")
    return "\n".join(lines)
