"""Examples of the functions of the family `reduction`."""

import math
import statistics

import numpy as np
from examples.example import CUBE, INF, MATRIX, NAN, NUMBER, VECTOR, Example
from examples.references import (
    columns,
    largest_size,
    length,
    log_of_exponentials,
    log_shares,
    norm_of_order,
    present,
    rows,
    same,
    shares,
    whole,
)

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "sum": [
        Example(lambda x: torch.sum(x), whole(math.fsum), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.sum(x), whole(math.fsum), (NUMBER,), "{}(x)"),
        Example(lambda x: torch.sum(x, 0), columns(math.fsum), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.sum(x, -1, True), rows(lambda v: [math.fsum(v)]), (MATRIX,), "{}(x, -1, True)"),
        Example(lambda x: torch.sum(x, (0, 2)), lambda x: np.einsum("ijk->j", x), (CUBE,), "{}(x, [0, 2])"),
        Example(
            lambda x: torch.sum(x, keepdim=True), whole(lambda v: [[math.fsum(v)]]), (MATRIX,), "{}(x, keepdim=True)"
        ),
        Example(lambda x: torch.sum(x, 0), same, (NUMBER,), "{}(x, dim=0)"),
    ],
    "mean": [
        Example(lambda x: torch.mean(x), whole(statistics.fmean), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.mean(x, 1), rows(statistics.fmean), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.mean(x, 0, True),
            columns(lambda v: [statistics.fmean(v)]),
            (MATRIX,),
            "{}(x, 0, keepdim=True)",
        ),
        Example(lambda x: torch.mean(x, (0, 1)), whole(statistics.fmean), (MATRIX,), "{}(x, [0, 1])"),
    ],
    "prod": [
        Example(lambda x: torch.prod(x), whole(math.prod), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.prod(x), same, (NUMBER,), "{}(x)"),
        Example(lambda x: torch.prod(x), whole(math.prod), ([0.0, 2.0, -3.0],), "{}(x)"),
        Example(lambda x: torch.prod(x), whole(math.prod), ([0.0, 2.0, 0.0],), "{}(x)"),
        Example(lambda x: torch.prod(x, 0), columns(math.prod), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.prod(x, 1), rows(math.prod), ([[0.0, 2.0], [3.0, 4.0]],), "{}(x, 1)"),
        Example(lambda x: torch.prod(x, -1, True), rows(lambda v: [math.prod(v)]), (MATRIX,), "{}(x, -1, True)"),
        Example(lambda x: torch.prod(x, 0), same, (NUMBER,), "{}(x, dim=0)"),
    ],
    "logsumexp": [
        Example(lambda x: torch.logsumexp(x, 0), columns(log_of_exponentials), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.logsumexp(x, (0, 1)), whole(log_of_exponentials), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.logsumexp(x, 1, True),
            rows(lambda v: [log_of_exponentials(v)]),
            (MATRIX,),
            "{}(x, 1, True)",
        ),
    ],
    "softmax": [
        Example(lambda x: torch.softmax(x, -1), rows(shares), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.softmax(x, 0), columns(shares), (MATRIX,), "{}(x, 0)"),
    ],
    "log_softmax": [
        Example(lambda x: torch.log_softmax(x, -1), rows(log_shares), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.log_softmax(x, 0), columns(log_shares), (MATRIX,), "{}(x, 0)"),
    ],
    "nansum": [
        Example(lambda x: torch.nansum(x), whole(present(math.fsum)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.nansum(x, 0), columns(present(math.fsum)), ([[1.0, NAN], [2.0, NAN]],), "{}(x, 0)"),
    ],
    "nanmean": [
        Example(lambda x: torch.nanmean(x), whole(present(statistics.fmean)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x)"),
        Example(
            lambda x: torch.nanmean(x, 1), rows(present(statistics.fmean)), ([[1.0, NAN], [2.0, 3.0]],), "{}(x, 1)"
        ),
    ],
    "all": [
        Example(lambda x: torch.all(x), lambda x: False, ([[1.0, 0.0], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.all(x, 1), lambda x: [False, True], ([[1.0, 0.0], [2.0, 3.0]],), "{}(x, 1)"),
    ],
    "any": [
        Example(lambda x: torch.any(x), lambda x: True, ([[0.0, 0.0], [2.0, 0.0]],), "{}(x)"),
        Example(lambda x: torch.any(x, 0), lambda x: [True, False], ([[0.0, 0.0], [2.0, 0.0]],), "{}(x, 0)"),
    ],
    "count_nonzero": [
        Example(lambda x: torch.count_nonzero(x), lambda x: 3, ([[1.0, 0.0], [2.0, 3.0]],), "{}(x)"),
        Example(lambda x: torch.count_nonzero(x, 0), lambda x: [2, 1], ([[1.0, 0.0], [2.0, 3.0]],), "{}(x, 0)"),
    ],
    "dist": [
        Example(lambda x, y: torch.dist(x, y), lambda x, y: length((x - y).ravel()), (MATRIX, VECTOR), "{}(x, y)"),
        Example(
            lambda x, y: torch.dist(x, y, 3), lambda x, y: norm_of_order(3)(x - y), (VECTOR, VECTOR), "{}(x, y, 3)"
        ),
    ],
    "cdist": [
        Example(
            lambda x, y: torch.cdist(x, y),
            lambda x, y: [[length(a - b) for b in y] for a in x],
            ((2, 3), (4, 3)),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.cdist(x, y, 3),
            lambda x, y: [[norm_of_order(3)(a - b) for b in y] for a in x],
            ((2, 3), (1, 3)),
            "{}(x, y, 3)",
        ),
        Example(
            lambda x, y: torch.cdist(x, y, 1)[1],
            lambda x, y: [[np.sum(np.abs(a - b)) for b in y] for a in x[1]],
            ((2, 2, 3), (4, 3)),
        ),
    ],
    "renorm": [
        Example(
            lambda x: torch.renorm(x, 2, 0, 1.5),
            rows(lambda v: [a * min(1, 1.5 / (length(v) + 1e-7)) if length(v) > 1.5 else a for a in v]),
            ([[0.5, 1.0], [2.0, -3.0]],),
            "{}(x, 2, 0, 1.5)",
        )
    ],
    "vector_norm": [
        Example(lambda x: torch.vector_norm(x), whole(length), (MATRIX,), "{}(x)"),
        *(
            Example(lambda x, p=p: torch.vector_norm(x, p), whole(norm_of_order(p)), (MATRIX,), f"{{}}(x, {p})")
            for p in (0.5, 1, 1.5, 3, -1)
        ),
        Example(lambda x: torch.vector_norm(x, 0), whole(lambda v: len(v) - v.count(0)), ([1.0, 0.0, 2.0],), order=0),
        Example(lambda x: torch.vector_norm(x, INF), whole(largest_size), (MATRIX,), "{}(x, inf)"),
        Example(lambda x: torch.vector_norm(x, -INF), whole(lambda v: min(map(abs, v))), (MATRIX,), "{}(x, -inf)"),
        Example(lambda x: torch.vector_norm(x, 2, 0), columns(length), (MATRIX,), "{}(x, 2, 0)"),
        Example(
            lambda x: torch.vector_norm(x, 3, 1, True),
            rows(lambda v: [norm_of_order(3)(v)]),
            (MATRIX,),
            "{}(x, 3, 1, True)",
        ),
        Example(lambda x: torch.vector_norm(x, INF, 1), rows(largest_size), (MATRIX,), "{}(x, inf, 1)"),
    ],
    "norm": [
        Example(lambda x: torch.norm(x), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.norm(x, "fro"), whole(length), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.norm(x, 1), whole(norm_of_order(1)), (MATRIX,), "{}(x, 1)"),
        Example(lambda x: torch.norm(x, dim=1), rows(length), (MATRIX,), "{}(x, dim=1)"),
    ],
}
