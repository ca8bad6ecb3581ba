"""Makes expressions in canonical form."""

from .arithmetic import add, multiply, negative, power, subtract
from .constants import read
from .construction import Algebra
from .functions import call
from .shapes import Shapes
from .terms import MINUS_ONE, Term, raw_call, symbol


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return multiply(left, power(right, MINUS_ONE))


CANONICAL = Algebra(
    operators={"+": add, "-": subtract, "*": multiply, "/": divide, "**": power},
    negative=negative,
    call=call,
    raw_call=raw_call,
    symbol=symbol,
    read=read,
    fitted=Shapes.fitted,
    recorded=Shapes.record,
)
