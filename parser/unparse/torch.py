"""Python with PyTorch."""

from __future__ import annotations

import keyword
from typing import Any

from ...engine.primitive import FUNCTIONS
from ..check import walk
from ..derivative import Derivatives
from ..syntax import Call, Name, Number
from .code import functions, python_function
from .numpy import NumpyPrinter
from .printer import ATOM
from .python import PythonPrinter

_FUNCTIONAL = (
    *("gelu", "silu", "mish", "softplus", "elu", "selu", "celu", "leaky_relu", "logsigmoid", "softsign", "hardtanh"),
    *("relu6", "hardsigmoid", "hardswish", "softshrink", "tanhshrink"),
)
_SPECIAL = (
    *("ndtr", "ndtri", "log_ndtr", "entr", "erfcx", "i0e", "i1", "i1e", "xlog1py", "zeta", "airy_ai", "bessel_j0"),
    *("bessel_j1", "bessel_y0", "bessel_y1", "spherical_bessel_j0"),
)
# These take tensors only.
_OF_TENSORS = ("maximum", "minimum", "atan2", "hypot", "logaddexp", "logaddexp2", "zeta")


class TorchPrinter(NumpyPrinter):
    """Prints Python that computes with PyTorch's tensors; what is made of numbers alone stays a number."""

    language = "PyTorch"
    reserved = frozenset({*keyword.kwlist, "torch", "math"})
    constants = PythonPrinter.constants
    functions = {  # noqa: RUF012
        **{name: f"torch.{name}" for name in FUNCTIONS},
        **{name: f"torch.nn.functional.{name}" for name in _FUNCTIONAL},
        **{name: f"torch.special.{name}" for name in _SPECIAL},
        "cbrt": "torch.sign({0})*torch.abs({0})**(1/3)",
        "flip": "torch.flip({0}, [0])",
        **{name: f"torch.{name}({{0}}, 0)" for name in ("cumsum", "cumprod", "logsumexp")},
        "sort": "torch.sort({0})[0]",
        # The zeros are a list, whose dtype would be another.
        "scatter": "torch.zeros_like({3}).scatter({1}, {2}, {3}) + 0*{0}",
    }

    def list(self, items: list[str]) -> str:
        return f"torch.stack([{', '.join(f'torch.as_tensor({item})' for item in items)}])"

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Call:
            numbers = [self._is_number(argument) for argument in node.args]
            if all(numbers):
                return PythonPrinter(self.variables).texts(node)
            if node.function in _OF_TENSORS:
                parts = [
                    (f"torch.as_tensor({text})", ATOM) if number else (text, level)
                    for (text, level), number in zip(parts, numbers, strict=True)
                ]
            elif node.function == "where":
                parts = [
                    (f"{arg.value}.0", ATOM) if type(arg) is Number and type(arg.value) is int else part
                    for arg, part in zip(node.args, parts, strict=True)
                ]
        return super().node(node, parts)

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in ("and", "or"):
            return f"torch.logical_{op}({left[0]}, {right[0]})", ATOM
        return super().binary(op, left, right)

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        return (f"torch.logical_not({part[0]})", ATOM) if op == "not" else super().unary(op, part)

    def _is_number(self, argument: Any) -> bool:
        return all(
            record.name in self.constants and record.name not in self.variables
            for record in walk(argument)
            if type(record) is Name
        )


def render(derivatives: Derivatives, source: str) -> str:
    """A function of tensors for each derivative."""
    texts = functions(derivatives, TorchPrinter(derivatives.variables), python_function)
    imports = [f"import {module}\n" for module in ("math", "torch") if any(f"{module}." in text for text in texts)]
    gap = "\n" if len(imports) == 2 else ""
    return (gap.join(imports) + "\n\n" if imports else "") + "\n\n".join(texts)
