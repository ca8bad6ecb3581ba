"""Examples of the comparisons of whole tensors, and of more overloads of rounding and choosing."""

import math
from collections.abc import Callable
from typing import Any

import autodiff.engine as torch

from .example import MATRIX, NUMBER, Example, each

REFERENCES: dict[str, Callable[..., Any]] = {}

CALLS: dict[str, list[Example]] = {
    "isclose": [
        Example(
            torch.isclose,
            each(lambda x, y: abs(x - y) <= 1e-8 + 1e-5 * abs(y)),
            ([1.0, 2.0, 3.0], [1.0, 2.00001, 3.1]),
            "{}(x, y)",
            order=0,
        ),
        Example(
            lambda x, y: torch.isclose(x, y, atol=0.2),
            each(lambda x, y: abs(x - y) <= 0.2 + 1e-5 * abs(y)),
            ([1.0, 2.0, 3.0], [1.3, 2.00001, 3.1]),
            "{}(x, y, atol=0.2)",
            order=0,
        ),
        Example(lambda x: torch.isclose(x, x, equal_nan=True), lambda x: [True, True], ([1.0, math.nan],), order=0),
    ],
    "allclose": [
        Example(
            lambda x, y: torch.tensor(torch.allclose(x, y)),
            lambda x, y: True,
            ([1.0, 2.0], [1.0, 2.0 + 1e-9]),
            "{}(x, y)",
            order=0,
        ),
        Example(
            lambda x, y: torch.tensor(torch.allclose(x, y)), lambda x, y: False, ([1.0], [1.1]), "{}(x, y)", order=0
        ),
    ],
    "equal": [
        Example(
            lambda x, y: torch.tensor(torch.equal(x, y)), lambda x, y: True, ([1.0, 2.0],) * 2, "{}(x, y)", order=0
        ),
        Example(
            lambda x, y: torch.tensor(torch.equal(x, y)), lambda x, y: False, ([1.0], [[1.0]]), "{}(x, y)", order=0
        ),
    ],
}

OVERLOADS: dict[str, list[Example]] = {
    "where": [
        Example(lambda x, y: x.where(x > y, y), each(max), (MATRIX, NUMBER)),
    ],
    "round": [Example(lambda x: torch.round(x, decimals=0), each(round), (MATRIX,), "{}(x, decimals=0)")],
}

OTHERS: dict[str, list[Example]] = {
    "where of numbers": [
        Example(lambda x: torch.where(x > 0, 1, 2), each(lambda x: 1 if x > 0 else 2), (MATRIX,), order=0),
        Example(lambda x: torch.where(x > 0)[0], lambda x: [0, 2], ([1.0, -1.0, 2.0],), order=0),
    ]
}

NODES: dict[str, str] = {}
# Results that no gradient flows through.
WITHOUT_GRADIENT = {"isclose", "allclose", "equal", "where of numbers"}
