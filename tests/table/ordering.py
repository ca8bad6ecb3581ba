"""Examples of sorting, of medians and quantiles, of distinct values and of searching."""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

import autodiff.engine as torch
from autodiff.engine.primitives import ordering

from .example import MATRIX, NUMBER, VECTOR, Example, each, rows, same, whole

NAN = math.nan
GAPS = [[1.0, NAN, 2.0, 0.5], [-0.5, 4.0, NAN, NAN], [3.0, 1.0, 2.0, 5.0]]
REPEATED = [[2.0, 1.0, 2.0, 1.0], [3.0, 0.5, 0.5, 3.0]]
SIX = (6,)

REFERENCES: dict[str, Callable[..., Any]] = {}


def columns(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each column; lists of results become columns."""
    return lambda x: rows(function)(x.T).T


def numbers_only(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, on those that are not nan."""
    return lambda values: function([v for v in values if not math.isnan(v)])


def least(k: int) -> Callable[..., Any]:
    return lambda values: sorted(values)[k - 1]


def largest(k: int) -> Callable[..., Any]:
    return lambda values: sorted(values, reverse=True)[:k]


def order(values: list[float]) -> list[int]:
    return sorted(range(len(values)), key=values.__getitem__)


def fraction(q: float, between: Callable[[float], float] = lambda part: part) -> Callable[..., float]:
    """The quantile of a list, where `between` says how far to go from one element to the next."""

    def apply(values: list[float]) -> float:
        ordered = sorted(values)
        rank = q * (len(ordered) - 1)
        low = math.floor(rank)
        part = between(rank - low) if rank > low else 0.0
        return ordered[low] + (part * (ordered[low + 1] - ordered[low]) if part else 0.0)

    return apply


INTERPOLATIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda part: part,
    "lower": lambda part: 0.0,
    "higher": lambda part: 1.0,
    "midpoint": lambda part: 0.5,
    "nearest": lambda part: float(part > 0.5),
}


def intervals(find: Callable[..., int]) -> Callable[..., Any]:
    return lambda boundaries, values: each(lambda v: find(boundaries.tolist(), v))(values)


CALLS: dict[str, list[Example]] = {
    "aminmax": [
        Example(lambda x: torch.aminmax(x).min, whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.aminmax(x).max, whole(max), (MATRIX,)),
        Example(lambda x: torch.stack(torch.aminmax(x)), lambda x: [x.min(), x.max()], (MATRIX,)),
        Example(lambda x: torch.aminmax(x, dim=1).max, rows(max), (MATRIX,)),
        Example(
            lambda x: torch.aminmax(x, dim=0, keepdim=True).min,
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, dim=0, keepdim=True)",
        ),
        Example(lambda x: torch.aminmax(x, dim=0).min, same, (NUMBER,)),
    ],
    "msort": [
        Example(lambda x: torch.msort(x), columns(sorted), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.msort(x), same, (NUMBER,), "{}(x)"),
    ],
    "argsort": [
        Example(lambda x: torch.argsort(x), rows(order), (MATRIX,), "{}(x)", order=0),
        Example(lambda x: torch.argsort(x, 0), columns(order), (MATRIX,), "{}(x, 0)", order=0),
        Example(
            lambda x: torch.argsort(x, descending=True),
            lambda x: [[0, 2, 1, 3], [0, 3, 1, 2]],
            (REPEATED,),
            "{}(x, descending=True)",
            order=0,
        ),
    ],
    "topk": [
        Example(lambda x: torch.topk(x, 2).values, rows(largest(2)), (MATRIX,), "{}(x, 2).values", order=3),
        Example(lambda x: torch.topk(x, 1, 0).values, columns(largest(1)), (MATRIX,), "{}(x, 1, 0).values"),
        Example(
            lambda x: torch.topk(x, 2, -1, False).values,
            rows(lambda v: sorted(v)[:2]),
            (MATRIX,),
            "{}(x, 2, -1, largest=False).values",
        ),
        Example(lambda x: torch.topk(x, 1).values, same, (NUMBER,), "{}(x, 1).values"),
    ],
    "kthvalue": [
        Example(lambda x: torch.kthvalue(x, 2).values, rows(least(2)), (MATRIX,), "{}(x, 2).values"),
        Example(
            lambda x: torch.kthvalue(x, 1, 0, True)[0],
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, 1, 0, True).values",
        ),
        Example(lambda x: torch.kthvalue(x, 1).values, same, (NUMBER,), "{}(x, 1).values"),
    ],
    "nanmedian": [
        Example(lambda x: torch.nanmedian(x), whole(statistics.median_low), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.nanmedian(x), whole(numbers_only(statistics.median_low)), (GAPS,), "{}(x)", order=0),
        Example(lambda x: torch.nanmedian(x, 1).values, rows(statistics.median_low), (MATRIX,), "{}(x, 1).values"),
        Example(
            lambda x: torch.nanmedian(x, 1, True)[0],
            rows(lambda v: [numbers_only(statistics.median_low)(v)]),
            (GAPS,),
            "{}(x, 1, True).values",
            order=0,
        ),
        Example(lambda x: torch.nanmedian(x, 0).values, lambda x: NAN, ([NAN, NAN],), order=0),
    ],
    "mode": [
        Example(lambda x: torch.mode(x).values, rows(min), (MATRIX,), "{}(x).values"),
        Example(
            lambda x: torch.mode(x).values,
            rows(lambda v: statistics.mode(sorted(v))),
            (REPEATED,),
            "{}(x).values",
            order=0,
        ),
        Example(lambda x: torch.mode(x, 0, True)[0], columns(lambda v: [min(v)]), (MATRIX,), "{}(x, 0, True).values"),
        Example(lambda x: torch.mode(x, 0).values, same, (NUMBER,), "{}(x, 0).values"),
    ],
    "quantile": [
        Example(lambda x: torch.quantile(x, 0.3), whole(fraction(0.3)), (SIX,), "{}(x, 0.3)"),
        Example(lambda x: torch.quantile(x, 0.5, 0), columns(statistics.median), ((4, 2),), "{}(x, 0.5, 0)"),
        Example(
            lambda x: torch.quantile(x, 0.8, -1, True),
            rows(lambda v: [fraction(0.8)(v)]),
            (MATRIX,),
            "{}(x, 0.8, -1, True)",
        ),
        Example(lambda x: torch.quantile(x, 1.0), same, (NUMBER,), "{}(x, 1.0)"),
        Example(
            lambda x: torch.quantile(x, torch.tensor([0.1, 0.15, 0.9], dtype=x.dtype), 1),
            lambda x: [rows(fraction(q))(x) for q in (0.1, 0.15, 0.9)],
            (MATRIX,),
        ),
        *(
            Example(
                lambda x, name=name: torch.quantile(x, 0.25, interpolation=name), whole(fraction(0.25, between)), (SIX,)
            )
            for name, between in INTERPOLATIONS.items()
        ),
        Example(lambda x: torch.quantile(x, 0.5, 1), lambda x: [NAN, NAN, 2.5], (GAPS,), "{}(x, 0.5, 1)", order=0),
    ],
    "nanquantile": [
        Example(lambda x: torch.nanquantile(x, 0.3), whole(fraction(0.3)), (SIX,), "{}(x, 0.3)"),
        Example(
            lambda x: torch.nanquantile(x, 0.7, 1), rows(numbers_only(fraction(0.7))), (GAPS,), "{}(x, 0.7, 1)", order=0
        ),
        Example(lambda x: torch.nanquantile(x, 0.7), lambda x: NAN, ([NAN],), order=0),
    ],
    "unique": [
        Example(lambda x: torch.unique(x), whole(lambda v: sorted(set(v))), (REPEATED,), "{}(x)", order=0),
        Example(
            lambda x: torch.unique(x, dim=0),
            lambda x: sorted(map(list, set(map(tuple, x)))),
            ([[2.0, 1.0], [0.0, 3.0], [2.0, 1.0]],),
            order=0,
        ),
    ],
    "unique_consecutive": [
        Example(
            lambda x: torch.unique_consecutive(x),
            whole(lambda v: [k for k, _ in groupby(v)]),
            (REPEATED,),
            "{}(x)",
            order=0,
        ),
        Example(
            lambda x: torch.unique_consecutive(x, dim=0),
            lambda x: x[[0, 2]],
            ([[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]],),
            order=0,
        ),
    ],
    "bucketize": [
        Example(
            lambda x, y: torch.bucketize(y, x),
            intervals(bisect_left),
            ([0.0, 1.0, 2.0], [[0.5, 1.0], [-3.0, 9.0]]),
            "{}(y, x)",
            order=0,
        ),
        Example(
            lambda x, y: torch.bucketize(y, x, right=True),
            intervals(bisect_right),
            ([0.0, 1.0, 2.0], [0.5, 1.0]),
            order=0,
        ),
    ],
    "searchsorted": [
        Example(
            lambda x, y: torch.searchsorted(x, y),
            intervals(bisect_left),
            ([0.0, 1.0, 2.0], [[0.5, 1.0], [-3.0, 9.0]]),
            "{}(x, y)",
            order=0,
        ),
        Example(
            lambda x, y: torch.searchsorted(x, y, side="right"),
            lambda x, y: [intervals(bisect_right)(a, b) for a, b in zip(x, y, strict=True)],
            ([[0.0, 1.0], [2.0, 3.0]], [[1.0, 0.5, 7.0], [2.0, 2.5, 1.0]]),
            order=0,
        ),
        Example(
            lambda x, y: torch.searchsorted(x, y, sorter=torch.argsort(x)),
            lambda x, y: intervals(bisect_left)(np.sort(x), y),
            ([2.0, 0.0, 1.0], [0.5, 1.0]),
            order=0,
        ),
    ],
}

OVERLOADS: dict[str, list[Example]] = {}

OTHERS: dict[str, list[Example]] = {
    "positions and counts": [
        Example(lambda x: torch.topk(x, 2).indices, rows(lambda v: order(v)[:-3:-1]), (MATRIX,), order=0),
        Example(lambda x: torch.kthvalue(x, 3).indices, rows(lambda v: order(v)[2]), (MATRIX,), order=0),
        Example(lambda x: torch.mode(x).indices, lambda x: [3, 2], (REPEATED,), order=0),
        Example(
            lambda x: torch.unique(x, return_inverse=True)[1],
            lambda x: np.searchsorted(sorted(set(x.ravel())), x),
            (REPEATED,),
            order=0,
        ),
        Example(lambda x: torch.unique(x, return_counts=True)[1], lambda x: [2, 2, 2, 2], (REPEATED,), order=0),
        Example(
            lambda x: torch.unique_consecutive(x, return_counts=True)[1],
            lambda x: [len(list(g)) for _, g in groupby(x)],
            ([1.0, 1.0, 2.0, 1.0],),
            order=0,
        ),
        Example(
            lambda x: torch.sort(x, descending=True).indices,
            lambda x: [[0, 2, 1, 3], [0, 3, 1, 2]],
            (REPEATED,),
            order=0,
        ),
    ],
    "more orders": [
        Example(lambda x: torch.sort(x, stable=True).values, rows(sorted), (MATRIX,)),
        Example(lambda x: torch.amax(x, (0, -1)), whole(max), (MATRIX,)),
        Example(lambda x: torch.max(x, 0).values, same, (NUMBER,)),
    ],
    "rules of quantiles": [
        Example(ordering.unsqueeze_first, lambda x: [x], (VECTOR,)),
        Example(ordering.transpose_first, lambda x: np.einsum("ij->ji", x), (MATRIX,)),
    ],
}

NODES = {
    "msort": "SortBackward0",
    "quantile": "SqueezeBackward4",
    "nanquantile": "SqueezeBackward4",
    "unique": "Unique2Backward0",
}

WITHOUT_GRADIENT = {"argsort", "bucketize", "searchsorted", "positions and counts"}

# PyTorch records these, but cannot differentiate them.
REFUSED = {"unique", "unique_consecutive"}
