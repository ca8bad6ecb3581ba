"""Examples of the functions of the family `arithmetic`."""

import math
import operator

from examples.example import MATRIX, VECTOR, Example
from examples.references import (
    each,
)

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {}

# More overloads of functions that are sampled from their domain as well.
OVERLOADS: dict[str, list[Example]] = {
    "add": [
        Example(lambda x, y: torch.add(x, y, alpha=3), lambda x, y: x + y + y + y, (MATRIX, VECTOR), "{}(x, y, 3)"),
        Example(lambda x: x + 2, each(lambda x: x + 2), (MATRIX,), "x + 2"),
        Example(lambda x: 2 + x, each(lambda x: x + 2), (MATRIX,), "2 + x"),
    ],
    "sub": [
        Example(
            lambda x, y: torch.sub(x, y, alpha=3), lambda x, y: x - y - y - y, (MATRIX, VECTOR), "{}(x, y, alpha=3)"
        ),
        Example(lambda x: x - 2, each(lambda x: x - 2), (MATRIX,), "x - 2"),
        Example(lambda x: 2 - x, each(lambda x: 2 - x), (MATRIX,), "2 - x"),
    ],
    "mul": [Example(lambda x: 3 * x, each(lambda x: 3 * x), (MATRIX,), "3 * x")],
    "div": [
        Example(lambda x: x / 4, each(lambda x: x / 4), (MATRIX,), "x / 4"),
        Example(lambda x: 4 / x, each(lambda x: 4 / x), (MATRIX,), "4 / x"),
        Example(lambda x, y: torch.div(x, y, rounding_mode="floor"), each(operator.floordiv), (MATRIX, VECTOR)),
        Example(
            lambda x, y: torch.div(x, y, rounding_mode="trunc"),
            each(lambda x, y: math.trunc(x / y)),
            (MATRIX, VECTOR),
        ),
    ],
    "remainder": [
        Example(lambda x: x % 2, each(lambda x: x % 2), (MATRIX,), "x % 2"),
        Example(lambda x: torch.remainder(5, x), each(lambda x: 5 % x), ([0.7, -2.3],), "{}(5, x)"),
        Example(lambda x: torch.remainder(x, -0.7), each(lambda x: x % -0.7), (MATRIX,), "{}(x, -0.7)"),
    ],
    "fmod": [Example(lambda x: torch.fmod(x, 0.7), each(lambda x: math.fmod(x, 0.7)), (MATRIX,), "{}(x, 0.7)")],
    "pow": [
        *(
            Example(
                lambda x, n=n: torch.pow(x, n), each(lambda x, n=n: x**n), ([-1.5, 0.5, 2.0],), f"{{}}(x, {n})", order=3
            )
            for n in (0, 1, 2, 3, -1)
        ),
        Example(lambda x: x**0.5, each(math.sqrt), (MATRIX,), "x**0.5"),
        Example(lambda x: 2**x, each(math.exp2), (MATRIX,), "2**x"),
    ],
    "lerp": [Example(lambda x, y: torch.lerp(x, y, 0.3), lambda x, y: 0.7 * x + 0.3 * y, (MATRIX, VECTOR))],
    "copysign": [Example(lambda x: torch.copysign(x, -2.0), lambda x: -abs(x), (MATRIX,), "{}(x, -2.0)")],
}
