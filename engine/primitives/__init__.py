"""THE TABLE: every operation, in one module for each family. The head of `arithmetic.py` says how to add one.

A module may use those before it in this list: shape, indexing, arranging, joining, arithmetic, elementary, selection,
activation, special, reduction, linalg, writing. A rule that needs a later one asks for it by name (`ops.where`).
"""

from . import shape, indexing, arranging, joining, arithmetic, elementary, selection  # noqa: I001
from . import activation, special, reduction, linalg, writing

__all__ = [
    "activation",
    "arithmetic",
    "arranging",
    "elementary",
    "indexing",
    "joining",
    "linalg",
    "reduction",
    "selection",
    "shape",
    "special",
    "writing",
]
