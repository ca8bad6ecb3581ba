"""Expressions in canonical form: like terms and like factors are collected as they are made.

There is one object for each expression, so that equal ones are identical. Nothing recurses: an expression is made from
finished ones, and is told apart from others by a digest of theirs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

_MOST_DIGITS = 60  # of an exact number; beyond, it is rounded to a float
_LARGEST_DENOMINATOR = 10**6  # of the coefficients of a sum that are made whole
_LARGEST_POWER = 64  # of a number, computed exactly


class Number:
    """An exact number."""

    __slots__ = ("__weakref__", "digest", "value")

    def __init__(self, digest: bytes, value: Fraction) -> None:
        self.digest = digest
        self.value = value


class Symbol:
    """A variable, or a constant with a name such as `pi`."""

    __slots__ = ("__weakref__", "digest", "name")

    def __init__(self, digest: bytes, name: str) -> None:
        self.digest = digest
        self.name = name


class Sum:
    """A number and at least one term, each with a coefficient that is not 0; two or more summands in all."""

    __slots__ = ("__weakref__", "constant", "digest", "terms")

    def __init__(self, digest: bytes, constant: Fraction, terms: tuple[tuple[Term, Fraction], ...]) -> None:
        self.digest = digest
        self.constant = constant
        self.terms = terms


class Product:
    """A coefficient, and factors with exponents that are not 0. An exponential is a power of e."""

    __slots__ = ("__weakref__", "coefficient", "digest", "factors")

    def __init__(self, digest: bytes, coefficient: Fraction, factors: tuple[tuple[Term, Term], ...]) -> None:
        self.digest = digest
        self.coefficient = coefficient
        self.factors = factors


class Call:
    """A function, comparison (`<`), `and`, `or`, `not` or `where` of expressions."""

    __slots__ = ("__weakref__", "arguments", "digest", "name")

    def __init__(self, digest: bytes, name: str, arguments: tuple[Term, ...]) -> None:
        self.digest = digest
        self.name = name
        self.arguments = arguments


Term: TypeAlias = Number | Symbol | Sum | Product | Call

_known: WeakValueDictionary[bytes, Any] = WeakValueDictionary()


def _made(kind: Any, *parts: Any) -> Any:
    """The one expression of a kind with these parts."""
    digest = blake2b(f"{kind.__name__}{_flat(parts)}".encode(), digest_size=16).digest()
    found = _known.get(digest)
    if found is None:
        found = _known[digest] = kind(digest, *parts)
    return found


def _flat(part: Any) -> str:
    if isinstance(part, tuple):
        return f"({','.join(map(_flat, part))})"
    return part.digest.hex() if hasattr(part, "digest") else repr(part)


def children(term: Term) -> Iterator[Term]:
    """The expressions that an expression is made of."""
    if isinstance(term, Sum):
        yield from (part for part, _ in term.terms)
    elif isinstance(term, Product):
        for base, exponent in term.factors:
            yield base
            yield exponent
    elif isinstance(term, Call):
        yield from term.arguments


def ordered(roots: Iterable[Term], parts: Callable[[Term], Iterable[Term]] = children) -> list[Term]:
    """All parts of expressions once, each after those that it is made of."""
    done: dict[Term, None] = {}
    stack = list(roots)[::-1]
    while stack:
        term = stack[-1]
        if term in done:
            stack.pop()
            continue
        missing = [part for part in parts(term) if part not in done]
        if missing:
            stack.extend(reversed(missing))
        else:
            done[term] = None
            stack.pop()
    return list(done)


def number(value: Fraction | int) -> Number:
    """A number, rounded to float64 where it has too many digits to be exact."""
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator) > 10**_MOST_DIGITS:
        value = Fraction(repr(float(value)))
    return _made(Number, value)


def symbol(name: str) -> Symbol:
    """A variable or constant."""
    return _made(Symbol, name)


ZERO = number(0)
ONE = number(1)
MINUS_ONE = number(-1)
HALF = number(Fraction(1, 2))
E = symbol("e")


def coefficient_of(term: Term) -> tuple[Fraction, Term]:
    """The number in front of an expression, and the rest."""
    if isinstance(term, Number):
        return term.value, ONE
    if isinstance(term, Product) and term.coefficient != 1:
        return term.coefficient, product(Fraction(1), dict(term.factors))
    return Fraction(1), term


def factors_of(term: Term) -> dict[Term, Term]:
    """The factors of an expression without its coefficient, with their exponents."""
    if isinstance(term, Number):
        return {}
    return dict(term.factors) if isinstance(term, Product) else {term: ONE}


def integer(term: Term) -> int | None:
    """The whole number that an expression is, or None."""
    if isinstance(term, Number) and term.value.denominator == 1:
        return term.value.numerator
    return None


def is_call(term: Term, *names: str) -> bool:
    """Whether an expression is a call of one of these functions."""
    return isinstance(term, Call) and term.name in names


def total(constant: Fraction, terms: Mapping[Term, Fraction]) -> Term:
    """The sum of a number and of terms with coefficients."""
    kept = {term: coefficient for term, coefficient in terms.items() if coefficient}
    if not kept:
        return number(constant)
    if not constant and len(kept) == 1:
        ((term, coefficient),) = kept.items()
        return product(coefficient, factors_of(term))
    return _made(Sum, constant, tuple(sorted(kept.items(), key=_place)))


def product(coefficient: Fraction, factors: Mapping[Term, Term]) -> Term:
    """The product of a number and of powers, which have no factors in common."""
    if not coefficient:
        return ZERO
    kept = {base: exponent for base, exponent in factors.items() if exponent is not ZERO}
    if not kept:
        return number(coefficient)
    if len(kept) == 1:
        ((base, exponent),) = kept.items()
        if exponent is ONE and coefficient == 1:
            return base
        if exponent is ONE and isinstance(base, Sum):
            scaled = tuple((term, c * coefficient) for term, c in base.terms)
            return _made(Sum, base.constant * coefficient, scaled)
    return _made(Product, coefficient, tuple(sorted(kept.items(), key=_place)))


def _place(pair: tuple[Term, Any]) -> bytes:
    return pair[0].digest


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
    if sum(is_call(term, "where") for term in terms):
        from .choice import joined

        merged = joined(constant, terms)
        if merged is not None:
            return add(*merged)
    return total(constant, terms)


def negative(term: Term) -> Term:
    """The expression with its sign changed."""
    return multiply(MINUS_ONE, term)


def subtract(left: Term, right: Term) -> Term:
    """left - right."""
    return add(left, negative(right))


def primitive_part(term: Sum) -> tuple[Fraction, Sum]:
    """A sum as a number times a sum whose coefficients are whole, without a common divisor, the first positive."""
    from math import gcd, lcm

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
    return content, _made(Sum, term.constant / content, tuple((t, c / content) for t, c in term.terms))


def multiply(*operands: Term) -> Term:
    """The product of expressions, like factors collected."""
    for i, operand in enumerate(operands):
        if is_call(operand, "where"):
            from .choice import with_factors

            moved = with_factors(operand, operands[:i] + operands[i + 1 :])
            if moved is not None:
                return moved
    coefficient = Fraction(1)
    exponents: dict[Term, Term] = {}
    for operand in operands:
        if isinstance(operand, Number):
            coefficient *= operand.value
            continue
        if isinstance(operand, Product):
            coefficient *= operand.coefficient
        for base, exponent in factors_of(operand).items():
            exponents[base] = add(exponents[base], exponent) if base in exponents else exponent
    return _collected(coefficient, exponents)


def _collected(coefficient: Fraction, exponents: dict[Term, Term]) -> Term:
    """A product whose bases may still be numbers, multiples of each other, or powers of powers."""
    kept: dict[Term, Term] = {}
    for base, exponent in exponents.items():
        whole = integer(exponent)
        if isinstance(base, Sum) and whole is not None:
            content, primitive = primitive_part(base)
            if abs(whole) > _LARGEST_POWER and abs(content) != 1:
                content, primitive = Fraction(1), base
            coefficient *= content**whole
            kept[primitive] = add(kept[primitive], exponent) if primitive in kept else exponent
        elif whole is not None and isinstance(base, (Number, Product)):
            power_of = power(base, exponent)
            number_part, rest = coefficient_of(power_of)
            coefficient *= number_part
            for inner, inner_exponent in factors_of(rest).items():
                kept[inner] = add(kept[inner], inner_exponent) if inner in kept else inner_exponent
        else:
            kept[base] = add(kept[base], exponent) if base in kept else exponent
    for base in [b for b, e in kept.items() if isinstance(b, Sum) and integer(e) is None]:
        content, primitive = primitive_part(base)  # pyright: ignore[reportArgumentType]
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
    if is_call(base, "exp"):
        return _exponential(multiply(base.arguments[0], exponent))  # pyright: ignore[reportAttributeAccessIssue]
    if base is E:
        return _exponential(exponent)
    if isinstance(base, Number):
        return _power_of_number(base, exponent, whole)
    if isinstance(base, Product):
        return _power_of_product(base, exponent, whole)
    if isinstance(base, Sum) and whole is not None:
        return _collected(Fraction(1), {base: exponent})
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
        return exponent.arguments[0]  # pyright: ignore[reportAttributeAccessIssue]
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
        if exponent.value < 0 or exponent.value > 1:
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
        return _collected(base.coefficient**whole, exponents)
    if base.coefficient == 1 and len(base.factors) == 1:
        ((inner, inner_exponent),) = base.factors
        # Where the inner power is defined for one sign of its base only, or keeps the sign, there is nothing to lose.
        loses_sign = not isinstance(inner_exponent, Number) or inner_exponent.value.numerator % 2 == 0
        if inner is E or (isinstance(inner, Number) and inner.value > 0) or not loses_sign:
            return power(inner, multiply(inner_exponent, exponent))
    return product(Fraction(1), {base: exponent})


_ODD = ("sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf", "erfinv", "sign", "cbrt", "trunc")
_EVEN = ("cos", "cosh", "abs", "sinc", "i0", "i0e")
# Their values where the argument is a whole number that makes them one.
_KNOWN = {("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0, ("sinh", 0): 0, ("cosh", 0): 1, ("abs", 0): 0}
_COMPUTED = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def call(name: str, *arguments: Term) -> Term:
    """A function of expressions."""
    if len(arguments) == 1:
        (argument,) = arguments
        if name in ("sum", "mean"):
            coefficient, rest = coefficient_of(argument)
            if coefficient != 1:
                return multiply(number(coefficient), call(name, rest))
        known = _KNOWN.get((name, integer(argument)))  # pyright: ignore[reportArgumentType,reportCallIssue]
        if known is not None:
            return number(known)
        if name == "exp":
            return power(E, argument)
        if name == "sqrt":
            return power(argument, HALF)
        if name == "log" and isinstance(argument, Product) and [b for b, _ in argument.factors] == [E]:
            if argument.coefficient == 1:
                return argument.factors[0][1]
        elif name == "log" and argument is E:
            return ONE
        if name in _ODD and _is_negative(argument):
            return negative(call(name, negative(argument)))
        if name in _EVEN and _is_negative(argument):
            return call(name, negative(argument))
        if name == "not" and isinstance(argument, Call):
            if argument.name == "not":
                return argument.arguments[0]
            if argument.name in _NEGATED and is_negatable(argument):
                return _made(Call, _NEGATED[argument.name], argument.arguments)
        if name == "abs" and isinstance(argument, Number):
            return number(abs(argument.value))
    if name in ("<=", ">") and is_call(arguments[0], "relu") and arguments[-1] is ZERO:
        return call(name, arguments[0].arguments[0], ZERO)  # pyright: ignore[reportAttributeAccessIssue]
    if name in _COMPUTED and all(isinstance(argument, Number) for argument in arguments):
        left, right = (argument.value for argument in arguments)  # pyright: ignore[reportAttributeAccessIssue]
        return number(int(_COMPUTED[name](left, right)))
    if name == "==" and _has_no_zero(subtract(*arguments)):
        return ZERO
    if name in ("and", "or"):
        # True and c is c; True or c is True.
        for i, argument in enumerate(arguments):
            if isinstance(argument, Number):
                return arguments[1 - i] if bool(argument.value) == (name == "and") else argument
    if name == "where":
        from .choice import where

        return where(*arguments)
    return _made(Call, name, arguments)


def is_negatable(comparison: Call) -> bool:
    """Whether the opposite of a comparison is a comparison too: x >= y for x < y, unless one of them may be nan."""
    return comparison.name in ("==", "!=") or all(map(_is_number_everywhere, comparison.arguments))


# Functions that have a value everywhere.
_TOTAL = (
    *("sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh", "exp", "expm1", "erf", "erfc", "sigmoid", "softplus"),
    *("relu", "abs", "sign", "floor", "ceil", "round", "trunc", "frac", "cbrt", "maximum", "minimum", "clamp", "hypot"),
    *("atan2", "gelu", "silu", "mish", "elu", "logsigmoid", "sinc", "sum", "mean", "[]", "norm"),
)


def _is_number_everywhere(term: Term) -> bool:
    """Whether an expression cannot be nan for finite variables, as far as that is easy to see."""
    for part in ordered([term]):
        if isinstance(part, Symbol) and part.name in ("inf", "nan"):
            return False
        if isinstance(part, Call) and part.name not in _TOTAL:
            return False
        if isinstance(part, Product):
            for base, exponent in part.factors:
                if base is not E and (integer(exponent) or -1) < 0:
                    return False
    return True


def _has_no_zero(term: Term) -> bool:
    """Whether an expression is a product of reciprocals and exponentials."""
    return isinstance(term, Product) and all(
        base is E or (isinstance(exponent, Number) and exponent.value < 0) for base, exponent in term.factors
    )


def rebuilt(term: Term, known: Mapping[Term, Term]) -> Term:
    """The expression made of other parts, those that `known` has for its own."""
    if isinstance(term, Sum):
        return add(number(term.constant), *(multiply(number(c), known[part]) for part, c in term.terms))
    if isinstance(term, Product):
        powers = [power(known[base], known[exponent]) for base, exponent in term.factors]
        return multiply(number(term.coefficient), *powers)
    if isinstance(term, Call):
        return call(term.name, *(known[argument] for argument in term.arguments))
    return term


def raw_call(name: str, arguments: tuple[Term, ...]) -> Term:
    """The call as it is."""
    return _made(Call, name, arguments)


def _is_negative(term: Term) -> bool:
    """Whether every summand has a negative coefficient."""
    if isinstance(term, Sum):
        return term.constant <= 0 and all(coefficient < 0 for _, coefficient in term.terms)
    return coefficient_of(term)[0] < 0
