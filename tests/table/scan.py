"""Examples of running logarithms of sums and extrema, of differences, integrals and derivatives of samples."""

import math
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import CUBE, MATRIX, NUMBER, VECTOR, Example, rows, same

REFERENCES: dict[str, Callable[..., Any]] = {}


def columns(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each column; lists of results become columns."""
    return lambda x: rows(function)(x.T).T


def differences(values: list[float]) -> list[float]:
    return [b - a for a, b in pairwise(values)]


def pieces(values: list[float], places: list[float]) -> list[float]:
    """The areas of the trapezoids under samples."""
    return [(a + b) / 2 * (q - p) for (a, b), (p, q) in zip(pairwise(values), pairwise(places), strict=True)]


def area(values: list[float], step: float = 1.0) -> float:
    return math.fsum(pieces(values, [step * i for i in range(len(values))]))


def areas(values: list[float], step: float = 1.0) -> list[float]:
    return list(accumulate(pieces(values, [step * i for i in range(len(values))])))


def parabola_slope(places: list[float], values: list[float], at: float) -> float:
    """The derivative, at a place, of the parabola through three points, in Lagrange's form."""
    (a, b, c), (u, v, w) = places, values
    return (
        u * (2 * at - b - c) / ((a - b) * (a - c))
        + v * (2 * at - a - c) / ((b - a) * (b - c))
        + w * (2 * at - a - b) / ((c - a) * (c - b))
    )


def slopes(edge_order: int, places: list[float] | None = None, step: float = 1.0) -> Callable[..., list[float]]:
    """The derivatives of samples: inside and, with edge order 2, at the ends, those of parabolas through three."""

    def apply(values: Any) -> list[float]:
        at = places or [step * i for i in range(len(values))]
        last = len(values) - 1
        result = [parabola_slope(at[i - 1 : i + 2], list(values[i - 1 : i + 2]), at[i]) for i in range(1, last)]
        if edge_order == 2:
            first, end = (
                parabola_slope(at[:3], list(values[:3]), at[0]),
                parabola_slope(at[-3:], list(values[-3:]), at[-1]),
            )
        else:
            first, end = (values[1] - values[0]) / (at[1] - at[0]), (values[-1] - values[-2]) / (at[-1] - at[-2])
        return [first, *result, end]

    return apply


def log_of_running_sum(values: list[float]) -> list[float]:
    return [math.log(total) for total in accumulate(map(math.exp, values))]


FIVE, PLACES = (5,), [0.0, 0.5, 2.0, 3.0, 3.2]

CALLS: dict[str, list[Example]] = {
    "logcumsumexp": [
        Example(lambda x: torch.logcumsumexp(x, -1), rows(log_of_running_sum), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.logcumsumexp(x, 0), columns(log_of_running_sum), (MATRIX,), "{}(x, 0)", order=3),
        Example(lambda x: torch.logcumsumexp(x, 0), same, (NUMBER,), "{}(x, 0)"),
        Example(lambda x: torch.logcumsumexp(x, 0), lambda x: x, ([0.0, 800.0],), "{}(x, 0)", order=1),
        Example(lambda x: torch.logcumsumexp(x, 0)[2], lambda x: log_of_running_sum(list(x))[2], (FIVE,)),
    ],
    "cummax": [
        Example(
            lambda x: torch.cummax(x, 1).values,
            rows(lambda v: list(accumulate(v, max))),
            (MATRIX,),
            "{}(x, 1).values",
            order=3,
        ),
        Example(
            lambda x: torch.cummax(x, -2)[0], columns(lambda v: list(accumulate(v, max))), (MATRIX,), "{}(x, -2).values"
        ),
        Example(lambda x: torch.cummax(x, 0).values, same, (NUMBER,), "{}(x, 0).values"),
    ],
    "cummin": [
        Example(
            lambda x: torch.cummin(x, 1).values, rows(lambda v: list(accumulate(v, min))), (MATRIX,), "{}(x, 1).values"
        ),
    ],
    "diff": [
        Example(lambda x: torch.diff(x), rows(differences), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.diff(x, 2, 0), lambda x: differences(differences(list(x))), (FIVE,), "{}(x, 2, 0)"),
        Example(lambda x: torch.diff(x, dim=0), columns(differences), (MATRIX,), "{}(x, dim=0)"),
        Example(lambda x: torch.diff(x, 0), same, (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.diff(x, 5), lambda x: np.zeros(0), (VECTOR,), "{}(x, 5)"),
        Example(
            lambda x, y: torch.diff(x, prepend=y, append=y),
            lambda x, y: differences([*y, *x, *y]),
            (VECTOR, (2,)),
        ),
    ],
    "trapezoid": [
        Example(lambda x: torch.trapezoid(x), rows(area), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.trapezoid(x, dx=0.5), rows(lambda v: area(v, 0.5)), (MATRIX,), "{}(x, dx=0.5)"),
        Example(lambda x: torch.trapezoid(x, dim=0), columns(area), (MATRIX,), "{}(x, dim=0)"),
        Example(
            lambda x, y: torch.trapezoid(x, y),
            lambda x, y: math.fsum(pieces(list(x), list(y))),
            (FIVE, FIVE),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.trapezoid(x, y),
            lambda x, y: [math.fsum(pieces(row, list(y))) for row in x.tolist()],
            (MATRIX, VECTOR),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.trapezoid(x, y, 1),
            lambda x, y: [
                np.transpose([math.fsum(pieces(c, list(d))) for c, d in zip(b.T, y.T, strict=True)]) for b in x
            ],
            (CUBE, (3, 2)),
            "{}(x, y, 1)",
        ),
    ],
    "cumulative_trapezoid": [
        Example(lambda x: torch.cumulative_trapezoid(x), rows(areas), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.cumulative_trapezoid(x, dx=3, dim=0),
            columns(lambda v: areas(v, 3)),
            (MATRIX,),
            "{}(x, dx=3, dim=0)",
        ),
        Example(
            lambda x, y: torch.cumulative_trapezoid(x, y),
            lambda x, y: list(accumulate(pieces(list(x), list(y)))),
            (FIVE, FIVE),
            "{}(x, y)",
        ),
    ],
    "gradient": [
        Example(lambda x: torch.gradient(x)[0], slopes(1), (FIVE,)),
        Example(
            lambda x: torch.stack(torch.gradient(x)),
            lambda x: [columns(slopes(1))(x), rows(slopes(1))(x)],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.gradient(x, spacing=0.5, edge_order=2)[0], slopes(2, step=0.5), (FIVE,)),
        Example(lambda x: torch.gradient(x, dim=-1)[0], rows(slopes(1)), (MATRIX,)),
        *(
            Example(
                lambda x, order=order: torch.gradient(
                    x, spacing=[torch.tensor(PLACES, dtype=x.dtype)], edge_order=order
                )[0],
                slopes(order, PLACES),
                (FIVE,),
            )
            for order in (1, 2)
        ),
        Example(
            lambda x, y: torch.gradient(x, spacing=[y], edge_order=2)[0],
            lambda x, y: slopes(2, y.tolist())(x),
            (FIVE, [0.0, 0.5, 2.0, 3.0, 3.2]),
        ),
    ],
}

OVERLOADS: dict[str, list[Example]] = {}

OTHERS: dict[str, list[Example]] = {
    "positions of running extrema, and differences of booleans": [
        Example(lambda x: torch.cummax(x, 0).indices, lambda x: [0, 0, 2, 2, 4], ([1.0, 0.0, 1.0, 0.5, 2.0],), order=0),
        Example(lambda x: torch.cummin(x, 0).indices, lambda x: [0, 1, 1, 3], ([1.0, 0.0, 1.0, 0.0],), order=0),
        Example(lambda x: torch.diff(x > 0), lambda x: [True, False], ([1.0, -1.0, -2.0],), order=0),
        Example(lambda x: torch.trapezoid(x), lambda x: 0.0, ([],), "trapezoid(x)", order=0),
    ],
}

NODES = {
    "diff": "SubBackward0",
    "trapezoid": "MulBackward1",
    "cumulative_trapezoid": "CumsumBackward0",
    "gradient": "CatBackward0",
}

WITHOUT_GRADIENT = {"positions of running extrema, and differences of booleans"}
