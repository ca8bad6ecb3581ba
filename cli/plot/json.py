"""The numbers of curves, and what there is to see on them, as JSON: an object a line for each expression."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from ...parser.rows.curve import Plotted
from .listing_of_features import listed_curve


def render(plots: Sequence[Plotted], only: Sequence[str] | None) -> str:
    """Strict JSON: what is not finite is null, and `nonfinite` says by its path what it is."""
    return "".join(json.dumps(_object(plot, only), ensure_ascii=False, allow_nan=False) + "\n" for plot in plots)


def _object(plot: Plotted, only: Sequence[str] | None) -> dict[str, Any]:
    nonfinite: dict[str, str] = {}

    def number(path: str, value: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            nonfinite[path] = repr(value)
            return None
        return value

    def numbers(name: str, values: Sequence[Any]) -> list[Any]:
        return [number(f"{name}[{i}]", value) for i, value in enumerate(values)]

    curve = listed_curve(plot, only)
    points = {plot.variable: plot.axis.values().tolist()}
    for name, values in plot.columns().items():
        if only is None or name in only:
            points[name] = numbers(f"points.{name}", values.tolist())
    features = []
    for i, feature in enumerate(curve.found.features if curve else ()):
        path = f"features[{i}]"
        features.append(
            {
                "kind": feature.kind,
                plot.variable: feature.x,
                "value": number(f"{path}.value", feature.value),
                "sides": [number(f"{path}.sides[{j}]", side) for j, side in enumerate(feature.sides)],
            }
        )
    unlisted = sorted(curve.found.unlisted) if curve else []
    found = {"expr": plot.expr, "variable": plot.variable, "points": points, "features": features, "unlisted": unlisted}
    return {**found, **({"nonfinite": nonfinite} if nonfinite else {})}
