"""Examples of the functions of the family `indexing`."""

import numpy as np
from examples.example import MASK, MATRIX, NUMBER, VECTOR, Example
from examples.references import rows

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "gather": [
        Example(
            lambda x: torch.gather(x, 1, torch.tensor([[2, 0, 2], [1, 1, 0]])),
            lambda x: [[x[0, 2], x[0, 0], x[0, 2]], [x[1, 1], x[1, 1], x[1, 0]]],
            (MATRIX,),
            "{}(x, 1, [[2, 0, 2], [1, 1, 0]])",
            order=3,
        ),
        Example(
            lambda x: torch.gather(x, 0, torch.tensor([[1, 0]])),
            lambda x: [[x[1, 0], x[0, 1]]],
            (MATRIX,),
            "{}(x, 0, [[1, 0]])",
        ),
    ],
    "scatter": [
        Example(
            lambda x, y: torch.scatter(x, 1, torch.tensor([[2, 0], [1, 2]]), y),
            lambda x, y: [[y[0, 1], x[0, 1], y[0, 0]], [x[1, 0], y[1, 0], y[1, 1]]],
            (MATRIX, (2, 2)),
            "{}(x, 1, [[2, 0], [1, 2]], y)",
        ),
        Example(
            lambda x: torch.scatter(x, 0, torch.tensor([[1, 0, 1]]), 7.0),
            lambda x: [[x[0, 0], 7, x[0, 2]], [7, x[1, 1], 7]],
            (MATRIX,),
            "{}(x, 0, [[1, 0, 1]], 7.0)",
        ),
    ],
    "scatter_add": [
        Example(
            lambda x, y: torch.scatter_add(x, 1, torch.tensor([[2, 2], [1, 0]]), y),
            lambda x, y: [
                [x[0, 0], x[0, 1], x[0, 2] + y[0, 0] + y[0, 1]],
                [x[1, 0] + y[1, 1], x[1, 1] + y[1, 0], x[1, 2]],
            ],
            (MATRIX, (2, 2)),
            "{}(x, 1, [[2, 2], [1, 0]], y)",
        )
    ],
    "scatter_reduce": [
        Example(
            lambda x, y, how=how, own=own: torch.scatter_reduce(
                x, 0, torch.tensor([0, 0, 1]), y, how, include_self=own
            ),
            lambda x, y, reduce=reduce, own=own: [
                reduce([*x[:1], *y[:2]] if own else y[:2]),
                reduce([x[1], y[2]] if own else y[2:3]),
                x[2],
            ],
            (VECTOR, VECTOR),
            f"{{}}(x, 0, [0, 0, 1], y, '{how}', {own})" if how in ("sum", "mean") else "",
        )
        for how, reduce in (("sum", sum), ("prod", np.prod), ("mean", np.mean), ("amax", max), ("amin", min))
        for own in (True, False)
    ],
    "take_along_dim": [
        Example(
            lambda x: torch.take_along_dim(x, torch.tensor([[2], [0]]), 1),
            lambda x: [[x[0, 2]], [x[1, 0]]],
            (MATRIX,),
            "{}(x, [[2], [0]], 1)",
        ),
        Example(
            lambda x: torch.take_along_dim(x, torch.tensor([4, 0, 4])),
            lambda x: [x[1, 1], x[0, 0], x[1, 1]],
            (MATRIX,),
            "{}(x, [4, 0, 4])",
        ),
    ],
    "index_select": [
        Example(
            lambda x: torch.index_select(x, 1, torch.tensor([2, 0, 2])),
            rows(lambda v: [v[2], v[0], v[2]]),
            (MATRIX,),
            "{}(x, 1, [2, 0, 2])",
        )
    ],
    "index_add": [
        Example(
            lambda x, y: torch.index_add(x, 1, torch.tensor([2, 2]), y),
            lambda x, y: np.column_stack([x[:, 0], x[:, 1], x[:, 2] + y[:, 0] + y[:, 1]]),
            (MATRIX, (2, 2)),
            "{}(x, 1, [2, 2], y)",
        ),
        Example(
            lambda x, y: torch.index_add(x, 0, torch.tensor([1]), y, alpha=3),
            lambda x, y: [x[0], x[1] + 3 * y[0]],
            (MATRIX, (1, 3)),
            "{}(x, 0, [1], y, alpha=3)",
        ),
    ],
    "index_copy": [
        Example(
            lambda x, y: torch.index_copy(x, 1, torch.tensor([2, 0]), y),
            lambda x, y: np.column_stack([y[:, 1], x[:, 1], y[:, 0]]),
            (MATRIX, (2, 2)),
            "{}(x, 1, [2, 0], y)",
        )
    ],
    "index_fill": [
        Example(
            lambda x: torch.index_fill(x, 1, torch.tensor([2, 0]), 7.0),
            rows(lambda v: [7.0, v[1], 7.0]),
            (MATRIX,),
            "{}(x, 1, [2, 0], 7.0)",
        ),
        Example(
            lambda x, y: torch.index_fill(x, 0, torch.tensor([1]), y),
            lambda x, y: [x[0], [y, y, y]],
            (MATRIX, NUMBER),
            "{}(x, 0, [1], y)",
        ),
    ],
    "take": [
        Example(
            lambda x: torch.take(x, torch.tensor([5, 0, 5])),
            lambda x: [x[1, 2], x[0, 0], x[1, 2]],
            (MATRIX,),
            "{}(x, [5, 0, 5])",
        )
    ],
    "index_put": [
        Example(
            lambda x, y: torch.index_put(x, (torch.tensor([0, 1]), torch.tensor([2, 0])), y),
            lambda x, y: [[x[0, 0], x[0, 1], y[0]], [y[1], x[1, 1], x[1, 2]]],
            (MATRIX, (2,)),
            "{}(x, [[0, 1], [2, 0]], y)",
        ),
        Example(
            lambda x, y: torch.index_put(x, (torch.tensor([1, 1]), torch.tensor([2, 2])), y, accumulate=True),
            lambda x, y: [x[0], [x[1, 0], x[1, 1], x[1, 2] + y[0] + y[1]]],
            (MATRIX, (2,)),
            "{}(x, [[1, 1], [2, 2]], y, accumulate=True)",
        ),
    ],
    "masked_fill": [
        Example(
            lambda x: torch.masked_fill(x, torch.tensor(MASK), 7.0),
            rows(lambda v: [7.0, v[1], 7.0]),
            (MATRIX,),
            "{}(x, [True, False, True], 7.0)",
        ),
        Example(
            lambda x, y: torch.masked_fill(x, torch.tensor(MASK), y),
            lambda x, y: [[y, v[1], y] for v in x],
            (MATRIX, NUMBER),
            "{}(x, [True, False, True], y)",
        ),
    ],
    "masked_select": [
        Example(
            lambda x: torch.masked_select(x, torch.tensor(MASK)),
            lambda x: [x[0, 0], x[0, 2], x[1, 0], x[1, 2]],
            (MATRIX,),
            "{}(x, [True, False, True])",
            order=3,
        )
    ],
    "select_scatter": [
        Example(
            lambda x, y: torch.select_scatter(x, y, 0, -1), lambda x, y: [x[0], y], (MATRIX, VECTOR), "{}(x, y, 0, -1)"
        )
    ],
    "slice_scatter": [
        Example(
            lambda x, y: torch.slice_scatter(x, y, 1, 0, 3, 2),
            lambda x, y: np.column_stack([y[:, 0], x[:, 1], y[:, 1]]),
            (MATRIX, (2, 2)),
            "{}(x, y, 1, 0, 3, 2)",
        )
    ],
    "nonzero": [Example(lambda x: torch.nonzero(x), lambda x: [[0, 1], [1, 0]], ([[0.0, 2.0], [3.0, 0.0]],), "{}(x)")],
    "argwhere": [Example(lambda x: torch.argwhere(x), lambda x: [[1], [2]], ([0.0, 2.0, 3.0],), "{}(x)")],
}
