"""THE TABLE: every operation, in one module for each family. The head of `arithmetic.py` says how to add one.

A module may use those before it in this list: shape, arithmetic, elementary, selection, activation, special,
reduction, linalg. A rule that needs a later one asks for it by name (`ops.where`).
"""

from . import shape, arithmetic, elementary, selection, activation, special, reduction, linalg  # noqa: I001

__all__ = ["activation", "arithmetic", "elementary", "linalg", "reduction", "selection", "shape", "special"]
