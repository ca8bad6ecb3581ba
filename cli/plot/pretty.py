"""Curves on a terminal: the picture, and below it what there is to see."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from ...parser.rows.curve import Plotted
from ..drawing import Picture, terminal_picture
from ..shell.painting import window_width
from ..shell.printing import Style
from .listing_of_features import feature_lines, listed_curve
from .picture_of_curves import in_one_line

# Rows for each panel, where the window has as many.
_FEWEST, _MOST = 15, 22


def render(picture: Picture, style: Style, theme: str | None) -> str:
    """The picture at the width of the window. UsageError: plotext is not installed."""
    rows = shutil.get_terminal_size().lines - 2
    panels = len(picture.panels)
    height = max(_FEWEST * panels, min(rows, _MOST * panels))
    return terminal_picture(picture, window_width(), height, style.color, style.ascii, theme)


def listing(plots: Sequence[Plotted], only: Sequence[str] | None, style: Style) -> str:
    """What there is to see on the first curve of each expression."""
    lines: list[str] = []
    for plot in plots:
        curve = listed_curve(plot, only)
        if curve is None or not curve.found.features:
            continue
        if len(plots) > 1:
            lines += ["", in_one_line(plot) + ":"]
        elif curve.name != "value":
            lines += ["", f"{curve.name}:"]
        else:
            lines.append("")
        lines += feature_lines(curve, plot.variable, style.precision)
    return "".join(line + "\n" for line in lines)
