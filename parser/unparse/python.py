"""Python, with the module `math` alone."""

from __future__ import annotations

import keyword

from ..algebra.derivative import Derivatives
from ..syntax.operators import OR
from ..syntax.printer import enclosed
from .code import CodePrinter, functions, python_function

_OWN = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2"),
    *("exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "hypot", "erf", "erfc", "lgamma"),
    *("floor", "ceil", "trunc", "fmod", "copysign"),
)


class PythonPrinter(CodePrinter):
    """Prints Python that computes with floats."""

    language = "Python's math"
    reserved = frozenset({*keyword.kwlist, "math", "max", "min", "abs", "round"})
    constants = {"pi": "math.pi", "e": "math.e", "tau": "math.tau", "inf": "math.inf", "nan": "math.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **{name: f"math.{name}" for name in _OWN},
        "abs": "abs",
        "round": "round",
        "maximum": "max",
        "minimum": "min",
        "clamp": "min(max({0}, {1}), {2})",
        "relu": "max({0}, 0)",
        "sign": "({0} > 0) - ({0} < 0)",
        "sigmoid": "1/(1 + math.exp(-{0}))",
        "logsigmoid": "-math.log1p(math.exp(-{0}))",
        "softplus": "math.log1p(math.exp({0}))",
        "mish": "{0}*math.tanh(math.log1p(math.exp({0})))",
        "elu": "{0} if {0} > 0 else math.expm1({0})",
        "silu": "{0}/(1 + math.exp(-{0}))",
        "gelu": "{0}*(1 + math.erf({0}/math.sqrt(2)))/2",
        "logaddexp": "max({0}, {1}) + math.log1p(math.exp(-abs({0} - {1})))",
        "logit": "math.log({0}/(1 - {0}))",
        "sinc": "math.sin(math.pi*{0})/(math.pi*{0}) if {0} else 1.0",
        "frac": "{0} - math.trunc({0})",
        "xlogy": "{0}*math.log({1}) if {0} else 0.0",
    }

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where":
            condition, then, otherwise = (enclosed(part, OR) for part in parts)
            # Binds less tightly than any operator.
            return f"{then} if {condition} else {otherwise}", OR - 1
        return super().call(function, parts)


def render(derivatives: Derivatives, source: str) -> str:
    """A function for each derivative."""
    printer = PythonPrinter(derivatives.variables)
    texts = functions(derivatives, printer, python_function)
    uses = any("math." in text for text in texts)
    return ("import math\n\n\n" if uses else "") + "\n\n".join(texts)
