"""Expressions that differ in their numbers alone share a form, in which these numbers are variables.

A number is one of a form where it is added to, subtracted from, multiplied with or divides what depends on a variable:
there it is computed with as any value is. Others, such as exponents and dimensions, decide how something is computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..syntax.records import Assign, Binary, Define, Name, Number, Program, Unary
from ..syntax.walk import body_of, walk

# The first character is of a set, which is what looking for one is fast by.
_NUMBER = re.compile(r"([\d.](?<![\w.].)(?:(?<=\d)\d*\.?\d*|(?<=\.)\d+)(?:[eE][+-]?\d+)?)(?![\w.])")
# Digits that a float tells apart, with a sign, a point and an exponent.
_LONGEST = 17
_FREE_NAME = "number_{}_"

Parse = Callable[[str], tuple[Program, Mapping[str, Name]]]


class Form(NamedTuple):
    """What expressions share: a program that has variables in place of numbers, and the numbers by their names."""

    program: Program
    numbers: Mapping[str, Sequence[float]]


def split(expr: str) -> tuple[tuple[str, ...], list[str]]:
    """What is between the numbers of an expression, and the numbers."""
    pieces = _NUMBER.split(expr)
    return tuple(pieces[::2]), pieces[1::2]


def groups(
    numbers: Sequence[Sequence[str]], places: Collection[int], keys: Iterable[Sequence[Any]]
) -> Iterator[tuple[list[int], dict[int, list[str]]]]:
    """The rows of each form of n expressions that are the same between their numbers, and by place those that vary.

    `numbers` has (n,) for each number of an expression, of which those at the `places` may vary; `keys` are what else
    rows of a form have in common, (n,) each.
    """
    kinds = [[*map(_kind, texts)] if place in places else texts for place, texts in enumerate(numbers)]
    rows: dict[Any, list[int]] = {}
    for row, key in enumerate(zip(*kinds, *keys, strict=True)):
        rows.setdefault(key, []).append(row)
    for key, own in rows.items():
        yield own, {place: [numbers[place][row] for row in own] for place in places if type(key[place]) is bool}


def _kind(text: str) -> Any:
    """What a number that can be a variable has in common with others of its form; its text, if it is none of a form."""
    # A whole number is another than 2.0 where no tensor is known.
    return text.isdigit() if len(text) <= _LONGEST and math.isfinite(float(text)) else text


def form_of(expr: str, varying: Mapping[int, Sequence[str]], parse: Parse) -> Form:
    """The form of expressions like this one, by the numbers that vary, by place. ExpressionError: `parse` raises it."""
    pieces = _NUMBER.split(expr)
    names = {place: _FREE_NAME.format(place) for place in varying}
    for place, name in names.items():
        pieces[2 * place + 1] = name
    return Form(parse("".join(pieces))[0], {names[place]: [*map(float, texts)] for place, texts in varying.items()})


def places_of(program: Program, free: Mapping[str, Name]) -> list[int]:
    """Which of the numbers in an expression, counted from 0, can be variables."""
    expr = program.source
    if not expr.isascii() or any(_FREE_NAME.format("")[:-1] in name for name in free):
        return []
    known = {match.start(): i for i, match in enumerate(_NUMBER.finditer(expr))}
    varying = set(free)
    found: list[int] = []
    for statement in program.statements:
        if type(statement) is Define:
            return []
        body = body_of(statement)
        for part in walk(body):
            if type(part) is Binary and part.op in "+-*/":
                for side, other in ((part.left, part.right), (part.right, part.left)):
                    number = _unsigned(side)
                    # A number over x is a product with 1/x, which rounds otherwise.
                    is_over = side is part.left and part.op == "/"
                    if type(number) is Number and not is_over and number.start in known and _varies(other, varying):
                        found.append(known[number.start])
        if type(statement) is Assign and _varies(body, varying):
            varying.add(statement.name)
    return sorted(found)


def _unsigned(expr: Any) -> Any:
    """What stands behind signs."""
    while type(expr) is Unary and expr.op in "+-":
        expr = expr.operand
    return expr


def _varies(expr: Any, varying: set[str]) -> bool:
    return any(type(part) is Name and part.name in varying for part in walk(expr))
