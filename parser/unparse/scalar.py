"""What languages have in common whose numbers are single ones: C and those after it, Fortran, SQL."""

from __future__ import annotations

from typing import Any

from ..syntax.operators import COMPARE, OR, PRODUCT, UNARY
from ..syntax.printer import ATOM, enclosed
from ..syntax.records import Binary, Call, Compare, Name, Number, Unary
from ..syntax.walk import children
from .code import CodePrinter

_LARGEST_WRITTEN_OUT = 3
_TRUTHS = ("True", "False")
_LOGICAL = ("and", "or", "not")
# What tells whether something holds.
_OF_TRUTH = frozenset(["isfinite", "isinf", "isnan", "signbit", "isclose"])


class ScalarPrinter(CodePrinter):
    """Prints code in which each number is a float, and a truth is not a number; `choice` is the template of `where`."""

    choice = "({} ? {} : {})"
    # Whether comparisons are numbers: 1 where they hold.
    truth_is_number = False

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        kind = type(node)
        if kind is Name and node.name in _TRUTHS and node.name not in self.arguments:
            return self.number(float(node.name == "True"))
        if not self.truth_is_number:
            parts = self._of_their_kind(node, parts)
        if kind is Binary and node.op == "**":
            return self.power(node, *parts)
        return super().node(node, parts)

    def _of_their_kind(self, node: Any, parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """The operands with truths where those belong, and numbers where those do."""
        if type(node) not in (Binary, Unary, Call, Compare):
            return parts
        converted: list[tuple[str, int]] = []
        for i, (operand, part) in enumerate(zip(children(node), parts, strict=True)):
            wanted = getattr(node, "op", "") in _LOGICAL or (i == 0 and getattr(node, "function", "") == "where")
            if _is_truth(operand) != wanted:
                part = self._as_truth(part) if wanted else self._as_number(part)
            converted.append(part)
        return converted

    def text(self, root: Any) -> str:
        """The text of an expression, as a number even where it is a truth."""
        part = self.texts(root)
        return (self._as_number(part) if _is_truth(root) and not self.truth_is_number else part)[0]

    def _as_number(self, part: tuple[str, int]) -> tuple[str, int]:
        return self.choice.format(enclosed(part, OR), self.number(1.0)[0], self.number(0.0)[0]), ATOM

    def _as_truth(self, part: tuple[str, int]) -> tuple[str, int]:
        return f"{enclosed(part, COMPARE + 1)} {self.operators.get('!=', '!=')} {self.number(0.0)[0]}", COMPARE

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        """Small powers of variables as products, the rest as the operator is spelt."""
        if type(node.left) is Name and type(node.right) is Number and node.right.value in (2, _LARGEST_WRITTEN_OUT):
            return "*".join([enclosed(base, UNARY)] * int(node.right.value)), PRODUCT
        return self.binary("**", base, exponent)

    def number(self, value: Any) -> tuple[str, int]:
        # A whole number would divide as one.
        return repr(float(value)), ATOM

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where":
            return self.choice.format(*(enclosed(part, OR) for part in parts)), ATOM
        return super().call(function, parts)


def _is_truth(node: Any) -> bool:
    """Whether an operand is a truth rather than a number."""
    if type(node) is Call:
        return node.function in _OF_TRUTH
    return type(node) is Compare or getattr(node, "op", "") in _LOGICAL
