"""The shortest of several equal forms of an expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .arithmetic import add, multiply, power
from .canonical import CANONICAL
from .formulas import formula
from .functions import rebuilt
from .notation import function
from .presentation import Presentation
from .terms import (
    MINUS_ONE,
    ONE,
    Call,
    E,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    coefficient_of,
    factors_of,
    integer,
    number,
    ordered,
    product,
)

_MOST_TERMS = 40  # of a sum that is rewritten
_LARGEST_POWER = 6  # of a sum that is multiplied out
_MOST_FACTORS = 16  # of a product that is multiplied out: those of equal sums counted each
_MOST_DENOMINATORS = 12  # that are made one: each term is multiplied by all of the others
_MOST_TOKENS = 600  # of an expression for which other forms are tried
_ROUNDS = 4


def simplified(terms: Sequence[Term]) -> list[Term]:
    """Expressions equal to these wherever these have a value, with as few tokens as the forms tried allow.

    What several of them have in common is looked at once.
    """
    shown = Presentation()
    known: dict[Term, Term] = {}
    for part in ordered(terms):
        known[part] = _shortest(rebuilt(part, known), shown)
    return [known[term] for term in terms]


def _shortest(term: Term, shown: Presentation) -> Term:
    if isinstance(term, (Number, Symbol, Call)):
        return term
    best, length = term, shown.tokens(term)
    if length > _MOST_TOKENS:
        # What its terms have in common is soon found, and keeps the next derivative as short as it can be.
        found = factored(term, False) if isinstance(term, Sum) else None
        return term if found is None or shown.tokens(found) > length else found
    for _ in range(_ROUNDS):
        improved = False
        for form in _forms(best):
            tokens = shown.tokens(form)
            if tokens + _reluctance(best, form) <= length:
                best, length, improved = form, tokens, True
        if not improved:
            break
    return best


def _reluctance(term: Term, form: Term) -> int:
    """How many tokens a form has to save to be preferred."""
    if isinstance(term, Product) and isinstance(form, Sum):
        return 3
    if isinstance(term, Sum) and isinstance(form, Product):
        # x**x*(log(x) + 1) rather than x**x + x**x*log(x), but x**2*cos(x) + 2*x*sin(x).
        return 0 if any(_is_complicated(base, exponent) for base, exponent in form.factors) else 1
    return 1


def _is_complicated(base: Term, exponent: Term) -> bool:
    """Whether a factor is one to compute only once."""
    return isinstance(base, Call) or not isinstance(exponent, Number)


def _forms(term: Term) -> Iterator[Term]:
    """Expressions equal to this one."""
    if isinstance(term, Sum):
        yield from _forms_of_sum(term)
    elif isinstance(term, Product):
        yield from _forms_of_product(term)


def _forms_of_sum(term: Sum) -> Iterator[Term]:
    if len(term.terms) > _MOST_TERMS:
        return
    yield from _identities(term)
    for multiplied_out, greatest in ((False, False), (True, False), (False, True)):
        found = factored(term, multiplied_out, greatest)
        if found is not None:
            yield found
            yield _with_one_denominator(found)
    yield expanded(term)


def _with_one_denominator(term: Term) -> Term:
    """A quotient with the sums below the line multiplied out: 1 - x**2 for (1 - x)*(1 + x)."""
    factors = factors_of(term)
    below = {b: e for b, e in factors.items() if isinstance(b, Sum) and (integer(e) or 0) < 0}
    if len(below) < 2 or len(set(below.values())) > 1:
        return term
    exponent = next(iter(below.values()))
    denominator = expanded(product(Fraction(1), dict.fromkeys(below, ONE)))
    above = {b: e for b, e in factors.items() if b not in below}
    return multiply(product(coefficient_of(term)[0], above), power(denominator, exponent))


def _forms_of_product(term: Product) -> Iterator[Term]:
    sums = [(base, exponent) for base, exponent in term.factors if isinstance(base, Sum)]
    if not sums:
        return
    rest = dict(term.factors)
    together: Term = number(term.coefficient)
    for base, exponent in sums:
        del rest[base]
        assert isinstance(base, Sum)
        for multiplied_out in (False, True):
            found = factored(base, multiplied_out)
            if found is not None:
                others = {b: e for b, e in term.factors if b is not base}
                yield multiply(product(term.coefficient, others), power(found, exponent))
                if multiplied_out and integer(exponent) is not None:
                    together = multiply(together, power(found, exponent))
                    break
        else:
            together = multiply(together, power(base, exponent))
    yield multiply(together, product(Fraction(1), rest))
    yield from _without_exponentials(term)
    yield _with_one_denominator(term)
    yield expanded(term)
    # The sums above the line multiplied out, those below left alone.
    above = {b: e for b, e in term.factors if not isinstance(e, Number) or e.value > 0}
    below = {b: e for b, e in term.factors if b not in above}
    if below:
        numerator = expanded(product(term.coefficient, above))
        yield multiply(numerator, product(Fraction(1), below))
        if isinstance(numerator, Sum):
            for identity in _identities(numerator):
                yield multiply(identity, product(Fraction(1), below))


def _without_exponentials(term: Product) -> Iterator[Term]:
    """The product with an exponential taken out of a sum: 1/(exp(x) + 1) for exp(-x)/(exp(-x) + 1)."""
    for base, exponent in term.factors:
        # Of longer sums, what is left might overflow.
        if not isinstance(base, Sum) or integer(exponent) is None or len(base.terms) > 1:
            continue
        for part, _ in base.terms:
            if E in (factors := factors_of(part)):
                outside = power(E, factors[E])
                inside = add(*(multiply(summand, power(outside, MINUS_ONE)) for summand in _summands(base)))
                others = {b: e for b, e in term.factors if b is not base}
                yield multiply(product(term.coefficient, others), power(outside, exponent), power(inside, exponent))


def factored(term: Sum, multiplied_out: bool, greatest: bool = False) -> Term | None:
    """The sum as a product of what its terms have in common, a common denominator included, and a sum of the rest.

    Of exponents such as n and n - 1 the least is taken out, or the greatest. None: they have nothing in common.
    """
    summands = [(factors_of(part), c) for part, c in term.terms]
    if term.constant:
        summands.append(({}, term.constant))
    common: dict[Term, Term] = {}
    found: dict[Term, list[Term | None]] = {}
    for factors, _ in summands:
        for base, exponent in factors.items():
            found.setdefault(base, []).append(exponent)
    in_some = {base: exponents for base, exponents in found.items() if len(exponents) < len(summands)}
    below = {base for base, exponents in in_some.items() if _least([*exponents, None], False) is not None}
    for base in found if len(below) <= _MOST_DENOMINATORS else [base for base in found if base not in below]:
        exponents = found[base]
        if base in in_some:
            exponents.append(None)
        least = _least(exponents, greatest)
        if least is None and base is not E and None not in exponents:
            least = _shared([e for e in exponents if e is not None])
        if least is not None:
            common[base] = least
    if not common:
        return None
    inverse = product(Fraction(1), {base: multiply(MINUS_ONE, exponent) for base, exponent in common.items()})
    rest = [multiply(product(c, factors), inverse) for factors, c in summands]
    if multiplied_out:
        rest = [expanded(part) for part in rest]
    inner = add(*rest)
    if isinstance(inner, Sum):
        inner = min([inner, *_identities(inner)], key=lambda form: len(_summands(form)))
    return multiply(inner, product(Fraction(1), common))


def _least(exponents: list[Term | None], greatest: bool) -> Term | None:
    """The least of the exponents that a base has in the terms of a sum; None: nothing to take out."""
    numbers = [e.value for e in exponents if isinstance(e, Number)]
    if len(numbers) == len(exponents) - exponents.count(None):
        if None in exponents:
            numbers.append(Fraction(0))
        least = min(numbers)
        return number(least) if least else None
    if None in exponents:
        return None
    # Exponents such as n and n - 1 differ by a number.
    first = exponents[0]
    assert first is not None
    differences = [add(e, multiply(MINUS_ONE, first)) for e in exponents if e is not None]
    values = [d.value for d in differences if isinstance(d, Number)]
    if len(values) < len(exponents):
        return None
    return add(first, number(max(values) if greatest else min(values)))


def _shared(exponents: list[Term]) -> Term | None:
    """What exponents such as 2*n + m and n + m - 1 have in common, here n + m - 1; None: nothing but a number."""
    sums = [add(exponent) for exponent in exponents]
    parts = [dict(e.terms) if isinstance(e, Sum) else {} if isinstance(e, Number) else _single(e) for e in sums]
    common = {term: min((part.get(term, Fraction(0)) for part in parts), key=abs) for term in parts[0]}
    common = {term: c for term, c in common.items() if all(part.get(term, 0) * c > 0 for part in parts)}
    constants = [e.constant if isinstance(e, Sum) else e.value if isinstance(e, Number) else Fraction(0) for e in sums]
    return add(number(min(constants)), *(multiply(number(c), term) for term, c in common.items())) if common else None


def _single(term: Term) -> dict[Term, Fraction]:
    coefficient, rest = coefficient_of(term)
    return {rest: coefficient}


def expanded(term: Term) -> Term:
    """Products of sums multiplied out, as far as that stays small."""
    if isinstance(term, Sum):
        return add(*map(expanded, _summands(term)))
    if not isinstance(term, Product):
        return term
    result: list[Term] = [ONE]
    kept: dict[Term, Term] = {}
    powers = (integer(exponent) or 0 for base, exponent in term.factors if isinstance(base, Sum))
    if sum(power for power in powers if power > 0) > _MOST_FACTORS:
        return term
    for base, exponent in term.factors:
        whole = integer(exponent)
        if not isinstance(base, Sum) or whole is None or not 0 < whole <= _LARGEST_POWER:
            kept[base] = exponent
            continue
        summands = _summands(base)
        if len(result) * len(summands) ** whole > _MOST_TERMS**2:
            return term
        for _ in range(whole):
            collected = add(*(multiply(a, b) for a in result for b in summands))
            result = _summands(collected)
    rest = product(term.coefficient, kept)
    return add(*(multiply(rest, part) for part in result))


def _summands(term: Term) -> list[Term]:
    if not isinstance(term, Sum):
        return [term]
    parts = [product(c, factors_of(part)) for part, c in term.terms]
    return [*parts, number(term.constant)] if term.constant else parts


def _identities(term: Sum) -> Iterator[Term]:
    """The sum with two of its terms replaced by one: sin(x)**2 + cos(x)**2 = 1 and its relatives, times anything."""
    summands = dict(term.terms)
    if term.constant:
        summands[ONE] = term.constant
    for part, coefficient in term.terms:
        factors = factors_of(part)
        for base, exponent in factors.items():
            square = _square(base) if (integer(exponent) or 0) >= 2 else None
            if square is None:
                continue
            rest = product(Fraction(1), {**factors, base: add(exponent, number(-2))})
            # base**2 = constant + turned * partner**2
            ((partner, turned),) = square.terms
            squared = multiply(rest, partner)
            if any(summands.get(coefficient_of(other)[1]) for other in (squared, rest)):
                replaced = (
                    multiply(number(coefficient * square.constant), rest),
                    multiply(number(coefficient * turned), squared),
                )
                yield add(term, multiply(number(-coefficient), part), add(*replaced))


def _square(base: Term) -> Sum | None:
    """The square of a function by that of another, where that is known."""
    record = function(base.name) if isinstance(base, Call) else None
    if record is None or record.square is None or not isinstance(base, Call):
        return None
    square = formula(record.square)(CANONICAL, {"x": base.arguments[0]})
    return square if isinstance(square, Sum) and len(square.terms) == 1 else None
