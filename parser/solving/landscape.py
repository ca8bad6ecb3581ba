"""The values around the way of a search: over one unknown or two, as far as the way goes and a little further."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...engine.optimize.objective import Objective
from ...engine.optimize.unknowns import Unknowns
from .callables import scalar_function
from .correlations import number_names
from .minimization import Goal, MinimumReport

_CURVE, _FIELD = 400, 200
_MARGIN = 0.15


class Landscape(NamedTuple):
    """The way as coordinates by unknown and as values; and the values around, along x of one unknown, or over x and y
    of two with shape (m, n) for n values of x. Of more unknowns there are none.
    """

    names: list[str]
    way: list[Any]
    values: Any
    norms: Any
    x: Any = None
    y: Any = None
    around: Any = None


def landscape(goal: Goal, report: MinimumReport) -> Landscape:
    """The way of a search, with what is around it where that can be drawn."""
    unknowns = Unknowns({name: tuple(goal.problem.variables[name].shape) for name in goal.problem.wrt})
    points = np.array([unknowns.flat(point) for point, _ in report.path]).reshape(-1, unknowns.size)
    values = np.array([step.value for _, step in report.path])
    norms = np.array([step.norm for _, step in report.path])
    way = Landscape(number_names(unknowns), list(points.T), values, norms)
    if unknowns.size > 2 or not len(points):
        return way
    objective = Objective(scalar_function(goal.problem), unknowns)
    sides = [_side(column, _CURVE if unknowns.size == 1 else _FIELD) for column in points.T]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, unknowns.size)
    around = objective.values(grid).reshape([len(side) for side in reversed(sides)])
    return way._replace(x=sides[0], y=sides[1] if len(sides) > 1 else None, around=around)


def _side(column: Any, count: int) -> Any:
    low, high = float(column.min()), float(column.max())
    margin = _MARGIN * (high - low) or max(1.0, abs(low))
    return np.linspace(low - margin, high + margin, count)
