"""Pictures of curves, points and fields: as SVG, PNG or PDF by matplotlib, on a terminal by plotext.

A command describes a `Picture` as data (`picture.py`), and has it drawn; neither library is imported before that, and
nothing else in the house knows them:

    data = Points(x, y, dy, "measured")
    fitted = Panel([Band(x, low, high, "95 %"), Line(x, model, "a*exp(-b*x)"), data], y_label="counts", height=3)
    below = Panel([Level(0), Points(x, residuals)], y_label="residuals")
    check_drawable(path)                                    # at once, so that nothing is computed in vain
    write_picture(Picture([fitted, below], x_label="t"), path, theme="light")
    text = terminal_picture(picture, width=80, height=24, color=False, ascii=True)

Colours are told apart by eyes of all kinds, on white and on black, and curves by their dashes too. A file is the same
bytes each time, appears whole or not at all, and needs the extra `plot`; UsageError says how to install it.
"""

from __future__ import annotations

from .picture import Arrows, Band, Contours, Level, Line, Marks, Panel, Picture, Points
from .picture_file import FORMATS, check_drawable, write_picture
from .terminal import check_terminal, terminal_picture
from .ticks import contour_levels

__all__ = [
    "FORMATS",
    "Arrows",
    "Band",
    "Contours",
    "Level",
    "Line",
    "Marks",
    "Panel",
    "Picture",
    "Points",
    "check_drawable",
    "check_terminal",
    "contour_levels",
    "terminal_picture",
    "write_picture",
]
