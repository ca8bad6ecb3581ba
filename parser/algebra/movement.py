"""What gives an array another shape, or takes a part of it, as an expression."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from ...engine.program.program import Equation
from .arithmetic import multiply
from .elements import EVERYTHING
from .functions import call
from .notation import ELEMENT, SLICE
from .reductions import with_last_dropped, with_last_kept, without_numbers
from .shapes import Shape, Shapes, numbers, size_of
from .terms import Call, Term, is_call, number, raw_call, symbol

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
