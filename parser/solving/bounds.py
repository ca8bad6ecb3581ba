"""Bounds on unknowns as they are written: `x=0:1`, `x=0:` and `x=:1` with one end alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..analysis.given_names import named_texts
from ..analysis.given_values import read_value
from ..syntax.errors import UsageError, suggested
from ..syntax.wording import quoted, variables_help

Ends = tuple[Any, Any]


def read_bounds(texts: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Ends]:
    """The smallest and the largest value of each unknown that has bounds, as arrays of its shape.

    UsageError: a text is none, or is about no unknown; an end is given twice; the ends are in the wrong order.
    """
    found: dict[str, Ends] = {}
    form, help = "NAME=LOW:HIGH", "one end may be left out: `x=0:`"
    for name, ends in named_texts("--bound", form, help, texts).items():
        low, colon, high = ends.partition(":")
        if not colon or ":" in high or not (low.strip() or high.strip()):
            raise UsageError(f"--bound takes {form}, not {quoted(f'{name}={ends}')}", help)
        if name not in shapes:
            help = suggested(name, shapes, variables_help(list(shapes)))
            raise UsageError(f"--bound names {quoted(name)}, which is no unknown of the expression", help)
        found[name] = (
            _end(name, low, shapes[name], -np.inf),
            _end(name, high, shapes[name], np.inf),
        )
        if (found[name][0] > found[name][1]).any():
            help = "write the smaller one first"
            raise UsageError(f"the bounds {quoted(f'{name}={ends}')} leave no value for `{name}`", help)
    return found


def _end(name: str, text: str, shape: tuple[int, ...], missing: float) -> Any:
    if not text.strip():
        return np.full(shape, missing)
    value = np.asarray(read_value(name, text.strip())._data, float)
    if np.isnan(value).any():
        raise UsageError(f"a bound of `{name}` is nan", "write a number")
    try:
        return np.broadcast_to(value, shape)
    except ValueError:
        shown = f"[{', '.join(map(str, value.shape))}], and the unknown [{', '.join(map(str, shape))}]"
        raise UsageError(f"a bound of `{name}` has the shape {shown}", "write one number for all elements") from None
