"""Operations on arrays as expressions: reductions, elements, products of matrices, and lists of expressions.

An expression stands for an array as broadcasting makes one of it: 2*x for the gradient of (x**2).sum(), 1 for that of
x.sum(). Where the shape matters, in a call that is not elementwise, it is given the one that it has in the program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.program.program import Equation
from .arithmetic import add
from .calls import called
from .canonical import CANONICAL
from .elements import RULES, elements, linear
from .functions import call
from .matrices import (
    cofactors,
    diagonal,
    diagonal_among_zeros,
    diagonal_matrix,
    matrix_product,
    outer,
    solved,
    transpose,
)
from .movement import reshaped, same, selected, sliced
from .notation import LIST
from .reductions import reduced
from .shapes import Shapes, size_of
from .terms import ONE, ZERO, Call, Sum, Term, is_call, raw_call

# What `translate` does with operations on single numbers.
Spell = Callable[..., Term]


def spelled(equation: Equation, arguments: Sequence[Any], shapes: Shapes, spell: Spell | None) -> Any:
    """The result of an operation as an expression; None: it has no spelling as one.

    `shapes` are those of the variables, `spell` writes an elementwise operation on single numbers.
    """
    for rule in _RULES.get(equation.primitive.name, _BY_MOVE.get(equation.primitive.moves, ())):
        found = rule(equation, arguments, shapes)
        if found is not None:
            return found
    if spell is None:
        return called(CANONICAL, equation, arguments, shapes)
    operands = arguments[: equation.primitive.tensors]
    if len(equation.results[0].shape) == 1 and any(is_call(o, LIST) for o in operands if isinstance(o, Term)):
        return _elementwise(equation, arguments, shapes, spell)
    return spell(*arguments)


def _elementwise(equation: Equation, arguments: Sequence[Any], shapes: Shapes, spell: Spell) -> Any:
    """An operation on lists, element by element."""
    shape = equation.results[0].shape
    count = equation.primitive.tensors
    columns = [elements(term, shape[0], shapes) for term in arguments[:count]]
    if any(column is None for column in columns):
        return spell(*arguments)
    rows = zip(*[column for column in columns if column is not None], strict=True)
    return raw_call(LIST, tuple(spell(*row, *arguments[count:]) for row in rows))


def _where(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    condition, then, otherwise = arguments
    if condition is then and otherwise is ONE:
        return ONE
    # What the rule of a median does for one that is nan: there is no value then to differentiate.
    if isinstance(condition, Call) and isinstance(otherwise, Call) and is_call(then, "isnan"):
        is_of_median = condition.name == "isnan" and otherwise.name == "=="
        if is_of_median and {condition.arguments[0], then.arguments[0]} == set(otherwise.arguments):
            return otherwise
    return None


def _equal(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    left, right = equation.arguments
    # An element that was chosen from one.
    return ONE if arguments[0] is arguments[1] and left is not right else None


def _softmax(name: str) -> Any:
    def spell(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
        shape = size_of(equation.arguments[0])
        if len(shape) != 1 or shapes.of(arguments[0]) != shape:
            return None
        return shapes.record(call(name, arguments[0], ZERO), shape)

    return spell


def _exp(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    term = arguments[0]
    if isinstance(term, Sum) and len(shapes.of(term)) == 1:
        for part, coefficient in term.terms:
            if coefficient == -1 and is_call(part, "logsumexp") and part.arguments == (add(term, part),):
                return shapes.record(raw_call("softmax", (part.arguments[0], ZERO)), shapes.of(term))
    if not isinstance(term, Call) or term.name != "log_softmax":
        return None
    return shapes.record(raw_call("softmax", term.arguments), shapes.of(term))


# Ways to spell what only moves elements, by how it does.
_BY_MOVE: dict[str, Sequence[Any]] = {"order": (reshaped,), "repeated": (same,), "places": (linear,)}
# Ways to spell an operation, of which the first that applies is taken: the algebra's grammar, an entry a rule.
_RULES: dict[str, Sequence[Any]] = {
    **RULES,
    **dict.fromkeys(("sum", "mean", "prod", "std", "var", "logsumexp", "linalg_vector_norm"), (reduced,)),
    **dict.fromkeys(("max", "min", "amax", "amin", "median", "nanmedian"), (reduced,)),
    "softmax": (_softmax("softmax"),),
    "log_softmax": (_softmax("log_softmax"),),
    "exp": (_exp,),
    "mul": (outer,),
    "linalg_solve_ex": (solved,),
    "cofactor": (cofactors,),
    "diag_embed": (diagonal_matrix,),
    "diagonal": (diagonal,),
    "diagonal_backward": (diagonal_among_zeros,),
    "where": (_where,),
    "eq": (_equal,),
    **dict.fromkeys(("t", "transpose", "permute"), (transpose,)),
    **dict.fromkeys(("mm", "mv", "bmm", "dot", "vdot"), (matrix_product,)),
    "slice": (*RULES["slice"], sliced),
    "select": (linear, selected),
}
