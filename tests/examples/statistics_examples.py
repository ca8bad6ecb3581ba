"""Examples of the functions of the family `statistics`."""

import statistics

from examples.example import MATRIX, VECTOR, Example
from examples.references import columns, rows, whole

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "var": [
        Example(lambda x: torch.var(x), whole(statistics.variance), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.var(x, 1), rows(statistics.variance), (MATRIX,), "{}(x, 1)"),
        Example(
            lambda x: torch.var(x, 0, keepdim=True),
            columns(lambda v: [statistics.variance(v)]),
            (MATRIX,),
            "{}(x, 0, keepdim=True)",
        ),
        Example(
            lambda x: torch.var(x, unbiased=False), whole(statistics.pvariance), (MATRIX,), "{}(x, unbiased=False)"
        ),
        Example(
            lambda x: torch.var(x, 1, correction=0), rows(statistics.pvariance), (MATRIX,), "{}(x, 1, correction=0)"
        ),
    ],
    "std": [
        Example(lambda x: torch.std(x), whole(statistics.stdev), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.std(x, 0), columns(statistics.stdev), (MATRIX,), "{}(x, 0)"),
        Example(lambda x: torch.std(x, False), whole(statistics.pstdev), (MATRIX,), "{}(x, False)"),
    ],
    "var_mean": [
        Example(
            lambda x: torch.var_mean(x),
            lambda x: [statistics.variance(x.flat), statistics.fmean(x.flat)],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.var_mean(x, 1)[0], rows(statistics.variance), (MATRIX,)),
        Example(lambda x: torch.var_mean(x, 0, correction=0)[1], columns(statistics.fmean), (MATRIX,)),
    ],
    "std_mean": [
        Example(
            lambda x: torch.std_mean(x),
            lambda x: [statistics.stdev(x.flat), statistics.fmean(x.flat)],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.std_mean(x, 1)[0], rows(statistics.stdev), (MATRIX,)),
    ],
    "cov": [
        Example(
            lambda x: torch.cov(x),
            lambda x: [[statistics.covariance(a, b) for b in x.tolist()] for a in x.tolist()],
            (MATRIX,),
            "{}(x)",
        ),
        Example(lambda x: torch.cov(x, correction=0), whole(statistics.pvariance), (VECTOR,), "{}(x, correction=0)"),
    ],
    "corrcoef": [
        Example(
            lambda x: torch.corrcoef(x),
            lambda x: [[statistics.correlation(a, b) for b in x.tolist()] for a in x.tolist()],
            (MATRIX,),
            "{}(x)",
        )
    ],
}
