"""Examples of the functions that pick elements out of tensors, or put them in, by indices and masks."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.primitives import indexing

from .example import CUBE, MATRIX, NUMBER, VECTOR, Example, rows

MASK = [True, False, True]
PICKS = [[2, 0], [1, 1]]

REFERENCES: dict[str, Callable[..., Any]] = {}


def numbers(index: Any) -> Tensor:
    return torch.tensor(index)


def put(x: Any, places: dict[Any, Any]) -> Any:
    """The array with some elements, or rows, replaced."""
    result = x.tolist()
    for place, value in places.items():
        if isinstance(place, tuple):
            result[place[0]][place[1]] = value
        else:
            result[place] = value
    return result


CALLS: dict[str, list[Example]] = {
    "gather": [
        Example(
            lambda x: torch.gather(x, 1, numbers(PICKS)),
            lambda x: [[x[0, 2], x[0, 0]], [x[1, 1], x[1, 1]]],
            (MATRIX,),
            "{}(x, 1, [[2, 0], [1, 1]])",
            order=3,
        ),
        Example(lambda x: torch.gather(x, 0, numbers([[1, 0]])), lambda x: [[x[1, 0], x[0, 1]]], (MATRIX,)),
        Example(lambda x: torch.gather(x, 0, numbers(0)), lambda x: x, (NUMBER,)),
        Example(lambda x: torch.gather(x, 0, numbers([0, 0])), lambda x: [x, x], (NUMBER,)),
    ],
    "scatter": [
        Example(
            lambda x, y: torch.scatter(x, 1, numbers([[2, 0], [1, 2]]), y),
            lambda x, y: put(x, {(0, 2): y[0, 0], (0, 0): y[0, 1], (1, 1): y[1, 0], (1, 2): y[1, 1]}),
            (MATRIX, (2, 2)),
            "{}(x, 1, [[2, 0], [1, 2]], y)",
            order=3,
        ),
        Example(
            lambda x: torch.scatter(x, 0, numbers([2, 2]), 1.5),
            lambda x: [x[0], x[1], 1.5],
            (VECTOR,),
            "{}(x, 0, [2, 2], 1.5)",
            order=3,
        ),
        Example(
            lambda x, y: torch.scatter(x, 0, numbers([[1, 0]]), y),
            lambda x, y: put(x, {(1, 0): y[0, 0], (0, 1): y[0, 1]}),
            (MATRIX, MATRIX),
            "{}(x, 0, [[1, 0]], y)",
        ),
    ],
    "scatter_add": [
        Example(
            lambda x, y: torch.scatter_add(x, 0, numbers([2, 0, 2]), y),
            lambda x, y: [x[0] + y[1], x[1], x[2] + y[0] + y[2]],
            (VECTOR, VECTOR),
            "{}(x, 0, [2, 0, 2], y)",
            order=3,
        ),
        Example(lambda x, y: torch.scatter_add(x, 0, numbers(0), y), lambda x, y: x + y, (NUMBER, NUMBER)),
    ],
    "take_along_dim": [
        Example(
            lambda x: torch.take_along_dim(x, numbers([[2], [-3]]), 1),
            lambda x: [[x[0, 2]], [x[1, 0]]],
            (MATRIX,),
            "{}(x, [[2], [0]], 1)",
        ),
        Example(lambda x: torch.take_along_dim(x, numbers([[1]]), 0), lambda x: [x[1]], (MATRIX,)),
        Example(lambda x: torch.take_along_dim(x, numbers([5, 0])), lambda x: [x[1, 2], x[0, 0]], (MATRIX,)),
    ],
    "index_select": [
        Example(
            lambda x: torch.index_select(x, 1, numbers([2, 0, 2])),
            rows(lambda v: [v[2], v[0], v[2]]),
            (MATRIX,),
            "{}(x, 1, [2, 0, 2])",
            order=3,
        ),
        Example(lambda x: torch.index_select(x, 0, numbers([0])), lambda x: x, (NUMBER,), "{}(x, 0, [0])"),
    ],
    "index_add": [
        Example(
            lambda x, y: torch.index_add(x, 0, numbers([1, 1]), y),
            lambda x, y: [x[0], x[1] + y[0] + y[1]],
            (MATRIX, MATRIX),
            "{}(x, 0, [1, 1], y)",
            order=3,
        ),
        Example(
            lambda x, y: torch.index_add(x, -1, numbers([2]), y, alpha=3),
            lambda x, y: [[a, b, c + 3 * d] for (a, b, c), (d,) in zip(x, y, strict=True)],
            (MATRIX, (2, 1)),
        ),
        Example(lambda x, y: torch.index_add(x, 0, numbers([0]), y), lambda x, y: x + y, (NUMBER, NUMBER)),
    ],
    "index_copy": [
        Example(
            lambda x, y: torch.index_copy(x, 1, numbers([2, 0]), y),
            lambda x, y: [[d, b, c] for (_, b, _), (c, d) in zip(x, y, strict=True)],
            (MATRIX, (2, 2)),
            "{}(x, 1, [2, 0], y)",
            order=3,
        )
    ],
    "index_fill": [
        Example(
            lambda x: torch.index_fill(x, 1, numbers([0, -1]), 1.5),
            rows(lambda v: [1.5, v[1], 1.5]),
            (MATRIX,),
            "{}(x, 1, [0, -1], 1.5)",
            order=3,
        ),
        Example(
            lambda x, y: torch.index_fill(x, 0, numbers([2, 2, 0]), y),
            lambda x, y: [y, x[1], y],
            (VECTOR, NUMBER),
            "{}(x, 0, [2, 2, 0], y)",
            order=3,
        ),
    ],
    "index_put": [
        Example(
            lambda x, y: torch.index_put(x, (numbers([0, 1]), numbers([2, 0])), y),
            lambda x, y: put(x, {(0, 2): y[0], (1, 0): y[1]}),
            (MATRIX, (2,)),
            "{}(x, [[0, 1], [2, 0]], y)",
            order=3,
        ),
        Example(
            lambda x, y: torch.index_put(x, (numbers([1, 1]),), y, accumulate=True),
            lambda x, y: [x[0], x[1] + y + y],
            (MATRIX, VECTOR),
            "{}(x, [[1, 1]], y, True)",
            order=3,
        ),
        Example(lambda x, y: torch.index_put(x, (numbers(MASK),), y), lambda x, y: [y, x[1], y], (VECTOR, NUMBER)),
    ],
    "take": [
        Example(
            lambda x: torch.take(x, numbers([[5, 0], [-1, 1]])),
            lambda x: [[x[1, 2], x[0, 0]], [x[1, 2], x[0, 1]]],
            (MATRIX,),
            "{}(x, [[5, 0], [-1, 1]])",
            order=3,
        ),
        Example(lambda x: torch.take(x, numbers(0)), lambda x: x, (NUMBER,)),
    ],
    "masked_fill": [
        Example(
            lambda x: torch.masked_fill(x, numbers(MASK), 1.5),
            rows(lambda v: [1.5, v[1], 1.5]),
            (MATRIX,),
            "{}(x, [True, False, True], 1.5)",
            order=3,
        ),
        Example(
            lambda x, y: torch.masked_fill(x, numbers([[True], [False]]), y),
            lambda x, y: [[y, y, y], x],
            (VECTOR, NUMBER),
            "{}(x, [[True], [False]], y)",
            order=3,
        ),
    ],
    "masked_select": [
        Example(
            lambda x: torch.masked_select(x, numbers(MASK)),
            lambda x: [x[0, 0], x[0, 2], x[1, 0], x[1, 2]],
            (MATRIX,),
            "{}(x, [True, False, True])",
            order=3,
        ),
        Example(lambda x: torch.masked_select(x, numbers([[True], [False], [True]])), lambda x: [*x, *x], (VECTOR,)),
    ],
    "select_scatter": [
        Example(
            lambda x, y: torch.select_scatter(x, y, 0, -1),
            lambda x, y: [x[0], y],
            (MATRIX, VECTOR),
            "{}(x, y, 0, -1)",
            order=3,
        ),
        Example(
            lambda x, y: torch.select_scatter(x, y, -1, 1),
            lambda x, y: [[a, v, c] for (a, _, c), v in zip(x, y, strict=True)],
            (MATRIX, (2,)),
            "{}(x, y, -1, 1)",
        ),
    ],
    "slice_scatter": [
        Example(
            lambda x, y: torch.slice_scatter(x, y, 1, 0, 3, 2),
            lambda x, y: [[a, v, b] for (_, v, _), (a, b) in zip(x, y, strict=True)],
            (MATRIX, (2, 2)),
            "{}(x, y, 1, 0, 3, 2)",
            order=3,
        ),
        Example(
            lambda x, y: torch.slice_scatter(x, y, start=1),
            lambda x, y: [x[0], *y],
            (VECTOR, (2,)),
            "{}(x, y, start=1)",
        ),
    ],
    "nonzero": [
        Example(torch.nonzero, lambda x: [[0, 1], [1, 0]], ([[0.0, 2.0], [3.0, 0.0]],), "{}(x)", order=0),
    ],
    "argwhere": [Example(torch.argwhere, lambda x: [[0], [2]], ([1.0, 0.0, 2.0],), "{}(x)", order=0)],
}

OVERLOADS: dict[str, list[Example]] = {}

OTHERS: dict[str, list[Example]] = {
    "more indexing": [
        Example(lambda x: x[True], lambda x: [x], (VECTOR,)),
        Example(lambda x: x[0, True], lambda x: [x[0]], (MATRIX,)),
        Example(lambda x: x[torch.tensor(1)], lambda x: list(x)[1], (MATRIX,)),
        Example(lambda x: x[()], lambda x: x, (MATRIX,)),
        Example(lambda x: x[:, :], lambda x: x, (MATRIX,)),
        Example(lambda x: x[:], lambda x: x, (MATRIX,), "x[:]"),
        Example(lambda x: x[..., 0], rows(lambda v: v[0]), (MATRIX,), "x[..., 0]"),
        Example(lambda x: x[0, :, [1, 0]], lambda x: x[0][:, ::-1], (CUBE,)),
        Example(lambda x: x[[0, 1], :, [1, 0]], lambda x: [x[0][:, 1], x[1][:, 0]], (CUBE,)),
        Example(lambda x: x[:, [[0], [2]], [1]], lambda x: [[[m[0, 1]], [m[2, 1]]] for m in x], (CUBE,)),
        Example(lambda x: x[1:, None, [0, 0]], lambda x: [[[x[1, 0], x[1, 0]]]], (MATRIX,)),
        Example(
            lambda x: x[numbers([[True, False, True], [False, True, False]])],
            lambda x: [x[0, 0], x[0, 2], x[1, 1]],
            (MATRIX,),
        ),
        Example(lambda x: x[numbers(MASK), 1], lambda x: [x[0, 1], x[2, 1]], ((3, 2),)),
        Example(lambda x: x[[]], lambda x: np.zeros((0, 3)), (MATRIX,)),
    ],
    "rules of indexing": [
        Example(
            lambda x: indexing.masked_select_backward(x, np.array([[True, False], [True, True]]), (2, 2)),
            lambda x: [[x[0], 0], [x[1], x[2]]],
            (VECTOR,),
        )
    ],
}

# PyTorch's name for the node of the first example, where it is not the function's own name in title case.
NODES = {"take_along_dim": "GatherBackward0"}
# Results that no gradient flows through.
WITHOUT_GRADIENT = {"nonzero", "argwhere"}
