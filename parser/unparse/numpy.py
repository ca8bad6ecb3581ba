"""Python with NumPy, and SciPy's special functions."""

from __future__ import annotations

import keyword

from ..derivative import Derivatives
from .code import CodePrinter, functions, python_function
from .printer import ATOM

_OWN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt"),
    *("hypot", "floor", "ceil", "trunc", "fmod", "copysign", "maximum", "minimum", "where", "abs", "sign", "round"),
    *("sinc", "logaddexp", "logaddexp2", "heaviside", "nextafter"),
)
_REDUCTIONS = ("sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "dot")
_SPECIAL = (
    *("erf", "erfc", "erfinv", "erfcx", "digamma", "polygamma", "logit", "xlogy", "xlog1py", "entr", "ndtr", "ndtri"),
    *("log_ndtr", "i0", "i0e", "i1", "i1e", "zeta"),
)


class NumpyPrinter(CodePrinter):
    """Prints Python that computes with NumPy arrays."""

    language = "NumPy"
    has_vectors = True
    reserved = frozenset({*keyword.kwlist, "np", "special"})
    constants = {"pi": "np.pi", "e": "np.e", "tau": "(2*np.pi)", "inf": "np.inf", "nan": "np.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **{name: f"np.{name}" for name in _OWN},
        **{f"a{name}": f"np.arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
        **{name: f"special.{name}" for name in _SPECIAL},
        "sigmoid": "special.expit",
        "lgamma": "special.gammaln",
        "igamma": "special.gammainc",
        "igammac": "special.gammaincc",
        "clamp": "np.clip",
        "relu": "np.maximum({0}, 0)",
        "logsigmoid": "-np.logaddexp(0, -{0})",
        "softplus": "np.logaddexp(0, {0})",
        "mish": "{0}*np.tanh(np.logaddexp(0, {0}))",
        "elu": "np.where({0} > 0, {0}, np.expm1({0}))",
        "silu": "{0}*special.expit({0})",
        "gelu": "{0}*special.ndtr({0})",
        "frac": "{0} - np.trunc({0})",
        **{
            name: f"np.{name}"
            for name in ("sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "dot")
        },
        **{name: f"np.{name}({{0}}, 0)" for name in ("cumsum", "cumprod")},
        **{name: f"np.{name}" for name in ("flip", "isnan", "isfinite")},
        "softmax": "special.softmax",
        "log_softmax": "special.log_softmax",
        "logsumexp": "special.logsumexp({0})",
        "norm": "np.linalg.norm({0})",
        "std": "np.std({0}, ddof=1)",
        "var": "np.var({0}, ddof=1)",
        "sort": "np.sort({0})",
        "msort": "np.sort({0}, 0)",
        "argsort": 'np.argsort({0}, kind="stable")',
    }

    def list(self, items: list[str]) -> str:
        return f"np.array([{', '.join(items)}])"

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in ("and", "or"):
            return f"np.logical_{op}({left[0]}, {right[0]})", ATOM
        return super().binary(op, left, right)

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        return (f"np.logical_not({part[0]})", ATOM) if op == "not" else super().unary(op, part)

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        links = [super(NumpyPrinter, self).compare((op,), parts[i : i + 2]) for i, op in enumerate(ops)]
        result = links[0]
        for link in links[1:]:
            result = self.binary("and", result, link)
        return result


def render(derivatives: Derivatives, source: str) -> str:
    """A function of arrays for each derivative."""
    texts = functions(derivatives, NumpyPrinter(derivatives.variables), python_function)
    imports = ""
    if any("np." in text for text in texts):
        imports += "import numpy as np\n"
    if any("special." in text for text in texts):
        imports += "from scipy import special\n"
    return (f"{imports}\n\n" if imports else "") + "\n\n".join(texts)
