"""Examples of the functions of the family `creation`, with something to differentiate by."""

import numpy as np
from examples.example import MATRIX, NUMBER, VECTOR, Example

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "zeros": [Example(lambda x: torch.zeros(2, 3) + x, lambda x: [x, x], (VECTOR,), "{}(2, 3) + x")],
    "ones": [Example(lambda x: torch.ones([2, 3]) * x, lambda x: [x, x], (VECTOR,), "{}([2, 3]) * x")],
    "eye": [Example(lambda x: torch.eye(3, 2) * x, lambda x: [[x, 0], [0, x], [0, 0]], (NUMBER,), "{}(3, 2) * x")],
    "full": [
        Example(lambda x: torch.full([2, 3], x), lambda x: np.full((2, 3), x), (NUMBER,), "{}([2, 3], x)"),
        Example(lambda x: torch.full([3], 2.5) * x, lambda x: x * 2.5, (MATRIX,), "{}([3], 2.5) * x"),
    ],
    "arange": [
        Example(lambda x: torch.arange(1, 4) * x, lambda x: x * [1, 2, 3], (MATRIX,), "{}(1, 4) * x"),
        Example(lambda x: torch.arange(1, 0, -0.5) * x, lambda x: x * [1, 0.5], ((2,),), "{}(1, 0, -0.5) * x"),
    ],
    "linspace": [
        Example(lambda x: torch.linspace(x, 2, 3), lambda x: [x, (x + 2) / 2, 2], (NUMBER,), "{}(x, 2, 3)"),
        Example(
            lambda x, y: torch.linspace(x, y, 3), lambda x, y: [x, (x + y) / 2, y], (NUMBER, NUMBER), "{}(x, y, 3)"
        ),
        Example(lambda x: torch.linspace(0, 1, 3) * x, lambda x: x * [0, 0.5, 1], (MATRIX,), "{}(0, 1, 3) * x"),
    ],
}
