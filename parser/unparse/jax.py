"""Python with JAX, and its part of SciPy's special functions."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping

from .numpy import ON_DIAGONAL, NumpyPrinter

# What jax.scipy.special lacks of SciPy's.
_LACKED = "airy binom chi dawsn erfcinv erfcx erfi fresnel iv jv k0 k0e k1 k1e kv lambertw j0 j1 shichi sici y0 y1 yv"
_LACKS = frozenset(_LACKED.split())


def _of_jax(spellings: Mapping[str, str]) -> dict[str, str]:
    """NumPy's spellings as those of JAX that it has."""
    return {
        name: re.sub(r"\bnp\.", "jnp.", text)
        for name, text in spellings.items()
        if _LACKS.isdisjoint(re.findall(r"special\.(\w+)", text))
    }


class JaxPrinter(NumpyPrinter):
    """Prints Python that computes with JAX's arrays, under `jit` and `vmap` as well."""

    language = "JAX"
    module = "jnp"
    imports = {  # noqa: RUF012
        "math": "import math\n",
        "jnp": "import jax.numpy as jnp",
        **{name: f"from jax.scipy import {name}" for name in ("linalg", "special")},
    }
    helpers = {  # noqa: RUF012
        "placed_on_diagonal": ON_DIAGONAL.format(
            "return (0.0 + array).at[rows, columns].set(np.moveaxis(values, -1, 0))"
        ).replace("np.", "jnp."),
    }
    reserved = frozenset({*keyword.kwlist, "math", "jax", "jnp", "linalg", "special"})
    ones, zeros = "jnp.ones_like({})", "jnp.zeros_like({})"
    operators = _of_jax(NumpyPrinter.operators)
    constants = _of_jax(NumpyPrinter.constants)
    functions = _of_jax(NumpyPrinter.functions)
    by_name = ("softmax", "log_softmax")

    def placed(self, how: str, *arguments: str) -> str:
        array, places, values, *axis = arguments
        if axis:
            return f"jnp.put_along_axis(0.0 + {array}, {places}, {values}, {axis[0]}, inplace=False)"
        return f"(0.0 + {array}).at[{places}].{'set' if how == 'placed' else 'add'}({values})"


render = JaxPrinter.render
