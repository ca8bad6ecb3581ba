"""Expressions that choose: `where(condition, x, y)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from .arithmetic import COMPANY, Company, add, multiply, negative, primitive_part, subtract
from .functions import REWRITES, call, is_negatable, rebuilt
from .notation import is_elementwise
from .terms import (
    ONE,
    ZERO,
    Call,
    Number,
    Product,
    Sum,
    Term,
    children,
    factors_of,
    is_call,
    number,
    ordered,
    product,
    raw_call,
)

_MOST_PARTS = 200  # of a branch that is looked through


def where(condition: Term, then: Term, otherwise: Term) -> Term:
    """`then` where the condition holds, else `otherwise`."""
    if then is otherwise:
        return then
    if isinstance(condition, Number):
        return then if condition.value else otherwise
    if is_call(condition, "not"):
        return where(condition.arguments[0], otherwise, then)
    if is_call(condition, "!="):
        return where(call("not", condition), otherwise, then)
    if is_call(condition, "==") and is_call(otherwise, "where"):
        otherwise = _apart(condition, otherwise)
    then = _assuming(condition, then, True)
    otherwise = _assuming(condition, otherwise, False)
    if then is otherwise:
        return then
    negatable = isinstance(condition, Call) and is_negatable(condition)
    if is_call(condition, "<=", ">=") and otherwise is not ZERO and negatable:
        return raw_call("where", (call("not", condition), otherwise, then))
    if then is ZERO and is_call(condition, "<", ">") and negatable:
        return where(call("not", condition), otherwise, then)
    if then is ZERO and _is_needless(condition, otherwise):
        return otherwise
    return raw_call("where", (condition, then, otherwise))


def _apart(condition: Call, choice: Call) -> Term:
    """A choice by a comparison of two values that are not equal."""
    inner, then, otherwise = choice.arguments
    if not is_call(inner, "<=", ">=") or set(inner.arguments) != set(condition.arguments):
        return choice
    return raw_call("where", (call(inner.name[0], *inner.arguments), then, otherwise))


def _assuming(condition: Term, branch: Term, holds: bool) -> Term:
    """A branch, where what it chooses by the same condition is known."""
    parts = ordered([branch], _of_each_element)
    if len(parts) > _MOST_PARTS or not any(is_call(part, "where") for part in parts):
        return branch
    known: dict[Term, Term] = {}
    for part in parts:
        # What stays as it is is not made anew, which would look through its own choices again, and so on below.
        changed = _is_of_each_element(part) and any(known[child] is not child for child in children(part))
        made = rebuilt(part, known) if changed else part
        known[part] = _decided(condition, made, holds) if isinstance(made, Call) and made.name == "where" else made
    return known[branch]


def _is_of_each_element(term: Term) -> bool:
    """Whether an expression is computed from the elements in the same place, for which the condition is the same."""
    return not isinstance(term, Call) or is_elementwise(term.name)


def _of_each_element(term: Term) -> Iterable[Term]:
    return children(term) if _is_of_each_element(term) else ()


def _decided(condition: Term, choice: Call, holds: bool) -> Term:
    """What a choice is where a condition holds or does not."""
    inner, then, otherwise = choice.arguments
    if inner is condition:
        return then if holds else otherwise
    fact = condition if holds else call("not", condition)
    if inner is fact or inner is call("not", fact):
        return then if inner is fact else otherwise
    if not is_call(inner, "<", "<=", ">", ">=") or not is_call(fact, "<", "<=", ">", ">="):
        return choice
    if inner.arguments != fact.arguments:
        return choice
    # The smaller or larger of two values: that they may be equal makes no difference.
    difference, gap = subtract(then, otherwise), subtract(*inner.arguments)
    if difference is gap or difference is negative(gap):
        return then if inner.name[0] == fact.name[0] else otherwise
    return choice


def joined(constant: Fraction, terms: Mapping[Term, Fraction]) -> Sequence[Term] | None:
    """The summands, where two of them choose by one condition and are made one; None: there are no such two."""
    choices: dict[Term, list[Term]] = {}
    for term in terms:
        if isinstance(term, Call) and term.name == "where":
            choices.setdefault(_unsigned(term.arguments[0]), []).append(term)
    for condition, group in choices.items():
        if len(group) > 1:
            branches = [[_branch(t, condition, side) for t in group] for side in (1, 2)]
            scaled = [add(*(_times(terms[t], b) for t, b in zip(group, side, strict=True))) for side in branches]
            rest = [_times(c, t) for t, c in terms.items() if t not in group]
            return [number(constant), *rest, where(condition, *scaled)]
        (term,) = group
        others = [t for t in terms if t is not term]
        if _branch(term, condition, 1) is ZERO and any(_is_infinite(_zeros_of(condition), t) for t in others):
            # Another summand has no value where the condition holds.
            rest = [_times(c, t) for t, c in terms.items() if t is not term]
            return [number(constant), *rest, _times(terms[term], _branch(term, condition, 2))]
    return None


def _unsigned(condition: Term) -> Term:
    """Of a condition and its opposite, the one that both are grouped by."""
    opposite = call("not", condition)
    return min(condition, opposite, key=lambda c: (is_call(c, "not", "!=", "<=", ">="), c.digest))


def _branch(choice: Term, condition: Term, side: int) -> Term:
    assert isinstance(choice, Call)
    return choice.arguments[side if choice.arguments[0] is condition else 3 - side]


def _times(coefficient: Fraction, term: Term) -> Term:
    return multiply(number(coefficient), term)


def with_factors(choice: Call, factors: Sequence[Term]) -> Term | None:
    """A choice times factors, which move into the one branch that is not 0; None: both are something else."""
    condition, then, otherwise = choice.arguments
    if all(isinstance(factor, Number) for factor in factors) and {then, otherwise} & {ZERO, ONE}:
        return where(condition, multiply(*factors, then), multiply(*factors, otherwise))
    if then is ZERO:
        return where(condition, ZERO, multiply(*factors, otherwise))
    if otherwise is ZERO:
        return where(condition, multiply(*factors, then), ZERO)
    return None


def _zeros_of(condition: Term) -> frozenset[Term]:
    """What is 0 where a condition holds, as far as it says that something is; one of them where there are several."""
    if is_call(condition, "and"):
        parts = [_zeros_of(part) for part in condition.arguments]
        return next(filter(None, parts), frozenset())
    if is_call(condition, "=="):
        return _zero_factors(subtract(*condition.arguments))
    return frozenset()


def _zero_factors(term: Term) -> frozenset[Term]:
    """The factors of which one is 0 where the expression is."""
    bases = [b for b, e in factors_of(term).items() if isinstance(e, Number) and e.value > 0]
    return frozenset(primitive_part(b)[1] if isinstance(b, Sum) else b for b in bases)


def _is_infinite(zeros: frozenset[Term], term: Term) -> bool:
    """Whether the expression has no finite value where one of the zeros is 0."""
    if not zeros:
        return False
    factors = factors_of(term)
    if any(is_call(f, "log") and zeros <= _zero_factors(f.arguments[0]) for f in factors):
        return True
    negative = {b for b, e in factors.items() if isinstance(e, Number) and e.value < 0}
    return zeros <= frozenset(primitive_part(b)[1] if isinstance(b, Sum) else b for b in negative)


def _is_needless(condition: Term, term: Term) -> bool:
    """Whether the expression is 0 or has no value where the condition says it is to be 0."""
    zeros = _zeros_of(condition)
    if not zeros:
        return False
    if isinstance(term, Sum):
        parts = [product(Fraction(1), factors_of(t)) for t, _ in term.terms]
        if sum(_is_infinite(zeros, part) for part in parts) > 1:
            # What is infinite may cancel, and what is left then is no secret to the condition.
            return False
        return not term.constant and all(_is_needless(condition, part) for part in parts)
    if isinstance(term, Product) or is_call(term, "log"):
        powers = {b: e for b, e in factors_of(term).items() if isinstance(e, Number)}
        if any(isinstance(b, Sum) and any(_is_infinite(zeros, t) for t, _ in b.terms) for b in powers):
            return False
        above = _zero_factors(term)
        if _is_infinite(zeros, term):
            # A quotient of two that are 0, such as sin(x)/x, may have any limit.
            is_limit = any(isinstance(b, (Sum, Call)) and not is_call(b, "log") for b in above)
            return not is_limit or all(isinstance(zero, Call) for zero in zeros)
        return zeros <= above
    if isinstance(term, Call) and len(term.arguments) == 1 and term.name == "sign":
        return _is_needless(condition, term.arguments[0])
    return term in zeros


REWRITES["where"] = where
COMPANY["where"] = Company(joined, with_factors)
