"""What a check found out, in the form that every format reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from ..syntax.errors import UsageError
from .claims import Verdict, judge, read_claims
from .compare import HOLDS, UNDEFINED, UNSETTLED, Check, compare_all
from .coordinates import NumericFunction, Point
from .kinks import remark
from .sample import points

POINTS = 10
# A claim is cheaper to compare, and a wrong one right at some points.
CLAIM_POINTS = 50
_AT_ONCE = 500
# How many sampled points in a row may settle nothing.
_MOST_UNSETTLED = 20


class CheckReport(NamedTuple):
    """The checks at each point, or the verdicts on claims; `notes` are sentences on what is worth knowing.

    `expr` is the source, `seed` None where nothing was sampled.
    """

    expr: str
    order: int
    seed: int | None
    checks: list[tuple[Point, list[Check]]]
    claims: list[Verdict]
    notes: list[str]

    @property
    def holds(self) -> bool:
        """Whether everything checked holds."""
        checked = all(check.verdict in HOLDS for _, checks in self.checks for check in checks)
        return checked and all(verdict.holds for verdict in self.claims)


def check(
    expression: NumericFunction,
    given: Mapping[str, Any],
    free: Sequence[str],
    count: int | None,
    seed: int,
    order: int,
    done: Callable[[int], None] = lambda points: None,
) -> CheckReport:
    """The checks at the point given, or at random ones where variables are free; `done` is told of how many, meanwhile.

    ExpressionError: as `evaluate`. UsageError: the expression is finite nowhere.
    """
    found: list[tuple[Point, list[Check]]] = []
    left_out = 0
    for point, checks in _compared(expression, points(expression, given, free, seed), count or POINTS, order):
        # What differences cannot settle says nothing, unless the point was chosen.
        if free and any(check.verdict in (UNSETTLED, UNDEFINED) for check in checks) and left_out < _MOST_UNSETTLED:
            left_out += 1
            continue
        found.append((point, checks))
        done(len(found))
        if len(found) == (count or POINTS):
            break
    remarks = [remark(expression, point, check) for point, checks in found for check in checks]
    notes = list(dict.fromkeys(text for text in remarks if text))
    if left_out:
        notes.append(f"{left_out} random point{'s' * (left_out > 1)} left out, where differences settle nothing")
    return CheckReport(expression.program.source, order, seed if free else None, found, [], notes)


def _compared(
    expression: NumericFunction, drawn: Iterator[Point], count: int, order: int
) -> Iterator[tuple[Point, list[Check]]]:
    """Points and their checks; many points at once, as columns, where there are many."""
    while some := list(islice(drawn, min(count, _AT_ONCE))):
        kinds = [compare_all(expression, some, k) for k in range(1, order + 1)]
        for point, *checks in zip(some, *kinds, strict=True):
            yield point, [check for part in checks for check in part]


def check_claims(
    expression: NumericFunction,
    given: Mapping[str, Any],
    free: Sequence[str],
    count: int | None,
    seed: int,
    texts: Sequence[str],
) -> CheckReport:
    """The verdicts on derivatives claimed as `NAME=EXPR`, by algebra, else at the point given or at random ones.

    ExpressionError: as `evaluate`, in the expression or a claim. UsageError: as `read_claims` and `check`.
    """
    names = [*given, *free]
    claims = read_claims(texts, expression.wrt, names)
    numbers = () if any(np.ndim(data) for data in given.values()) else names
    notes: list[str] = []
    try:
        sampled = list(islice(points(expression, given, free, seed), count or CLAIM_POINTS))
        verdicts = [judge(claim, expression, sampled, numbers) for claim in claims]
    except UsageError as error:
        verdicts = [judge(claim, expression, [], numbers) for claim in claims]
        if not all(verdict.holds for verdict in verdicts):
            raise
        notes.append(error.message)
    return CheckReport(expression.program.source, 1, seed if free else None, [], verdicts, notes)
