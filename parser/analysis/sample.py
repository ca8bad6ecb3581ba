"""Points to check an expression at: random ones at which it is finite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.table.record import ABOVE_MINUS_ONE, ABOVE_ONE, POSITIVE, PROBABILITY, REAL, UNIT
from ..syntax.errors import ExpressionError, UsageError
from ..syntax.wording import listed
from .coordinates import Expression, Point

# Where functions may be defined. Each variable of each point is drawn from one of them, most often from the widest.
_DOMAINS = (REAL, REAL, REAL, POSITIVE, PROBABILITY, UNIT, ABOVE_ONE, ABOVE_MINUS_ONE)
_DIGITS = 4
# Draws for each point asked for.
ATTEMPTS = 200


def points(expression: Expression, given: Mapping[str, Any], free: Sequence[str], seed: int) -> Iterator[Point]:
    """Points with the given values, and random ones for the free variables, at which the expression is finite.

    Without free variables, the one point given. They end where none was found in many attempts. ExpressionError: the
    expression cannot be computed for numbers. UsageError: it is finite nowhere.
    """
    if not free:
        yield given
        return
    generator = random.Random(seed)
    failure: ExpressionError | None = None
    found = False
    attempts = 0
    while attempts < ATTEMPTS:
        attempts += 1
        point = {**given, **{name: np.asarray(_drawn(generator)) for name in free}}
        try:
            finite = bool(np.isfinite(expression.value(point)).all())
        except ExpressionError as error:
            if error.kind != "value":
                raise
            failure = error
            continue
        if finite:
            found, attempts = True, 0
            yield point
    if failure and not found:
        raise failure
    if not found:
        raise UsageError(
            "the expression is finite at none of the random points tried",
            f"give values where it is finite, for {listed(free)}",
        )


def _drawn(generator: random.Random) -> float:
    domain = generator.choice(_DOMAINS)
    return round(generator.uniform(domain.low, domain.high), _DIGITS)
