"""An example call of an operation, and what examples are made of."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

MATRIX, VECTOR, NUMBER, CUBE = (2, 3), (3,), (), (2, 3, 2)
SQUARE = [[2.0, 1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, -0.25, 1.5]]
SYMMETRIC = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]
MASK = [True, False, True]
INF, NAN = math.inf, math.nan


class Example(NamedTuple):
    """A call over tensors, with a reference over NumPy arrays that computes the same in another way.

    `arguments` are shapes (tuples) to sample or data (lists). `text` is the call in an expression, `{}` standing for
    the function's name and x, y, z for the tensors. `order`: how many times to differentiate.
    """

    call: Callable[..., Any]
    reference: Callable[..., Any]
    arguments: tuple[Any, ...]
    text: str = ""
    order: int = 2
