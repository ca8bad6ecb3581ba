"""The picture of curves: a panel for the values of all expressions, and one for each derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.optimize.features import HOLE, INFLECTION, JUMP, KINK, MAXIMUM, MINIMUM, POLE, ROOT, Feature
from ...parser.rows.curve import Curve, Plotted
from ..drawing import Level, Line, Marks, Panel, Picture, Points
from ..drawing.picture import Layer

# The signs of what there is to see. Of a point that is several, the first of these is marked.
SIGNS = {
    KINK: "diamond",
    JUMP: "square",
    HOLE: "square",
    MINIMUM: "down",
    MAXIMUM: "up",
    ROOT: "ring",
    INFLECTION: "small diamond",
}
# How much of the height is left above and below the curves.
_MARGIN = 0.05
# From here on the line where the value is 0 would be far from all that is drawn.
_FAR = 0.5


def picture_of_curves(
    plots: Sequence[Plotted],
    only: Sequence[str] | None,
    points: tuple[Any, Any] | None,
    view: tuple[float, float] | None,
) -> Picture:
    """The picture of expressions over one range: of the curves in `only`, or all of them.

    `points` of a table are drawn with the values. `view` are the values to show in place of those that suit.
    """
    first = plots[0]
    names = list(dict.fromkeys(name for plot in plots for name in plot.names))
    shown = [name for name in names if only is None or name in only]
    panels = []
    for name in shown:
        own = {slot: curve for slot, plot in enumerate(plots) for curve in plot.curves if curve.name == name}
        with_points = points if name == "value" else None
        # What there is to see is marked on one curve of each expression, and listed below.
        panels.append(_panel(name, own, plots, with_points, view, name == shown[0]))
    ends = sorted(first.axis.ends)
    title = in_one_line(first) if len(plots) == 1 else ""
    return Picture(panels, title, first.variable, (ends[0], ends[1]))


def in_one_line(plot: Plotted) -> str:
    """What a curve is called."""
    return "; ".join(line.strip() for line in plot.expr.splitlines())


def _panel(
    name: str,
    curves: Mapping[int, Curve],
    plots: Sequence[Plotted],
    points: tuple[Any, Any] | None,
    view: tuple[float, float] | None,
    is_marked: bool,
) -> Panel:
    low, high = view or _view([curve.view for curve in curves.values()], points)
    layers: list[Layer] = []
    if low - _FAR * (high - low) <= 0 <= high + _FAR * (high - low):
        low, high = (low, high) if view else (min(low, 0.0), max(high, 0.0))
        layers.append(Level(0.0))
    if view is None:
        low, high = _widened(low, high)
    poles = {f.x for curve in curves.values() for f in curve.found.features if f.kind == POLE}
    layers += [Level(x=x) for x in sorted(poles)]
    for slot, curve in curves.items():
        layers.append(Line(curve.x, curve.y, in_one_line(plots[slot]) if len(plots) > 1 else "", slot))
    if points is not None:
        layers.append(Points(*points, label="data", slot=len(plots)))
    if is_marked:
        for slot, curve in curves.items():
            layers += _marks(curve, slot)
    return Panel(layers, y_label=name, y_limits=(low, high))


def _view(views: Sequence[tuple[float, float]], points: tuple[Any, Any] | None) -> tuple[float, float]:
    """The values to show, so that all curves and points can be seen."""
    low, high = min(low for low, _ in views), max(high for _, high in views)
    if points is not None:
        known = points[1][np.isfinite(points[1])]
        if len(known):
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    return low, high


def _widened(low: float, high: float) -> tuple[float, float]:
    if low == high:
        size = abs(low) / 2 or 1.0
        return low - size, high + size
    more = _MARGIN * high - _MARGIN * low
    return low - more, high + more


def _marks(curve: Curve, slot: int) -> Iterator[Marks]:
    """The points of interest on a curve, by kind."""
    order = list(SIGNS)
    seen = sorted((f for f in curve.found.features if f.kind in SIGNS), key=lambda f: order.index(f.kind), reverse=True)
    at: dict[float, Feature] = {feature.x: feature for feature in seen}
    for kind, sign in SIGNS.items():
        own = [feature for feature in at.values() if feature.kind == kind]
        # At a jump and at a hole there may be no value.
        heights = [f.value if math.isfinite(f.value) else f.sides[0] for f in own]
        if own:
            label = "" if slot else kind
            yield Marks(np.array([f.x for f in own]), np.array(heights), sign, label, slot)
