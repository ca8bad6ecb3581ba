"""A fit as a picture: rows and model, and below what the model leaves of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...parser.analysis.fit_report import FitReport
from ...parser.rows.fit_curves import Curves
from ...parser.syntax.errors import UsageError
from ..drawing import FORMATS, Band, Level, Line, Panel, Picture, Points, check_drawable
from ..drawing.picture import Layer

# Files of these names are pictures too, in formats that are not drawn.
_OTHERS = ("jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "eps", "ps")


def pictures_among(paths: Sequence[str]) -> list[str]:
    """The files that are pictures by their endings. UsageError: one cannot be drawn, or is standard output."""
    if "-" in paths:
        raise UsageError("standard output has the report of the fit", "name a file for the table: `-o fitted.csv`")
    found = [path for path in paths if Path(path).suffix.lower().removeprefix(".") in (*FORMATS, *_OTHERS)]
    for path in found:
        check_drawable(path)
    return found


def picture_of(curves: Curves, report: FitReport) -> Picture:
    """Two panels: the rows with the model and the band around it, and the residuals."""
    above: list[Layer] = []
    below: list[Layer] = [Level(y=0.0)]
    for slot, group in enumerate(curves.groups):
        own = f" ({group.label})" if group.label else ""
        if group.low is not group.high:
            above.append(Band(group.places, group.low, group.high, f"{100 * report.level:.6g} % band{own}", slot))
        above.append(Line(group.places, group.model, f"model{own}", slot))
        above.append(Points(group.x, group.y, group.error, f"rows{own}", slot))
        below.append(Points(group.x, group.residual, group.error, "", slot))
    panels = [Panel(above, report.expr, report.response, height=3), Panel(below, "", "residual", height=1.2)]
    return Picture(panels, x_label=curves.x_name)
