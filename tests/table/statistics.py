"""Examples of spreads with their means, of covariances and correlations."""

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import CUBE, MATRIX, VECTOR, Example, rows, whole

REFERENCES: dict[str, Callable[..., Any]] = {}


def columns(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each column; lists of results become columns."""
    return lambda x: rows(function)(x.T).T


def both(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    return lambda values: [first(values), second(values)]


def table(function: Callable[..., float]) -> Callable[..., Any]:
    """A function of two lists of Python numbers, applied to each pair of rows."""
    return lambda x: [[function(a, b) for b in x.tolist()] for a in x.tolist()]


def weighted_covariances(x: Any, weights: list[float], freedom: float) -> Any:
    total = math.fsum(weights)
    centred = []
    for row in x.tolist():
        centre = math.fsum(w * v for w, v in zip(weights, row, strict=True)) / total
        centred.append([v - centre for v in row])
    return [
        [math.fsum(w * u * v for w, u, v in zip(weights, a, b, strict=True)) / freedom for b in centred]
        for a in centred
    ]


def reliable(weights: list[float]) -> float:
    """What weights of reliability leave of their sum, for an estimate without bias."""
    return math.fsum(weights) - math.fsum(w * w for w in weights) / math.fsum(weights)


COUNTS, VARIABLES = [1, 3, 2], (2, 3)

CALLS: dict[str, list[Example]] = {
    "var_mean": [
        Example(lambda x: torch.var_mean(x)[0], whole(statistics.variance), (MATRIX,)),
        Example(
            lambda x: torch.stack(torch.var_mean(x)),
            whole(both(statistics.variance, statistics.fmean)),
            (MATRIX,),
            "{}(x)",
        ),
        Example(
            lambda x: torch.stack(torch.var_mean(x, 0, correction=0)),
            columns(both(statistics.pvariance, statistics.fmean)),
            (MATRIX,),
            "{}(x, 0, correction=0)",
        ),
        Example(lambda x: torch.var_mean(x, 1)[1], rows(statistics.fmean), (MATRIX,)),
    ],
    "std_mean": [
        Example(lambda x: torch.std_mean(x)[0], whole(statistics.stdev), (MATRIX,)),
        Example(
            lambda x: torch.stack(torch.std_mean(x)),
            whole(both(statistics.stdev, statistics.fmean)),
            (MATRIX,),
            "{}(x)",
        ),
        Example(
            lambda x: torch.stack(torch.std_mean(x, 1, unbiased=False)),
            lambda x: rows(both(statistics.pstdev, statistics.fmean))(x).T,
            (MATRIX,),
            "{}(x, 1, unbiased=False)",
        ),
        Example(
            lambda x: torch.std_mean(x, (0, 2), keepdim=True)[0],
            lambda x: [[[statistics.stdev(x[:, i].ravel().tolist())] for i in range(3)]],
            (CUBE,),
        ),
        Example(lambda x: torch.std_mean(x, False)[1], whole(statistics.fmean), (VECTOR,)),
    ],
    "cov": [
        Example(lambda x: torch.cov(x), table(statistics.covariance), (VARIABLES,), "{}(x)"),
        Example(lambda x: torch.cov(x), whole(statistics.variance), (VECTOR,), "{}(x)"),
        Example(
            lambda x: torch.cov(x, correction=0),
            lambda x: weighted_covariances(x, [1, 1, 1], 3),
            (VARIABLES,),
            "{}(x, correction=0)",
        ),
        Example(
            lambda x: torch.cov(x, fweights=torch.tensor(COUNTS)),
            lambda x: weighted_covariances(x, [float(n) for n in COUNTS], 5),
            (VARIABLES,),
        ),
        Example(
            lambda x, y: torch.cov(x, aweights=torch.exp(y)),
            lambda x, y: weighted_covariances(x, np.exp(y).tolist(), reliable(np.exp(y).tolist())),
            (VARIABLES, VECTOR),
        ),
    ],
    "corrcoef": [
        Example(lambda x: torch.corrcoef(x)[0, 1], lambda x: statistics.correlation(*x.tolist()), ((2, 4),)),
        Example(lambda x: torch.corrcoef(x), table(statistics.correlation), ((2, 4),), "{}(x)", order=0),
        Example(lambda x: torch.corrcoef(x), lambda x: 1.0, (VECTOR,), "{}(x)"),
    ],
}

OVERLOADS: dict[str, list[Example]] = {}

OTHERS: dict[str, list[Example]] = {
    "more spreads": [
        Example(
            lambda x: torch.var(x, 0, correction=0.5), columns(lambda v: statistics.pvariance(v) * 2 / 1.5), (MATRIX,)
        ),
        Example(lambda x: torch.std(x, (0, 1), True), whole(lambda v: statistics.stdev(v)), (MATRIX,)),
        Example(lambda x: torch.std(x, correction=None), whole(statistics.stdev), (MATRIX,)),
        Example(
            lambda x: torch.var(x, (0, 2)),
            lambda x: [statistics.variance(x[:, i].ravel().tolist()) for i in range(3)],
            (CUBE,),
        ),
    ],
}

NODES = {"cov": "SqueezeBackward0", "corrcoef": "SelectBackward0"}

WITHOUT_GRADIENT: set[str] = set()
