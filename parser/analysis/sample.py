"""Points to check an expression at: random ones at which it is finite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.table.record import ABOVE_MINUS_ONE, ABOVE_ONE, POSITIVE, PROBABILITY, REAL, UNIT
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.records import Call, Compare, List, Method, Number, Program, Unary
from ..syntax.walk import body_of, children, walk
from ..syntax.wording import listed
from .coordinates import NumericFunction, Point

# Where functions may be defined. Each variable of each point is drawn from one of them, most often from the widest.
_DOMAINS = (REAL, REAL, REAL, POSITIVE, PROBABILITY, UNIT, ABOVE_ONE, ABOVE_MINUS_ONE)
_DIGITS = 4
# How many points are drawn at a time, once some were found.
_AT_ONCE = 500
# Draws for each point asked for.
ATTEMPTS = 200


def points(expression: NumericFunction, given: Mapping[str, Any], free: Sequence[str], seed: int) -> Iterator[Point]:
    """Points with the given values, and random ones for the free variables, at which the expression is finite.

    Without free variables, the one point given. They end where none was found in many attempts. ExpressionError: the
    expression cannot be computed for numbers. UsageError: it is finite nowhere.
    """
    if not free:
        yield given
        return
    generator = random.Random(seed)
    constants = _constants(expression.program)
    failure: ExpressionError | None = None
    found = attempts = draws = 0
    while attempts < ATTEMPTS:
        some: list[Point] = []
        for _ in range(max(1, min(found // 2, _AT_ONCE))):
            draws += 1
            some.append({**given, **{name: np.asarray(_drawn(generator, constants, draws)) for name in free}})
        known = _finite(expression, some) if len(some) > 1 else [False]
        for point, finite in zip(some, known, strict=True):
            attempts += 1
            try:
                finite = finite or bool(np.isfinite(expression.value(point)).all())
            except ExpressionError as error:
                if error.kind != "value":
                    raise
                failure = error
                continue
            if finite:
                found, attempts = found + 1, 0
                yield point
    if failure and not found:
        raise failure
    if not found:
        raise UsageError(
            "the expression is finite at none of the random points tried",
            f"give values where it is finite, for {listed(free)}",
        )


def _finite(expression: NumericFunction, points: Sequence[Point]) -> Sequence[bool]:
    """At which points the expression is seen to be finite by computing all at once, if that can be done."""
    rows = {name: np.stack([np.asarray(point[name], float) for point in points]) for name in points[0]}
    if expression.program_of({name: values.shape[1:] for name, values in rows.items()}, 1) is None:
        return [False] * len(points)
    return np.isfinite(expression.many(rows, 1)).all(axis=1).tolist()


def _constants(program: Program) -> list[float]:
    """The numbers compared with, or given to a function, that lie beyond where variables are drawn from."""
    found: list[float] = []
    for statement in program.statements:
        for expr in walk(body_of(statement)):
            if type(expr) in (Compare, Call, Method, List):
                found += [number for part in children(expr) if (number := _number(part)) is not None]
    return [c for c in dict.fromkeys(found) if REAL.high <= abs(c) < float("inf")]


def _number(expr: Any) -> float | None:
    if type(expr) is Unary and expr.op == "-":
        number = _number(expr.operand)
        return None if number is None else -number
    value = expr.value if type(expr) is Number else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _drawn(generator: random.Random, constants: Sequence[float], draw: int) -> float:
    """A number; of three draws, one beyond a constant and one on any side of it."""
    if constants and draw % 3:
        constant = generator.choice(constants)
        least = 1 if draw % 3 == 1 else 0
        return round(constant * generator.uniform(least, 2), _DIGITS)
    domain = generator.choice(_DOMAINS)
    return round(generator.uniform(domain.low, domain.high), _DIGITS)
