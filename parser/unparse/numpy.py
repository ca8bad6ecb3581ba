"""Python with NumPy, and SciPy's special functions."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.printer import ATOM
from ..syntax.records import Call, List, Number, Unary
from .code import CodePrinter, functions, python_function

_OWN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt"),
    *("hypot", "floor", "ceil", "trunc", "fmod", "copysign", "maximum", "minimum", "where", "abs", "sign", "round"),
    *("sinc", "logaddexp", "logaddexp2", "heaviside", "nextafter"),
)
# Those along dimensions, whose arguments have other names.
_REDUCTIONS = {
    **{name: f"np.{name}" for name in ("sum", "mean", "prod", "max", "min", "amax", "amin", "argmax", "argmin")},
    **{name: f"np.{name}" for name in ("any", "all", "std", "var", "nansum")},
    "logsumexp": "special.logsumexp",
    "vector_norm": "np.linalg.vector_norm",
    "norm": "np.linalg.vector_norm",
}
# Those that take sizes or dimensions, and those that take several arrays.
_OF_SIZES = ("reshape", "broadcast_to", "permute", "roll", "tile", "flip", "pad", "expand")
_OF_SEVERAL = ("cat", "stack")
_NAMED = re.compile(r"(\w+)=(?!=)(.*)", re.DOTALL)
_ARGUMENTS = {"dim": "axis", "keepdim": "keepdims", "correction": "ddof"}
_SPECIAL = (
    *("erf", "erfc", "erfinv", "erfcx", "digamma", "polygamma", "logit", "xlogy", "xlog1py", "entr", "ndtr", "ndtri"),
    *("log_ndtr", "i0", "i0e", "i1", "i1e", "zeta"),
)


class NumpyPrinter(CodePrinter):
    """Prints Python that computes with NumPy arrays."""

    language = "NumPy"
    has_vectors = True
    reserved = frozenset({*keyword.kwlist, "np", "linalg", "special"})
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
        **{name: f"np.{name}" for name in ("cumsum", "cumprod", "dot", "outer", "trace", "tril", "triu", "kron")},
        **{name: f"np.{name}" for name in ("reshape", "broadcast_to", "zeros_like", "ones_like", "full_like")},
        **{name: f"np.{name}" for name in ("squeeze", "stack", "diagonal", "roll", "tile", "searchsorted")},
        **{name: f"np.linalg.{name}" for name in ("det", "slogdet", "pinv", "eigh", "cholesky")},
        "solve": "np.linalg.solve({0}, {1})",
        "inverse": "np.linalg.inv",
        "linalg_svd": "np.linalg.svd",
        "linalg_qr": "np.linalg.qr",
        "cat": "np.concatenate",
        "unsqueeze": "np.expand_dims",
        "transpose": "np.swapaxes",
        "permute": "np.transpose",
        "ldexp": "{0}*2.0**{1}",
        "matrix_exp": "linalg.expm",
        **{name: f"np.{name}" for name in ("flip", "isnan", "isfinite")},
        "softmax": "special.softmax",
        "log_softmax": "special.log_softmax",
        "sort": "np.sort({0})",
        "msort": "np.sort({0}, 0)",
        "argsort": 'np.argsort({0}, kind="stable")',
    }

    def __init__(self, variables: Collection[str] = ()) -> None:
        super().__init__(variables)
        # Lists as they stand inside others, by the identity of their records.
        self.lists: dict[int, str] = {}

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is List:
            items = [self.lists.get(id(item), text) for item, (text, _) in zip(node.items, parts, strict=True)]
            self.lists[id(node)] = f"[{', '.join(items)}]"
            return self.array(node, [text for text, _ in parts]), ATOM
        if type(node) is Call and node.function in (*_OF_SIZES, *_OF_SEVERAL, *_REDUCTIONS):
            arguments = [*node.args, *[value for _, value in node.kwargs]]
            parts = [
                (self.sizes(argument, text), level) if i or node.function in _OF_SEVERAL else (text, level)
                for i, (argument, (text, level)) in enumerate(zip(arguments, parts, strict=True))
            ]
        return super().node(node, parts)

    def array(self, node: List, items: list[str]) -> str:
        """A list as an array."""
        return f"np.array({self.lists[id(node)]})"

    def sizes(self, node: Any, text: str) -> str:
        """A list as it is: as a tuple, if it is one of numbers."""
        if type(node) is not List:
            return text
        if not node.items or any(type(item) not in (Number, Unary) for item in node.items):
            return self.lists[id(node)]
        return f"({self.lists[id(node)][1:-1]}{',' if len(node.items) == 1 else ''})"

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function in _REDUCTIONS:
            return self.reduction(function, [text for text, _ in parts]), ATOM
        return super().call(function, parts)

    def reduction(self, function: str, texts: list[str]) -> str:
        """A reduction, with its arguments by NumPy's names."""
        places = ("", "ord", "dim", "keepdim") if function == "vector_norm" else ("", "dim", "keepdim")
        given = {"correction": "1"} if function in ("std", "var") else {}
        for i, text in enumerate(texts[1:], 1):
            named = _NAMED.fullmatch(text)
            given.update([(named[1], named[2])] if named else [(places[i], text)])
        options = "".join(f", {_ARGUMENTS.get(name, name)}={value}" for name, value in given.items())
        return f"{_REDUCTIONS[function]}({texts[0]}{options})"

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
    modules = [name for name in ("linalg", "special") if any(re.search(rf"(?<!\.)\b{name}\.", text) for text in texts)]
    if modules:
        imports += f"from scipy import {', '.join(modules)}\n"
    return (f"{imports}\n\n" if imports else "") + "\n\n".join(texts)
