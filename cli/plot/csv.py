"""The numbers of curves as CSV or TSV: a row for each point of the range."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.rows.curve import Plotted
from ..shell.printing import delimited


def render(plots: Sequence[Plotted], only: Sequence[str] | None, delimiter: str) -> str:
    """The variable, the value and the derivatives; of several expressions below each other, after a column `expr`."""
    found = [plot.columns() for plot in plots]
    names = list(dict.fromkeys(name for columns in found for name in columns if only is None or name in only))
    several = len(plots) > 1
    rows: list[list[str]] = [[*(["expr"] if several else []), plots[0].variable, *names]]
    for plot, columns in zip(plots, found, strict=True):
        for i, x in enumerate(plot.axis.values().tolist()):
            cells = [repr(columns[name][i].item()) if name in columns else "" for name in names]
            rows.append([*([plot.expr] if several else []), repr(x), *cells])
    return delimited(rows, delimiter)
