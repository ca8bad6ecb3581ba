"""What `translate` makes expressions with, in canonical form."""

from .constants import read
from .expression import MINUS_ONE, Term, add, call, multiply, negative, number, power, subtract, symbol


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return multiply(left, power(right, MINUS_ONE))


__all__ = ["add", "call", "divide", "multiply", "negative", "number", "power", "read", "subtract", "symbol"]
