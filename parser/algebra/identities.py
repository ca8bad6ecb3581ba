"""What generators have to do with each other: sin and cos, tan, abs and sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache

from .arithmetic import add, multiply, negative, power
from .canonical import CANONICAL
from .formulas import formula
from .functions import call, parity, rebuilt
from .notation import function
from .terms import (
    HALF,
    ZERO,
    Call,
    E,
    Product,
    Sum,
    Term,
    anywhere,
    children,
    coefficient_of,
    factors_of,
    integer,
    number,
    ordered,
    product,
    raw_call,
)


def formula_of_square(base: Term) -> str | None:
    """What the square of a function is by that of another, if anything is known."""
    record = function(base.name) if isinstance(base, Call) else None
    return record.square if record is not None else None


@lru_cache(maxsize=1000)
def square(base: Term) -> Sum | None:
    """The square of a function by that of another: a number and one term. None: nothing is known."""
    text = formula_of_square(base)
    if text is None or not isinstance(base, Call):
        return None
    found = formula(text)(CANONICAL, {"x": base.arguments[0]})
    return found if isinstance(found, Sum) and len(found.terms) == 1 else None


def partner(base: Term) -> Call:
    """The function by whose square the `square` of another is written."""
    found = square(base)
    assert found is not None
    ((squared, _),) = found.terms
    (call,) = factors_of(squared)
    assert isinstance(call, Call)
    return call


def of_inverse(call: Call) -> Term | None:
    """x for sin(asin(x)), sqrt(1 - x**2) for cos(asin(x)), which is not negative; None: it is no such call."""
    inner = call.arguments[0] if len(call.arguments) == 1 else None
    record = function(inner.name) if isinstance(inner, Call) else None
    if record is None or not record.inverse or not isinstance(inner, Call):
        return None
    (argument,) = inner.arguments
    if record.inverse == call.name:
        return argument
    found = square(call)
    if found is None or partner(call).name != record.inverse:
        return None
    ((_, turned),) = found.terms
    return power(add(number(found.constant), multiply(number(turned), power(argument, number(2)))), HALF)


def is_even(base: Term) -> bool:
    """Whether a function of one argument is even."""
    return parity(base) == "even"


def rewritten(term: Term, rule: Callable[[Term], Term], parts: Callable[[Term], Iterable[Term]]) -> Term:
    """The expression with what a rule makes of its parts, each after those that `parts` has of it."""
    known: dict[Term, Term] = {}
    for part in ordered([term], parts):
        known[part] = rule(rebuilt(part, known) if [*parts(part)] else part)
    return known[term]


def _ratio(call: Call) -> Term | None:
    record = function(call.name)
    return formula(record.ratio)(CANONICAL, {"x": call.arguments[0]}) if record is not None and record.ratio else None


def _parts_of_ratio(call: Call) -> Term | None:
    """The quotient that a call is; None: it is none, or stays finite where both of its parts overflow, as tanh does."""
    record = function(call.name)
    return None if record is not None and record.complement else _ratio(call)


has_quotient = anywhere(lambda part: isinstance(part, Call) and _parts_of_ratio(part) is not None)
"""Whether there is a call in an expression that is a quotient of two others, such as tan(x)."""


def without_quotients(term: Term, bounded: bool = False) -> Term:
    """The expression with sin(x)/cos(x) for tan(x), and u*sign(u) for abs(u); with `bounded`, those of tanh too."""
    return rewritten(term, _all_apart if bounded else _apart, children)


def _all_apart(term: Term) -> Term:
    # Of another function, which may keep tanh from where cosh overflows, it stays as it is.
    is_inner = isinstance(term, Call) and any(isinstance(part, Call) for part in ordered(term.arguments))
    return (_ratio(term) if isinstance(term, Call) and not is_inner else None) or _apart(term)


def _apart(term: Term) -> Term:
    if not isinstance(term, Call):
        return term
    return _parts_of_ratio(term) or (_signed(term) if term.name == "abs" else term)


def _signed(whole: Call) -> Term:
    return multiply(whole.arguments[0], call("sign", *whole.arguments))


def in_exponentials(term: Term) -> Term:
    """The expression with 1/(1 + exp(-x)) for sigmoid(x), and the like for hyperbolic functions."""
    return rewritten(term, _exponential, children)


def _exponential(term: Term) -> Term:
    record = function(term.name) if isinstance(term, Call) else None
    if record is None or record.exponential is None or not isinstance(term, Call):
        return term
    return formula(record.exponential)(CANONICAL, {"x": term.arguments[0]})


def with_quotients(term: Term) -> Term:
    """The expression with tan(x) for sin(x)/cos(x), and abs(x) for x*sign(x)."""
    return rewritten(term, _joined, children)


def _joined(term: Term) -> Term:
    if not isinstance(term, Product):
        return term
    factors = dict(term.factors)
    for base in factors:
        record = function(base.name) if isinstance(base, Call) else None
        name = "" if record is None else "abs" if record.name == "sign" else record.quotient
        whole = raw_call(name, base.arguments) if name and isinstance(base, Call) else None
        if isinstance(whole, Call):
            inside = _ratio(whole) or _signed(whole)
            counts = [_count(factors.get(b), e) for b, e in factors_of(inside).items()]
            times = min(counts) if min(counts) > 0 else max(counts) if max(counts) < 0 else 0
            if times:
                return _joined(multiply(term, power(inside, number(-times)), power(whole, number(times))))
    return term


def _count(present: Term | None, wanted: Term) -> int:
    have, each = integer(present) if present is not None else 0, integer(wanted)
    return int(Fraction(have or 0, each or 1))


def multiplied_angles(term: Term) -> Term:
    """The expression with sums of angles for products: cos(2*x) for 2*cos(x)**2 - 1, hyperbolic functions too."""
    known: dict[Term, Term] = {}
    for part in ordered([term], _rational):
        made = rebuilt(part, known) if isinstance(part, (Sum, Product)) else part
        below = [b for b, e in factors_of(part).items() if (integer(e) or 0) < 0] if isinstance(part, Product) else []
        if any(known[base] is not base and isinstance(known[base], Sum) for base in below):
            # Below the line, sin(x) - cos(x) is exact where its square, 1 - sin(2*x), is lost in rounding.
            made = part
        if isinstance(made, Product):
            made = _with_sum_of_angles(made.coefficient, made)
        elif isinstance(made, Sum):
            made = add(number(made.constant), *(_with_sum_of_angles(c, part) for part, c in made.terms))
        known[part] = made
    return known[term]


def _rational(term: Term) -> Iterable[Term]:
    return children(term) if isinstance(term, (Sum, Product)) else ()


def _with_sum_of_angles(coefficient: Fraction, term: Term) -> Term:
    """A product with two of its circular or hyperbolic functions, if it has no more, as a sum of two."""
    factors = factors_of(term)
    calls = [base for base in factors if isinstance(base, Call) and square(base) is not None]
    counts = [integer(factors[base]) or 0 for base in calls]
    twice = next((c for c in calls if is_even(c) and (o := partner(c)) in factors and factors[o] is factors[c]), None)
    count = integer(factors[twice]) or 0 if twice is not None else 0
    if twice is not None and (count < 0 or (count == 1 and len(calls) > 2)):
        # sin(x)*cos(x) is sin(2*x)/2, whose product with another cosine may be one of these again.
        other = partner(twice)
        rest = {base: e for base, e in factors.items() if base not in (twice, other)}
        doubled = call(other.name, multiply(number(2), *twice.arguments))
        made = multiply(product(coefficient / Fraction(2) ** count, rest), power(doubled, number(count)))
        return _with_sum_of_angles(*coefficient_of(made))
    if sum(counts) != 2 or min(counts) < 1:
        return product(coefficient, factors)
    one, other = calls * 2 if len(calls) == 1 else calls
    if partner(one).name not in (other.name, partner(other).name):
        return product(coefficient, factors)
    if is_even(one):
        one, other = other, one
    rest = product(coefficient / 2, {base: e for base, e in factors.items() if base not in calls})
    (a,), (b,) = one.arguments, other.arguments
    both_odd, found = not is_even(one) and not is_even(other), square(one)
    of_sum, of_difference = (call((partner(one) if both_odd else one).name, add(a, c)) for c in (b, negative(b)))
    # The square of the odd function is 1 - cos(x)**2, or cosh(x)**2 - 1: its sign is that of the difference.
    sign = number(found.constant if both_odd and found is not None else 1)
    return multiply(rest, sign, add(of_difference, negative(of_sum) if both_odd else of_sum))


def with_hyperbolics(term: Term) -> Term:
    """The expression with 1/(4*cosh(x/2)**2) for exp(x)/(exp(x) + 1)**2, where no exponential is left beside it."""
    return rewritten(term, _without_exponential, _rational)


def _without_exponential(term: Term) -> Term:
    if isinstance(term, Sum):
        made = _hyperbolic(term)
    elif isinstance(term, Product):
        powers = [power(_hyperbolic(b) if isinstance(b, Sum) else b, e) for b, e in term.factors]
        made = multiply(number(term.coefficient), *powers)
    else:
        return term
    return term if E in factors_of(made) else made


def _hyperbolic(term: Sum) -> Term:
    """2*exp(x/2)*cosh(x/2) for exp(x) + 1, and the like for other sums of two exponentials."""
    parts = [(factors_of(part), c) for part, c in term.terms]
    if term.constant:
        parts.append(({}, term.constant))
    if len(parts) != 2 or abs(parts[0][1]) != abs(parts[1][1]) or any(set(factors) - {E} for factors, _ in parts):
        return term
    (first, second), coefficients = (factors.get(E, ZERO) for factors, _ in parts), [c for _, c in parts]
    middle, half = multiply(HALF, add(first, second)), multiply(HALF, add(first, negative(second)))
    name = "cosh" if coefficients[0] == coefficients[1] else "sinh"
    return multiply(number(2 * coefficients[0]), power(E, middle), call(name, half))
