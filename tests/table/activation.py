"""Examples of activation functions with slopes or thresholds of their own."""

import math
from collections.abc import Callable
from typing import Any

import autodiff.engine as torch

from .example import CUBE, MATRIX, NUMBER, Example, each, rows

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}

OVERLOADS: dict[str, list[Example]] = {
    "rrelu": [
        Example(
            lambda x: torch.rrelu(x, 0.2, 0.4), each(lambda x: x if x > 0 else 0.3 * x), (MATRIX,), "{}(x, 0.2, 0.4)"
        ),
        Example(
            lambda x: torch.rrelu(x, 0.25, 0.25, True),
            each(lambda x: x if x > 0 else x / 4),
            (MATRIX,),
            "{}(x, 0.25, 0.25, True)",
        ),
    ],
    "hardtanh": [
        Example(
            lambda x: torch.hardtanh(x, -2.0, 0.5), each(lambda x: min(max(x, -2.0), 0.5)), (MATRIX,), "{}(x, -2, 0.5)"
        )
    ],
    "leaky_relu": [Example(lambda x: torch.leaky_relu(x, 0.5), each(lambda x: max(x, x / 2)), (MATRIX,), "{}(x, 0.5)")],
}

OTHERS: dict[str, list[Example]] = {
    "prelu": [
        Example(lambda x, y: torch.prelu(x, y), each(lambda x, w: x if x > 0 else x * w), (MATRIX, NUMBER)),
        Example(lambda x, y: torch.prelu(x, y), each(lambda x, w: x if x > 0 else x * w), (NUMBER, NUMBER)),
        Example(lambda x, y: torch.prelu(x, y), each(lambda x, w: x if x > 0 else x * w), (CUBE, (1,))),
        Example(
            lambda x, y: torch.prelu(x, y),
            lambda x, y: [each(lambda v, w: v if v > 0 else v * w)(block, y[:, None]) for block in x],
            (CUBE, (3,)),
        ),
    ],
    "glu": [
        Example(
            lambda x: torch.glu(x),
            rows(lambda v: [v[0] * (1 + math.tanh(v[1] / 2)) / 2]),
            ((3, 2),),
        )
    ],
}

NODES: dict[str, str] = {
    "prelu": "PreluKernelBackward0",
    "rrelu": "RreluWithNoiseBackward0",
    "softmin": "SoftmaxBackward0",
}
