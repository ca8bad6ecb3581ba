"""Bounds on unknowns as they are written: `x=0:1`, `x=0:` and `x=:1` with one end alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..analysis.given_values import read_value
from ..syntax.errors import UsageError, suggested
from ..syntax.wording import quoted, variables_help

Ends = tuple[Any, Any]


def read_bounds(texts: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Ends]:
    """The smallest and the largest value of each unknown that has bounds, as arrays of its shape.

    UsageError: a text is none, or is about no unknown; an end is given twice; the ends are in the wrong order.
    """
    found: dict[str, Ends] = {}
    for text in texts:
        name, equals, ends = text.partition("=")
        name = name.strip()
        low, colon, high = ends.partition(":")
        if not equals or not colon or not name.isidentifier() or ":" in high or not (low.strip() or high.strip()):
            raise UsageError(f"--bound takes NAME=LOW:HIGH, not {quoted(text)}", "one end may be left out: `x=0:`")
        if name not in shapes:
            help = suggested(name, shapes, variables_help(list(shapes)))
            raise UsageError(f"--bound names {quoted(name)}, which is no unknown of the expression", help)
        if name in found:
            raise UsageError(f"--bound has two bounds for `{name}`", f"write both ends in one: `{name}=0:1`")
        found[name] = (
            _end(name, low, shapes[name], -np.inf),
            _end(name, high, shapes[name], np.inf),
        )
        if (found[name][0] > found[name][1]).any():
            raise UsageError(f"the bounds {quoted(text)} leave no value for `{name}`", "write the smaller one first")
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
