"""The numbers of curves, and what there is to see on them, as strict JSON: an object a line for each expression."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.analysis.result import json_line
from ...parser.rows.curve import Plotted
from .listing_of_features import listed_curve


def render(plots: Sequence[Plotted], only: Sequence[str] | None) -> str:
    """What is not finite is null, and `nonfinite` says by its path what it is."""
    return "".join(_line(plot, only) for plot in plots)


def _line(plot: Plotted, only: Sequence[str] | None) -> str:
    curve = listed_curve(plot, only)
    features, unlisted = curve.found if curve else ([], ())
    columns = {name: values for name, values in plot.columns().items() if only is None or name in only}
    return json_line(
        {
            "expr": plot.expr,
            "variable": plot.variable,
            "points": {plot.variable: plot.axis.values(), **columns},
            "features": [
                {"kind": f.kind, plot.variable: f.x, "value": f.value, "sides": list(f.sides)} for f in features
            ],
            "unlisted": sorted(unlisted),
        }
    )
