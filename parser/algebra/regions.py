"""Choices by one quantity: on each interval between the numbers it is compared with, what an expression is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from .arithmetic import multiply, primitive_part, subtract
from .choice import where
from .functions import TURNED, call, rebuilt
from .notation import COMPARISONS, function, is_elementwise
from .terms import (
    ONE,
    ZERO,
    Call,
    Number,
    Sum,
    Term,
    children,
    coefficient_of,
    is_call,
    number,
    ordered,
    raw_call,
    sum_of,
)

_MOST_NUMBERS = 4
_MOST_PARTS = 120


class Comparison(NamedTuple):
    """`quantity op bound`, as what a comparison says; `sides` are what it compares, in the order of `op`."""

    quantity: Term
    op: str
    bound: Fraction
    sides: tuple[Term, Term]


# Whether a comparison holds below its bound, at it, and above it.
_HOLDS = {
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
    "==": (False, True, False),
    "!=": (True, False, True),
}


def by_regions(term: Term) -> Term | None:
    """The expression as one choice after another, from above to below; None: it does not choose by one quantity."""
    if not _has_few_parts(term):
        return None
    parts = ordered([term], _inside)
    if sum(is_call(part, "where") or bool(_chooses(part)) for part in parts) < 2:
        return None
    found: dict[Term, Comparison] = {}
    for part in parts:
        if is_call(part, *COMPARISONS):
            comparison = _comparison(part)
            if comparison is not None:
                found[part] = comparison
        elif isinstance(part, Call) and (op := _chooses(part)):
            comparison = _comparison(raw_call(op, (part.arguments[0], _other(part))))
            if comparison is not None:
                found[part] = comparison
    quantities = {comparison.quantity for comparison in found.values()}
    bounds = sorted({comparison.bound for comparison in found.values()}, reverse=True)
    if len(quantities) != 1 or len(bounds) > _MOST_NUMBERS:
        return None
    (quantity,) = quantities
    # Above the greatest bound, at it, below it and so on.
    pieces: list[Term] = []
    for place in range(2 * len(bounds) + 1):
        pieces.append(_at(parts, term, found, bounds, place))
        if any(is_call(part, "where") for part in ordered([pieces[-1]], _inside)):
            return None
    if bounds == [0] and any(is_call(part, "relu") for part in parts) and pieces[1] is pieces[2] is ZERO:
        scale, rest = coefficient_of(pieces[0])
        if rest is quantity:
            return multiply(number(scale), call("relu", quantity))
    sides = {comparison.bound: comparison.sides for comparison in found.values()}
    return _joined(quantity, bounds, pieces, sides)


def _has_few_parts(term: Term) -> bool:
    """Whether there are few enough to look at, which is known after so many: each level of a deep nest is asked."""
    found: set[Term] = set()
    pending = [term]
    while pending:
        part = pending.pop()
        if part not in found:
            found.add(part)
            if len(found) > _MOST_PARTS:
                return False
            pending += _inside(part)
    return True


def _inside(term: Term) -> Sequence[Term]:
    """The parts in which a choice is one of the same elements."""
    return [*children(term)] if not isinstance(term, Call) or is_elementwise(term.name) else []


def _chooses(term: Term) -> str:
    """How a function that returns one of its arguments compares the first, if it is one."""
    record = function(term.name) if isinstance(term, Call) else None
    return record.chooses if record is not None else ""


def _other(choice: Call) -> Term:
    return choice.arguments[1] if len(choice.arguments) == 2 else ZERO


def _comparison(part: Term) -> Comparison | None:
    """What a comparison says of the part of the difference that varies."""
    if not isinstance(part, Call):
        return None
    difference, op = subtract(*part.arguments), part.name
    if isinstance(difference, Number):
        return None
    if isinstance(difference, Sum):
        content, primitive = primitive_part(difference)
        quantity, bound = sum_of(Fraction(0), dict(primitive.terms)), -primitive.constant
        scale, quantity = coefficient_of(quantity) if not isinstance(quantity, Sum) else (Fraction(1), quantity)
        content, bound = content * scale, bound / scale
    else:
        content, quantity = coefficient_of(difference)
        bound = Fraction(0)
    sides = part.arguments if content > 0 else part.arguments[::-1]
    return Comparison(quantity, op if content > 0 else TURNED[op], bound, (sides[0], sides[1]))


def _at(
    parts: Sequence[Term], term: Term, found: Mapping[Term, Comparison], bounds: Sequence[Fraction], place: int
) -> Term:
    """What the expression is at a place among the bounds: even ones are intervals, odd ones the bounds themselves."""
    known: dict[Term, Term] = {}
    for part in parts:
        if part in found:
            own = 2 * bounds.index(found[part].bound) + 1
            holds = _HOLDS[found[part].op][0 if place > own else 1 if place == own else 2]
            if isinstance(part, Call) and _chooses(part):
                known[part] = known[part.arguments[0]] if holds else known.get(_other(part), ZERO)
            else:
                known[part] = ONE if holds else ZERO
        else:
            known[part] = rebuilt(part, known) if _inside(part) else part
    return known[term]


def _joined(
    quantity: Term, bounds: Sequence[Fraction], pieces: Sequence[Term], sides: Mapping[Fraction, tuple[Term, Term]]
) -> Term:
    """The choice between the pieces, those beside each other that are the same being one."""
    result = pieces[-1]
    for i in range(len(bounds) - 1, -1, -1):
        below, at, above = pieces[2 * i + 2], pieces[2 * i + 1], pieces[2 * i]
        bound = number(bounds[i])
        equal_below = at is below or _same_at(quantity, bound, at, below)
        equal_above = at is above or _same_at(quantity, bound, at, above)
        if not equal_below and not equal_above:
            at = _given(at, quantity, bound)
            result = where(call("==", *sides[bounds[i]]), at, result)
        result = where(call(">" if equal_below or not equal_above else ">=", *sides[bounds[i]]), above, result)
    return result


def _given(piece: Term, quantity: Term, bound: Term) -> Term:
    """A piece where a variable or a call has a value, if it is a number then."""
    known: dict[Term, Term] = {}
    for part in ordered([piece]):
        known[part] = bound if part is quantity else rebuilt(part, known)
    return known[piece] if isinstance(known[piece], Number) else piece


def _same_at(quantity: Term, bound: Term, one: Term, other: Term) -> bool:
    """Whether two pieces are the same number where the quantity has a value."""
    first, second = _given(one, quantity, bound), _given(other, quantity, bound)
    return isinstance(first, Number) and first is second
