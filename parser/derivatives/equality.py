"""Whether a claim is the derivative of an expression because the difference of both cancels, at no point by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ...engine.tensors.symbol import TraceError
from ..algebra.arithmetic import subtract
from ..algebra.formulas import UntranslatableError
from ..algebra.identities import in_exponentials
from ..algebra.rational import Ring, TooLargeError
from ..algebra.simplify import simplified
from ..algebra.terms import ZERO, Symbol, Term, number, ordered
from ..algebra.translate import translated
from ..semantics.limits import Limits
from ..syntax.errors import ExpressionError
from ..syntax.records import Program
from .derivative import traced

_MOST_EQUATIONS = 20_000  # of the derivative and the claim together; what is longer is compared by numbers
_CLAIM = "the claim"  # no name of a variable
# What is no number cancels with nothing.
_NO_NUMBERS = ("nan", "inf")


def is_derivative(claim: Program, expression: Program, by: str, names: Sequence[str], limits: Limits) -> bool:
    """Whether a claim is the derivative by a variable, wherever both have a value; `names`: of variables, all numbers.

    False says nothing: it may be another form of it that the rules do not reach, or there is no formula of it.
    """
    try:
        program, _ = traced(expression, [(by,)], dict.fromkeys(names, ()), limits, {_CLAIM: claim})
        if len(program.equations) > _MOST_EQUATIONS or any(output.shape for output in program.outputs.values()):
            return False
        one, other = translated(program).values()
    except (TraceError, UntranslatableError, ExpressionError, RuntimeError):
        return False
    if any(isinstance(part, Symbol) and part.name in _NO_NUMBERS for part in ordered([one, other])):
        return False
    return any(difference is ZERO for difference in _differences(one, other))


def _differences(one: Term, other: Term) -> Iterator[Term]:
    """The difference in forms that take ever longer to find."""
    yield (difference := subtract(one, other))
    with suppress(TooLargeError):
        # Of any length, as nothing is written.
        yield number(Ring(difference).value(difference).content)
    yield simplified([difference])[0]
    turned = in_exponentials(difference)
    if turned is not difference:
        yield simplified([turned])[0]
