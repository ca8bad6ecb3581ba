"""Python, with the module `math` alone."""

from __future__ import annotations

import keyword

from ..algebra.derivative import Derivatives
from ..syntax.operators import OR
from ..syntax.printer import enclosed
from .code import MATH, CodePrinter, named, python_module
from .how import How


class PythonPrinter(CodePrinter):
    """Prints Python that computes with floats."""

    language = "Python's math"
    reserved = frozenset({*keyword.kwlist, "math", "max", "min", "abs", "round"})
    constants = {"pi": "math.pi", "e": "math.e", "tau": "math.tau", "inf": "math.inf", "nan": "math.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named("math.", MATH),
        "abs": "abs",
        "round": "round",
        "maximum": "max",
        "minimum": "min",
        "fmax": "{1} if {0} != {0} or {0} < {1} else {0}",
        "fmin": "{1} if {0} != {0} or {0} > {1} else {0}",
        "ldexp": "{0}*2.0**{1}",
        **named("math.", "isfinite isinf isnan nextafter"),
        "gamma": "math.gamma",
        "sinc": "math.sin(math.pi*{0})/(math.pi*{0}) if {0} else 1.0",
        "xlogy": "{0}*math.log({1}) if {0} else 0.0",
    }

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where":
            condition, then, otherwise = (enclosed(part, OR) for part in parts)
            # Binds less tightly than any operator.
            return f"{then} if {condition} else {otherwise}", OR - 1
        return super().call(function, parts)


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """A function for each derivative, or one that returns the value and all derivatives."""
    return python_module(derivatives, PythonPrinter(derivatives.variables), {"math": "import math"})
