"""What there is to see on curves, a line each: its kind, where it is, the value there, and from both sides."""

from __future__ import annotations

from collections.abc import Sequence

from ...parser.rows.curve import Plotted
from .listing_of_features import listed_curve
from .picture_of_curves import in_one_line


def render(plots: Sequence[Plotted], only: Sequence[str] | None) -> str:
    """Lines of cells with tabs between them; of several expressions, each begins with its own."""
    lines: list[str] = []
    for plot in plots:
        curve = listed_curve(plot, only)
        for feature in curve.found.features if curve else ():
            cells = [feature.kind, *(repr(number) for number in (feature.x, feature.value, *feature.sides))]
            lines.append("\t".join([*([in_one_line(plot)] if len(plots) > 1 else []), *cells]))
    return "".join(line + "\n" for line in lines)
