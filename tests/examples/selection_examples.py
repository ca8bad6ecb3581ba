"""Examples of the functions of the family `selection`."""

from examples.example import INF, MASK, MATRIX, NUMBER, VECTOR, Example
from examples.references import between, each, same

import autodiff.engine as torch

CALLS: dict[str, list[Example]] = {
    "isclose": [
        Example(lambda x, y: torch.isclose(x, y), lambda x, y: [True, False], ([1.0, 1.0], [1.000001, 1.1]), "{}(x, y)")
    ],
    "allclose": [
        Example(
            lambda x, y: (x[0] > 9) | torch.allclose(x, y), lambda x, y: False, ([1.0, 1.0], [1.0, 1.1]), "{}(x, y)"
        )
    ],
    "equal": [Example(lambda x, y: (x[0] > 9) | torch.equal(x, y), lambda x, y: True, ([1.0], [1.0]), "{}(x, y)")],
    "where": [
        Example(
            lambda x, y: torch.where(x > 0, x, y),
            each(lambda x, y: x if x > 0 else y),
            (MATRIX, MATRIX),
            "{}(x > 0, x, y)",
            order=3,
        ),
        Example(
            lambda x, y: torch.where(torch.tensor(MASK), x, y),
            lambda x, y: [[x[0], row[0], x[2]] for row in y],
            (VECTOR, (2, 1)),
            "{}([True, False, True], x, y)",
        ),
        Example(
            lambda x: torch.where(x > 0, x, 2.0), each(lambda x: x if x > 0 else 2.0), (MATRIX,), "{}(x > 0, x, 2.0)"
        ),
    ],
    "clamp": [
        Example(lambda x: torch.clamp(x, -1, 1), each(between(-1, 1)), (MATRIX,), "{}(x, -1, 1)"),
        Example(lambda x: torch.clamp(x, min=0.5), each(between(0.5, INF)), (MATRIX,), "{}(x, min=0.5)"),
        Example(lambda x: torch.clamp(x, max=0.5), each(between(-INF, 0.5)), (MATRIX,), "{}(x, max=0.5)"),
        Example(lambda x: torch.clamp(x, 1, -1), each(lambda x: -1.0), (MATRIX,), "{}(x, 1, -1)"),
        Example(
            lambda x, y, z: torch.clamp(x, y, z),
            each(lambda x, y, z: min(max(x, y), z)),
            (MATRIX, VECTOR, VECTOR),
            "{}(x, y, z)",
        ),
        Example(lambda x, y: torch.clamp(x, min=y), each(max), (MATRIX, NUMBER), "{}(x, min=y)"),
        Example(lambda x, y: torch.clamp(x, max=y), each(min), (MATRIX, VECTOR), "{}(x, max=y)"),
    ],
    "clamp_min": [
        Example(lambda x: torch.clamp_min(x, 0.5), each(between(0.5, INF)), (MATRIX,), "{}(x, 0.5)"),
        Example(lambda x, y: torch.clamp_min(x, y), each(max), ([[-1.0, 2.0]], [[1.0], [-2.0]]), "{}(x, y)"),
    ],
    "clamp_max": [
        Example(lambda x: torch.clamp_max(x, 0.5), each(between(-INF, 0.5)), (MATRIX,), "{}(x, 0.5)"),
        Example(lambda x, y: torch.clamp_max(x, y), each(min), ([[-1.0, 2.0]], [[1.0], [-2.0]]), "{}(x, y)"),
    ],
}

# More overloads of functions that are sampled from their domain as well.
OVERLOADS: dict[str, list[Example]] = {
    "round": [Example(lambda x: torch.round(x, 1), each(lambda x: round(x, 1)), (MATRIX,), "{}(x, 1)")],
    "nan_to_num": [
        Example(lambda x: torch.nan_to_num(x, 1.0, 2.0, 3.0), same, (MATRIX,), "{}(x, nan=1.0, posinf=2.0, neginf=3.0)")
    ],
}
