"""Python with JAX, and its part of SciPy's special functions."""

from __future__ import annotations

import keyword
import re

from ..algebra.derivative import Derivatives
from .code import python_module
from .how import DOUBLE, SINGLE, How
from .numpy import NumpyPrinter

DTYPES = (DOUBLE, SINGLE)
# What jax.scipy.special lacks of SciPy's.
_LACKED = "airy binom chi dawsn erfcinv erfcx erfi fresnel iv jv k0 k0e k1 k1e kv lambertw j0 j1 shichi sici y0 y1 yv"
_LACKS = frozenset(_LACKED.split())
# What takes a dimension by name only.
_AXIS_BY_NAME = ("softmax", "log_softmax")


def _has(spelling: str) -> bool:
    return _LACKS.isdisjoint(re.findall(r"special\.(\w+)", spelling))


class JaxPrinter(NumpyPrinter):
    """Prints Python that computes with JAX's arrays, under `jit` and `vmap` as well."""

    language = "JAX"
    module = "jnp"
    reserved = frozenset({*keyword.kwlist, "math", "jax", "jnp", "linalg", "special"})
    constants = {name: text.replace("np.", "jnp.") for name, text in NumpyPrinter.constants.items()}  # noqa: RUF012
    functions = {  # noqa: RUF012
        name: re.sub(r"\bnp\.", "jnp.", text) for name, text in NumpyPrinter.functions.items() if _has(text)
    }

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function in _AXIS_BY_NAME and len(parts) == 2 and "=" not in parts[1][0]:
            parts = [parts[0], (f"axis={parts[1][0]}", parts[1][1])]
        return super().call(function, parts)


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A function of arrays for each derivative, or one that returns the value and all derivatives."""
    imports = {"math": "import math\n", "jnp": "import jax.numpy as jnp"}
    imports |= {name: f"from jax.scipy import {name}" for name in ("linalg", "special")}
    return python_module(derivatives, JaxPrinter(derivatives.variables, how.dtype), imports)
