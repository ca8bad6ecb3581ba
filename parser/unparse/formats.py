"""The formats that derivatives are printed in, as options name them."""

from __future__ import annotations

# Mathematics, which nothing computes with.
TYPESET = ("latex", "mathml", "typst")
NOTATIONS = ("text", "json", *TYPESET)
CODE = (
    "python", "numpy", "torch", "jax", "sympy", "c", "rust", "fortran", "julia", "matlab", "javascript", "sql",
)  # fmt: skip
FORMATS = (*NOTATIONS, *CODE)
# Those whose code can be of single precision too.
SINGLES = ("c", "rust", "fortran", "julia", "matlab", "numpy", "torch", "jax")
