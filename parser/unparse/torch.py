"""Python with PyTorch."""

from __future__ import annotations

import keyword
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..syntax.printer import ATOM
from ..syntax.records import Attribute, Call, Compare, List, Name, Number, Unary
from ..syntax.walk import walk
from .how import DOUBLE, SINGLE
from .numpy import NumpyPrinter
from .python import PythonPrinter

DTYPES = (DOUBLE, SINGLE)

# What PyTorch takes by name only, and what has a dimension there, which is the first here.
_BY_NAME = {"linalg_cross": ("dim",), "solve": ("left",), "solve_triangular": ("upper", "left", "unitriangular")}
# What gives values with their indices, always or along a dimension.
_WITH_INDICES = {"cummax", "cummin", "kthvalue", "mode", "sort", "topk"}
_WITH_INDICES_ALONG = {"max", "median", "min", "nanmedian"}
_ALONG_FIRST = {"cumsum": "0", "cumprod": "0", "flip": "[0]"}


class TorchPrinter(NumpyPrinter):
    """Prints Python that computes with PyTorch's tensors; what is made of numbers alone stays a number."""

    language = "PyTorch"
    module = "torch"
    reserved = frozenset({*keyword.kwlist, "torch", "math"})
    ones, zeros = "torch.ones_like({})", "torch.zeros_like({})"
    imports = {"math": "import math\n", "torch": "import torch"}  # noqa: RUF012
    helpers = PythonPrinter.helpers
    operators = {name: text.replace("np.", "torch.") for name, text in NumpyPrinter.operators.items()}  # noqa: RUF012
    argument_names = {}  # noqa: RUF012
    constants = PythonPrinter.constants
    functions = {  # noqa: RUF012
        "len": "len",
        "cbrt": "torch.sign({0})*torch.abs({0})**(1/3)",
        # The zeros may be a list, whose dtype would be another.
        "scatter": "torch.scatter({0}.to({3}.dtype), {1}, {2}, {3})",
    }

    def spelling(self, function: str) -> str | None:
        if function == "broadcast_to":
            return f"torch.full({{1}}, {{0}}, dtype=torch.{self.dtype})"
        if function in ("eye", "ones"):
            return f"torch.{function}({{0}}, dtype=torch.{self.dtype})"
        if function in self.functions or function not in FUNCTIONS:
            return self.functions.get(function)
        record = FUNCTIONS[function]
        paths = record.torch_names
        if not paths and record.elementwise:
            return None
        usual = paths[0] if paths else function
        return f"torch.{next((path for path in paths if path.rpartition('.')[2] == function), usual)}"

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        text = super().whole(node, variable, is_narrow)
        is_constant = type(node) is List and self.is_constant(node)
        return f"torch.tensor({self.lists[id(node)]}, dtype={self.name(variable)}.dtype)" if is_constant else text

    def array(self, node: List, items: list[str]) -> str:
        numbers = [record for record in walk(node) if type(record) is not List]
        if self.is_constant(node):
            is_whole = all(type(r) is Unary or (type(r) is Number and type(r.value) is int) for r in numbers)
            is_floating = not is_whole and not all(map(_is_truth, numbers))
            return f"torch.tensor({self.lists[id(node)]}{f', dtype=torch.{self.dtype}' if is_floating else ''})"
        made = (
            self._tensor(text, node) if self.is_constant(item) else f"torch.as_tensor({text})"
            for item, text in zip(node.items, items, strict=True)
        )
        return f"torch.stack([{', '.join(made)}])"

    def _tensor(self, text: str, beside: Any) -> str:
        """A number as a tensor of the type of what it stands beside: PyTorch makes float32 of it."""
        return f"torch.tensor({text}, dtype={self._type(beside)})"

    def _type(self, node: Any) -> str:
        """The type of the tensors in an expression."""
        names = (record.name for record in walk(node) if type(record) is Name and not self.is_constant(record))
        name = next(names, None)
        return f"torch.{self.dtype}" if name is None else f"{self.name(name)}.dtype"

    def reduction(self, function: str, texts: list[str]) -> str:
        if function == "logsumexp" and len(texts) == 1:
            texts = [f"torch.flatten({texts[0]})", "0"]
        return f"{self.spelling(function)}({', '.join(texts)})"

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function in _ALONG_FIRST and len(parts) == 1:
            parts = [*parts, (_ALONG_FIRST[function], ATOM)]
        names = _BY_NAME.get(function, ())
        named = [
            (text if "=" in text else f"{name}={text}", ATOM) for name, (text, _) in zip(names, parts[2:], strict=False)
        ]
        return super().call(function, [*parts[:2], *named] if names else parts)

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if _has_indices(node):
            # The values, unless one of the results is asked for.
            return f"{super().node(node, parts)[0]}[0]", ATOM
        if type(node) is Attribute and _has_indices(node.object):
            return f"{parts[0][0].removesuffix('[0]')}.{node.name}", ATOM
        if type(node) is Call:
            numbers = [self.is_constant(argument) for argument in node.args]
            if _takes_tensors_only(node.function):
                parts = [
                    (self._tensor(text, node), ATOM) if number else (text, level)
                    for (text, level), number in zip(parts, numbers, strict=True)
                ]
            elif node.function == "broadcast_to" and not numbers[0]:
                return f"torch.broadcast_to({parts[0][0]}, {self.sizes(node.args[1], parts[1][0])})", ATOM
            elif node.function == "where":
                parts = [
                    (f"{arg.value}.0", ATOM) if type(arg) is Number and type(arg.value) is int else part
                    for arg, part in zip(node.args, parts, strict=True)
                ]
                if all(numbers[1:]):
                    # Of two numbers PyTorch makes float32, whatever the condition is made of.
                    parts[1] = (self._tensor(parts[1][0], node.args[0]), ATOM)
            elif node.function == "sum" and type(node.args[0]) is Compare:
                # A number of truths is whole, and would make float32 of others.
                return f"{super().node(node, parts)[0][:-1]}, dtype={self._type(node.args[0])})", ATOM
        return super().node(node, parts)


def _has_indices(node: Any) -> bool:
    """Whether PyTorch returns values and their indices for a call."""
    if type(node) is not Call:
        return False
    is_along = bool(node.kwargs) or len(node.args) > 1
    return node.function in _WITH_INDICES or (node.function in _WITH_INDICES_ALONG and is_along)


def _takes_tensors_only(name: str) -> bool:
    """Whether PyTorch refuses a number as one of several operands; it takes one only as the second of these two."""
    function = FUNCTIONS.get(name)
    if function is None or function.tensors < 2 or not function.elementwise:
        return False
    return not function.numbers or name in ("copysign", "zeta")


def _is_truth(record: Any) -> bool:
    return type(record) is Name and record.name in ("True", "False")


render = TorchPrinter.render
