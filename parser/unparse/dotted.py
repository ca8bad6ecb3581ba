"""What Julia and MATLAB have in common: operators of their own on elements, matrices, and places counted from 1."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ..syntax.operators import COMPARE, LEVELS, POWER, PRODUCT, UNARY
from ..syntax.printer import ATOM, UnprintableError, enclosed
from ..syntax.records import Assign, Attribute, Binary, Call, Compare, List, Name, Number, Slice, Subscript, Unary
from ..syntax.walk import children, walk
from .code import CodePrinter
from .how import DOUBLE
from .ranks import ranks

# Brackets make the level of logical operators, which differs, no matter.
_LOGICAL = ("and", "or")


class DottedPrinter(CodePrinter):
    """Prints code in which what works on elements says so.

    `arrays` has the number of dimensions of variables that have several elements. `operators` are the spellings of
    operators, `reductions` the templates of what makes one number of all elements, `along` of what does so along a
    dimension, whose result has that dimension still, `dropped` of such a result without the first or the second
    dimension, `of_rank` of other functions by the number of dimensions of their first argument, `ones` and `zeros` of
    arrays in the shape of another, and `size` of how many elements it has along a dimension.
    """

    has_vectors = True
    operators: Mapping[str, str]
    reductions: Mapping[str, str]
    along: Mapping[str, str]
    dropped: tuple[str, str]
    of_rank: Mapping[tuple[str, int], str]
    ones: str
    zeros: str
    size = "size({0}, {1})"
    transposed: str
    inner: str
    padded: str
    beside = ", "
    index = "{}[{}]"

    def __init__(
        self, variables: Collection[str] = (), dtype: str = DOUBLE, arrays: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        super().__init__(variables, dtype)
        self.arrays = dict(arrays)
        self.ranks: dict[int, int | None] = {}
        # Whether a vector has to be a column.
        self.has_products = False

    def part(self, assign: Assign) -> tuple[str, str]:
        pair = super().part(assign)
        if self.rank(assign.value):
            self.arrays[assign.name] = self.rank(assign.value)
        return pair

    def texts(self, root: Any) -> tuple[str, int]:
        self.ranks.update(ranks(root, self.arrays))
        return super().texts(root)

    def rank(self, node: Any) -> int:
        """How many dimensions a part has. UnprintableError: it is unknown, or more than two."""
        found = self.ranks.get(id(node), 0)
        if found is None or found > 2:
            raise self.no_word(node.function if type(node) is Call else "an array of so many dimensions")
        return found

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        kind = type(node)
        if kind is Attribute:
            return self._attribute(node, parts[0])
        if kind is Subscript and type(node.object) is Attribute and node.object.name == "shape":
            return self.size.format(parts[0][0], self._place(node.index[0])), ATOM
        if kind is Subscript:
            keys = [key.text if type(key) is _Range else self._place(key) for key in self._keys(node)]
            return self.index.format(enclosed(parts[0], ATOM), ", ".join(keys)), ATOM
        if kind is Slice:
            return "", ATOM
        if kind is List and any(self.rank(item) for item in node.items if type(item) is not List):
            raise self.no_word("a list of arrays")
        if kind is List and any(type(item) is List for item in node.items):
            return self._matrix(node), ATOM
        if kind is Binary and node.op == "@":
            return self._product(self.rank(node.left), self.rank(node.right), *parts)
        if self.arrays and kind in (Binary, Compare, Call):
            parts = self._rows(node, parts)
        if kind is Binary and type(node.right) is Number and node.op in ("*", "/"):
            return super().binary(node.op, *parts)
        if kind is Binary and type(node.left) is Number and node.op == "*":
            return super().binary(node.op, *parts)
        if kind is Call and node.args and self.arrays:
            found = self._of_arrays(node, parts)
            if found is not None:
                return found
        return super().node(node, parts)

    def _attribute(self, node: Attribute, part: tuple[str, int]) -> tuple[str, int]:
        if node.name == "shape":
            return part
        if node.name == "logabsdet":
            return self.of_rank["logabsdet", 2].format(part[0]), ATOM
        if node.name not in ("T", "mT"):
            raise self.no_word(f".{node.name}")
        return part if self.rank(node) < 2 else self._turned(part)

    def _turned(self, part: tuple[str, int]) -> tuple[str, int]:
        self.has_products = True
        return self.transposed.format(enclosed(part, ATOM)), ATOM

    def _rows(self, node: Any, parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """The operands, vectors beside matrices as the rows that they stand for, as they are columns by themselves."""
        if type(node) is Call and not (node.function in FUNCTIONS and FUNCTIONS[node.function].elementwise):
            return parts
        operands = [*children(node)]
        if self.rank(node) < 2:
            return parts
        given = [self.rank(operand) for operand in operands]
        self.has_products = self.has_products or 1 in given
        return [self._turned(part) if rank == 1 else part for rank, part in zip(given, parts, strict=True)]

    def _product(self, left: int, right: int, *parts: tuple[str, int]) -> tuple[str, int]:
        """A product of matrices or vectors, which are columns."""
        self.has_products = True
        first, second = parts
        if (left, right) == (1, 1):
            return self.inner.format(enclosed(first, ATOM), enclosed(second, ATOM)), PRODUCT
        if (left, right) == (1, 2):
            first, second = self._turned(second), first
        elif not left or not right:
            raise self.no_word("@")
        return f"{enclosed(first, PRODUCT)}*{enclosed(second, PRODUCT + 1)}", PRODUCT

    def _of_arrays(self, node: Call, parts: list[tuple[str, int]]) -> tuple[str, int] | None:
        """What is called in another way for arrays. None: it is not, or it is none of an array."""
        name, rank = node.function, self.ranks.get(id(node.args[0]), 0)
        if name == "outer":
            self.has_products = True
            return f"{enclosed(parts[0], PRODUCT)}*{self._turned(parts[1])[0]}", PRODUCT
        if rank == 2 and name in self.along and len(parts) > 1:
            keeps = any(key == "keepdim" for key, _ in node.kwargs)
            text = self.along[name].format(parts[0][0], self._place(node.args[1]))
            place = node.args[1].value if type(node.args[1]) is Number else None
            if not keeps and place not in (0, 1):
                raise self.no_word(f"{name}(..., dim)")
            return (text if keeps else self.dropped[int(place or 0)].format(text)), ATOM
        if name == "slogdet":
            # Of its two results one is asked for.
            return parts[0]
        if name == "pad" and rank == 1 and type(node.args[1]) is List:
            before, after = (item.value for item in node.args[1].items if type(item) is Number)
            return self.padded.format(enclosed(parts[0], ATOM), before, after), ATOM
        template = self.of_rank.get((name, rank)) if rank is not None else None
        if template is None or node.kwargs:
            return None
        texts = [enclosed(part, ATOM) for part in parts]
        if f"{{{len(parts) - 1}}}" not in template and not all(map(_is_of_vector, node.args[1:])):
            return None
        whole = template.format(*texts)
        return (whole, ATOM) if _is_call(whole) else (f"({whole})", ATOM)

    def _matrix(self, node: Any) -> str:
        """A list of rows. UnprintableError: it is none of two dimensions."""
        if any(type(row) is not List or any(type(item) is List for item in row.items) for row in node.items):
            raise self.no_word("an array of so many dimensions")
        rows = [self.beside.join(self._apart(self.texts(item)) for item in row.items) for row in node.items]
        return f"[{'; '.join(rows)}]"

    def _apart(self, part: tuple[str, int]) -> str:
        """An element of a matrix, which spaces may stand between."""
        text, level = part
        return f"({text})" if level < ATOM and " " in text else text

    def no_word(self, what: str) -> UnprintableError:
        """The error that the language has no word for something."""
        return UnprintableError(f"{self.language} has no word here for `{what}`")

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
        return self.filled(node, variable)

    def filled(self, node: Any, variable: str) -> str:
        """An array in the shape of a variable, all elements or rows of which are the same."""
        name = self.name(variable)
        if type(node) is Number and node.value in (0, 1):
            return (self.ones if node.value else self.zeros).format(name)
        part = self.texts(node)
        if self.rank(node) == 1 and self.arrays.get(variable) == 2:
            part = self._turned(part)
        return f"{enclosed(part, PRODUCT)}{self.operators['*']}{self.ones.format(name)}"

    def operator(self, op: str) -> str:
        """The spelling of an operator on elements."""
        return self.operators.get(op, op)

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in ("%", "//"):
            return self.call(op, [left, right])
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


def _is_of_vector(argument: Any) -> bool:
    """Whether an argument is the dimension that a vector has, or the one behind it."""
    value = argument.operand if type(argument) is Unary else argument
    return type(value) is Number and (value.value == 0 or (type(argument) is Unary and value.value == 1))


def _is_call(text: str) -> bool:
    """Whether a text is one call, which needs no brackets."""
    name, _, rest = text.partition("(")
    depth = 1
    for i, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return name.isidentifier() and i == len(rest) - 1
    return False


class _Range:
    """A slice as text, counted from 1."""

    def __init__(self, text: str) -> None:
        self.text = text
