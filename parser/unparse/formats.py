"""The formats that derivatives are printed in, as options name them."""

from __future__ import annotations

# The language itself, and mathematics.
NOTATIONS = ("text", "json", "latex", "mathml", "typst")
CODE = (
    "python", "numpy", "torch", "jax", "sympy", "c", "rust", "fortran", "julia", "matlab", "javascript", "sql",
)  # fmt: skip
FORMATS = (*NOTATIONS, *CODE)
