"""Examples of more overloads of special functions, where one argument is a number or far out."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autodiff.engine as torch

from .example import MATRIX, Example, each

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}


def far_log_probability(x: float) -> float:
    """The logarithm of the normal distribution's probability below x, far to the left: an asymptotic series."""
    terms = [1.0]
    for k in range(1, 12):
        terms.append(-terms[-1] * (2 * k - 1) / (x * x))
    return -x * x / 2 - math.log(-x) - math.log(2 * math.pi) / 2 + math.log(math.fsum(terms))


def basel(x: float) -> float:
    """The sum of 1 / (k + x)**2, of which the first 200 terms are added, and the rest integrated with corrections."""
    far = x + 200
    return math.fsum((k + x) ** -2 for k in range(200)) + 1 / far + 0.5 / far**2 + 1 / (6 * far**3)


OVERLOADS: dict[str, list[Example]] = {
    "xlog1py": [
        Example(lambda x: torch.xlog1py(x, 3), each(lambda x: math.log(4) * x), (MATRIX,), "{}(x, 3)"),
        Example(lambda x: torch.xlog1py(3, x), each(lambda x: math.log(1 + x) * 3), ([0.5, 2.0],), "{}(3, x)"),
        Example(lambda x: torch.xlog1py(x, -1), each(lambda x: 0.0), ([0.0],), "{}(x, -1)", order=0),
    ],
    "log_ndtr": [Example(torch.log_ndtr, each(far_log_probability), ([-40.0, -25.0, -500.0],), "{}(x)")],
    "erfcx": [
        Example(torch.erfcx, each(lambda x: 1 / (x * math.sqrt(math.pi))), ([1e9],), "{}(x)"),
    ],
    "ndtri": [Example(torch.ndtri, lambda x: [-math.inf, 0, math.inf], ([0.0, 0.5, 1.0],), "{}(x)", order=0)],
    "entr": [Example(torch.entr, lambda x: [0, -math.inf, 0], ([0.0, -1.0, 1.0],), "{}(x)", order=0)],
    "logaddexp2": [
        Example(
            torch.logaddexp2, lambda x, y: np.maximum(x, y), ([2000.0, -9000.0], [-2000.0, 1.0]), "{}(x, y)", order=1
        )
    ],
}

OTHERS: dict[str, list[Example]] = {
    "polygamma as a method": [Example(lambda x: x.polygamma(1), each(basel), ([0.5, 3.0],))],
    "zeta with a number": [
        Example(lambda x: torch.zeta(2, x), each(basel), ([0.5, 3.0],), "zeta(2, x)"),
        Example(lambda x: torch.zeta(x.detach(), 3.0), lambda x: [basel(3.0)], ([2.0],), order=0),
    ],
}

NODES: dict[str, str] = {
    "entr": "SpecialEntrBackward0",
    "i0e": "SpecialI0EBackward0",
    "i1": "SpecialI1Backward0",
    "i1e": "SpecialI1EBackward0",
    "log_ndtr": "SpecialLogNdtrBackward0",
    "ndtr": "MulBackward1",
    "ndtri": "SpecialNdtriBackward0",
    "xlog1py": "SpecialXlog1PyBackward0",
    "zeta": "SpecialZetaBackward0",
}
