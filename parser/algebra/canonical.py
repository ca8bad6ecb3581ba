"""What `translate` makes expressions with, in canonical form."""

from .arithmetic import add, multiply, negative, power, subtract
from .constants import read
from .functions import call
from .shapes import Shape, Shapes
from .terms import MINUS_ONE, Term, number, raw_call, symbol


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return multiply(left, power(right, MINUS_ONE))


def fitted(shapes: Shapes, term: Term, shape: Shape, floating: bool) -> Term:
    """The expression with exactly this shape, and with floating elements if it is one of numbers."""
    return shapes.fitted(term, shape, floating)


def recorded(shapes: Shapes, term: Term, shape: Shape) -> Term:
    """Notes the shape of a call that is not elementwise, and returns it."""
    return shapes.record(term, shape)


__all__ = [
    "add",
    "call",
    "divide",
    "fitted",
    "multiply",
    "negative",
    "number",
    "power",
    "raw_call",
    "read",
    "recorded",
    "subtract",
    "symbol",
]
