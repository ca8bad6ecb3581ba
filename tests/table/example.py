"""What an example of a call is, and what makes references for arrays out of functions of numbers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


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


MATRIX, VECTOR, NUMBER, CUBE = (2, 3), (3,), (), (2, 3, 2)


def same(x: Any) -> Any:
    return x


def each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python numbers, applied to each element of arrays that are broadcast together."""

    def apply(*arrays: Any) -> Any:
        arrays = np.broadcast_arrays(*arrays)
        numbers = zip(*[a.ravel().tolist() for a in arrays], strict=True)
        return np.array([function(*n) for n in numbers]).reshape(arrays[0].shape)

    return apply


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to all elements."""
    return lambda x: function(np.ravel(x).tolist())


def rows(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a list of Python numbers, applied to each row of a matrix."""
    return lambda x: np.array([function(row) for row in x.tolist()])
