"""A fit as points and curves to be drawn: over the model's column, or over the model where it has several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .fitting import Fit

# As many points of the rows are drawn, and of curves.
_MOST = 2000
_PLACES = 400


class Curve(NamedTuple):
    """A group of rows to be drawn: points (n,), with deviations where they were given, and a curve (m,) with its band.

    `label` is the group, or empty.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    error: np.ndarray | None
    residual: np.ndarray
    places: np.ndarray
    model: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Curves(NamedTuple):
    """All groups of a fit, and what the axis across is: a column, or the model itself."""

    x_name: str
    groups: Sequence[Curve]


def curves_of(fit: Fit) -> Curves:
    """What there is to draw of a fit. Of many rows some are taken, evenly."""
    names = list(fit.residuals.unknowns.shapes)
    alone = len(names) == 1 and fit.residuals.unknowns.size == 1
    return Curves(
        names[0] if alone else fit.report.expr,
        [_curve(fit, group, names[0] if alone else None) for group in fit.parameters.groups],
    )


def _curve(fit: Fit, group: str, name: str | None) -> Curve:
    unknowns = fit.residuals.unknowns
    rows = _some(fit, group)
    size = unknowns.size
    z = rows[size]
    scale = 1 / rows[size + 1] if len(rows) > size + 1 else None
    fitted, _ = fit.model(unknowns.named(rows[:size].T), group, len(z))
    if name is None:
        places = np.array([fitted.min(), fitted.max()])
        return Curve(group, fitted, z, scale, z - fitted, places, places, places, places)
    x = rows[0]
    places = np.linspace(x.min(), x.max(), _PLACES)
    model, variance = fit.model({name: places}, group, len(places))
    half = fit.inference.quantile() * np.sqrt(variance)
    return Curve(group, x, z, scale, z - fitted, places, model, model - half, model + half)


def _some(fit: Fit, group: str) -> np.ndarray:
    """Some rows of a group, evenly taken, as they are kept: the model's columns, the response, and 1/deviation."""
    kept = fit.residuals.kept[group]
    step = -(-kept.rows // _MOST)
    parts: list[np.ndarray] = []
    start = 0
    for read in kept.blocks():
        block = read()
        parts.append(block[:, start::step])
        start = (start - block.shape[1]) % step
    return np.concatenate(parts, axis=1)
