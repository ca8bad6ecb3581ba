"""What there is to see on curves, in words: a line each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from ...engine.optimize.features import EDGE, HOLE, INFLECTION, JUMP, KINK, POLE, ROOT, Feature
from ...parser.rows.curve import Curve, Plotted

_MOST = 24
_NOTHING = 1e-14


def listed_curve(plot: Plotted, only: Sequence[str] | None) -> Curve | None:
    """The curve whose features are told: the first that is drawn."""
    return next((curve for curve in plot.curves if only is None or curve.name in only), None)


def feature_lines(curve: Curve, variable: str, precision: int | None) -> Iterator[str]:
    """A line for each feature of a curve, in columns; of very many the first."""
    shown = curve.found.features[:_MOST]
    # What rounding leaves of nothing, which the other formats have.
    least = _NOTHING * max(map(abs, curve.view))

    def number(value: float) -> str:
        return f"{0.0 if abs(value) < least else value:.{precision or 6}g}"

    cells = [(f.kind, f"{variable} = {f.x + 0:.{precision or 6}g}", _remark(f, number)) for f in shown]
    widths = [max((len(row[i]) for row in cells), default=0) for i in range(2)]
    for kind, place, remark in cells:
        yield f"{kind:{widths[0]}}  {place:{widths[1]}}  {remark}".rstrip()
    if len(curve.found.features) > _MOST:
        yield f"... and {len(curve.found.features) - _MOST} more, which `--format plain` lists"


def _remark(feature: Feature, number: Callable[[float], str]) -> str:
    left, right = map(number, feature.sides)
    value = number(feature.value)
    begins = math.isnan(feature.sides[0])
    if feature.kind == ROOT:
        return ""
    if feature.kind == INFLECTION:
        return f"value {value}, slope {left}"
    if feature.kind == KINK:
        return f"value {value}, slopes {left} and {right}"
    if feature.kind == HOLE:
        return f"no value there, {left} on both sides"
    if feature.kind == JUMP:
        return f"from {left} to {right}"
    if feature.kind == POLE:
        if begins or math.isnan(feature.sides[1]):
            return (
                f"{right} from the right, nothing to the left"
                if begins
                else f"{left} from the left, nothing to the right"
            )
        return f"{left} on both sides" if left == right else f"from {left} to {right}"
    if feature.kind == EDGE:
        if math.isinf(feature.value):
            return f"beyond the largest number to the {'left' if begins else 'right'}"
        shown = right if begins else left
        value = f"value {shown}, " if shown != "nan" else ""
        return f"{value}nothing to the {'left' if begins else 'right'}"
    return f"value {value}"
