"""THE TABLE: every operation, in modules by subject. The head of `arithmetic.py` says how to add one."""

from __future__ import annotations

import os
from importlib import import_module

from ..table.registry import FUNCTIONS

# A module may use those before it. A rule that needs a later one asks for it by name (`ops.where`).
MODULES = (
    "copying",
    "reshaping",
    "filling",
    "axes",
    "parts",
    "getitem",
    "gathering",
    "places",
    "arranging",
    "diagonals",
    "windows",
    "stacking",
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
    "quantiles",
    "searching",
    "statistics",
    "products",
    "contraction",
    "solving",
    "determinant",
    "decomposition",
    "norms",
    "layer",
    "patches",
    "convolution",
    "pooling",
    "resizing",
    "normalization",
    "attention",
    "loss",
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
