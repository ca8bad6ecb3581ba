"""What languages have in common whose numbers are single ones: C and those after it, Fortran, SQL."""

from __future__ import annotations

from typing import Any

from ..syntax.operators import OR, PRODUCT, UNARY
from ..syntax.printer import Parts, enclosed
from ..syntax.records import Binary, Name, Number
from .code import CodePrinter
from .how import DOUBLE, SINGLE

_LARGEST_WRITTEN_OUT = 3
_TRUTHS = ("True", "False")


class ScalarPrinter(CodePrinter):
    """Prints code in which each number is a float, and a truth is not a number; `choice` is the template of `where`."""

    choice, choice_level = "{} ? {} : {}", OR - 1
    literals = dict.fromkeys((DOUBLE, SINGLE), "{}")
    truths_are_numbers = False

    def converted(self, node: Any, parts: Parts) -> tuple[str, int]:
        if type(node) is Name and node.name in _TRUTHS and node.name not in self.arguments:
            return self.number(node.name == "True")
        return super().converted(node, parts)

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        """Small powers of variables as products, the rest as the operator is spelt."""
        if type(node.left) is Name and type(node.right) is Number and node.right.value in (2, _LARGEST_WRITTEN_OUT):
            return "*".join([enclosed(base, UNARY)] * int(node.right.value)), PRODUCT
        return super().power(node, base, exponent)
