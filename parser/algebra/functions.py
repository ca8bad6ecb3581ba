"""Calls of functions and comparisons in canonical form: values that are known, signs taken out, opposites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial

from ...engine.table.record import REAL
from .arithmetic import COMPANY, Company, add, is_positive, is_positive_or_0, multiply, negative, power, subtract
from .notation import ELEMENT, function
from .terms import (
    HALF,
    ONE,
    ZERO,
    Call,
    E,
    Number,
    Product,
    Sum,
    Symbol,
    Term,
    children,
    coefficient_of,
    integer,
    is_call,
    number,
    ordered,
    raw_call,
)

# Whether a comparison holds below its bound, at it, and above it.
HOLDS = {
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
    "==": (False, True, False),
    "!=": (True, False, True),
}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

# The same with the sides exchanged.
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

# Reductions that have a value wherever all elements have one.
_REDUCTIONS = ("mean", "norm", "sum")

# What calls are rewritten as, by the name of the function; None: they stay as they are.
REWRITES: dict[str, Callable[..., Term | None]] = {}


def rewrite(*names: str) -> Callable[[Callable[..., Term | None]], Callable[..., Term | None]]:
    """Makes a function of a name and of arguments the rule for calls of these functions."""

    def register(rule: Callable[..., Term | None]) -> Callable[..., Term | None]:
        REWRITES.update({name: partial(rule, name) for name in names})
        return rule

    return register


def call(name: str, *arguments: Term) -> Term:
    """A function, comparison (`<`), `and`, `or`, `not` or `where` of expressions."""
    rule = REWRITES.get(name)
    found = rule(*arguments) if rule is not None else None
    if found is None and len(arguments) == 1:
        found = _of_one(name, *arguments)
    return raw_call(name, arguments) if found is None else found


def _of_one(name: str, argument: Term) -> Term | None:
    """A function of one argument at a number where it has a simple value, or with a sign that may be taken out."""
    record, whole = function(name), integer(argument)
    if record is None:
        return None
    if whole is not None and whole in record.integers:
        return number(record.integers[whole])
    if record.parity and _is_negative(argument):
        turned = call(name, negative(argument))
        return negative(turned) if record.parity == "odd" else turned
    return None


def parity(term: Term) -> str:
    """Of a call of an even or an odd function, which of the two it is; else nothing."""
    record = function(term.name) if isinstance(term, Call) else None
    return record.parity if record is not None else ""


@rewrite("exp")
def _exp(name: str, argument: Term) -> Term:
    return power(E, argument)


@rewrite("sqrt")
def _sqrt(name: str, argument: Term) -> Term:
    return power(argument, HALF)


@rewrite("log")
def _log(name: str, argument: Term) -> Term | None:
    if not isinstance(argument, Product) or argument.coefficient != 1 or len(argument.factors) != 1:
        return ONE if argument is E else None
    ((base, exponent),) = argument.factors
    if base is E:
        return exponent
    # A root is real where its base is not negative.
    is_root = isinstance(exponent, Number) and exponent.value.denominator > 1
    return multiply(exponent, call("log", base)) if is_root else None


@rewrite("abs", "sign")
def _abs(name: str, argument: Term) -> Term | None:
    if name == "abs" and coefficient_of(argument)[0] > 0 and is_positive_or_0(argument):
        return argument
    if name == "sign" and is_positive(argument):
        return ONE
    if isinstance(argument, Product) and len(argument.factors) == 1 and argument.coefficient == 1:
        ((base, exponent),) = argument.factors
        # That of x**2, which is 0 at 0.
        return power(call("sign", base), number(2)) if (integer(exponent) or 1) % 2 == 0 else None
    return number(abs(argument.value)) if isinstance(argument, Number) and name == "abs" else None


@rewrite("not")
def _not(name: str, argument: Term) -> Term | None:
    if is_call(argument, "not"):
        return argument.arguments[0]
    if is_call(argument, *_NEGATED) and is_negatable(argument):
        return raw_call(_NEGATED[argument.name], argument.arguments)
    return None


@rewrite("and", "or")
def _connected(name: str, left: Term, right: Term) -> Term | None:
    # True and c is c; True or c is True.
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Number):
            return other if bool(one.value) == (name == "and") else one
    return None


@rewrite(*HOLDS)
def _comparison(name: str, left: Term, right: Term) -> Term | None:
    if name in ("<=", ">") and is_call(left, "relu") and right is ZERO:
        return call(name, left.arguments[0], ZERO)
    if isinstance(left, Number) and isinstance(right, Number):
        return number(int(HOLDS[name][1 + (left.value > right.value) - (left.value < right.value)]))
    if isinstance(left, Number):
        return call(TURNED[name], right, left)
    if (simpler := _solved(name, left, right)) is not None:
        return simpler
    scale, rest = coefficient_of(left)
    is_equality = name in ("==", "!=")
    if right is ZERO and not isinstance(left, Sum) and (scale < 0 or (is_equality and scale != 1)):
        return call(TURNED[name], rest if is_equality else negative(left), ZERO)
    return None


def _solved(name: str, left: Term, right: Term) -> Term | None:
    """x > 0 for x > -x, and x < 1 for 1 - x > 0: one expression that varies, compared with a number."""
    if isinstance(right, Number) and not isinstance(left, Sum):
        return None
    difference = subtract(left, right)
    constant, terms = (difference.constant, difference.terms) if isinstance(difference, Sum) else (Fraction(0), ())
    if not isinstance(difference, (Sum, Number)):
        scale, term = coefficient_of(difference)
        terms = ((term, scale),)
    if len(terms) != 1 or (isinstance(right, Number) and abs(terms[0][1]) != 1):
        return None
    ((term, scale),) = terms
    return call(TURNED[name] if scale < 0 else name, term, number(-constant / scale))


def is_negatable(comparison: Call) -> bool:
    """Whether the opposite of a comparison is a comparison too: x >= y for x < y, unless one of them may be nan."""
    return comparison.name in ("==", "!=") or all(map(_is_number_everywhere, comparison.arguments))


@cache
def _is_total(name: str) -> bool:
    """Whether a function has a value everywhere: where nothing is said against it."""
    record = function(name)
    if record is None:
        return name == ELEMENT
    return (record.elementwise or name in _REDUCTIONS) and all(d.text == REAL.text for d in record.domain)


def _is_number_everywhere(term: Term) -> bool:
    """Whether an expression cannot be nan for finite variables, as far as that is easy to see."""
    for part in ordered([term]):
        if isinstance(part, Symbol) and part.name in ("inf", "nan"):
            return False
        if isinstance(part, Call) and not _is_total(part.name):
            return False
        if isinstance(part, Product):
            for base, exponent in part.factors:
                if base is not E and (integer(exponent) or -1) < 0:
                    return False
    return True


def rebuilt(term: Term, known: Mapping[Term, Term]) -> Term:
    """The expression made of other parts, those that `known` has for its own."""
    if all(known[part] is part for part in children(term)):
        return term
    if isinstance(term, Sum):
        return add(number(term.constant), *(multiply(number(c), known[part]) for part, c in term.terms))
    if isinstance(term, Product):
        powers = [power(known[base], known[exponent]) for base, exponent in term.factors]
        return multiply(number(term.coefficient), *powers)
    if isinstance(term, Call):
        return call(term.name, *(known[argument] for argument in term.arguments))
    return term


def _is_negative(term: Term) -> bool:
    """Whether every summand has a negative coefficient."""
    if isinstance(term, Sum):
        return term.constant <= 0 and all(coefficient < 0 for _, coefficient in term.terms)
    return coefficient_of(term)[0] < 0


def _with_one(constant: Fraction, terms: Mapping[Term, Fraction]) -> list[Term] | None:
    """expm1(x) + 1 as exp(x)."""
    for term, coefficient in terms.items():
        if is_call(term, "expm1") and coefficient == constant:
            rest = (multiply(number(c), t) for t, c in terms.items() if t is not term)
            return [multiply(number(coefficient), power(E, term.arguments[0])), *rest]
    return None


COMPANY["expm1"] = Company(_with_one, lambda call, others: None)
