"""Operations on arrays as expressions: reductions, elements, products of matrices, and lists of expressions.

An expression stands for an array as broadcasting makes one of it: 2*x for the gradient of (x**2).sum(), 1 for that of
x.sum(). Where the shape matters, in a call that is not elementwise, it is given the one that it has in the program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from ...engine.program.program import Equation
from .arithmetic import add, multiply
from .calls import called
from .canonical import CANONICAL
from .elements import (
    EVERYTHING,
    accumulated,
    among_zeros,
    elements,
    flipped,
    linear,
    masked_fill,
    same_everywhere,
    scattered,
)
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
from .notation import ELEMENT, LIST, SLICE
from .reductions import extremes, reduced, with_last_dropped, with_last_kept, without_numbers
from .shapes import Shape, Shapes, numbers, size_of
from .terms import ONE, ZERO, Call, Sum, Term, is_call, number, raw_call, symbol

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
    rows = zip(*(elements(term, shape[0], shapes) for term in arguments[:count]), strict=True)
    return raw_call(LIST, tuple(spell(*row, *arguments[count:]) for row in rows))


def _where(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    condition, then, otherwise = arguments
    if condition is then and otherwise is ONE:
        return ONE
    # What the rule of a median does for one that is nan: there is no value then to differentiate.
    if isinstance(condition, Call) and isinstance(otherwise, Call) and is_call(then, "isnan"):
        is_of_median = condition.name == "isnan" and otherwise.name == "=="
        if is_of_median and {condition.arguments[0], then.arguments[0]} == set(otherwise.arguments):
            return ONE if condition is then else otherwise
    return None


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


_NONE = symbol("None")


def same(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """What broadcasting does anyway."""
    return arguments[0]


def reshaped(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """Another shape for the same elements."""
    front, term = without_numbers(arguments[0], shapes)
    made = _reshaped(term, size_of(equation.arguments[0]), equation.results[0].shape, shapes)
    return multiply(front, made)


def _reshaped(term: Term, before: Shape, after: Shape, shapes: Shapes) -> Term:
    own = shapes.of(term)
    inner = tuple(size for size in own if size != 1)
    if prod(own) == 1 and len(own) > len(after):
        return call("sum", term)
    if prod(own) == 1 or (own == after[len(after) - len(own) :] and prod(after) == prod(own)):
        return term
    if prod(own) != prod(before):
        if own == before[len(before) - len(own) :] == after[len(after) - len(own) :]:
            return term
        term = shapes.fitted(term, before, True)
        own = before
    while isinstance(term, Call) and is_call(term, "reshape", "squeeze", "unsqueeze"):
        # Of several shapes, the last is the one.
        term = term.arguments[0]
        own = shapes.of(term)
        if own == after[len(after) - len(own) :] and prod(after) == prod(own):
            return term
    kept = with_last_kept(term, shapes)
    if kept is not None and shapes.of(kept) == after:
        return kept
    dropped = with_last_dropped(term, shapes)
    if dropped is not None and shapes.of(dropped) == after:
        return dropped
    if inner == tuple(size for size in after if size != 1) and after[-1:] == (1,) and own == after[:-1]:
        return shapes.record(raw_call("unsqueeze", (term, number(-1))), after)
    if own[-1:] == (1,) and own[:-1] == after:
        return shapes.record(raw_call("squeeze", (term, number(-1))), after)
    return shapes.record(raw_call("reshape", (term, numbers(after))), after)


def selected(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """The part at one place along a dimension."""
    term, dim, index = arguments
    size = size_of(equation.arguments[0])
    axis = dim - len(size) + len(shapes.of(term))
    if axis < 0:
        return term
    place = 0 if shapes.of(term)[axis] == 1 else index % size[dim]
    own = shapes.of(term)
    return _part(term, axis, number(place), (*own[:axis], *own[axis + 1 :]), shapes)


def sliced(equation: Equation, arguments: Sequence[Any], shapes: Shapes) -> Any:
    """A part along a dimension."""
    term, dim, start, stop, step = arguments
    size = size_of(equation.arguments[0])
    own = shapes.of(term)
    axis = dim - len(size) + len(own)
    if axis < 0 or own[axis] == 1:
        return term
    length = equation.results[0].shape[dim]
    # Near the end, a place is counted from there.
    count = size[dim]
    start, stop = (n - count if n is not None and count > n > count - n else n for n in (start, stop))
    bounds = [
        _NONE if start in (None, 0) else number(start),
        _NONE if stop is None or stop >= count else number(stop),
        _NONE if step in (None, 1) else number(step),
    ]
    if all(bound is _NONE for bound in bounds):
        return term
    return _part(term, axis, raw_call(SLICE, tuple(bounds)), (*own[:axis], length, *own[axis + 1 :]), shapes)


def _part(term: Term, axis: int, key: Term, shape: Shape, shapes: Shapes) -> Term:
    return shapes.record(raw_call(ELEMENT, (term, *[EVERYTHING] * axis, key)), shape)


# Ways to spell what only moves elements, by how it does.
_BY_MOVE: dict[str, Sequence[Any]] = {"order": (reshaped,), "repeated": (same,), "places": (linear,)}
# Ways to spell an operation, of which the first that applies is taken: the algebra's grammar, an entry a rule.
_RULES: dict[str, Sequence[Any]] = {
    **dict.fromkeys(("index_backward", "index_add", "scatter_add", "as_strided_backward"), (linear,)),
    "constant_pad_nd": (linear,),
    "select_backward": (linear, among_zeros),
    "flip": (flipped,),
    "scatter": (scattered,),
    **dict.fromkeys(("cumsum", "cumprod"), (accumulated,)),
    "masked_fill": (masked_fill,),
    **dict.fromkeys(("sum", "mean", "prod", "std", "var", "logsumexp", "linalg_vector_norm"), (reduced,)),
    **dict.fromkeys(("max", "min", "amax", "amin", "median", "nanmedian"), (reduced,)),
    "aminmax": (extremes,),
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
    **dict.fromkeys(("t", "transpose", "permute"), (transpose,)),
    **dict.fromkeys(("mm", "mv", "bmm", "dot", "vdot"), (matrix_product,)),
    "slice": (same_everywhere, linear, sliced),
    "select": (linear, selected),
}
