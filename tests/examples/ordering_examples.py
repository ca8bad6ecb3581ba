"""Examples of the functions of the family `ordering`."""

import statistics

from examples.example import MATRIX, NAN, NUMBER, VECTOR, Example
from examples.references import columns, each, fraction_point, position_of, present, rows, same, whole

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "max": [
        Example(lambda x: torch.max(x), whole(max), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.max(x, 1).values, rows(max), (MATRIX,), "{}(x, dim=1).values", order=3),
        Example(
            lambda x: torch.max(x, 0, True)[0],
            columns(lambda v: [max(v)]),
            (MATRIX,),
            "{}(x, dim=0, keepdim=True).values",
        ),
        Example(lambda x: torch.max(x, 0).values, same, (NUMBER,), "{}(x, dim=0).values"),
        Example(lambda x, y: torch.max(x, y), each(max), (MATRIX, VECTOR), "{}(x, y)"),
    ],
    "min": [
        Example(lambda x: torch.min(x), whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.min(x, 1).values, rows(min), (MATRIX,), "{}(x, dim=1).values"),
        Example(
            lambda x: torch.min(x, -2, True)[0],
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, dim=-2, keepdim=True).values",
        ),
        Example(lambda x, y: torch.min(x, y), each(min), (MATRIX, VECTOR), "{}(x, y)"),
    ],
    "amax": [
        Example(lambda x: torch.amax(x), whole(max), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.amax(x, 0), columns(max), (MATRIX,), "{}(x, 0)"),
        Example(
            lambda x: torch.amax(x, (0, 1), True),
            whole(lambda v: [[max(v)]]),
            (MATRIX,),
            "{}(x, [0, 1], keepdim=True)",
        ),
    ],
    "amin": [
        Example(lambda x: torch.amin(x), whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.amin(x, dim=1), rows(min), (MATRIX,), "{}(x, dim=1)"),
    ],
    "argmax": [
        Example(lambda x: torch.argmax(x), whole(position_of(max)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.argmax(x, 1), rows(position_of(max)), (MATRIX,), "{}(x, 1)"),
    ],
    "argmin": [
        Example(lambda x: torch.argmin(x), whole(position_of(min)), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.argmin(x, 0), columns(position_of(min)), (MATRIX,), "{}(x, 0)"),
    ],
    "median": [
        Example(lambda x: torch.median(x), whole(statistics.median_low), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.median(x), whole(statistics.median_low), (VECTOR,), "{}(x)"),
        Example(lambda x: torch.median(x), same, (NUMBER,), "{}(x)"),
        Example(lambda x: torch.median(x, 1).values, rows(statistics.median_low), (MATRIX,), "{}(x, 1).values"),
        Example(
            lambda x: torch.median(x, 0, True)[0],
            columns(lambda v: [statistics.median_low(v)]),
            (MATRIX,),
            "{}(x, 0, True).values",
        ),
        Example(lambda x: torch.median(x, 0).values, same, (NUMBER,), "{}(x, dim=0).values"),
    ],
    "aminmax": [
        Example(lambda x: torch.aminmax(x), lambda x: [min(x.flat), max(x.flat)], (MATRIX,)),
        Example(lambda x: torch.aminmax(x).min, whole(min), (MATRIX,), "{}(x)"),
        Example(lambda x: torch.aminmax(x, dim=1).max, rows(max), (MATRIX,)),
    ],
    "msort": [Example(lambda x: torch.msort(x), columns(sorted), (MATRIX,), "{}(x)")],
    "argsort": [
        Example(lambda x: torch.argsort(x), rows(lambda v: [v.index(a) for a in sorted(v)]), (MATRIX,), "{}(x)"),
        Example(
            lambda x: torch.argsort(x, 0, True),
            columns(lambda v: [v.index(a) for a in sorted(v, reverse=True)]),
            (MATRIX,),
            "{}(x, 0, True)",
        ),
    ],
    "topk": [
        Example(
            lambda x: torch.topk(x, 2).values, rows(lambda v: sorted(v, reverse=True)[:2]), (MATRIX,), "{}(x, 2).values"
        ),
        Example(
            lambda x: torch.topk(x, 1, 0, False).values,
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, 1, 0, False).values",
        ),
    ],
    "kthvalue": [
        Example(lambda x: torch.kthvalue(x, 2).values, rows(statistics.median), (MATRIX,), "{}(x, 2).values"),
        Example(
            lambda x: torch.kthvalue(x, 1, 0, True).values,
            columns(lambda v: [min(v)]),
            (MATRIX,),
            "{}(x, 1, 0, True).values",
        ),
    ],
    "nanmedian": [
        Example(
            lambda x: torch.nanmedian(x), whole(present(statistics.median_low)), ([[1.0, NAN], [5.0, 3.0]],), "{}(x)"
        ),
        Example(
            lambda x: torch.nanmedian(x, 1).values,
            rows(present(statistics.median_low)),
            ([[1.0, NAN, 4.0], [5.0, 3.0, 7.0]],),
            "{}(x, 1).values",
        ),
    ],
    "mode": [
        Example(lambda x: torch.mode(x).values, rows(min), (MATRIX,), "{}(x).values"),
        Example(
            lambda x: torch.mode(x, 0).values,
            lambda x: [1.0, 4.0],
            ([[1.0, 5.0], [1.0, 4.0]],),
            "{}(x, 0).values",
            order=0,
        ),
    ],
    "quantile": [
        Example(lambda x: torch.quantile(x, 0.4), whole(fraction_point(0.4)), (MATRIX,), "{}(x, 0.4)"),
        Example(lambda x: torch.quantile(x, 0.75, 1), rows(fraction_point(0.75)), (MATRIX,), "{}(x, 0.75, 1)"),
        Example(
            lambda x: torch.quantile(x, torch.tensor([0.1, 0.5]).type_as(x)),
            whole(lambda v: [fraction_point(0.1)(v), fraction_point(0.5)(v)]),
            (MATRIX,),
        ),
        Example(lambda x: torch.quantile(x, 0.4, interpolation="nearest"), whole(lambda v: sorted(v)[2]), (MATRIX,)),
    ],
    "nanquantile": [
        Example(
            lambda x: torch.nanquantile(x, 0.4), whole(fraction_point(0.4)), ([[1.0, NAN], [5.0, 3.0]],), "{}(x, 0.4)"
        ),
        Example(
            lambda x: torch.nanquantile(x, 0.25, 1),
            rows(fraction_point(0.25)),
            ([[1.0, NAN, 4.0], [5.0, 3.0, 7.0]],),
            "{}(x, 0.25, 1)",
        ),
    ],
    "unique": [Example(lambda x: torch.unique(x), lambda x: [1.0, 2.0], ([2.0, 1.0, 2.0],), "{}(x)")],
    "unique_consecutive": [
        Example(lambda x: torch.unique_consecutive(x), lambda x: [2.0, 1.0, 2.0], ([2.0, 2.0, 1.0, 2.0],), "{}(x)")
    ],
    "bucketize": [
        Example(lambda x, y: torch.bucketize(x, y), lambda x, y: [0, 1, 2], ([0.5, 2.0, 9.0], [1.0, 3.0]), "{}(x, y)")
    ],
    "searchsorted": [
        Example(
            lambda x, y: torch.searchsorted(x, y), lambda x, y: [0, 1, 2], ([1.0, 3.0], [0.5, 2.0, 9.0]), "{}(x, y)"
        )
    ],
    "sort": [
        Example(lambda x: torch.sort(x).values, rows(sorted), (MATRIX,), "{}(x).values"),
        Example(lambda x: torch.sort(x, 0).values, columns(sorted), (MATRIX,), "{}(x, 0).values"),
        Example(
            lambda x: torch.sort(x, -1, True).values,
            rows(lambda v: sorted(v, reverse=True)),
            (MATRIX,),
            "{}(x, -1, True).values",
        ),
        Example(lambda x: torch.sort(x).values, same, (NUMBER,), "{}(x).values"),
        Example(lambda x: torch.sort(x, stable=True).values, rows(sorted), (MATRIX,), "{}(x, stable=True).values"),
    ],
}
