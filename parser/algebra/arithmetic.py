"""Sums, products and powers in canonical form: like terms and like factors are collected as they are made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import NamedTuple

from .notation import function
from .terms import (
    MANY,
    MINUS_ONE,
    ONE,
    ZERO,
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
    is_call,
    number,
    product,
    raw_call,
    scaled,
    sum_of,
    symbol,
    with_factors,
)

_LARGEST_DENOMINATOR = 10**6  # of the coefficients of a sum that are made whole
_PI = symbol("pi")
_LARGEST_POWER = 64  # of a number, computed exactly


class Company(NamedTuple):
    """What becomes of the calls of a function among other terms, for None where they stay as they are.

    `summands`: a number and terms with their coefficients, as other summands; `factors`: such a call, and the factors
    beside it, as one expression.
    """

    summands: Callable[[Fraction, Mapping[Term, Fraction]], Sequence[Term] | None]
    factors: Callable[[Call, Sequence[Term]], Term | None]


# The functions whose calls do not just stand beside other terms, by their names.
COMPANY: dict[str, Company] = {}


def add(*summands: Term) -> Term:
    """The sum of expressions, like terms collected."""
    constant = Fraction(0)
    terms: dict[Term, Fraction] = {}
    for summand in summands:
        if isinstance(summand, Sum):
            constant += summand.constant
            parts: Iterable[tuple[Term, Fraction]] = summand.terms
        elif isinstance(summand, Number):
            constant += summand.value
            continue
        else:
            coefficient, rest = coefficient_of(summand)
            parts = ((rest, coefficient),)
        for term, coefficient in parts:
            terms[term] = terms.get(term, Fraction(0)) + coefficient
    for name in {term.name for term in terms if isinstance(term, Call) and term.name in COMPANY}:
        merged = COMPANY[name].summands(constant, terms)
        if merged is not None:
            return add(*merged)
    return sum_of(constant, terms)


def negative(term: Term) -> Term:
    """The expression with its sign changed."""
    return multiply(MINUS_ONE, term)


def subtract(left: Term, right: Term) -> Term:
    """left - right."""
    return add(left, negative(right))


@lru_cache(maxsize=1000)
def primitive_part(term: Sum) -> tuple[Fraction, Sum]:
    """A sum as a number times a sum whose coefficients are whole, without a common divisor, the first positive."""
    numbers = [coefficient for _, coefficient in term.terms]
    if term.constant:
        numbers.append(term.constant)
    denominator = lcm(*(n.denominator for n in numbers))
    content = Fraction(1)
    if denominator <= _LARGEST_DENOMINATOR:
        content = Fraction(gcd(*(n.numerator for n in numbers)), denominator)
    if numbers[0] < 0:
        content = -content
    if content == 1:
        return content, term
    return content, scaled(term, 1 / content)


def multiply(*operands: Term) -> Term:
    """The product of expressions, like factors collected."""
    for i, operand in enumerate(operands):
        if isinstance(operand, Call) and operand.name in COMPANY:
            moved = COMPANY[operand.name].factors(operand, operands[:i] + operands[i + 1 :])
            if moved is not None:
                return moved
    if len(operands) == 2 and (made := _joined(*operands) or _joined(*operands[::-1])) is not None:
        return made
    coefficient = Fraction(1)
    exponents: dict[Term, list[Term]] = {}
    # What is not as it was in a product, where it is collected.
    fresh: dict[Term, None] = {}
    for operand in operands:
        if isinstance(operand, Number):
            coefficient *= operand.value
            continue
        if isinstance(operand, Product):
            coefficient *= operand.coefficient
        else:
            fresh[operand] = None
        for base, exponent in factors_of(operand).items():
            if base in exponents:
                fresh[base] = None
                exponents[base].append(exponent)
            else:
                exponents[base] = [exponent]
    return _collected(coefficient, {b: add(*e) if len(e) > 1 else e[0] for b, e in exponents.items()}, fresh)


def _joined(whole: Term, more: Term) -> Term | None:
    """The product where there is nothing to collect: a chain of them costs no more than it is long."""
    if not isinstance(whole, Product):
        return None
    if _is_factor(more):
        return with_factors(whole, Fraction(1), [(more, ONE)])
    if len(whole.factors) < MANY or not isinstance(more, Product) or len(more.factors) > len(whole.factors):
        return None
    return with_factors(whole, more.coefficient, more.factors)


def _is_factor(term: Term) -> bool:
    """Whether an expression stands as it is among the factors of a product."""
    return isinstance(term, (Symbol, Call)) or (isinstance(term, Sum) and primitive_part(term)[0] == 1)


def _collected(coefficient: Fraction, exponents: dict[Term, Term], fresh: Collection[Term]) -> Term:
    """A product, of whose bases those that are fresh may be numbers, multiples of each other, or powers of powers."""
    kept: dict[Term, Term] = {base: exponent for base, exponent in exponents.items() if base not in fresh}
    for base in fresh:
        exponent = exponents[base]
        whole = integer(exponent)
        if isinstance(base, Sum) and whole is not None:
            content, primitive = primitive_part(base)
            if content == 1:
                kept[base] = add(kept[base], exponent) if base in kept else exponent
                continue
            if abs(whole) > _LARGEST_POWER and abs(content) != 1:
                content, primitive = Fraction(1), base
            coefficient *= content**whole
            kept[primitive] = add(kept[primitive], exponent) if primitive in kept else exponent
        elif (whole is not None and isinstance(base, Product)) or (
            isinstance(base, Number) and isinstance(exponent, Number)
        ):
            power_of = power(base, exponent)
            number_part, rest = coefficient_of(power_of)
            coefficient *= number_part
            for inner, inner_exponent in factors_of(rest).items():
                kept[inner] = add(kept[inner], inner_exponent) if inner in kept else inner_exponent
        else:
            kept[base] = add(kept[base], exponent) if base in kept else exponent
    for base in [b for b, e in kept.items() if isinstance(b, Sum) and integer(e) is None]:
        content, primitive = primitive_part(base)
        whole = integer(kept[primitive]) if primitive is not base and primitive in kept else None
        if whole is not None and abs(whole) <= _LARGEST_POWER:
            coefficient /= content**whole
            kept[base] = add(kept[base], kept.pop(primitive))
    coefficient = number(coefficient).value
    return product(coefficient, kept)


def power(base: Term, exponent: Term) -> Term:
    """base ** exponent."""
    if exponent is ZERO or base is ONE:
        return ONE
    if exponent is ONE:
        return base
    whole = integer(exponent)
    if base is E:
        return _exponential(exponent)
    if isinstance(base, Number):
        return _power_of_number(base, exponent, whole)
    if isinstance(base, Product):
        return _power_of_product(base, exponent, whole)
    if isinstance(base, Sum) and whole is not None:
        return _collected(Fraction(1), {base: exponent}, (base,))
    if isinstance(base, Sum) and isinstance(exponent, Number):
        # sqrt(4 - x**2)/2 for sqrt(1 - x**2/4).
        content = abs(primitive_part(base)[0])
        root = None if content == 1 else _exact_root(content, exponent.value)
        if root is not None:
            return product(root, {multiply(number(1 / content), base): exponent})
    return product(Fraction(1), {base: exponent})


def _exponential(exponent: Term) -> Term:
    """e ** exponent."""
    if is_call(exponent, "log"):
        return exponent.arguments[0]
    return product(Fraction(1), {E: exponent})


def _power_of_number(base: Number, exponent: Term, whole: int | None) -> Term:
    value = base.value
    if not value and isinstance(exponent, Number) and exponent.value < 0:
        return symbol("inf")
    if whole is not None and abs(whole) <= _LARGEST_POWER and (value or whole > 0):
        return number(value**whole)
    if isinstance(exponent, Number) and value > 0:
        root = _exact_root(value, exponent.value)
        if root is not None:
            return number(root)
        # Roots of fractions are written without them: sqrt(2)/2.
        if whole is None and not 0 < exponent.value < 1 and abs(exponent.value) < _LARGEST_POWER:
            whole = exponent.value.numerator // exponent.value.denominator
            rest = number(exponent.value - whole)
            return multiply(power(base, number(whole)), power(base, rest))
    return product(Fraction(1), {base: exponent})


def _exact_root(value: Fraction, exponent: Fraction) -> Fraction | None:
    """value ** exponent where that is rational and small."""
    if max(value.numerator, value.denominator) > 10**12 or max(abs(exponent.numerator), exponent.denominator) > 12:
        return None
    parts = [round(n ** (1 / exponent.denominator)) for n in (value.numerator, value.denominator)]
    root = Fraction(parts[0], parts[1])
    return root**exponent.numerator if root**exponent.denominator == value else None


def _power_of_product(base: Product, exponent: Term, whole: int | None) -> Term:
    if whole is not None:
        if abs(whole) > _LARGEST_POWER and abs(base.coefficient) != 1:
            return product(Fraction(1), {base: exponent})
        # Powers with whole exponents: (a**b)**n is a**(b*n) whatever the sign of a.
        exponents = {b: multiply(e, exponent) for b, e in base.factors}
        return _collected(base.coefficient**whole, exponents, exponents)
    if base.coefficient > 0 and isinstance(exponent, Number) and all(b is _PI for b, _ in base.factors):
        above, below = (number(Fraction(n)) for n in (base.coefficient.numerator, base.coefficient.denominator))
        powers = (power(b, multiply(e, exponent)) for b, e in ((above, ONE), (below, MINUS_ONE), *base.factors))
        return multiply(*powers)
    if base.coefficient == 1 and len(base.factors) == 1:
        ((inner, inner_exponent),) = base.factors
        # Where the inner power is defined for one sign of its base only, or keeps the sign, there is nothing to lose.
        loses_sign = not isinstance(inner_exponent, Number) or inner_exponent.value.numerator % 2 == 0
        if inner is E or (isinstance(inner, Number) and inner.value > 0) or not loses_sign:
            return power(inner, multiply(inner_exponent, exponent))
    if isinstance(exponent, Number) and exponent.value.denominator == 2:
        # sqrt(4*x**2) is 2*abs(x).
        root = _exact_root(base.coefficient, exponent.value) if base.coefficient > 0 else None
        if root is not None and all((integer(e) or 1) % 2 == 0 for _, e in base.factors):
            bases = (b if is_positive(b) else raw_call("abs", (b,)) for b, _ in base.factors)
            return multiply(
                number(root), *(power(b, multiply(e, exponent)) for b, (_, e) in zip(bases, base.factors, strict=True))
            )
    return product(Fraction(1), {base: exponent})


def is_positive(term: Term) -> bool:
    """Whether an expression is above 0, as far as the signs and the powers in it say."""
    if isinstance(term, Sum):
        return term.constant > 0 and all(c > 0 and is_positive_or_0(part) for part, c in term.terms)
    if isinstance(term, Call):
        return bool((record := function(term.name)) and record.is_positive)
    if isinstance(term, Product):
        return term.coefficient > 0 and all(is_positive(base) for base, _ in term.factors)
    return term in (E, _PI) or (isinstance(term, Number) and term.value > 0)


def is_positive_or_0(term: Term) -> bool:
    """Whether an expression is 0 or above, as far as the powers in it say."""
    pairs = factors_of(term).items()
    return all((isinstance(e, Number) and e.value.numerator % 2 == 0) or is_positive(b) for b, e in pairs)
