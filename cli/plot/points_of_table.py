"""The points of a table that are drawn over curves, and limits of what is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...parser.analysis.ranges import is_range, read_range
from ...parser.syntax.errors import UsageError, suggested
from ...parser.syntax.wording import listed, quoted
from ..map.chunk import Source
from ..map.table_formats import open_tables
from ..shell.saying import say
from ..tables.table_options import TextTables

# More than these cannot be told apart.
_MOST = 20_000


def read_points(path: str, variable: str, response: str | None, texts: TextTables) -> tuple[Any, Any]:
    """The points (x, y) of a table: x from the column of the variable's name, y from that of the response, or from the
    only other one. UsageError: it cannot be read, or it is not clear which columns are meant.
    """
    xs: list[Any] = []
    ys: list[Any] = []
    for table in open_tables([path], None, texts.form()):
        source = table.source
        height = _height(source, variable, response)
        source.expect([variable, height], ())
        for chunk in source.chunks():
            read = chunk.read()
            xs.append(read[variable].values)
            ys.append(read[height].values)
    x, y = (np.concatenate(parts) if parts else np.zeros(0) for parts in (xs, ys))
    whole = np.isfinite(x) & np.isfinite(y)
    if not whole.all():
        say(f"note: {int((~whole).sum()):,} of {len(x):,} points have no numbers, and are not drawn")
    x, y = x[whole], y[whole]
    if len(x) > _MOST:
        say(f"note: of {len(x):,} points {_MOST:,} are drawn")
        chosen = np.linspace(0, len(x) - 1, _MOST).astype(int)
        x, y = x[chosen], y[chosen]
    return x, y


def _height(source: Source, variable: str, response: str | None) -> str:
    """The column that says how high points are."""
    names = source.names
    for name in (variable, response):
        if name is not None and name not in names:
            help = suggested(name, names, f"its columns are {listed(names)}")
            raise UsageError(f"{source.title} has no column {quoted(name)}", help)
    if response is not None:
        return response
    others = [name for name in names if name != variable]
    if len(others) != 1:
        raise UsageError(
            f"{source.title} has {len(others)} columns beside {quoted(variable)}",
            f"say which is how high: `--response {others[0] if others else 'y'}`",
        )
    return others[0]


def read_view(text: str | None) -> tuple[float, float] | None:
    """The limits that an option gives. UsageError: they are none."""
    if text is None:
        return None
    ends: Sequence[float] = ()
    if is_range(text):
        axis = read_range("ylim", text)
        ends = axis.ends if axis.is_open else ()
    if not ends or not all(map(math.isfinite, ends)) or ends[0] >= ends[1]:
        raise UsageError(f"--ylim takes LOW:HIGH, not {quoted(text)}", "write `--ylim -2:2`")
    return ends[0], ends[1]
