"""Expressions that choose: `where(condition, x, y)`, and what is known of conditions where another holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from .arithmetic import COMPANY, Company, add, multiply, power, primitive_part, subtract
from .functions import HOLDS, REWRITES, TURNED, call, is_negatable, rebuilt
from .identities import in_exponentials, rewritten
from .notation import COMPARISONS, function, is_elementwise
from .terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    E,
    Number,
    Product,
    Sum,
    Term,
    children,
    coefficient_of,
    factors_of,
    is_call,
    number,
    ordered,
    product,
    raw_call,
    sum_of,
)

_MOST_PARTS = 120  # of an expression that is looked through
_MOST_BOUNDS = 4
_SMALL_EXPONENT = -20  # of an exponential that is next to nothing beside 1


class Comparison(NamedTuple):
    """`quantity op bound`, as what a comparison says; `sides` are what it compares, in the order of `op`."""

    quantity: Term
    op: str
    bound: Fraction
    sides: tuple[Term, Term]

    def holds(self, bounds: Sequence[Fraction], place: int) -> bool:
        """Whether it does at a place among bounds from above: even ones are intervals, odd ones bounds themselves."""
        own = 2 * bounds.index(self.bound) + 1
        return HOLDS[self.op][0 if place > own else 1 if place == own else 2]


def _condition(part: Term) -> Term | None:
    """The comparison that a part is, or by which a function returns one of its arguments; 1 or 0, if it is decided."""
    record = function(part.name) if isinstance(part, Call) else None
    op = part.name if is_call(part, *COMPARISONS) else record.chooses if record is not None else ""
    if not isinstance(part, Call) or not op:
        return None
    return call(op, *(part.arguments if len(part.arguments) == 2 else (part.arguments[0], ZERO)))


@lru_cache(maxsize=1000)
def _comparison(part: Term) -> Comparison | None:
    """What a comparison, or a function that returns one of its arguments, says of what varies in the difference."""
    condition = _condition(part)
    if condition is None or not is_call(condition, *COMPARISONS):
        return None
    op, (left, right) = condition.name, condition.arguments
    difference = subtract(left, right)
    if isinstance(difference, Number):
        return None
    scale, bound = Fraction(1), Fraction(0)
    if isinstance(difference, Sum):
        scale, primitive = primitive_part(difference)
        difference, bound = sum_of(bound, dict(primitive.terms)), -primitive.constant
    inner, quantity = (Fraction(1), difference) if isinstance(difference, Sum) else coefficient_of(difference)
    is_turned = scale * inner < 0
    return Comparison(
        quantity, TURNED[op] if is_turned else op, bound / inner, (right, left) if is_turned else (left, right)
    )


def _inside(term: Term) -> Sequence[Term]:
    """The parts in which a condition is one of the same elements."""
    return [*children(term)] if not isinstance(term, Call) or is_elementwise(term.name) else []


def _parts(term: Term) -> list[Term]:
    """All such parts, if they are few, which is known after so many: each level of a deep nest is asked."""
    found: set[Term] = set()
    pending = [term]
    while pending:
        part = pending.pop()
        if part not in found:
            found.add(part)
            if len(found) > _MOST_PARTS:
                return []
            pending += _inside(part)
    return ordered([term], _inside)


def where(condition: Term, then: Term, otherwise: Term) -> Term:
    """`then` where the condition holds, else `otherwise`."""
    if isinstance(condition, Number):
        return then if condition.value else otherwise
    if is_call(condition, "not"):
        return where(condition.arguments[0], otherwise, then)
    if is_call(condition, "!="):
        return where(call("not", condition), otherwise, then)
    then, otherwise = _assuming(condition, then, True), _assuming(condition, otherwise, False)
    inner, *branches = otherwise.arguments if is_call(otherwise, "where") else (ZERO,)
    if is_call(condition, "==") and is_call(inner, "<=", ">=") and {*inner.arguments} == {*condition.arguments}:
        # Of two values that are not equal.
        otherwise = raw_call("where", (call(inner.name[0], *inner.arguments), *branches))
    if then is otherwise or _is_limit(condition, then, otherwise):
        return otherwise
    negatable = isinstance(condition, Call) and is_negatable(condition)
    if is_call(condition, "<=", ">=") and otherwise is not ZERO and negatable:
        return raw_call("where", (call("not", condition), otherwise, then))
    if then is ZERO and is_call(condition, "<", ">") and negatable:
        return where(call("not", condition), otherwise, then)
    if then is ZERO and _is_needless(condition, otherwise):
        return otherwise
    return raw_call("where", (condition, then, otherwise))


def _is_limit(condition: Term, then: Term, otherwise: Term) -> bool:
    """Whether one branch is the other times what is 1 where the condition holds, but for rounding.

    PyTorch has 1 for sigmoid(x) above 20, for instance.
    """
    comparison = _comparison(condition)
    if comparison is None or comparison.op not in ("<", ">") or then is ZERO:
        return False
    coefficient, ratio = coefficient_of(multiply(otherwise, power(then, MINUS_ONE)))
    return coefficient == 1 and all(e is ONE and _is_one(comparison, base) for base, e in factors_of(ratio).items())


def _is_one(comparison: Comparison, base: Term) -> bool:
    """Whether a function is 1 without the exponentials that are next to nothing where the comparison holds."""
    side = 1 if comparison.op == "<" else -1

    def without_small(part: Term) -> Term:
        exponent = factors_of(part).get(E, ZERO)
        shift = exponent.constant if isinstance(exponent, Sum) else Fraction(0)
        rate = multiply(subtract(exponent, number(shift)), power(comparison.quantity, MINUS_ONE))
        is_small = part is power(E, exponent) and isinstance(rate, Number) and rate.value * side > 0
        return ZERO if is_small and rate.value * comparison.bound + shift <= _SMALL_EXPONENT else part

    return isinstance(base, Call) and rewritten(in_exponentials(base), without_small, children) is ONE


def _assuming(condition: Term, branch: Term, holds: bool) -> Term:
    """A branch, where what it chooses by is known."""
    parts = _parts(branch)
    if not any(is_call(part, "where") for part in parts):
        return branch
    known: dict[Term, Term] = {}
    for part in parts:
        decided = _decided(condition, part, holds)
        # What stays as it is is not made anew, which would look through its own choices again, and so on below.
        changed = any(known[child] is not child for child in _inside(part))
        known[part] = number(decided) if decided is not None else rebuilt(part, known) if changed else part
        inner = part.arguments[0] if is_call(part, "where") and known[part] is part else ZERO
        if is_call(part, "where") and is_call(inner, "<", "<=", ">", ">="):
            branches = part.arguments[1:]
            own, gap = _comparison(inner), _comparison(raw_call("<", branches))
            if own is not None and gap is not None and (own.quantity, own.bound) == (gap.quantity, gap.bound):
                # The smaller or larger of two values: that they may be equal makes no difference.
                ops = inner.name[0], inner.name[0] + "="
                either = [_decided(condition, raw_call(op, inner.arguments), holds) for op in ops]
                known[part] = branches[0] if True in either else branches[1] if False in either else part
    return known[branch]


def _decided(condition: Term, other: Term, holds: bool) -> bool | None:
    """Whether another condition holds where one does, or does not; None: it may or may not."""
    if other is condition:
        return holds
    if not is_call(condition, *COMPARISONS) or not is_call(other, *COMPARISONS):
        return None
    one, two = _comparison(condition), _comparison(other)
    if one is None or two is None or one.quantity is not two.quantity or not (holds or is_negatable(condition)):
        return None
    bounds = sorted({one.bound, two.bound}, reverse=True)
    found = {two.holds(bounds, i) for i in range(2 * len(bounds) + 1) if one.holds(bounds, i) is holds}
    return found.pop() if len(found) == 1 else None


def joined(constant: Fraction, terms: Mapping[Term, Fraction]) -> Sequence[Term] | None:
    """The summands, where two of them choose by one condition and are made one; None: there are no such two."""
    choices: dict[Term, list[Call]] = {}
    for term in terms:
        if isinstance(term, Call) and term.name == "where":
            condition = term.arguments[0]
            opposite = call("not", condition)
            choices.setdefault(min(condition, opposite, key=_is_opposite), []).append(term)
    for condition, group in choices.items():
        if len(group) > 1:
            branches = [
                add(*(multiply(number(terms[term]), _branch(condition, term, holds)) for term in group))
                for holds in (True, False)
            ]
            rest = [multiply(number(c), term) for term, c in terms.items() if term not in group]
            return [number(constant), *rest, where(condition, *branches)]
    return None


def _branch(condition: Term, choice: Call, holds: bool) -> Term:
    """What is chosen by a condition or by its opposite, where the condition holds or does not."""
    by, then, otherwise = choice.arguments
    return _assuming(condition, then if (by is condition) == holds else otherwise, holds)


def _is_opposite(condition: Term) -> tuple[bool, bytes]:
    """What sorts a condition behind its opposite, which both are grouped by."""
    return is_call(condition, "not", "!=", "<=", ">="), condition.digest


def with_factors(choice: Call, factors: Sequence[Term]) -> Term | None:
    """A choice times factors, which move into the one branch that is not 0; None: both are something else."""
    condition, then, otherwise = choice.arguments
    are_numbers = all(isinstance(factor, Number) for factor in factors) and bool({then, otherwise} & {ZERO, ONE})
    if not are_numbers and then is not ZERO and otherwise is not ZERO:
        return None
    return where(condition, *(ZERO if branch is ZERO else multiply(*factors, branch) for branch in (then, otherwise)))


def _is_choice(term: Term) -> bool:
    """Whether an expression is one of others, by what they are."""
    return isinstance(term, Call) and (term.name == "where" or bool((f := function(term.name)) and f.chooses))


def by_regions(term: Term) -> Term | None:
    """The expression as one choice after another, from above to below; None: it does not choose by one quantity."""
    parts = [] if isinstance(term, Call) and not _is_choice(term) else _parts(term)
    if sum(map(_is_choice, parts)) < 2:
        return None
    found = {part: comparison for part in parts if (comparison := _comparison(part)) is not None}
    of_variables = [comparison for comparison in found.values() if not _is_choice(comparison.quantity)]
    if len({comparison.quantity for comparison in of_variables}) != 1:
        return None
    quantity = of_variables[0].quantity
    bounds, pieces = _pieces(term, parts, quantity, {comparison.bound for comparison in of_variables})
    if not pieces:
        return None
    if bounds == [0] and any(is_call(part, "relu") for part in parts) and pieces[1] is pieces[2] is ZERO:
        scale, rest = coefficient_of(pieces[0])
        if rest is quantity:
            return multiply(number(scale), call("relu", quantity))
    if len(bounds) == 1 and pieces[1] is ZERO and pieces[2] is multiply(MINUS_ONE, pieces[0]):
        return multiply(pieces[0], call("sign", subtract(quantity, number(bounds[0]))))
    sides = {bound: (quantity, number(bound)) for bound in bounds}
    sides |= {comparison.bound: comparison.sides for comparison in of_variables}
    result = pieces[-1]
    for i in range(len(bounds) - 1, -1, -1):
        above, at, below = pieces[2 * i : 2 * i + 3]
        here, *beside = (_given(piece, quantity, number(bounds[i])) for piece in (at, below, above))
        # Pieces beside each other are one if they are the same number at the bound.
        equal_below, equal_above = (
            at is piece or (isinstance(here, Number) and here is value)
            for piece, value in zip((below, above), beside, strict=True)
        )
        if not equal_below and above is below is result:
            result = where(call("==", *sides[bounds[i]]), here if isinstance(here, Number) else at, result)
            continue
        if not equal_below and not equal_above:
            result = where(call("==", *sides[bounds[i]]), here if isinstance(here, Number) else at, result)
        result = where(call(">" if equal_below or not equal_above else ">=", *sides[bounds[i]]), above, result)
    return result


def _pieces(
    term: Term, parts: Sequence[Term], quantity: Term, places: Set[Fraction]
) -> tuple[list[Fraction], list[Term]]:
    """The bounds, and the expression above the greatest, at it, below it and so on; none, if it still chooses."""
    bounds, pieces = sorted(places, reverse=True), list[Term]()
    for place in range(2 * len(bounds) + 1 if len(bounds) <= _MOST_BOUNDS else 0):
        known: dict[Term, Term] = {}
        for part in parts:
            known[part] = made = rebuilt(part, known) if _inside(part) else part
            condition, own = _condition(made), _comparison(made)
            if own is not None and own.quantity is quantity and own.bound not in places:
                return _pieces(term, parts, quantity, {*places, own.bound})
            if own is not None and own.quantity is quantity:
                condition = number(own.holds(bounds, place))
            if condition is not None and isinstance(condition, Number):
                first, second = (ONE, ZERO) if is_call(made, *COMPARISONS) else [*children(made), ZERO][:2]
                known[part] = first if condition is ONE else second
        pieces.append(known[term])
        if any(is_call(part, "where") or _condition(part) is not None for part in ordered([pieces[-1]], _inside)):
            return bounds, []
    return bounds, pieces


def _given(piece: Term, quantity: Term, bound: Term) -> Term:
    """A piece where a variable or a call has a value."""
    known: dict[Term, Term] = {}
    for part in ordered([piece]):
        known[part] = bound if part is quantity else rebuilt(part, known)
    return known[piece]


def _zeros_of(condition: Term) -> frozenset[Term]:
    """What is 0 where a condition holds, as far as it says that something is; one of them where there are several."""
    if is_call(condition, "and"):
        return next(filter(None, map(_zeros_of, condition.arguments)), frozenset())
    return _zero_factors(subtract(*condition.arguments)) if is_call(condition, "==") else frozenset()


def _zero_factors(term: Term, sign: int = 1) -> frozenset[Term]:
    """The factors of which one is 0 where the expression is; with -1, infinite."""
    powers = [b for b, e in factors_of(term).items() if isinstance(e, Number) and e.value * sign > 0]
    bases = [base.arguments[0] if is_call(base, "sign") else base for base in powers]
    return frozenset(primitive_part(b)[1] if isinstance(b, Sum) else b for b in bases)


def _is_infinite(zeros: frozenset[Term], term: Term) -> bool:
    """Whether the expression has no finite value where one of the zeros is 0."""
    logarithms = [f.arguments[0] for f in factors_of(term) if is_call(f, "log")]
    return any(zeros <= _zero_factors(argument) for argument in logarithms) or zeros <= _zero_factors(term, -1)


def _is_needless(condition: Term, term: Term) -> bool:
    """Whether the expression is 0 or has no value where the condition says it is to be 0."""
    zeros = _zeros_of(condition)
    if not zeros:
        return False
    if isinstance(term, Sum) and primitive_part(term)[1] in zeros:
        return True
    if isinstance(term, Sum):
        parts = [product(Fraction(1), factors_of(t)) for t, _ in term.terms]
        if sum(_is_infinite(zeros, part) for part in parts) > 1:
            # What is infinite may cancel, and what is left then is no secret to the condition.
            return False
        return not term.constant and all(_is_needless(condition, part) for part in parts)
    if isinstance(term, Product) or is_call(term, "log"):
        powers = [b for b, e in factors_of(term).items() if isinstance(e, Number)]
        if any(isinstance(b, Sum) and any(_is_infinite(zeros, t) for t, _ in b.terms) for b in powers):
            return False
        above = _zero_factors(term)
        if not _is_infinite(zeros, term):
            return zeros <= above
        # A quotient of two that are 0, such as sin(x)/x, may have any limit.
        is_limit = any(isinstance(b, (Sum, Call)) and not is_call(b, "log") for b in above)
        return not is_limit or all(isinstance(zero, Call) for zero in zeros)
    return zeros <= _zero_factors(term)


REWRITES["where"] = where
COMPANY["where"] = Company(joined, with_factors)
