"""Examples of what has no name in the table: indexing, properties, conversions, operations that only rules call."""

import numpy as np
from examples.example import CUBE, MASK, MATRIX, NUMBER, VECTOR, Example
from examples.references import each, rows, same, whole

import autodiff.engine as torch
from autodiff.engine.primitives import activation, arithmetic, copying

OTHERS: dict[str, list[Example]] = {
    "indexing": [
        Example(lambda x: x[1], lambda x: np.take(x, 1, 0), (MATRIX,), "x[1]"),
        Example(lambda x: x[-1, 0], lambda x: np.ravel(x)[3], (MATRIX,), "x[-1, 0]"),
        Example(lambda x: x[:, 1:], lambda x: np.delete(x, 0, 1), (MATRIX,), "x[:, 1:]", order=3),
        Example(lambda x: x[::2], lambda x: np.take(x, [0, 2, 4], 0), ((5,),), "x[::2]"),
        Example(lambda x: x[...], same, (MATRIX,), "x[...]"),
        Example(lambda x: x[None, :, None], lambda x: [[[v] for v in x]], (VECTOR,)),
        Example(lambda x: x[[0, 0, 2]], lambda x: [x[0], x[0], x[2]], (VECTOR,), "x[[0, 0, 2]]", order=3),
        Example(lambda x: x[:, [2, 0]], rows(lambda v: [v[2], v[0]]), (MATRIX,), "x[:, [2, 0]]"),
        Example(lambda x: x[torch.tensor(MASK)], lambda x: np.compress(MASK, x), (VECTOR,)),
        Example(lambda x: x[[0, 1], [2, 0]], lambda x: [x[0][2], x[1][0]], (MATRIX,), "x[[0, 1], [2, 0]]"),
    ],
    "properties": [
        Example(lambda x: x.T, lambda x: np.einsum("ijk->kji", x), (CUBE,), "x.T"),
        Example(lambda x: x.mT, lambda x: np.einsum("ijk->ikj", x), (CUBE,), "x.mT"),
    ],
    "conversion": [Example(lambda x: copying.to_copy(x, np.dtype(np.float64)), same, (MATRIX,))],
    "methods": [
        Example(lambda x, y: torch.rsub(x, y), each(lambda x, y: y - x), (MATRIX, VECTOR)),
        Example(lambda x: arithmetic.rsub_number(x, 2.0), each(lambda x: 2 - x), (VECTOR,)),
    ],
    "writing": [
        Example(lambda x, y: x.clone().copy_(y), lambda x, y: [y, y], (MATRIX, VECTOR)),
        Example(lambda x: x + x.clone().zero_(), same, (MATRIX,)),
        Example(lambda x: x * x.clone().fill_(2.0), lambda x: x + x, (MATRIX,)),
        Example(lambda x, y: x * x.clone().fill_(y), lambda x, y: y * x, (MATRIX, NUMBER)),
    ],
    "shape in place": [
        Example(lambda x: x.clone().transpose_(0, 1), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
        Example(lambda x: x.clone().t_(), lambda x: list(zip(*x, strict=True)), (MATRIX,)),
        Example(lambda x: x.clone().unsqueeze_(1), lambda x: x[:, None], (MATRIX,)),
        Example(lambda x: x.clone().squeeze_(), whole(list), ((1, 3, 1),)),
        Example(lambda x: x.clone().squeeze_(0), lambda x: x[0], ((1, 3, 1),)),
        Example(lambda x: x.clone().squeeze_((0, 2)), whole(list), ((1, 3, 1),)),
    ],
    "threshold_backward": [
        Example(
            lambda x, y: activation.threshold_backward(x, y, 0.5),
            each(lambda g, x: g if x > 0.5 else 0.0),
            (MATRIX, MATRIX),
        )
    ],
}
