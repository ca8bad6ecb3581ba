"""What there is to draw, as data: panels one below the other, and layers in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

# Layers are drawn in their order. Arrays have shape (n,); a nan in one is a gap. A `slot` is a place in the palette,
# from 0: layers of one slot have one colour. What has a label stands in the legend.


class Line(NamedTuple):
    """A curve, or the way of something from point to point with `is_path`."""

    x: Any
    y: Any
    label: str = ""
    slot: int = 0
    is_path: bool = False


class Points(NamedTuple):
    """Single points, with bars of `error` up and down where it is given."""

    x: Any
    y: Any
    error: Any = None
    label: str = ""
    slot: int = 0


class Band(NamedTuple):
    """What lies between two curves, such as where a curve may be."""

    x: Any
    low: Any
    high: Any
    label: str = ""
    slot: int = 0


class Marks(NamedTuple):
    """Points of interest, each with a sign of `palette.SIGNS`. A ring is open, the others are full."""

    x: Any
    y: Any
    sign: str = "ring"
    label: str = ""
    slot: int = 0


class Level(NamedTuple):
    """A thin straight line through the panel: across at `y`, or upright at `x`, such as an asymptote."""

    y: float | None = None
    x: float | None = None


class Contours(NamedTuple):
    """Lines along which z is one of some `levels`, as `contour_levels` chooses them.

    z has the shape (m, n) for n values of x and m of y, and nan where there is none.
    """

    x: Any
    y: Any
    z: Any
    levels: Sequence[float]
    label: str = ""


class Arrows(NamedTuple):
    """Directions (u, v) at points (x, y); only where they lead is drawn, not how far. All of one shape."""

    x: Any
    y: Any
    u: Any
    v: Any


Layer: TypeAlias = Line | Points | Band | Marks | Level | Contours | Arrows


class Panel(NamedTuple):
    """Layers with axes of their own. Limits that are None are those of what is drawn.

    `height` is its share of the picture. With `is_log` the y axis is logarithmic.
    """

    layers: Sequence[Layer]
    title: str = ""
    y_label: str = ""
    y_limits: tuple[float, float] | None = None
    height: float = 1
    is_log: bool = False


class Picture(NamedTuple):
    """Panels below each other with one x axis for all."""

    panels: Sequence[Panel]
    title: str = ""
    x_label: str = ""
    x_limits: tuple[float, float] | None = None
