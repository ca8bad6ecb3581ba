"""Examples of the functions of the family `layer`."""

import math
import operator

import numpy as np
from examples.example import CUBE, MATRIX, VECTOR, Example
from examples.references import (
    columns,
    length,
    norm_of_order,
    product,
    rows,
)

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "linear": [
        Example(
            lambda x, y, z: torch.linear(x, y, z),
            lambda x, y, z: np.add(product(x, y.T), z),
            (MATRIX, (4, 3), (4,)),
            "{}(x, y, z)",
        ),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x, y.T), (MATRIX, (4, 3)), "{}(x, y)"),
        Example(lambda x, y: torch.linear(x, y), lambda x, y: product(x[None], y.T)[0], (VECTOR, (4, 3)), "{}(x, y)"),
    ],
    "normalize": [
        Example(lambda x: torch.normalize(x), rows(lambda v: [a / length(v) for a in v]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.normalize(x, 3, 0),
            columns(lambda v: [a / norm_of_order(3)(v) for a in v]),
            (MATRIX,),
            "{}(x, 3, 0)",
        ),
    ],
    "cosine_similarity": [
        Example(
            lambda x, y: torch.cosine_similarity(x, y),
            lambda x, y: [
                math.fsum(map(operator.mul, a, b)) / length(a) / length(b) for a, b in zip(x, y, strict=True)
            ],
            (MATRIX, MATRIX),
            "{}(x, y)",
        )
    ],
    "embedding": [
        Example(
            lambda x: torch.embedding(x, torch.tensor([1, 0, 1])),
            lambda x: [x[1], x[0], x[1]],
            (MATRIX,),
            "{}(x, [1, 0, 1])",
        )
    ],
    "pad": [
        Example(lambda x: torch.pad(x, (1, 2)), rows(lambda v: [0.0, *v, 0.0, 0.0]), (MATRIX,), "{}(x, [1, 2])"),
        Example(
            lambda x: torch.pad(x, (0, 0, 1, 0), value=7.0),
            lambda x: [[7.0] * 3, *x],
            (MATRIX,),
            "{}(x, [0, 0, 1, 0], value=7.0)",
        ),
        Example(lambda x: torch.pad(x, (2, 1), "reflect"), rows(lambda v: [v[2], v[1], *v, v[1]]), (MATRIX,)),
        Example(lambda x: torch.pad(x, (1, 2), "replicate"), rows(lambda v: [v[0], *v, v[2], v[2]]), (MATRIX,)),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "reflect"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "reflect"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1), "replicate"),
            lambda x: np.pad(x, ((0, 0), (0, 1), (1, 0)), "edge"),
            (CUBE,),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "reflect"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "reflect"),
            ((1, 2, 2, 2),),
        ),
        Example(
            lambda x: torch.pad(x, (1, 0, 0, 1, 1, 0), "replicate"),
            lambda x: np.pad(x, ((0, 0), (1, 0), (0, 1), (1, 0)), "edge"),
            ((1, 2, 2, 2),),
        ),
        Example(lambda x: torch.pad(x, (1, 2), "circular"), rows(lambda v: [v[2], *v, v[0], v[1]]), (MATRIX,)),
    ],
}
