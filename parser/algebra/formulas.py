"""The formulas of records: text of the language, or what follows from a name or a symbol, as what makes expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ...engine.table.record import Operation
from ...engine.table.registry import FUNCTIONS
from ..syntax.parse import parse
from ..syntax.records import Attribute, Binary, Call, Compare, Dots, Name, Number, Subscript, Unary
from .canonical import CANONICAL, Algebra
from .notation import ELEMENT
from .terms import symbol

# Makes an expression with an algebra from the arguments of an operation.
Spelling = Callable[..., Any]


class UntranslatableError(Exception):
    """An operation, of which it bears the name, has no spelling in the language."""

    def __init__(self, message: str, operation: str | None = None) -> None:
        super().__init__(message)
        self.operation = operation


@cache
def spelling(operation: Operation) -> Spelling | None:
    """How to spell an elementwise operation, given the algebra and its arguments; None: there is no way."""
    text = operation.formula
    if text is not None:
        return lambda algebra, *arguments: _by_formula(operation, text, algebra, arguments)
    function = FUNCTIONS.get(operation.name)
    if function is None or not function.elementwise:
        return None
    if function.symbol is not None:
        text = f"x {function.symbol} y" if operation.tensors == 2 else f"{function.symbol} x"
        return lambda algebra, *arguments: formula(text)(algebra, dict(zip("xy", arguments, strict=False)))
    return lambda algebra, *arguments: _by_name(operation, algebra, arguments)


def _by_formula(operation: Operation, text: Any, algebra: Algebra, arguments: tuple[Any, ...]) -> Any:
    given = dict(zip(operation.arguments, arguments, strict=True))
    if not isinstance(text, str):
        code = text.__code__
        text = text(*(given[name] for name in code.co_varnames[: code.co_argcount]))
    return formula(text)(algebra, given)


def _by_name(operation: Operation, algebra: Algebra, arguments: tuple[Any, ...]) -> Any:
    """The call of the function of the same name; arguments at the end that have their defaults are left out."""
    required = max(operation.required, operation.tensors)
    while len(arguments) > required and arguments[-1] == operation.defaults[len(arguments) - operation.required - 1]:
        arguments = arguments[:-1]
    for value in arguments:
        if value is None or isinstance(value, str) or type(value) is tuple:
            message = f"`{operation.name}` with the argument {value!r} has no spelling as a formula"
            raise UntranslatableError(message, operation.name)
    return algebra.call(operation.name, *(_read(algebra, argument) for argument in arguments))


def _read(algebra: Algebra, value: Any) -> Any:
    """An operand as it is, a parameter as a number."""
    return algebra.read(value) if isinstance(value, (int, float)) else value


@cache
def formula(text: str) -> Callable[[Algebra, Mapping[str, Any]], Any]:
    """A formula as what makes it with an algebra from named arguments; other names are constants."""
    return _step(parse(text).statements[-1])


def _step(record: Any) -> Callable[[Algebra, Mapping[str, Any]], Any]:
    kind = type(record)
    if kind is Dots or (kind is Number and record.value is None):
        return lambda algebra, given: symbol("..." if kind is Dots else "None")
    if kind is Number:
        return lambda algebra, given: algebra.read(record.value)
    if kind is Name:
        return lambda algebra, given: (
            _read(algebra, given[record.name]) if record.name in given else symbol(record.name)
        )
    if kind is Unary and record.op == "-":
        operand = _step(record.operand)
        return lambda algebra, given: algebra.negative(operand(algebra, given))
    if kind is Binary and record.op in CANONICAL.operators:
        left, right = _step(record.left), _step(record.right)
        return lambda algebra, given: algebra.operators[record.op](left(algebra, given), right(algebra, given))
    if kind is Call:
        name, parts = record.function, record.args
    elif kind is Attribute:
        name, parts = record.name, (record.object,)
    elif kind is Subscript:
        name, parts = ELEMENT, (record.object, *record.index)
    elif kind is Compare:
        name, parts = record.ops[0], record.operands
    else:
        name, parts = record.op, (record.operand,) if kind is Unary else (record.left, record.right)
    steps = [_step(part) for part in parts]
    return lambda algebra, given: algebra.call(name, *(step(algebra, given) for step in steps))
