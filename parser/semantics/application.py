"""One operation of a program on values already computed: what a record of the syntax does with those of its parts."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache, reduce
from typing import Any, TypeAlias

import numpy as np

from ...engine import FUNCTIONS, Tensor
from ...engine.table.composed import called_by_name
from ...engine.tensors.size import check_count
from ..syntax.errors import ExpressionError
from ..syntax.records import Attribute, Binary, Call, Compare, Dots, List, Method, Name, Slice, Subscript, Syntax, Unary
from ..syntax.wording import quoted
from .arguments import arranged
from .limits import Limits
from .names import TENSOR_ATTRIBUTES
from .operands import COMPARISONS, UNARY, binary_operator, both
from .readings import numbers_together
from .values import Value, index_of, operand, takes_elements, tensor_of

_TENSORS = {Tensor}

Observer: TypeAlias = Callable[[Any, Value, list[Value]], None]


class Application:
    """Does the operations of a program within limits; `observe(expr, value, arguments)` is shown each of them."""

    def __init__(self, source: str, limits: Limits, observe: Observer | None) -> None:
        self.source = source
        self.limits = limits
        self.observe = observe

    def value(self, expr: Any, arguments: list[Value]) -> Value:
        """Does the one operation that `expr` stands for on values already computed."""
        kind = type(expr)
        if kind is Call:
            return self.call(expr, expr.function, arguments)
        if kind is Method:
            return self.call(expr, expr.name, arguments)
        if kind is Binary:
            return self.binary(expr, *arguments)
        if kind is List:
            return arguments
        if kind is Slice:
            return self.slice_of(expr, arguments)
        if kind is Dots:
            return Ellipsis
        if kind is Attribute:
            return self.attribute(expr, arguments[0])
        if kind is Subscript:
            key = tuple(map(index_of, arguments[1:]))
            whole = arguments[0] if isinstance(arguments[0], tuple) else tensor_of(arguments[0])
            fields = getattr(whole, "_fields", ())
            if fields and isinstance(key[0], slice):
                named = f"{self.source[expr.object.start : expr.object.end]}.{fields[0]}"
                raise self.error("type", "this has several results, and no part of them", expr, f"write `{named}[...]`")
            if isinstance(whole, Tensor) and not whole.ndim and any(takes_elements(part) for part in key):
                raise self.without_elements(expr)
            return self.done(expr, operator.getitem, [whole, key[0] if len(key) == 1 else key])
        arguments = [operand(a) for a in arguments]
        if kind is Unary:
            return self.done(expr, UNARY[expr.op], arguments)
        assert kind is Compare
        return self.compare(expr, arguments)

    def without_elements(self, expr: Subscript) -> ExpressionError:
        """The error about an element of a single number."""
        whole = quoted(self.source[expr.object.start : expr.object.end])
        help = f"write {whole} alone"
        if type(expr.object) is Name:
            help += f'; to have elements, it needs a list as its value, such as `--{expr.object.name} "[1, 2, 3]"`'
        return self.error("shape", f"{whole} is a single number here, and has no elements", expr, help)

    def slice_of(self, expr: Slice, arguments: list[Value]) -> slice:
        given = iter(arguments)
        parts = [None if part is None else next(given) for part in (expr.lower, expr.upper, expr.step)]
        for part in parts:
            if part is not None and not isinstance(part, int):
                raise self.error("type", "a slice takes whole numbers", expr)
        return slice(*parts)

    def attribute(self, expr: Attribute, value: Value) -> Value:
        if expr.name not in TENSOR_ATTRIBUTES:
            fields = getattr(value, "_fields", ())
            if expr.name not in fields:
                names = ", ".join(f"`{field}`" for field in fields)
                help = f"it has {names}" if fields else "what has several results, such as `max(x, dim=0)`, has names"
                raise self.error("type", f"this has no `{expr.name}`", expr, help)
            return getattr(value, expr.name)
        return self.done(expr, lambda x: getattr(x, expr.name), [tensor_of(value)])

    def compare(self, expr: Compare, arguments: list[Value]) -> Value:
        result: Value = None
        for op, left, right in zip(expr.ops, arguments, arguments[1:], strict=False):
            holds = self.done(expr, COMPARISONS[op], [left, right])
            result = holds if result is None else self.done(expr, both, [result, holds])
        return result

    def binary(self, expr: Binary, first: Value, second: Value) -> Value:
        """What an operator makes of two values."""
        x, y = operand(first), operand(second)
        return self.done(expr, binary_operator(expr.op, x, y), [x, y])

    def call(self, expr: Call | Method, name: str, arguments: list[Value]) -> Value:
        """Calls a function of the table."""
        taken, usual = on_tensors(name)
        if 0 < len(arguments) == taken and not expr.kwargs and {*map(type, arguments)} == _TENSORS:
            return self.done(expr, usual, arguments)
        function = FUNCTIONS[name]
        positional, named = arranged(function, arguments, [name for name, _ in expr.kwargs])
        together = numbers_together(function, expr, positional, self.source)
        if together is not None:
            of_two = called_by_name(FUNCTIONS[str(function.of_two)])
            return reduce(lambda x, y: self.done(expr, of_two, [x, y]), together)
        if function.elements is not None and function.elements(*positional, **named) > self.limits.elements:
            raise self.too_large(expr)
        return self.done(expr, lambda *values: called_by_name(function)(*values, **named), positional)

    def done(self, expr: Syntax, function: Callable[..., Value], arguments: list[Value]) -> Value:
        """The function's result, within the limits, and shown to the observer."""
        value = function(*arguments)
        if isinstance(value, Tensor) and type(value._data) is not np.float64:
            check_count(value._data.size)
        if self.observe is not None:
            self.observe(expr, value, arguments)
        return value

    def too_large(self, expr: Syntax) -> ExpressionError:
        return self.limit("elements", "elements in one tensor", self.limits.elements, expr)

    def limit(self, option: str, what: str, limit: int, expr: Syntax) -> ExpressionError:
        return self.error("limit", f"more than {limit:,} {what}", expr, f"raise the limit with `--limit {option}=N`")

    def error(self, kind: str, message: str, expr: Syntax, help: str | None = None) -> ExpressionError:
        return ExpressionError(kind, message, self.source, expr.start, expr.end, help)


@cache
def on_tensors(name: str) -> tuple[int, Callable[..., Value]]:
    """A function of the table, and how many tensors it can be called with as it is; 0: it never can."""
    function = FUNCTIONS[name]
    is_usual = not (function.variadic or function.assumed or function.elements is not None)
    return function.tensors if is_usual else 0, called_by_name(function)
