"""Bounds of variables: `x=0:1`, of which either end may be left out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from ...parser.syntax.decimal_text import decimal
from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.wording import quoted, variables_help


def parse_bounds(texts: Iterable[str], names: Collection[str]) -> dict[str, tuple[float, float]]:
    """The bounds by variable, infinite where an end is left out.

    UsageError: another form, a variable twice, none of `names`, or a lower end that is not below the upper one.
    """
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, is_there, ends = text.partition("=")
        name = name.strip()
        low, has_both, high = ends.partition(":")
        if not is_there or not has_both:
            raise UsageError(f"--bound takes NAME=LOW:HIGH, not {quoted(text)}", "write `--bound x=0:1`, or `x=0:`")
        if name not in names:
            close = did_you_mean(name, names)
            help = f"did you mean `{close}`?" if close else variables_help(list(names))
            raise UsageError(f"--bound names {quoted(name)}, which is not looked for", help)
        if name in found:
            raise UsageError(f"--bound is given twice for `{name}`", "leave out one of them")
        found[name] = _end(low, -math.inf, text), _end(high, math.inf, text)
        if not found[name][0] < found[name][1]:
            help = f"to keep it at one value, fix `{name}`" if found[name][0] == found[name][1] else None
            raise UsageError(f"the bounds of `{name}` leave no room: {quoted(ends)}", help)
    return found


def _end(text: str, default: float, whole: str) -> float:
    """One end of a range. UsageError: it is no number."""
    if not text.strip():
        return default
    try:
        number = decimal(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise UsageError(f"{quoted(text)} in `--bound {whole}` is not a number", "write `--bound x=0:1`, or `x=0:`")
    return number
