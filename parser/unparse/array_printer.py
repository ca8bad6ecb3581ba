"""What Julia, MATLAB and Fortran have in common: matrices, vectors that are columns, and places counted from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Any

from ...engine import Tensor
from ...engine.program.tracing import trace
from ...engine.table.registry import FUNCTIONS
from ...engine.tensors.symbol import TraceError
from ..derivatives.derivative import Derivatives
from ..semantics.evaluate import evaluate_traced
from ..syntax.errors import ExpressionError
from ..syntax.operators import PRODUCT
from ..syntax.parse import parse
from ..syntax.printer import ATOM, Printer, UnprintableError, enclosed
from ..syntax.records import Attribute, Binary, Call, Compare, List, Name, Number, Program, Slice, Subscript, Unary
from ..syntax.walk import children
from .code import CodePrinter, is_call
from .naming import records_of, with_names

Shape = tuple[int, ...]
Part = tuple[str, int]
_TRUTHS: dict[str, Any] = {"True": True, "False": False}
# Functions of all elements of an array, in those that every language has.
_WRITTEN_OUT = {
    "logabsdet": "log(abs(det(x)))",
    "logdet": "log(det(x))",
    "logsumexp": "amax(x) + log(sum(exp(x - amax(x))))",
    "log_softmax": "x - amax(x) - log(sum(exp(x - amax(x))))",
    "softmax": "exp(x - amax(x))/sum(exp(x - amax(x)))",
    "std": "sqrt(sum((x - mean(x))**2)/(numel(x) - 1))",
    "var": "sum((x - mean(x))**2)/(numel(x) - 1)",
}


class ArrayPrinter(CodePrinter):
    """Prints code of numbers, vectors and matrices.

    `arrays` has the shapes of variables that have several elements. `reductions` are the templates of what makes one
    number of all elements, `along` of what does so along a dimension, whose result has that dimension still, `dropped`
    of such a result without the first or the second dimension, `of_rank` of other functions by the number of dimensions
    of their first argument, and `size` of how many elements an array has along a dimension.
    """

    has_vectors = True
    reductions: Mapping[str, str]
    along: Mapping[str, str]
    dropped: tuple[str, str] = ("{}", "{}")
    of_rank: Mapping[tuple[str, int], str]
    size = "size({0}, {1})"
    transposed: str
    inner: str
    matrix_product = "{}*{}"
    padded: str
    index = "{}[{}]"
    # A slice: from, to and by how much.
    stepped = "{0}:{2}:{1}"

    # Whether elements are those of arrays with names.
    picks_from_names = False
    # Whether a vector has to be a column.
    has_products = False
    shapes: Mapping[int, Shape] = MappingProxyType({})
    shapes_of_names: Mapping[str, Shape] = MappingProxyType({})
    argument_shapes: Mapping[str, Shape] = MappingProxyType({})

    def prepared(self, derivatives: Derivatives) -> Derivatives:
        if self.picks_from_names:
            objects = [record.object for record in records_of(derivatives) if type(record) is Subscript]
            derivatives = with_names(derivatives, {id(array) for array in objects if not _has_places(array)})
        names: dict[str, Shape] = {name: self.arrays.get(name, ()) for name in derivatives.variables}
        try:
            self.shapes = shapes_of(program_of(derivatives), names)
        except (ExpressionError, TraceError) as error:
            if self.arrays:
                raise self.no_word("shapes that depend on numbers") from error
        self.shapes_of_names = names
        self.has_arrays = any(self.shapes.values()) or any(names.values())
        return derivatives

    def shape(self, node: Any) -> Shape:
        """How many elements a part has along each dimension. UnprintableError: it has more than two."""
        if type(node) is List:
            found = (len(node.items), *(self.shape(node.items[0]) if node.items else ()))
        elif type(node) is Name:
            known = self.argument_shapes if node.name in self.arguments else self.shapes_of_names
            found = known.get(node.name, ())
        else:
            found = self.shapes.get(id(node), ())
        if len(found) > 2:
            raise self.no_word(node.function if type(node) is Call else "an array of so many dimensions")
        return found

    def rank(self, node: Any) -> int:
        """How many dimensions a part has."""
        return len(self.shape(node))

    def no_word(self, what: str) -> UnprintableError:
        """The error that the language has no word for something."""
        return UnprintableError(f"{self.language} has no word here for `{what}`")

    def converted(self, node: Any, parts: list[Part]) -> Part:
        kind = type(node)
        if (
            kind is Binary
            and node.op in "*/"
            and (type(node.right) is Number or (type(node.left), node.op) == (Number, "*"))
        ):
            # What works on elements needs no sign of its own beside a number.
            return Printer.binary(self, node.op, *parts)
        if not self.has_arrays and kind is not List:
            return super().converted(node, parts)
        if kind is Attribute:
            return self._attribute(node, parts[0])
        if kind is Subscript:
            return self._picked(node, parts[0])
        if kind is Slice:
            return "", ATOM
        if kind is List and any(type(item) is List for item in node.items):
            return self._matrix(node), ATOM
        if kind is List and any(self.rank(item) for item in node.items):
            raise self.no_word("a list of arrays")
        if kind is Binary and node.op == "@":
            self.has_products = True
            return self.product(node.left, node.right, *parts)
        is_called = kind is Call and node.function in FUNCTIONS
        if kind in (Binary, Compare) or (is_called and FUNCTIONS[node.function].elementwise):
            parts = self.fitted(children(node), parts, self.shape(node))
        elif is_called and node.args:
            found = self._of_arrays(node, parts)
            if found is not None:
                return found
        return super().converted(node, parts)

    def _attribute(self, node: Attribute, part: Part) -> Part:
        if node.name == "shape":
            return part
        if node.name == "logabsdet":
            # Of slogdet, whose argument this is.
            return self._defined(node.name, part, self.shape(getattr(node.object, "args", [node])[0]))
        if node.name == "values" and getattr(node.object, "function", "") == "sort":
            return part
        if node.name not in ("T", "mT"):
            raise self.no_word(f".{node.name}")
        return part if self.rank(node) < 2 else self.turned(part)

    def turned(self, part: Part) -> Part:
        """A transposed matrix, or a column as a row."""
        self.has_products = True
        return self.transposed.format(enclosed(part, ATOM)), ATOM

    def fitted(self, operands: Sequence[Any], parts: Sequence[Part], whole: Shape) -> list[Part]:
        """Operands of what goes by elements: vectors beside matrices as the rows that they stand for."""
        given = [self.rank(operand) for operand in operands]
        if len(whole) < 2:
            return [*parts]
        self.has_products = self.has_products or 1 in given
        return [self.turned(part) if rank == 1 else part for rank, part in zip(given, parts, strict=True)]

    def product(self, left: Any, right: Any, first: Part, second: Part) -> Part:
        """A product of matrices or vectors, which are columns."""
        ranks = self.rank(left), self.rank(right)
        if ranks == (1, 1):
            return self.inner.format(enclosed(first, ATOM), enclosed(second, ATOM)), PRODUCT
        if ranks == (1, 2):
            first, second = self.turned(second), first
        return self.matrix_product.format(enclosed(first, PRODUCT), enclosed(second, PRODUCT + 1)), PRODUCT

    def outer(self, first: Part, second: Part) -> Part:
        """The products of all elements of two vectors, as a matrix."""
        self.has_products = True
        return f"{enclosed(first, PRODUCT)}*{self.turned(second)[0]}", PRODUCT

    def reduced(self, name: str, text: str, axis: int, keeps: bool) -> str:
        """What makes one number of those along a dimension of a matrix."""
        kept = self.along[name].format(text, axis + 1)
        return kept if keeps else self.dropped[axis].format(kept)

    def _of_arrays(self, node: Call, parts: list[Part]) -> Part | None:
        """What is called in another way for arrays. None: it is not, or it is none of an array."""
        name, rank = node.function, self.rank(node.args[0])
        if name == "outer":
            return self.outer(*parts)
        if name in self.along or name in self.reductions:
            axis, keeps, others = _along(node, rank)
            if others:
                raise self.no_word(f"{name}(..., {', '.join(others)})")
            if axis is not None and rank == 2 and name in self.along:
                return self.reduced(name, parts[0][0], axis, keeps), ATOM
            if name in self.reductions and not keeps and (len(parts) == 1 or (axis == 0 and rank == 1)):
                return self.reductions[name].format(parts[0][0]), ATOM
            if len(parts) > 1 and (rank == 2 or keeps):
                raise self.no_word(f"{name}(..., dim)")
        if name == "slogdet":
            # Of its two results one is asked for.
            return parts[0]
        if name in ("ones_like", "zeros_like") and self.zeros:
            return (self.ones if name == "ones_like" else self.zeros).format(parts[0][0]), ATOM
        if name == "pad" and rank == 1 and type(node.args[1]) is List and len(node.args) == 2:
            before, after = (item.value for item in node.args[1].items if type(item) is Number)
            return self.padded.format(enclosed(parts[0], ATOM), before, after), ATOM
        template = self.of_rank.get((name, rank))
        is_of_all = not node.kwargs and all(map(_is_of_vector, node.args[1:]))
        if template is None and rank and is_of_all and name in _WRITTEN_OUT and (rank == 1 or len(parts) == 1):
            return self._defined(name, parts[0], self.shape(node.args[0]))
        if template is None or node.kwargs or not (is_of_all or f"{{{len(parts) - 1}}}" in template):
            return None
        whole = template.format(*(enclosed(part, ATOM) for part in parts))
        return (whole if is_call(whole) else f"({whole})"), ATOM

    def _defined(self, name: str, part: Part, shape: Shape) -> Part:
        """A function of all elements of an array, written out."""
        printer, program = copy(self), parse(_WRITTEN_OUT[name])
        printer.argument_shapes, printer.shapes = {"x": shape}, shapes_of(program, {"x": shape})
        return printer.of_arguments(program, {"x": enclosed(part, ATOM)})

    def _matrix(self, node: List) -> str:
        """A list of rows. UnprintableError: it is none of two dimensions."""
        rows = [row.items if type(row) is List else () for row in node.items]
        if any(not row or any(type(item) is List or self.rank(item) for item in row) for row in rows):
            raise self.no_word("an array of so many dimensions")
        return self.matrix([[self.texts(item) for item in row] for row in rows])

    def matrix(self, rows: Sequence[Sequence[Part]]) -> str:
        """A matrix of elements."""
        return f"[{'; '.join(', '.join(text for text, _ in row) for row in rows)}]"

    def _picked(self, node: Subscript, part: Part) -> Part:
        """Elements by their places, counted from 1."""
        if type(node.object) is Attribute and node.object.name == "shape":
            return self.size.format(part[0], self._place(node, 0)), ATOM
        shape = self.shape(node.object)
        keys = [
            self._range(node, axis) if type(key) is Slice else self._place(node, axis)
            for axis, key in enumerate(node.index)
        ]
        return self.picked(node, part, [*keys, *[":"] * (len(shape) - len(keys))]), ATOM

    def picked(self, node: Subscript, part: Part, keys: Sequence[str]) -> str:
        """Elements at places."""
        return self.index.format(enclosed(part, ATOM), ", ".join(keys))

    def last(self, node: Subscript, axis: int) -> str:
        """The last place along a dimension."""
        return "end"

    def _place(self, node: Subscript, axis: int, offset: int = 1, key: Any = None) -> str:
        """An index counted from 0 as one from 1. UnprintableError: it is no whole number."""
        key = node.index[axis] if key is None else key
        back = _from_the_end(key, node.object, axis)
        if back is not None:
            return self.last(node, axis) + (f" - {back - offset}" if back > offset else "")
        if type(key) is not Number or type(key.value) is not int:
            raise self.no_word("an index that is no whole number")
        return str(key.value + offset)

    def _range(self, node: Subscript, axis: int) -> str:
        key: Any = node.index[axis]
        step = 1 if key.step is None else getattr(key.step, "value", 0)
        if type(step) is not int or step < 1:
            raise self.no_word("a slice that goes backwards")
        length = self.shape(node.object)[axis]
        lower = None if key.lower is None else self._place(node, axis, 1, key.lower)
        # The place that comes after the last, counted from 0, is the last, counted from 1.
        is_open = key.upper is None or (type(key.upper) is Number and (key.upper.value or 0) >= length)
        upper = None if is_open else self._place(node, axis, 0, key.upper)
        if lower is None and upper is None and step == 1:
            return ":"
        ends = lower or "1", upper or self.last(node, axis)
        return ":".join(ends) if step == 1 else self.stepped.format(*ends, step)

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        return super().whole(node, variable, is_narrow) if variable in self.arrays else self.text(node)

    def filled(self, node: Any, variable: str) -> str:
        if self.rank(node) == 1 and len(self.arrays[variable]) == 2:
            return self.binary("*", self.turned(self.texts(node)), (self.ones.format(self.name(variable)), ATOM))[0]
        return super().filled(node, variable)


def program_of(derivatives: Derivatives) -> Program:
    """The derivatives and the parts that they share as one program."""
    return Program("", (*derivatives.used(), *derivatives.results.values()))


def shapes_of(program: Program, names: dict[str, Shape]) -> dict[int, Shape]:
    """The shapes of the parts of a program, by identity; to those of its variables those of what it assigns are added.

    ExpressionError, TraceError: they depend on numbers.
    """
    shapes: dict[int, Shape] = {}

    def observe(record: Any, value: Any, _: object) -> None:
        first = value[0] if isinstance(value, tuple) and value and isinstance(value[0], Tensor) else value
        shapes[id(record)] = tuple(first.shape) if isinstance(first, Tensor) else ()

    def outputs(*tensors: Tensor) -> Tensor:
        variables = {**_TRUTHS, **dict(zip(names, tensors, strict=True))}
        value, assigned = evaluate_traced(program, variables, observe=observe)
        names.update((name, tuple(tensor.shape)) for name, tensor in assigned.items())
        return value

    trace(outputs, dict(names), formal=True)
    return shapes


def _along(node: Call, rank: int) -> tuple[int | None, bool, list[str]]:
    """The dimension that a reduction goes along, counted from 0, whether it stays, and what else is said of it."""
    names = FUNCTIONS[node.function].arguments
    given: dict[str, Any] = {**dict(zip(names, node.args, strict=False)), **dict(node.kwargs)}
    dim, keeps = given.get("dim"), given.get("keepdim")
    value = getattr(getattr(dim, "operand", dim), "value", None)
    axis = (-value if type(dim) is Unary else value) % max(rank, 1) if type(value) is int else None
    # The norm is that of the second power.
    others = [n for n, v in given.items() if n not in (names[0], "dim", "keepdim") and getattr(v, "value", None) != 2]
    return axis, type(keeps) is Name and keeps.name == "True", others


def _from_the_end(key: Any, array: Any, axis: int) -> int | None:
    """How far from the end a place is: 1 of `-1` and of `len(x) - 1`; None: it is counted from the front."""
    if type(key) is Unary and type(key.operand) is Number and type(key.operand.value) is int:
        return key.operand.value
    if type(key) is not Binary or key.op != "-" or type(key.right) is not Number or type(array) is not Name:
        return None
    size: Any = key.left
    named = size.args[0] if type(size) is Call and size.function == "len" and axis == 0 else None
    if type(size) is Subscript and type(size.object) is Attribute and size.object.name == "shape":
        named = size.object.object if getattr(size.index[0], "value", None) == axis else None
    return int(key.right.value or 0) if type(named) is Name and named.name == array.name else None


def _has_places(array: Any) -> bool:
    """Whether elements of an array can be told by their places wherever they can be told by those of a name."""
    return type(array) is Name or (type(array) is Attribute and array.name == "shape")


def _is_of_vector(argument: Any) -> bool:
    """Whether an argument is the dimension that a vector has, or the one behind it."""
    value = argument.operand if type(argument) is Unary else argument
    return type(value) is Number and (value.value == 0 or (type(argument) is Unary and value.value == 1))
