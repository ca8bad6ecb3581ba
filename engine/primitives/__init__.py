"""THE TABLE: every operation, in one module for each family. The head of `arithmetic.py` says how to add one.

A module may use those before it in this list: shape, indexing, arranging, joining, arithmetic, elementary, selection,
activation, special, reduction, scan, ordering, statistics, product, solving, determinant, decomposition, linalg, layer,
loss, writing. A rule that needs a later one asks for it by name (`ops.where`).
"""

from . import shape, indexing, arranging, joining, arithmetic, elementary, selection  # noqa: I001
from . import activation, special_functions as special, reduction, scan, ordering, statistics
from . import product, solving, determinant, decomposition, norms as linalg
from . import layer, loss, writing

__all__ = [
    "activation",
    "arithmetic",
    "arranging",
    "decomposition",
    "determinant",
    "elementary",
    "indexing",
    "joining",
    "layer",
    "linalg",
    "loss",
    "ordering",
    "product",
    "reduction",
    "scan",
    "selection",
    "shape",
    "solving",
    "special",
    "statistics",
    "writing",
]
