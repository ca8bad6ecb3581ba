"""Examples of the functions of the family `scan`."""

import operator
from itertools import accumulate, pairwise

from examples.example import MATRIX, NUMBER, VECTOR, Example
from examples.references import columns, log_of_exponentials, rows, running, same

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "cumsum": [
        Example(lambda x: torch.cumsum(x, -1), rows(running(operator.add)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.cumsum(x, 0), columns(running(operator.add)), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.cumsum(x, 0), same, (NUMBER,), "{}(x, dim=0)"),
    ],
    "cumprod": [
        Example(lambda x: torch.cumprod(x, -1), rows(running(operator.mul)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.cumprod(x, 0), columns(running(operator.mul)), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), running(operator.mul), ([3.0, 0.0, 2.0, -1.0],), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), running(operator.mul), ([0.0, 2.0, 0.0],), "{}(x, 0)"),
        Example(lambda x: torch.cumprod(x, 0), same, (NUMBER,), "{}(x, dim=0)"),
    ],
    "logcumsumexp": [
        Example(
            lambda x: torch.logcumsumexp(x, -1),
            rows(lambda v: [log_of_exponentials(v[: i + 1]) for i in range(len(v))]),
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.logcumsumexp(x, 0), same, (NUMBER,), "{}(x, dim=0)"),
    ],
    "cummax": [
        Example(lambda x: torch.cummax(x, -1).values, rows(running(max)), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.cummax(x, 0).values, columns(running(max)), (MATRIX,), "{}(x, 0).values"),
    ],
    "cummin": [
        Example(lambda x: torch.cummin(x, -1).values, rows(running(min)), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.cummin(x, 0).values, same, (NUMBER,), "{}(x, dim=0).values"),
    ],
    "diff": [
        Example(lambda x: torch.diff(x), rows(lambda v: [b - a for a, b in pairwise(v)]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.diff(x, 2), lambda x: [x[0] - 2 * x[1] + x[2], x[1] - 2 * x[2] + x[3]], ((4,),), "{}(x, 2)"
        ),
        Example(
            lambda x, y: torch.diff(x, prepend=y, append=y),
            lambda x, y: [x[0] - y[0], x[1] - x[0], y[0] - x[1]],
            ((2,), (1,)),
            "{}(x, prepend=y, append=y)",
        ),
        Example(lambda x: torch.diff(x, dim=0), lambda x: [x[1] - x[0]], (MATRIX,), "{}(x, dim=0)"),
    ],
    "trapezoid": [
        Example(lambda x: torch.trapezoid(x), rows(lambda v: (v[0] + v[2]) / 2 + v[1]), (MATRIX,), "{}(x)"),
        Example(
            lambda x, y: torch.trapezoid(x, y),
            lambda x, y: (x[0] + x[1]) / 2 * (y[1] - y[0]) + (x[1] + x[2]) / 2 * (y[2] - y[1]),
            (VECTOR, VECTOR),
            "{}(x, y)",
        ),
        Example(
            lambda x: torch.trapezoid(x, dx=0.5, dim=0), lambda x: (x[0] + x[1]) / 4, (MATRIX,), "{}(x, dx=0.5, dim=0)"
        ),
    ],
    "cumulative_trapezoid": [
        Example(
            lambda x: torch.cumulative_trapezoid(x),
            rows(lambda v: [(v[0] + v[1]) / 2, v[0] / 2 + v[1] + v[2] / 2]),
            (MATRIX,),
            "{}(x)",
        ),
        Example(
            lambda x, y: torch.cumulative_trapezoid(x, y),
            lambda x, y: list(accumulate((x[i] + x[i + 1]) / 2 * (y[i + 1] - y[i]) for i in (0, 1))),
            (VECTOR, VECTOR),
            "{}(x, y)",
        ),
    ],
    "gradient": [
        Example(
            lambda x: tuple(torch.gradient(x)),
            lambda x: [[x[1] - x[0], (x[2] - x[0]) / 2, (x[3] - x[1]) / 2, x[3] - x[2]]],
            ((4,),),
            "{}(x)",
        ),
        Example(
            lambda x: torch.gradient(x, spacing=0.5, dim=1)[0],
            rows(lambda v: [(v[1] - v[0]) * 2, v[2] - v[0], (v[2] - v[1]) * 2]),
            (MATRIX,),
        ),
    ],
}
