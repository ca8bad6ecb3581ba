"""The way of a search as a picture: on the curve of one unknown, on the contours of two, else step by step."""

from __future__ import annotations

import numpy as np

from ...parser.solving.landscape import Landscape
from ..drawing import Contours, Line, Marks, Panel, Picture, contour_levels


def picture_of_way(land: Landscape, title: str) -> Picture:
    """The picture of a way of at least one point."""
    if land.around is None:
        return _step_by_step(land, title)
    x = land.way[0]
    if land.y is None:
        layers = [Line(land.x, land.around, title), Line(x, land.values, "steps", 1, is_path=True)]
        ends = [Marks(x[:1], land.values[:1], "ring", "start", 1), Marks(x[-1:], land.values[-1:], "star", "end", 1)]
        return Picture([Panel([*layers, *ends], y_label="value")], title, land.names[0])
    y = land.way[1]
    # Of values that grow fast, most levels would lie far from the way: they stand closer where it ends.
    least = np.nanmin(np.where(np.isfinite(land.around), land.around, np.nan))
    levels = [float(least + level**4) for level in contour_levels((land.around - least) ** 0.25) if level > 0]
    contours = Contours(land.x, land.y, land.around, levels)
    layers = [contours, Line(x, y, "steps", 1, is_path=True)]
    ends = [Marks(x[:1], y[:1], "ring", "start", 1), Marks(x[-1:], y[-1:], "star", "end", 1)]
    limits = [(float(side[0]), float(side[-1])) for side in (land.x, land.y)]
    return Picture(
        [Panel([*layers, *ends], y_label=land.names[1], y_limits=limits[1])], title, land.names[0], limits[0]
    )


def _step_by_step(land: Landscape, title: str) -> Picture:
    steps = np.arange(len(land.values))
    values = Panel([Line(steps, land.values, "value", 0, is_path=True)], y_label="value")
    positive = np.where(land.norms > 0, land.norms, np.nan)
    norms = Panel([Line(steps, positive, "|gradient|", 1, is_path=True)], y_label="|gradient|", is_log=True)
    return Picture([values, norms], title, "step")
