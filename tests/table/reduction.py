"""Examples of the functions that combine elements: sums and means without nan, truth, norms."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import CUBE, MATRIX, NUMBER, VECTOR, Example, rows, same, whole

NAN = math.nan
GAPS = [[1.0, NAN, 2.0], [-0.5, 4.0, NAN]]

REFERENCES: dict[str, Callable[..., Any]] = {}


def numbers_only(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, on those that are not nan."""
    return lambda values: function([v for v in values if not math.isnan(v)])


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def distance(p: float) -> Callable[..., float]:
    return lambda x, y: math.fsum(abs(a - b) ** p for a, b in np.broadcast(x, y)) ** (1 / p)


def shrunk(p: float, most: float) -> Callable[..., Any]:
    """The row, or if its norm is too large the row scaled down."""

    def apply(row: list[float]) -> list[float]:
        size = math.fsum(abs(v) ** p for v in row) ** (1 / p)
        return [v * most / (size + 1e-7) for v in row] if size > most else row

    return apply


CALLS: dict[str, list[Example]] = {
    "nansum": [
        Example(lambda x: torch.nansum(x), whole(math.fsum), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.nansum(x), lambda x: 6.5, (GAPS,), "{}(x)", order=0),
        Example(lambda x: torch.nansum(x, 1, True), rows(lambda v: [math.fsum(v)]), (MATRIX,), "{}(x, 1, True)"),
        Example(lambda x: torch.nansum(x, 0), lambda x: [0.5, 4.0, 2.0], (GAPS,), "{}(x, 0)", order=0),
    ],
    "nanmean": [
        Example(lambda x: torch.nanmean(x), whole(mean), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.nanmean(x, 1), rows(numbers_only(mean)), (GAPS,), "{}(x, 1)", order=0),
        Example(
            lambda x: torch.nanmean(x, (0, 2), True), lambda x: [[[mean(x[:, i].ravel())] for i in range(3)]], (CUBE,)
        ),
    ],
    "all": [
        Example(lambda x: torch.all(x), whole(all), ([0.5, 0.0],), "{}(x)", order=0),
        Example(lambda x: torch.all(x), lambda x: True, ([],), "{}(x)", order=0),
        Example(lambda x: torch.all(x, 1), rows(all), ([[1.0, 0.0], [NAN, 2.0]],), "{}(x, 1)", order=0),
        Example(
            lambda x: torch.all(x, (0, 1), True),
            lambda x: [[False]],
            ([[1.0, 0.0]],),
            "{}(x, [0, 1], True)",
            order=0,
        ),
    ],
    "any": [
        Example(lambda x: torch.any(x), whole(any), ([0.5, 0.0],), "{}(x)", order=0),
        Example(lambda x: torch.any(x), lambda x: False, ([],), "{}(x)", order=0),
        Example(lambda x: torch.any(x, -1), rows(any), ([[0.0, 0.0], [0.0, NAN]],), "{}(x, -1)", order=0),
    ],
    "count_nonzero": [
        Example(
            lambda x: torch.count_nonzero(x),
            whole(lambda v: len(v) - v.count(0)),
            ([[1.0, 0.0, NAN]],),
            "{}(x)",
            order=0,
        ),
        Example(
            lambda x: torch.count_nonzero(x, 0),
            lambda x: [1, 0],
            ([[1.0, 0.0], [0.0, 0.0]],),
            "{}(x, 0)",
            order=0,
        ),
    ],
    "dist": [
        Example(lambda x, y: torch.dist(x, y), distance(2), (VECTOR, VECTOR), "{}(x, y)"),
        Example(lambda x, y: torch.dist(x, y), distance(2), (MATRIX, VECTOR), "{}(x, y)"),
        Example(lambda x, y: torch.dist(x, y, 1), distance(1), (MATRIX, NUMBER), "{}(x, y, 1)"),
        Example(lambda x, y: torch.dist(x, y, p=3), distance(3), (MATRIX, MATRIX), "{}(x, y, p=3)"),
        Example(
            lambda x, y: torch.dist(x, y, math.inf),
            lambda x, y: max(abs(x - y)),
            (VECTOR, VECTOR),
            "{}(x, y, inf)",
        ),
    ],
    "renorm": [
        Example(lambda x: torch.renorm(x, 2, 0, 1.5), rows(shrunk(2, 1.5)), (MATRIX,), "{}(x, 2, 0, 1.5)"),
        Example(
            lambda x: torch.renorm(x, 3, 1, 2.0), lambda x: rows(shrunk(3, 2.0))(x.T).T, (MATRIX,), "{}(x, 3, 1, 2.0)"
        ),
        Example(lambda x: torch.renorm(x, 2, 0, 1.5), rows(shrunk(2, 1.5)), ([[0.3, 0.4], [3.0, 4.0]],)),
    ],
}

OVERLOADS: dict[str, list[Example]] = {}

OTHERS: dict[str, list[Example]] = {
    "more reductions": [
        Example(lambda x: torch.prod(x, 0), lambda x: x[0] * x[1] * x[2], ([[0.0, 2.0], [3.0, 0.0], [0.0, 1.0]],)),
        Example(lambda x: torch.prod(x), whole(math.prod), ([[0.0, 2.0], [3.0, 4.0]],), "prod(x)", order=3),
        Example(
            lambda x: torch.norm(x, "fro", dim=(0, 1), keepdim=True), lambda x: [[math.hypot(*x.ravel())]], (MATRIX,)
        ),
        Example(lambda x: torch.norm(x, 3, (0, 2)), lambda x: [distance(3)(x[:, i], 0.0) for i in range(3)], (CUBE,)),
        Example(lambda x: torch.vector_norm(x, 2, 0), abs, (NUMBER,)),
        Example(lambda x: torch.softmax(x, 0), lambda x: 1.0, (NUMBER,), "softmax(x, 0)"),
        Example(lambda x: torch.logsumexp(x, 0), same, (NUMBER,), "logsumexp(x, 0)"),
        Example(
            lambda x: torch.sum(x, (0, 1), True), lambda x: [[math.fsum(x.ravel())]], (MATRIX,), "sum(x, [0, 1], True)"
        ),
    ],
}

NODES = {"nanmean": "DivBackward0"}

WITHOUT_GRADIENT = {"all", "any", "count_nonzero"}
