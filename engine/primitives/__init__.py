"""THE TABLE: every operation, in one module for each family. The head of `arithmetic.py` says how to add one.

A module may use those before it in this list: shape, indexing, arranging, joining, arithmetic, elementary, selection,
activation, special, reduction, product, solving, determinant, decomposition, linalg, writing. A rule that needs a later
one asks for it by name (`ops.where`).
"""

from . import shape, indexing, arranging, joining, arithmetic, elementary, selection  # noqa: I001
from . import activation, special, reduction
from . import product, solving, determinant, decomposition, linalg, writing

__all__ = [
    "activation",
    "arithmetic",
    "arranging",
    "decomposition",
    "determinant",
    "elementary",
    "indexing",
    "joining",
    "linalg",
    "product",
    "reduction",
    "selection",
    "shape",
    "solving",
    "special",
    "writing",
]
