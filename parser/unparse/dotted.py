"""What Julia and MATLAB have in common: operators of their own on elements, and places counted from 1."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..syntax.operators import COMPARE, LEVELS, POWER, PRODUCT, UNARY
from ..syntax.printer import ATOM, UnprintableError, enclosed
from ..syntax.records import Attribute, Binary, Call, List, Name, Number, Slice, Subscript, Unary
from ..syntax.walk import children, walk
from .code import CodePrinter
from .how import DOUBLE

# Brackets make the level of logical operators, which differs, no matter.
_LOGICAL = ("and", "or")


class DottedPrinter(CodePrinter):
    """Prints code in which what works on elements says so.

    `arrays` are the variables that have several elements. `operators` are the spellings of operators, `reductions` the
    templates of what makes one number of all elements, `ones` and `zeros` of arrays in the shape of another.
    """

    has_vectors = True
    operators: Mapping[str, str]
    reductions: Mapping[str, str]
    ones: str
    zeros: str
    index = "{}[{}]"

    def __init__(self, variables: Collection[str] = (), dtype: str = DOUBLE, arrays: Collection[str] = ()) -> None:
        super().__init__(variables, dtype)
        self.arrays = arrays

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) is Attribute:
            raise self.no_word(f".{node.name}")
        if type(node) is Subscript:
            keys = [key.text if type(key) is _Range else self._place(key) for key in self._keys(node)]
            return self.index.format(enclosed(parts[0], ATOM), ", ".join(keys)), ATOM
        if type(node) is Slice:
            return "", ATOM
        if type(node) is List and any(self._has_elements(item) for item in node.items if type(item) is not List):
            raise self.no_word("a list of arrays")
        if type(node) is List and any(type(item) is List for item in node.items):
            return self._matrix(node, [text for text, _ in parts]), ATOM
        if type(node) is Binary and type(node.right) is Number and node.op in ("*", "/"):
            return super().binary(node.op, *parts)
        if type(node) is Binary and type(node.left) is Number and node.op == "*":
            return super().binary(node.op, *parts)
        return super().node(node, parts)

    def _matrix(self, node: List, rows: list[str]) -> str:
        """A list of rows. UnprintableError: it is none of two dimensions."""
        if any(type(row) is not List or any(type(item) is List for item in row.items) for row in node.items):
            raise self.no_word("an array of so many dimensions")
        return f"[{'; '.join(row[1:-1] for row in rows)}]"

    def no_word(self, what: str) -> UnprintableError:
        """The error that the language has no word for something."""
        return UnprintableError(f"{self.language} has no word here for `{what}`")

    def _has_elements(self, item: Any) -> bool:
        """Whether an expression may have several elements, as far as its variables tell."""
        pending = [item]
        while pending:
            part = pending.pop()
            if type(part) is Name and part.name in self.arrays:
                return True
            picks = type(part) is Subscript and all(type(key) is not Slice for key in part.index)
            reduces = type(part) is Call and part.function in self.reductions and len(part.args) == 1
            if not picks and not reduces:
                pending.extend(children(part))
        return False

    def _keys(self, node: Subscript) -> list[Any]:
        return [_Range(self._range(key)) if type(key) is Slice else key for key in node.index]

    def _place(self, key: Any, offset: int = 1) -> str:
        """An index counted from 0 as one from 1. UnprintableError: it is no whole number."""
        number = key.operand if type(key) is Unary else key
        if type(number) is not Number or type(number.value) is not int:
            raise self.no_word("an index that is no whole number")
        if type(key) is not Unary:
            return str(number.value + offset)
        back = number.value - offset
        return "end" if back == 0 else f"end - {back}"

    def _range(self, key: Slice) -> str:
        if key.step is not None:
            raise self.no_word("a slice with a step")
        if key.lower is None and key.upper is None:
            return ":"
        lower = "1" if key.lower is None else self._place(key.lower)
        # The place that comes after the last, counted from 0, is the last, counted from 1.
        return f"{lower}:{'end' if key.upper is None else self._place(key.upper, 0)}"

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        if variable not in self.arrays:
            return self.text(node)
        names = {record.name for record in walk(node) if type(record) is Name}
        is_constant = type(node) is not List and names <= self.constants.keys() - {*self.variables}
        if not (is_narrow or is_constant):
            return self.text(node)
        return self.filled(node, self.name(variable))

    def filled(self, node: Any, name: str) -> str:
        """An array in the shape of another, all elements of which are the number."""
        if type(node) is Number and node.value in (0, 1):
            return (self.ones if node.value else self.zeros).format(name)
        return f"{enclosed(self.texts(node), PRODUCT)}{self.operators['*']}{self.ones.format(name)}"

    def operator(self, op: str) -> str:
        """The spelling of an operator on elements."""
        return self.operators.get(op, op)

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in ("%", "//"):
            return self.call(op, [left, right])
        if op == "@":
            raise self.no_word(op)
        if op == "**":
            return f"{enclosed(left, ATOM)}{self.operator(op)}{enclosed(right, ATOM)}", POWER
        if op in _LOGICAL:
            return f"({enclosed(left, ATOM)} {self.operator(op)} {enclosed(right, ATOM)})", ATOM
        level = LEVELS[op]
        space = "" if level == PRODUCT else " "
        # A sign stands in brackets behind an operator: after a number its dot would be taken for the number's.
        return f"{enclosed(left, level)}{space}{self.operator(op)}{space}{enclosed(right, level + 1)}", level

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        return (f"{self.operator(op)}{enclosed(part, ATOM)}", UNARY) if op == "not" else super().unary(op, part)

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        links = [
            (f"{enclosed(left, COMPARE + 1)} {self.operator(op)} {enclosed(right, COMPARE + 1)}", COMPARE)
            for op, left, right in zip(ops, parts, parts[1:], strict=False)
        ]
        whole = links[0]
        for link in links[1:]:
            whole = self.binary("and", whole, link)
        return whole

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function in self.reductions:
            if len(parts) != 1:
                raise self.no_word(f"{function}(..., dim)")
            return self.reductions[function].format(parts[0][0]), ATOM
        if function in ("ones_like", "zeros_like"):
            return (self.ones if function == "ones_like" else self.zeros).format(enclosed(parts[0], ATOM)), ATOM
        return super().call(function, parts)


class _Range:
    """A slice as text, counted from 1."""

    def __init__(self, text: str) -> None:
        self.text = text
