"""Examples of more overloads of sums of products, mixtures and signs."""

import math
from collections.abc import Callable
from typing import Any

import autodiff.engine as torch

from .example import MATRIX, NUMBER, VECTOR, Example, each

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}

OVERLOADS: dict[str, list[Example]] = {
    "rsub": [
        Example(lambda x, y: torch.rsub(x, y, alpha=3), each(lambda x, y: y - x - x - x), (MATRIX, VECTOR)),
        Example(lambda x: torch.rsub(x, 2, alpha=3), each(lambda x: 2 - x - x - x), (MATRIX,)),
    ],
    "lerp": [
        Example(lambda x, y, w=w: torch.lerp(x, y, w), each(lambda x, y, w=w: x * (1 - w) + y * w), shapes)
        for w, shapes in ((0.25, (MATRIX, VECTOR)), (0.75, (NUMBER, MATRIX)), (-1.5, (VECTOR, VECTOR)))
    ],
    "copysign": [
        Example(
            lambda x, y=y: torch.copysign(x, y), each(lambda x, y=y: math.copysign(x, y)), (MATRIX,), f"{{}}(x, {y})"
        )
        for y in (2, -0.5, -0.0)
    ],
    "nextafter": [Example(torch.nextafter, each(math.nextafter), ([1.0, 0.0, -3.0], [2.0, -1.0, 5.0]), "{}(x, y)")],
}

OTHERS: dict[str, list[Example]] = {}

NODES: dict[str, str] = {"heaviside": "torch::autograd::NotImplemented", "lerp": "LerpBackward1"}
