"""Examples of the functions of the family `elementary`, more than are sampled."""

import math

from examples.example import Example
from examples.references import each

import autodiff.engine as torch

OVERLOADS: dict[str, list[Example]] = {
    "log": [
        Example(lambda x: torch.log(x, 3), each(lambda x: math.log(x, 3)), ([0.5, 2.0],), "{}(x, 3)"),
        Example(lambda x: torch.log(x, 10), each(math.log10), ([0.5, 2.0],), "{}(x, 10)"),
        Example(lambda x: torch.log(x, 2), each(math.log2), ([0.5, 2.0],), "{}(x, 2)"),
        Example(lambda x, y: torch.log(x, y), each(math.log), ([0.5, 2.0], [3.0, 5.0]), "{}(x, y)"),
    ],
    "root": [
        Example(
            lambda x, n=n: torch.root(x, n),
            each(lambda x, n=n: math.copysign(abs(x) ** (1 / n), x)),
            ([0.5, 2.0] if n % 2 == 0 else [-2.0, 0.5],),
            f"{{}}(x, {n})",
        )
        for n in (2, 3, 4, 5, -3)
    ],
    "Heaviside": [Example(lambda x: torch.Heaviside(x, 1), each(lambda x: float(x >= 0)), ([0.5, -2.0],), "{}(x, 1)")],
}
