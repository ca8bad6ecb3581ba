"""Expressions over ranges of two variables, as fields: values and gradients on a grid, and where the gradient is 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...engine import Tensor
from ...engine.optimize.stationary import Stationary, stationary_points
from ..analysis.ranges import Range
from ..semantics.limits import Limits
from ..syntax.errors import UsageError
from ..syntax.records import Program
from ..syntax.wording import quoted
from .row_expression import RowExpression, Wanted

_POINTS = 121


class Field(NamedTuple):
    """An expression over a grid: `x` of shape (n,) and `y` of shape (m,) in order, the rest of shape (m, n).

    `u` and `v` are the derivatives, nan where there are none. `points` are those with a gradient of 0, with the value
    there; None: too many. `failures` says at how many points it cannot be computed and why.
    """

    expr: str
    names: tuple[str, str]
    x: Any
    y: Any
    z: Any
    u: Any
    v: Any
    points: list[tuple[Stationary, float]] | None
    failures: tuple[int, str] | None


def field(program: Program, ranges: Mapping[str, Range], constants: Mapping[str, Tensor], limits: Limits) -> Field:
    """The field of an expression over the ranges of two variables. ExpressionError, UsageError: it cannot be computed,
    or is not a number.
    """
    first, second = ranges
    names = (first, second)
    for name, axis in ranges.items():
        if not math.isfinite(axis.ends[1] - axis.ends[0]):
            raise UsageError(f"the range {quoted(axis.text)} of `{name}` is too wide", "plot one half of it")
    expression = RowExpression(program, constants, Wanted((), names, True), limits)
    expression.result_names({first: (), second: ()})
    faults: dict[int, str] = {}

    def rows(points: Any) -> dict[str, Any]:
        columns = {name: np.ascontiguousarray(points[:, i]) for i, name in enumerate(names)}
        with np.errstate(all="ignore"):
            found = expression.results(
                dict.fromkeys(names, ()), expression.constants, columns, np.zeros(len(points), bool), faults
            )
        if found["value"].ndim > 1:
            raise UsageError(
                f"{quoted(program.source)} is a list of {found['value'].shape[1]} numbers, and contours need one",
                "plot an element of it, or its sum",
            )
        return {name: np.asarray(values, float) for name, values in found.items()}

    def slopes(points: Any) -> tuple[Any, Any]:
        found = rows(points)
        gradient = np.stack([found[f"grad.{name}"] for name in names], axis=1)
        hessian = np.stack([np.stack([found[f"hessian.{a}.{b}"] for b in names], axis=1) for a in names], axis=1)
        return gradient, hessian

    x, y = (np.linspace(min(axis.ends), max(axis.ends), max(axis.count, _POINTS)) for axis in ranges.values())
    whole = rows(np.stack([values.ravel() for values in np.meshgrid(x, y)], axis=1))
    shape = len(y), len(x)
    z = whole["value"].reshape(shape)
    failures = (len(faults), next(iter(faults.values()))) if faults else None
    if f"grad.{first}" not in whole:
        return Field(program.source.strip(), names, x, y, z, z * np.nan, z * np.nan, [], failures)
    u, v = (np.where(np.isnan(z), np.nan, whole[f"grad.{name}"].reshape(shape)) for name in names)
    found = stationary_points(slopes, x, y, u, v)
    points = None if found is None else [(s, float(rows(s.point[None])["value"][0])) for s in found]
    return Field(program.source.strip(), names, x, y, z, u, v, points, failures)
