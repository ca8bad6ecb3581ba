"""Python with PyTorch."""

from __future__ import annotations

import keyword
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..derivatives.derivative import Derivatives
from ..syntax.operators import OR
from ..syntax.printer import ATOM, enclosed
from ..syntax.records import Attribute, Call, List, Name, Number, Unary
from ..syntax.walk import children, walk
from .array_printer import program_of, shapes_of
from .code import CodePrinter, is_truth
from .naming import records_of
from .numpy import NumpyPrinter
from .python import PythonPrinter

# What takes its arrays one by one.
_ONE_BY_ONE = ("block_diag", "broadcast_tensors", "cartesian_prod", "meshgrid")
# What gives values with their indices, always or along a dimension.
_WITH_INDICES = {"cummax", "cummin", "kthvalue", "mode", "sort", "topk"}
_WITH_INDICES_ALONG = {"max", "median", "min", "nanmedian"}


class TorchPrinter(NumpyPrinter):
    """Prints Python that computes with PyTorch's tensors; what is made of numbers alone stays a number."""

    language = "PyTorch"
    module = "torch"
    reserved = frozenset({*keyword.kwlist, "torch", "math"})
    ones, zeros = "torch.ones_like({})", "torch.zeros_like({})"
    imports = {"math": "import math\n", "torch": "import torch"}  # noqa: RUF012
    helpers = {}  # noqa: RUF012
    operators = {name: text.replace("np.", "torch.") for name, text in NumpyPrinter.operators.items()}  # noqa: RUF012
    constants = PythonPrinter.constants
    functions = {  # noqa: RUF012
        "expand": "torch.broadcast_to",
        "len": "len",
        "repeat": "torch.tile",
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
        if self._is_number(node) and not self.is_constant(node):
            return f"torch.full_like({self.name(variable)}, {self.text(node)})"
        text = super().whole(node, variable, is_narrow)
        is_constant = type(node) is List and self.is_constant(node)
        return f"torch.tensor({self.lists[id(node)]}, dtype={self.name(variable)}.dtype)" if is_constant else text

    def prepared(self, derivatives: Derivatives) -> Derivatives:
        self.sizes_named: set[str] = set()
        if any(getattr(record, "function", "") == "flip" for record in records_of(derivatives)):
            names = {name: self.arrays.get(name, ()) for name in derivatives.variables}
            self.shapes = shapes_of(program_of(derivatives), names)
        for assign in derivatives.shared:
            if self._is_number(assign.value):
                self.sizes_named.add(assign.name)
        return derivatives

    def value(self, node: Any) -> str:
        text = self.text(node)
        return self._tensor(text, node) if self._is_number(node) else text

    def _is_number(self, node: Any) -> bool:
        """Whether an expression has nothing of tensors but their sizes."""
        pending = [node]
        while pending:
            part = pending.pop()
            if type(part) is Name and part.name not in self.sizes_named and not self.is_constant(part):
                return False
            is_size = getattr(part, "function", "") in ("len", "numel") or getattr(part, "name", "") == "shape"
            if type(part) is List or (type(part) is Call and not (is_size or FUNCTIONS[part.function].elementwise)):
                return False
            pending += () if is_size and type(part) is not Name else children(part)
        return True

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
        names = [record.name for record in walk(node) if type(record) is Name]
        own = [name for name in names if name in self.variables or name in self.arguments]
        name = next(iter([*own, *self.variables]), None)
        return f"torch.{self.dtype}" if name is None else f"{self.name(name)}.dtype"

    def argument_name(self, name: str, function: str) -> str:
        return name

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "logsumexp" and len(parts) == 1:
            parts = [(f"torch.flatten({parts[0][0]})", ATOM), ("0", ATOM)]
        if function in _ONE_BY_ONE:
            parts = [(f"*{parts[0][0]}", ATOM), *parts[1:]]
        return CodePrinter.call(self, function, parts)

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if _has_indices(node):
            # The values, unless one of the results is asked for.
            return f"{super().node(node, parts)[0]}[0]", ATOM
        if type(node) is Attribute and _has_indices(node.object):
            return f"{parts[0][0].removesuffix('[0]')}.{node.name}", ATOM
        if type(node) is Call and node.function == "flip" and len(parts) == 1:
            parts = [*parts, (str(tuple(range(len(self.shapes[id(node)])))), ATOM)]
            return self.call("flip", parts)
        if type(node) is Call:
            numbers = [*map(self._is_number, node.args)]
            if _takes_tensors_only(node.function):
                parts = [
                    (self._tensor(text, node), ATOM) if number else (text, level)
                    for (text, level), number in zip(parts, numbers, strict=True)
                ]
            elif node.function == "broadcast_to" and not numbers[0]:
                return f"torch.broadcast_to({parts[0][0]}, {self.sizes(node.args[1], parts[1][0])})", ATOM
            elif node.function == "where" and numbers[0]:
                return f"{enclosed(parts[1], OR)} if {parts[0][0]} else {enclosed(parts[2], OR)}", OR - 1
            elif node.function == "where":
                parts = [
                    (f"{arg.value}.0", ATOM) if type(arg) is Number and type(arg.value) is int else part
                    for arg, part in zip(node.args, parts, strict=True)
                ]
                if all(numbers[1:]):
                    # Of two numbers PyTorch makes float32, whatever the condition is made of.
                    parts[1] = (self._tensor(parts[1][0], node.args[0]), ATOM)
            elif node.function == "sum" and is_truth(node.args[0]):
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
    return not function.numbers or name in ("copysign", "fmod")


def _is_truth(record: Any) -> bool:
    return type(record) is Name and record.name in ("True", "False")


render = TorchPrinter.render
