"""What `translate` makes expressions with where they are to stay as they are: syntax, one operator for each step."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..syntax import Binary, Call, Compare, List, Name, Number, Unary

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_OPERATORS = ("%", "//", "and", "or")


def read(value: float | bool) -> Any:
    """A number of a program."""
    if value != value:
        return symbol("nan")
    if value < 0:
        return negative(read(-value))
    if value in (float("inf"),):
        return symbol("inf")
    return Number(int(value) if value == int(value) and value < 1e15 else value, 0, 0)


def number(value: Fraction) -> Any:
    """An exact number."""
    return read(float(value))


def symbol(name: str) -> Any:
    """A variable or constant."""
    return Name(name, 0, 0)


def add(left: Any, right: Any) -> Any:
    """left + right."""
    return _binary("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """left - right."""
    return _binary("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """left * right."""
    return _binary("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """left / right."""
    return _binary("/", left, right)


def power(left: Any, right: Any) -> Any:
    """left ** right."""
    return _binary("**", left, right)


def negative(operand: Any) -> Any:
    """-operand."""
    return Unary("-", operand, 0, 0)


def call(name: str, *arguments: Any) -> Any:
    """A function, comparison or logical operator."""
    if name in _COMPARISONS:
        return Compare((name,), arguments, 0, 0)
    if name in _OPERATORS:
        return _binary(name, *arguments)
    if name == "list":
        return List(arguments, 0, 0)
    if name == "not":
        return Unary("not", arguments[0], 0, 0)
    return Call(name, arguments, (), 0, 0, 0, 0)


def _binary(op: str, left: Any, right: Any) -> Any:
    return Binary(op, left, right, 0, 0, 0, 0)
