"""Constants that are no fractions: those of an expression by name, and those of rules as the floats that they are."""

from __future__ import annotations

import math
from collections.abc import Collection
from fractions import Fraction
from functools import cache
from operator import is_
from typing import Any

import numpy as np

from ..semantics.names import CONSTANTS
from ..syntax.printer import Printer
from ..syntax.rebuilding import with_parts
from ..syntax.records import Assign, Binary, Call, Define, Name, Program, Unary
from ..syntax.records import Number as Literal
from ..syntax.walk import body_of, children, walk
from .arithmetic import multiply, power
from .functions import call
from .notation import function, is_elementwise
from .terms import HALF, Term, number, symbol

_SHORT = 12  # digits; what has no more of them is what someone wrote
_LARGEST_DENOMINATOR = 720
_DENOMINATORS = np.arange(1, _LARGEST_DENOMINATOR + 1)
_ULPS = 2.5
_OPERATORS = ("+", "-", "*", "/", "**")


def read(value: float | bool) -> Term:
    """The expression that a number of a program stands for."""
    if isinstance(value, int):
        return number(int(value))
    if math.isnan(value):
        return symbol("nan")
    if math.isinf(value):
        return symbol("inf") if value > 0 else multiply(number(-1), symbol("inf"))
    return familiar(value) or number(Fraction(repr(value)))


def familiar(value: float) -> Term | None:
    """The fraction, short decimal or multiple of a named constant that a finite number is. None: it has only digits."""
    exact = _rational(value)
    if exact is not None:
        return number(exact)
    for constant, term in _named():
        for sign in (1, -1):
            ratio = _rational(value / constant**sign)
            if ratio is not None:
                return multiply(number(ratio), power(term, number(sign)))
    return None


def _rational(value: float) -> Fraction | None:
    """The short decimal or the fraction that a float is the nearest to, if it is near enough."""
    text = repr(value)
    if len(text.partition("e")[0].replace(".", "").strip("-0")) <= _SHORT:
        return Fraction(text)
    # A few rounding errors are allowed: 1/3 - 1 is not the float nearest to -2/3.
    most = _ULPS * math.ulp(value)
    # Whether any will do is soon seen by floats, and fractions take a while.
    multiples = value * _DENOMINATORS if abs(value) < 2**53 else None
    if multiples is not None and not (abs(multiples - np.rint(multiples)) <= 2 * most * _DENOMINATORS).any():
        return None
    fraction = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return fraction if fraction and abs(float(fraction) - value) <= most else None


@cache
def _named() -> list[tuple[float, Term]]:
    """Constants that rules have, with their values; what is one over them is read as such too."""
    pi = symbol("pi")
    roots = [(2.0, number(2)), (3.0, number(3)), (math.pi, pi), (2 * math.pi, multiply(number(2), pi))]
    return [
        (math.pi, pi),
        (math.e, symbol("e")),
        *((math.sqrt(value), power(term, HALF)) for value, term in roots),
        (math.sqrt(2 / math.pi), power(multiply(number(2), power(pi, number(-1))), HALF)),
        *((math.log(n), call("log", number(n))) for n in (2, 3, 5, 6, 7, 10)),
    ]


def with_named_constants(expression: Program, variables: Collection[str]) -> Program:
    """The expression with a name, which is its text, for each constant that is an operand and no fraction.

    The expression itself, if there is none. `variables` are those with the name of a constant.
    """
    taken = {*variables, *(name for s in expression.statements for name in getattr(s, "parameters", ()))}
    taken.update(s.name for s in expression.statements if isinstance(s, (Assign, Define)))
    statements = [_with_names(statement, taken) for statement in expression.statements]
    is_same = all(map(is_, statements, expression.statements))
    return expression if is_same else expression._replace(statements=tuple(statements))


def _with_names(statement: Any, taken: Collection[str]) -> Any:
    # What is made of each record, whether it is a constant, and whether one with more than fractions in it.
    known: dict[int, tuple[Any, bool, bool]] = {}
    for record in reversed([*walk(body_of(statement))]):
        parts = children(record)
        made = [known[id(part)] for part in parts]
        kind = type(record)
        is_operator = kind is Binary and record.op in _OPERATORS
        is_call = kind is Call and is_elementwise(record.function) and not record.kwargs
        is_name = kind is Name and record.name in CONSTANTS and record.name not in taken
        computes = is_operator or kind is Unary or is_call
        is_constant = is_name or kind is Literal or (computes and all(constant for _, constant, _ in made))
        if not is_constant:
            called = function(record.function) if is_call else None
            operands = called.tensors if called is not None else 2 * is_operator
            made = [(_name(p) if i < operands and all(rest) else p, *rest) for i, (p, *rest) in enumerate(made)]
        changed = any(part is not new for part, (new, *_) in zip(parts, made, strict=True))
        whole = with_parts(record, [part for part, *_ in made]) if changed else record
        is_symbolic = is_name or is_call or (is_operator and record.op == "**") or any(rest[1] for _, *rest in made)
        known[id(record)] = whole, is_constant, is_symbolic
    body = known[id(body_of(statement))][0]
    if body is body_of(statement):
        return statement
    field = {Assign: "value", Define: "body"}.get(type(statement))
    return statement._replace(**{field: body}) if field else body


def _name(constant: Any) -> Name:
    # In brackets, which no name of a variable has.
    return Name(f"({Printer().text(constant)})", constant.start, constant.end)


def is_constant(name: str) -> bool:
    """Whether an input is a constant that has its text as its name."""
    return name[0] == "("
