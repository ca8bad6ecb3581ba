"""The picture of a field: contours, where the gradient points, and where it vanishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...engine.optimize.features import MAXIMUM, MINIMUM
from ...engine.optimize.stationary import FLAT, SADDLE
from ...parser.rows.field import Field
from ..drawing import Arrows, Contours, Marks, Panel, Picture, contour_levels
from ..drawing.picture import Layer

# Arrows along each side.
_ARROWS = 18
# How often all levels together a value leaps at a pole.
_LEAP = 3
_SIGNS = {MINIMUM: "down", MAXIMUM: "up", SADDLE: "cross", FLAT: "square"}


def picture_of_field(field: Field) -> Picture:
    """The picture of a field that is finite somewhere."""
    levels = contour_levels(field.z)
    layers: list[Layer] = [Contours(field.x, field.y, _parted(field.z, levels), levels, field.expr)]
    rows, columns = (_spread(len(side)) for side in (field.y, field.x))
    x, y = np.meshgrid(field.x[columns], field.y[rows])
    layers.append(Arrows(x, y, field.u[np.ix_(rows, columns)], field.v[np.ix_(rows, columns)]))
    for kind, sign in _SIGNS.items():
        own = [s.point for s, _ in field.points or () if s.kind == kind]
        if own:
            layers.append(Marks(*np.array(own).T, sign=sign, label=kind))
    limits = [(float(side[0]), float(side[-1])) for side in (field.x, field.y)]
    return Picture([Panel(layers, y_label=field.names[1], y_limits=limits[1])], field.expr, field.names[0], limits[0])


def _parted(z: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """The values with gaps where they leap over all levels from one point to the next: at a pole."""
    leap = _LEAP * (levels[-1] - levels[0]) or np.inf
    parted = z.copy()
    with np.errstate(all="ignore"):
        for axis in (0, 1):
            high = np.abs(np.diff(z, axis=axis)) > leap
            high &= np.diff(np.sign(z - (levels[0] / 2 + levels[-1] / 2)), axis=axis) != 0
            for row, column in np.argwhere(high).tolist():
                parted[row, column] = np.nan
                parted[row + (axis == 0), column + (axis == 1)] = np.nan
    return parted


def _spread(count: int) -> np.ndarray:
    """Places in a row of so many, evenly and away from both ends."""
    number = min(_ARROWS, count)
    return np.round((np.arange(number) + 0.5) / number * (count - 1)).astype(int)


def point_lines(field: Field, precision: int | None) -> Iterator[str]:
    """A line for each point where the gradient vanishes."""

    def number(value: float) -> str:
        return f"{value + 0:.{precision or 6}g}"

    for stationary, value in field.points or ():
        place = ", ".join(f"{n} = {number(c)}" for n, c in zip(field.names, stationary.point.tolist(), strict=True))
        curvatures = " and ".join(map(number, stationary.curvatures))
        yield f"{stationary.kind}  {place}  value {number(value)}, curvatures {curvatures}"
