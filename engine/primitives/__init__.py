"""THE TABLE: every operation, in modules by subject. The head of `arithmetic.py` says how to add one."""

from __future__ import annotations

import os
from importlib import import_module

from ..table.registry import FUNCTIONS

# A module may use those before it. A rule that needs a later one asks for it by name (`ops.where`).
MODULES = (
    "copying",
    "reshaping",
    "broadcasting",
    "transposing",
    "squeezing",
    "slicing",
    "joining",
    "getitem",
    "gathering",
    "index_slices",
    "positions",
    "masking",
    "slice_scatter",
    "nonzero",
    "splitting",
    "repeating",
    "turning",
    "diagonals",
    "windows",
    "stacking",
    "combining",
    "arithmetic",
    "elementary",
    "selection",
    "activation",
    "error_and_gamma",
    "logarithmic",
    "normal_distribution",
    "incomplete_gamma",
    "bessel",
    "trigonometric",
    "factorials",
    "integrals",
    "reduction",
    "scan",
    "extremes",
    "sorting",
    "medians",
    "quantiles",
    "distinct",
    "searching",
    "statistics",
    "vector_products",
    "matrix_products",
    "added_products",
    "chained_products",
    "einsum",
    "contraction",
    "solving",
    "determinant",
    "decomposition",
    "norms",
    "layer",
    "loss",
    "writing",
)
# The methods of tensors that functions give; `<name>_` works in place.
TENSOR_METHODS: list[str] = []


def _read_index() -> dict[str, str]:
    homes = {}
    with open(os.path.join(os.path.dirname(__file__), "index.txt"), encoding="utf-8") as file:
        for line in file:
            name, homes[name], *methods = line.split()
            TENSOR_METHODS.extend(methods)
    return homes


FUNCTIONS.modules = MODULES
FUNCTIONS.homes = _read_index()
FUNCTIONS.load = lambda module: import_module(f".{module}", __name__)
