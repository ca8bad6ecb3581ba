"""Examples of the functions of the family `activation`."""

import math

from examples.example import MATRIX, Example
from examples.references import (
    between,
    columns,
    each,
    exponential_unit,
    rows,
    shares,
    softplus,
)

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "threshold": [
        Example(
            lambda x: torch.threshold(x, 0.5, -7.0),
            each(lambda x: x if x > 0.5 else -7.0),
            (MATRIX,),
            "{}(x, 0.5, -7.0)",
        )
    ],
    "softmin": [
        Example(lambda x: torch.softmin(x, -1), lambda x: rows(shares)(-x), (MATRIX,), "{}(x)"),
    ],
    "prelu": [
        Example(
            lambda x, y: torch.prelu(x, y),
            lambda x, y: [[v if v > 0 else v * w for v, w in zip(row, y, strict=True)] for row in x],
            ([[1.0, -2.0, -0.5], [-1.0, 2.0, -3.0]], [0.3, 0.5, -0.2]),
            "{}(x, y)",
        ),
        Example(lambda x, y: torch.prelu(x, y), lambda x, y: [x[0], y[0] * x[1]], ([2.0, -3.0], [0.3]), "{}(x, y)"),
    ],
    "glu": [
        Example(
            lambda x: torch.glu(x),
            rows(lambda v: [v[0] / (1 + math.exp(-v[2])), v[1] / (1 + math.exp(-v[3]))]),
            ((2, 4),),
            "{}(x)",
        ),
        Example(
            lambda x: torch.glu(x, 0),
            columns(lambda v: [v[0] / (1 + math.exp(-v[1]))]),
            (MATRIX,),
            "{}(x, 0)",
        ),
    ],
}

# More overloads of functions that are sampled from their domain as well.
OVERLOADS: dict[str, list[Example]] = {
    "softplus": [
        Example(
            lambda x: torch.softplus(x, 2.0, 3.0),
            each(lambda x: x if x > 1.5 else softplus(x, 2.0)),
            ([-1.0, 0.5, 1.4, 1.6],),
            "{}(x, 2.0, 3.0)",
        )
    ],
    "gelu": [
        Example(
            lambda x: torch.gelu(x, "tanh"),
            each(lambda x: x / (1 + math.exp(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))),
            (MATRIX,),
        )
    ],
    "elu": [Example(lambda x: torch.elu(x, 2.0), each(lambda x: exponential_unit(x, 2)), (MATRIX,), "{}(x, 2.0)")],
    "celu": [Example(lambda x: torch.celu(x, 2.0), each(lambda x: exponential_unit(x, 2, 2)), (MATRIX,), "{}(x, 2.0)")],
    "leaky_relu": [
        Example(lambda x: torch.leaky_relu(x, 0.3), each(lambda x: max(x, 0.3 * x)), (MATRIX,), "{}(x, 0.3)")
    ],
    "hardtanh": [
        Example(lambda x: torch.hardtanh(x, -0.5, 2.0), each(between(-0.5, 2.0)), (MATRIX,), "{}(x, -0.5, 2)")
    ],
    "hardsigmoid": [Example(lambda x: torch.hardsigmoid(x), lambda x: [0.0, 1.0], ([-4.0, 5.0],), "{}(x)")],
    "hardswish": [Example(lambda x: torch.hardswish(x), lambda x: [0.0, 5.0], ([-4.0, 5.0],), "{}(x)")],
    "hardshrink": [
        Example(lambda x: torch.hardshrink(x, 1), each(lambda x: x if abs(x) > 1 else 0.0), (MATRIX,), "{}(x, 1)")
    ],
    "softshrink": [
        Example(lambda x: torch.softshrink(x, 1), each(lambda x: x - between(-1, 1)(x)), (MATRIX,), "{}(x, 1)")
    ],
}
