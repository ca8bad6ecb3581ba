"""Expressions that differ in their numbers alone share a form, in which these numbers are variables.

A number is one of a form where it is added to, subtracted from, multiplied with or divides what depends on a variable:
there it is computed with as any value is. Others, such as exponents and dimensions, decide how something is computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ...engine import Tensor
from ..syntax.records import Assign, Binary, Define, Name, Number, Program, Unary
from ..syntax.walk import body_of, walk

_NUMBER = re.compile(r"(?<![\w.])((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])")
# Digits that a float tells apart, with a sign, a point and an exponent.
_LONGEST = 17
_MOST_FRAMES = 4096
_FREE_NAME = "number_{}_"

Parse = Callable[[str], tuple[Program, Mapping[str, Name]]]
# What is between the numbers of an expression, and the numbers.
Pieces = tuple[tuple[str, ...], list[str]]


class Frame(NamedTuple):
    """What is between the numbers of expressions, and what follows from it: `expr` is the first of them.

    `free` are the variables; `places` are those of the numbers, counted from 0, that can be variables too.
    """

    expr: str
    program: Program
    free: Mapping[str, Name]
    places: Sequence[int]


class Form(NamedTuple):
    """What expressions share: a program that has variables in place of numbers, by these names."""

    program: Program
    numbers: Sequence[str]


class Member(NamedTuple):
    """An expression of a form with its numbers, the values of its variables, and those to differentiate by.

    `form` is equal for all of a form alone: the frame's text, the numbers that stay, and the kinds of the others.
    """

    frame: Frame
    form: Any
    expr: str
    numbers: Sequence[float]
    variables: Mapping[str, Tensor]
    wrt: Sequence[str]

    def key(self) -> tuple[Any, ...]:
        """What members of a form have in common that one program computes."""
        shapes = tuple([(name, value._data.shape) for name, value in self.variables.items()])
        return self.form, shapes, tuple(self.wrt)


class Forms:
    """The forms of expressions met before."""

    def __init__(self, parse: Parse) -> None:
        """`parse` gives an expression's syntax and variables, or raises ExpressionError."""
        self.parse = parse
        self.frames: dict[tuple[str, ...], Frame] = {}
        self.made = lru_cache(maxsize=256)(self._made)

    def of(self, expr: str, pieces: Pieces) -> tuple[Frame, Any, list[float]] | None:
        """The frame of an expression, what tells its form, and its numbers; None: it has none of a form.

        ExpressionError: it is wrong.
        """
        between, texts = pieces
        if not texts:
            return None
        frame = self.frames.get(between)
        if frame is None:
            program, free = self.parse(expr)
            if len(self.frames) >= _MOST_FRAMES:
                self.frames.clear()
            frame = self.frames[between] = Frame(expr, program, free, _places(expr, program, free))
        if not frame.places:
            return None
        numbers: list[float] = []
        kinds: list[Any] = list(texts)
        for place in frame.places:
            text = texts[place]
            number = float(text)
            if len(text) > _LONGEST or not math.isfinite(number):
                return None
            numbers.append(number)
            # A whole number is another than 2.0 where no tensor is known.
            kinds[place] = text.isdigit()
        return frame, (between, tuple(kinds)), numbers

    def form(self, member: Member) -> Form:
        """What the members of a form share."""
        return self.made(member.form, tuple(member.frame.places))

    def _made(self, form: Any, places: Sequence[int]) -> Form:
        between, kinds = form
        names = {place: _FREE_NAME.format(i) for i, place in enumerate(places)}
        texts = [names.get(i, kind) for i, kind in enumerate(kinds)]
        text = "".join([f"{before}{number}" for before, number in zip(between, [*texts, ""], strict=True)])
        return Form(self.parse(text)[0], list(names.values()))


def split(expr: str) -> Pieces:
    """The text of an expression cut at its numbers."""
    pieces = _NUMBER.split(expr)
    return tuple(pieces[::2]), pieces[1::2]


def _places(expr: str, program: Program, free: Mapping[str, Name]) -> list[int]:
    """Which of the numbers in an expression, counted from 0, can be variables."""
    if not expr.isascii() or program.source != expr or any(_FREE_NAME.format("")[:-1] in name for name in free):
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
