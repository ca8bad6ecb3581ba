"""Python with NumPy, and SciPy's special functions."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..derivatives.derivative import Derivatives
from ..syntax.operators import SUM
from ..syntax.printer import ATOM, UnprintableError
from ..syntax.records import Attribute, Call, List, Number, Unary
from .code import CodePrinter, named, python_module
from .how import DOUBLE, SINGLE
from .python import PythonPrinter

# Which diagonal, and of which dimensions.
_OF_DIAGONAL = ["0", "0", "1"]
# What NumPy calls the arguments that may be left out.
_ARGUMENTS = {
    **{name: name for name in ["offset", "nan", "posinf", "neginf", "decimals", "rtol", "atol", "equal_nan", "ord"]},
    **{name: name for name in ["full_matrices", "upper"]},
    **dict.fromkeys(("dim", "dims"), "axis"),
    "correction": "ddof",
    "diagonal": "k",
    "dim1": "axis1",
    "dim2": "axis2",
    "keepdim": "keepdims",
    "m": "M",
    "p": "ord",
}
_REDUCTIONS = "all amax amin any argmax argmin max mean min nansum prod std sum var"
# What takes sizes or dimensions, as tuples.
_OF_SIZES = "broadcast_to expand flip pad permute repeat reshape roll tile"
# What SciPy computes with doubles where one operand is a number.
_OF_DOUBLES = ("xlogy", "xlog1py")
_NONE: Mapping[str, Any] = MappingProxyType({})
_PLACED = """\
def {}(array, places, values{}):
    result = array + 0.0
    {}
    return result
"""
# What puts values into an array or adds them to it.
_PLACING = {
    "select_scatter": "placed",
    "slice_scatter": "placed",
    "scatter": "placed_along",
    "index_add": "added",
    "diagonal_scatter": "placed_on_diagonal",
}
ON_DIAGONAL = """\
def placed_on_diagonal(array, values, offset):
    i = np.arange(values.shape[-1])
    rows, columns = i - min(offset, 0), i + max(offset, 0)
    {}
"""


class NumpyPrinter(CodePrinter):
    """Prints Python that computes with NumPy arrays."""

    language = "NumPy"
    module = "np"
    has_vectors = has_arrays = numbers_are_truths = True
    imports: Mapping[str, str] = {
        "math": "import math\n",
        "np": "import numpy as np",
        **{name: f"from scipy import {name}" for name in ("linalg", "special")},
    }
    frame = PythonPrinter.frame
    blank = PythonPrinter.blank
    lacks = PythonPrinter.lacks
    helpers = {  # noqa: RUF012
        "placed_along": _PLACED.format("placed_along", ", axis", "np.put_along_axis(result, places, values, axis)"),
        "placed_on_diagonal": ON_DIAGONAL.format("return placed(array, (rows, columns), np.moveaxis(values, -1, 0))"),
        "placed": _PLACED.format("placed", "", "result[places] = values"),
        "added": _PLACED.format("added", "", "np.add.at(result, places, values)"),
    }
    reserved = frozenset({*keyword.kwlist, "math", "np", "linalg", "special"})
    operators = {  # noqa: RUF012
        **{name: f"np.logical_{name}({{}}, {{}})" for name in ("and", "or")},
        "not": "np.logical_not({})",
    }
    constants = {"pi": "np.pi", "e": "np.e", "tau": "(2*np.pi)", "inf": "np.inf", "nan": "np.nan"}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **named(
            "np.",
            f"{_REDUCTIONS} "
            "abs broadcast_to cbrt ceil copysign cos cosh cumprod cumsum diag diagonal dot exp expm1 eye flip "
            "floor fmax fmin fmod full_like hypot isclose isfinite isinf isnan kron log log10 log1p "
            "log2 logaddexp logaddexp2 logical_xor maximum minimum nan_to_num nextafter ones ones_like outer "
            "reshape roll round searchsorted signbit sin sinc sinh sqrt squeeze stack tan tanh tile trace "
            "tril triu trunc where zeros_like",
        ),
        **{f"a{name}": f"np.arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
        **named("np.linalg.", "cholesky det eigh pinv slogdet vector_norm"),
        **named(
            "special.",
            "beta digamma entr erf erfc erfcinv erfcx erfi erfinv expi gamma i0 i0e i1 i1e log_ndtr log_softmax logit "
            "logsumexp ndtr ndtri polygamma softmax xlog1py xlogy zeta",
        ),
        **{f"bessel{kind}": f"special.{kind}v" for kind in "jyik"},
        **{f"bessel_{name}": f"special.{name}" for name in ("j0", "j1", "y0", "y1")},
        **{f"modified_bessel_{name}": f"special.{name}" for name in ("i0", "i1", "k0", "k1")},
        **{f"scaled_modified_bessel_{name}": f"special.{name}e" for name in ("k0", "k1")},
        "airy_ai": "special.airy({0})[0]",
        "airy_ai_prime": "special.airy({0})[1]",
        "binomial": "special.binom",
        "chi": "special.shichi({0})[1]",
        "ci": "special.sici({0})[1]",
        "dawson": "special.dawsn",
        "fresnel_c": "special.fresnel({0})[1]",
        "fresnel_s": "special.fresnel({0})[0]",
        "lambertw": "np.where({0} < -np.exp(-1), np.nan, special.lambertw({0}).real)",
        "shi": "special.shichi({0})[0]",
        "si": "special.sici({0})[0]",
        "cat": "np.concatenate",
        "clamp": "np.clip({0}, {1}, {2})",
        "gelu": "{0}*special.ndtr({0})",
        "igamma": "special.gammainc",
        "igammac": "special.gammaincc",
        "inverse": "np.linalg.inv",
        "ldexp": "{0}*2.0**{1}",
        "len": "len",
        "lgamma": "special.gammaln",
        "linalg_qr": "np.linalg.qr",
        "linalg_svd": "np.linalg.svd",
        "logsigmoid": "-np.logaddexp(0, -{0})",
        "matrix_exp": "linalg.expm",
        "bmm": "np.matmul",
        "mm": "np.matmul",
        "mv": "np.matmul",
        "msort": "np.sort({0}, 0)",
        "norm": "np.linalg.vector_norm",
        "numel": "np.size",
        "permute": "np.transpose",
        "repeat": "np.tile",
        "sigmoid": "special.expit",
        "select": "np.take({0}, {2}, {1})",
        # Of nan too it is 0.
        "sign": "np.nan_to_num(np.sign({0}))",
        "softplus": "np.logaddexp(0, {0})",
        "solve": "np.linalg.solve({0}, {1})",
        "t": "np.transpose({0})",
        "transpose": "np.swapaxes",
        "median": 'np.quantile({0}, 0.5, method="lower")',
        "unsqueeze": "np.expand_dims",
    }
    reductions = frozenset({*_REDUCTIONS.split(), "logsumexp", "norm", "vector_norm"})
    argument_names: Mapping[str, str] = _ARGUMENTS
    # What takes all that follows its tensors by name.
    by_name: Collection[str] = ()
    of_sizes = frozenset(_OF_SIZES.split())

    ones = "np.ones_like({})"
    zeros = "np.zeros_like({})"

    def __init__(self, variables: Collection[str] = (), dtype: str = DOUBLE, arrays: Mapping[str, Any] = _NONE) -> None:
        super().__init__(variables, dtype, arrays)
        # Lists as they stand inside others, and of their items as arrays, by the identity of their records.
        self.lists: dict[int, str] = {}
        self.items: dict[int, str] = {}
        # Where what is sorted or largest was, by the identity of the record that finds it.
        self.orders: dict[int, tuple[str, int]] = {}

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Call and node.args and self.is_constant(node):
            # NumPy and PyTorch would make a number of their own types of it, which those of arrays give way to.
            try:
                return PythonPrinter(self.variables).texts(node)
            except UnprintableError:
                pass
        if type(node) is Call and node.function in ("max", "min") and (len(parts) == 1 or node.kwargs):
            function = f"arg{node.function}"
            self.orders[id(node)] = self.call(function, self._arguments(node, FUNCTIONS[function], parts))
        if type(node) is Attribute and node.name == "values":
            # Of what has several results there, and one here.
            return parts[0]
        if type(node) is Attribute and node.name == "indices" and self.module != "torch":
            if id(node.object) not in self.orders:
                raise self._refused(node.name)
            return self.orders[id(node.object)]
        if type(node) is List:
            items = [self.lists.get(id(item), text) for item, (text, _) in zip(node.items, parts, strict=True)]
            self.lists[id(node)] = f"[{', '.join(items)}]"
            self.items[id(node)] = f"[{', '.join(text for text, _ in parts)}]"
            return self.array(node, [text for text, _ in parts]), ATOM
        is_doubled = type(node) is Call and (node.function == "where" or node.function in _OF_DOUBLES)
        if is_doubled and self.dtype == SINGLE and self.module != "torch":
            parts = [
                (f"{self.module}.float32({text})", ATOM) if i and self.is_constant(argument) else (text, level)
                for i, (argument, (text, level)) in enumerate(zip(node.args, parts, strict=True))
            ]
        if type(node) is Call and self.module != "torch":
            if node.function == "pad":
                return self._padded(node, parts)
            if node.function in _PLACING and not node.kwargs:
                return self._placed(node, [text for text, _ in parts])
            if node.function in ("sort", "argsort"):
                values, self.orders[id(node)] = self._sorted(node, [text for text, _ in parts])
                return values if node.function == "sort" else self.orders[id(node)]
        if type(node) is Call and node.function in FUNCTIONS:
            return self.call(node.function, self._arguments(node, FUNCTIONS[node.function], parts))
        return super().node(node, parts)

    def _arguments(self, node: Call, record: Any, parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """The arguments as the library takes them: sizes as they are, and what may be left out by its name there."""
        texts = [text for text, _ in parts]
        given = [*node.args, *[value for _, value in node.kwargs]]
        if record.variadic or node.function in self.of_sizes | self.reductions:
            texts = [
                self.sizes(argument, text) if i or record.variadic else text
                for i, (argument, text) in enumerate(zip(given, texts, strict=True))
            ]
        if "{" in (self.spelling(node.function) or "{"):
            return [(text, level) for text, (_, level) in zip(texts, parts, strict=True)]
        first = record.tensors if node.function in self.by_name else max(record.required, record.tensors)
        names = [
            name if i >= first and not record.takes_many else ""
            for i, name in zip(range(len(node.args)), [*record.arguments, *[""] * len(node.args)], strict=False)
        ]
        names += [name for name, _ in node.kwargs]
        for name, value in record.assumed.items():
            if value is not None and len(node.args) < record.required and name not in names:
                names.append(name)
                texts.append(str(value))
        return [
            (f"{self.argument_name(name, node.function)}={text}", ATOM) if name else (text, level)
            for name, text, level in zip(names, texts, [*[level for _, level in parts], ATOM], strict=False)
        ]

    def argument_name(self, name: str, function: str) -> str:
        """What the library calls an argument."""
        if name not in self.argument_names:
            raise self._refused(function)
        return self.argument_names[name]

    def takes(self, function: str, count: int) -> bool:
        return True

    def _sorted(self, node: Call, texts: list[str]) -> tuple[tuple[str, int], tuple[str, int]]:
        """The elements in order, nan last or, in descending order, first; and where they were, equal ones in turn."""
        names = [*FUNCTIONS[node.function].arguments[: len(node.args)], *(name for name, _ in node.kwargs)]
        given = dict(zip(names, texts, strict=True))
        array, dim = given["x"], given.get("dim", "-1")
        along, module = f", {dim}" if "dim" in given else "", self.module
        stable = ', kind="stable"' if module == "np" else ""
        if given.get("descending", "False") == "False":
            return (f"{module}.sort({array}{along})", ATOM), (f"{module}.argsort({array}{along}{stable})", ATOM)
        back = f"{module}.argsort({module}.flip({array}, {dim}){along}{stable})"
        places = f"({array}).shape[{dim}] - 1 - {module}.flip({back}, {dim})"
        return (f"{module}.flip({module}.sort({array}{along}), {dim})", ATOM), (places, SUM)

    def array(self, node: List, items: list[str]) -> str:
        """A list as an array."""
        dtype = f", dtype={self.module}.{self.dtype}" if self.dtype != DOUBLE else ""
        return f"{self.module}.array({self.lists[id(node)]}{dtype})"

    def sizes(self, node: Any, text: str) -> str:
        """A list as it is: as a tuple, if it is one of numbers."""
        if type(node) is not List:
            return text
        if not node.items or any(type(item) not in (Number, Unary) for item in node.items):
            return self.items[id(node)]
        return f"({self.lists[id(node)][1:-1]}{',' if len(node.items) == 1 else ''})"

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function in ("std", "var") and not any(text.startswith("ddof=") for text, _ in parts):
            parts = [*parts, ("ddof=1", ATOM)]
        return super().call(function, parts)

    def _padded(self, node: Call, parts: list[tuple[str, int]]) -> tuple[str, int]:
        """Zeros around an array: pairs of how many before it and after it, from the first dimension on."""
        sizes = [int(item.value or 0) for item in getattr(node.args[1], "items", ()) if type(item) is Number]
        if len(node.args) != 2 or len(sizes) != len(getattr(node.args[1], "items", ())) or node.kwargs:
            raise self._refused("pad")
        pairs = [(before, after) for before, after in zip(sizes[-2::-2], sizes[::-2], strict=True)]
        return f"{self.module}.pad({parts[0][0]}, {pairs})", ATOM

    def _placed(self, node: Call, texts: list[str]) -> tuple[str, int]:
        """An array with others in some of its places."""
        name, how = node.function, _PLACING[node.function]
        if name == "scatter":
            array, dim, places, values = texts
            places = f"{self.module}.array({self.lists[id(node.args[2])]})" if type(node.args[2]) is List else places
            return self.placed(how, array, places, values, dim), ATOM
        texts = [self.lists.get(id(item), text) for item, text in zip(node.args, texts, strict=True)]
        if name == "diagonal_scatter":
            array, values, offset, *dims = [*texts, *_OF_DIAGONAL[len(texts) - 2 :]]
            if dims != ["0", "1"]:
                raise self._refused(name)
            return f"{how}({array}, {values}, {offset})", ATOM
        if name == "index_add":
            array, dim, places, values = texts
        else:
            array, values, dim, *ends = texts
            places = ends[0] if name == "select_scatter" else f"slice({', '.join(ends)})"
        if not dim.isdecimal():
            raise self._refused(name)
        places = f"({'slice(None), ' * int(dim)}{places})" if int(dim) else places
        return self.placed(how, array, places, values), ATOM

    def _refused(self, name: str) -> UnprintableError:
        return UnprintableError(f"{self.language} has no function for `{name}` with these arguments", name)

    def placed(self, how: str, *arguments: str) -> str:
        """An array with values at places, `placed` there, alike `placed_along` a dimension, or `added` to what is."""
        return f"{how}({', '.join(arguments)})"

    def helper(self, name: str) -> str:
        return PythonPrinter().helper(name)

    def code(self, derivatives: Derivatives) -> str:
        return python_module(super().code(derivatives), self.imports)


render = NumpyPrinter.render
